"""What the machine can do at best: matrix products and reading memory, measured beside the rest.

No search is faster than the arithmetic of its encoder at the rate of a large matrix product, and
no exact one than reading its vectors at the rate of memory.
"""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from embeddings.encoders import Tokenizer
from embeddings.encoders.model_folder import ModelFolder
from service.bench.machine import count_usable_cores

_TRIES = 5
_FIELDS = ("hidden_size", "num_hidden_layers", "intermediate_size")


@dataclass(frozen=True, slots=True)
class Shape:
    """The layers of an encoder in BERT's form: attention of four matrices, then two."""

    hidden: int
    layers: int
    inner: int

    @property
    def parameters(self) -> int:
        """Numbers in the matrices of all layers."""
        return self.layers * (4 * self.hidden**2 + 2 * self.hidden * self.inner)

    def count_operations(self, tokens: int) -> int:
        """Multiplications and additions for one text: its products, and attention's own two."""
        return 2 * self.parameters * tokens + 4 * self.layers * self.hidden * tokens**2


def read_shape(tokenizer: Tokenizer) -> Shape | None:
    """The shape that the config.json of its model says, if it says one of this form."""
    if not isinstance(tokenizer, ModelFolder):
        return None
    config = json.loads((tokenizer.path / "config.json").read_text(encoding="utf-8"))
    values = [config.get(name) for name in _FIELDS]
    if not all(isinstance(value, int) and value > 0 for value in values):
        return None
    return Shape(*values)


def measure_product(size: int) -> float:
    """Operations a second of a large product of float32 matrices, by all cores; the best try."""
    left, right = (_fill(size, size) for _ in range(2))
    return 2 * size**3 / _time_best(lambda: left @ right)


def measure_layers(shape: Shape, tokens: int) -> float:
    """Operations a second of the encoder's products alone for a text of so many tokens.

    Each layer has matrices of its own, so that they come from memory as an encoder's do.
    """
    inputs = _fill(tokens, shape.hidden)
    wide = _fill(tokens, shape.inner)
    square = [_fill(shape.hidden, shape.hidden) for _ in range(4 * shape.layers)]
    up = [_fill(shape.hidden, shape.inner) for _ in range(shape.layers)]
    down = [_fill(shape.inner, shape.hidden) for _ in range(shape.layers)]

    def multiply() -> None:
        for layer in range(shape.layers):
            for matrix in square[4 * layer : 4 * layer + 4]:
                inputs @ matrix
            inputs @ up[layer]
            wide @ down[layer]

    return 2 * shape.parameters * tokens / _time_best(multiply, 4 * _TRIES)


def measure_bandwidth(size: int) -> float:
    """Bytes a second that all cores read of memory, each its own part; the best try."""
    cores = count_usable_cores()
    parts = np.array_split(np.ones(size // 4, dtype=np.float32), cores)
    with threadpool_limits(1), ThreadPoolExecutor(cores) as threads:
        return size / _time_best(lambda: list(threads.map(lambda part: part @ part, parts)))


def _fill(rows: int, columns: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.full((rows, columns), 0.01, dtype=np.float32)


def _time_best(act: Callable[[], object], tries: int = _TRIES) -> float:
    """Seconds of the quickest of some tries, after one that does not count."""
    act()
    best = float("inf")
    for _ in range(tries):
        started = time.perf_counter()
        act()
        best = min(best, time.perf_counter() - started)
    return best
