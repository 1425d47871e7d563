"""The arithmetic of an encoder, and what a machine is measured to do."""

from dataclasses import asdict

from embeddings.encoders import DEFAULT_ENCODER, load_tokenizer
from service.bench.limits import (
    Shape,
    measure_bandwidth,
    measure_layers,
    measure_product,
    read_shape,
)
from service.bench.machine import describe_machine, find_fingerprint, read_load


def test_the_shape_of_the_default_encoder_is_read_from_its_files() -> None:
    shape = read_shape(load_tokenizer(DEFAULT_ENCODER))
    assert shape is not None
    assert asdict(shape) == {"hidden": 384, "layers": 6, "inner": 1536}
    assert shape.parameters == 10_616_832


def test_an_encoder_without_layers_has_no_shape() -> None:
    assert read_shape(load_tokenizer("hashing")) is None


def test_each_token_costs_two_operations_a_parameter_and_attention_to_all_tokens() -> None:
    shape = Shape(hidden=4, layers=2, inner=8)
    assert shape.parameters == 2 * (4 * 16 + 2 * 32)
    assert shape.count_operations(1) == 2 * shape.parameters + 4 * 2 * 4
    assert shape.count_operations(3) == 3 * 2 * shape.parameters + 9 * 4 * 2 * 4


def test_what_is_measured_is_a_rate() -> None:
    assert measure_product(16) > 0
    assert measure_layers(Shape(8, 2, 16), 3) > 0
    assert measure_bandwidth(4096) > 0


def test_a_machine_has_the_same_fingerprint_each_time_and_another_one_another() -> None:
    machine = describe_machine()
    assert machine["cores"] >= 1 and machine["memory_gb"] > 0
    assert {"winnow", "python", "numpy", "faiss-cpu", "sqlite"} <= machine["versions"].keys()
    assert find_fingerprint(machine) == find_fingerprint(describe_machine())
    assert find_fingerprint({**machine, "cores": 99}) != find_fingerprint(machine)
    assert len(read_load()) == 3
