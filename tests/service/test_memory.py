"""What was worked out lately is given again; what is asked for at once is made once."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from service.memory import Memory


def make_memory(most: int = 10, most_bytes: int = 1000) -> Memory[str, str]:
    return Memory(most, most_bytes, lambda key, value: len(value))


def never() -> str:
    raise AssertionError("made again")


def is_kept(memory: Memory[str, str], key: str) -> bool:
    """Whether a key is remembered. It is not after this either, where it was not."""
    try:
        return memory.recall(key, never)[1]
    except AssertionError:
        return False


def test_what_was_made_is_given_again() -> None:
    memory = make_memory()
    assert memory.recall("a", lambda: "one") == ("one", False)
    assert memory.recall("b", lambda: "two") == ("two", False)
    assert memory.recall("a", never) == ("one", True)


def test_of_too_many_those_go_that_were_used_longest_ago() -> None:
    memory = make_memory(most=2)
    for key in "aba":
        memory.recall(key, lambda: "x")
    memory.recall("c", lambda: "x")
    assert [is_kept(memory, key) for key in "abc"] == [True, False, True]


def test_of_too_many_bytes_too() -> None:
    memory = make_memory(most_bytes=10)
    for key, value in (("a", "xxxx"), ("b", "xxxx"), ("c", "xxxx")):
        memory.recall(key, lambda value=value: value)  # type: ignore[misc]
    assert [is_kept(memory, key) for key in "abc"] == [False, True, True]
    assert memory.recall("d", lambda: "x" * 11) == ("x" * 11, False)
    assert [is_kept(memory, key) for key in "bcd"] == [True, True, False]


def test_an_error_is_not_kept() -> None:
    memory = make_memory()
    with pytest.raises(AssertionError, match="made again"):
        memory.recall("a", never)
    assert memory.recall("a", lambda: "one") == ("one", False)


class Waiting:
    """Four threads that want one key while the first of them makes it."""

    def __init__(self, memory: Memory[str, str], pool: ThreadPoolExecutor) -> None:
        self._begun, self._go_on = threading.Event(), threading.Event()
        self._first = pool.submit(memory.recall, "a", lambda: self._make())
        assert self._begun.wait(30)
        self.made = 0
        self._waiting = threading.Barrier(4)
        self._others = [pool.submit(self._join, memory) for _ in range(3)]
        self._waiting.wait(30)
        self.finish: Callable[[], str] = lambda: "one"

    def _make(self) -> str:
        self._begun.set()
        assert self._go_on.wait(30)
        return self.finish()

    def _join(self, memory: Memory[str, str]) -> tuple[str, bool]:
        self._waiting.wait(30)
        return memory.recall("a", self._make_own)

    def _make_own(self) -> str:
        self.made += 1
        return "own"

    def end(self) -> tuple[Future[tuple[str, bool]], list[tuple[str, bool]]]:
        """Let the first go on; it, and what the others got."""
        self._go_on.set()
        return self._first, [other.result(30) for other in self._others]


def test_what_several_want_at_once_is_made_once() -> None:
    with ThreadPoolExecutor(4) as pool:
        waiting = Waiting(make_memory(), pool)
        first, others = waiting.end()
        assert first.result() == ("one", False)
        assert others == [("one", True)] * 3
        assert waiting.made == 0


def test_those_who_waited_for_one_that_failed_try_themselves() -> None:
    memory = make_memory()
    with ThreadPoolExecutor(4) as pool:
        waiting = Waiting(memory, pool)
        waiting.finish = never
        first, others = waiting.end()
        assert isinstance(first.exception(), AssertionError)
        assert [value for value, _ in others] == ["own"] * 3
        assert waiting.made >= 1
    assert memory.recall("a", lambda: "one")[0] in ("own", "one")


def test_another_key_does_not_wait() -> None:
    memory = make_memory()
    with ThreadPoolExecutor(4) as pool:
        waiting = Waiting(memory, pool)
        assert memory.recall("b", lambda: "two") == ("two", False)
        waiting.end()
