"""Work on many files at once, its results in the order of the files."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")

_AHEAD = 4  # calls for each thread


def call_ahead(
    calls: Iterable[Callable[[], Result]], threads: int, stop: Callable[[], None]
) -> Iterator[Result]:
    """What each call gives, in their order; a few of them are ahead of what is asked for.

    Where one fails, or nobody asks for more, `stop` ends those under way and no other begins.
    """
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for call in calls:
                waiting.append(pool.submit(call))
                if len(waiting) >= _AHEAD * threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            stop()
            raise
