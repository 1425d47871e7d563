"""Work on many files at once, its results in the order of the files."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import repeat
from typing import TypeVar

Result = TypeVar("Result")

_AHEAD = 4  # calls for each thread


def call_ahead(
    calls: Iterable[Callable[[], Result]],
    threads: int,
    stop: Callable[[], None],
    sizes: Iterable[int] = repeat(0),
    room: int = 0,
) -> Iterator[Result]:
    """What each call gives, in their order; a few of them are ahead of what is asked for.

    Their sizes come to no more than there is room for, where not one alone is larger. Where one
    fails, or nobody asks for more, `stop` ends those under way and no other begins.
    """
    waiting: deque[tuple[Future[Result], int]] = deque()
    held = 0
    with ThreadPoolExecutor(threads) as pool:
        try:
            for call, size in zip(calls, sizes, strict=False):
                while waiting and (len(waiting) >= _AHEAD * threads or held + size > room):
                    done, freed = waiting.popleft()
                    held -= freed
                    yield done.result()
                waiting.append((pool.submit(call), size))
                held += size
            while waiting:
                yield waiting.popleft()[0].result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            stop()
            raise
