"""Questions that come while others are encoded are encoded in one go, each once."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pytest

from embeddings.records import Vectors
from service.together import Together
from tests.service.waiting import LONGEST


class Encoder:
    """Encodes a text as its length, when it is let go; `batches` are those it was asked for."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.begun = threading.Semaphore(0)
        self.go = threading.Semaphore(0)

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.batches.append(list(texts))
        self.begun.release()
        assert self.go.acquire(timeout=LONGEST)
        if "broken" in texts:
            raise ValueError("broken")
        return np.array([[len(text)] for text in texts], dtype=np.float32)


@pytest.fixture
def encoder() -> Encoder:
    return Encoder()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(40) as pool:
        yield pool


def begin(
    encoder: Encoder, together: Together, pool: ThreadPoolExecutor, count: int
) -> list[Future[Vectors]]:
    """So many texts that are being encoded, each alone."""
    asked = []
    for number in range(count):
        asked.append(pool.submit(together.encode, f"{number}"))
        assert encoder.begun.acquire(timeout=LONGEST)
    return asked


def wait_for(together: Together, count: int) -> None:
    while len(together._waiting) < count:
        pass


def read(asked: Sequence[Future[Vectors]]) -> list[int]:
    return [int(one.result(LONGEST)[0]) for one in asked]


def test_one_alone_waits_for_nobody(encoder: Encoder, pool: ThreadPoolExecutor) -> None:
    together = Together(encoder.encode, 1)
    encoder.go.release(2)
    assert [int(together.encode(text)[0]) for text in ("a", "bcd")] == [1, 3]
    assert encoder.batches == [["a"], ["bcd"]]


def test_those_that_come_meanwhile_are_encoded_together(
    encoder: Encoder, pool: ThreadPoolExecutor
) -> None:
    together = Together(encoder.encode, 1)
    first = begin(encoder, together, pool, 1)
    texts = ["x" * length for length in range(1, 6)]
    rest = [pool.submit(together.encode, text) for text in texts]
    wait_for(together, len(texts))
    encoder.go.release(2)
    assert read([*first, *rest]) == [1, 1, 2, 3, 4, 5]
    assert [sorted(batch) for batch in encoder.batches] == [["0"], texts]


def test_a_slow_one_does_not_keep_others_waiting(
    encoder: Encoder, pool: ThreadPoolExecutor
) -> None:
    together = Together(encoder.encode, 2)
    begin(encoder, together, pool, 2)
    assert encoder.batches == [["0"], ["1"]]
    encoder.go.release(2)


def test_no_batch_is_too_large(encoder: Encoder, pool: ThreadPoolExecutor) -> None:
    together = Together(encoder.encode, 1)
    asked = begin(encoder, together, pool, 1)
    asked += [pool.submit(together.encode, "x") for _ in range(20)]
    wait_for(together, 20)
    encoder.go.release(3)
    assert read(asked) == [1] * 21
    assert [len(batch) for batch in encoder.batches] == [1, 16, 4]


def test_an_error_is_told_to_those_of_its_batch_alone(
    encoder: Encoder, pool: ThreadPoolExecutor
) -> None:
    together = Together(encoder.encode, 1)
    first = begin(encoder, together, pool, 1)
    wrong = [pool.submit(together.encode, text) for text in ("broken", "x")]
    wait_for(together, 2)
    encoder.go.release(3)
    assert read(first) == [1]
    for one in wrong:
        with pytest.raises(ValueError, match="broken"):
            one.result(LONGEST)
    assert together.encode("as ever").tolist() == [7]


def test_of_many_threads_each_gets_its_own_vector() -> None:
    together = Together(lambda texts: np.array([[float(t)] for t in texts], np.float32), 2)
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda n: float(together.encode(str(n))[0]), range(2000)))
    assert found == list(range(2000))
    assert together._free == 2
