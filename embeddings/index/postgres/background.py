"""An event loop in a thread of its own, for code that waits with it from any thread."""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")
Work = Coroutine[Any, Any, None]


class Background:
    """Runs coroutines one beside another in one daemon thread, which starts with the first."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stopped = False

    def start(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Begin the work; the future may be waited for, or cancelled, from any thread."""
        with self._lock:
            if self._stopped:
                work.close()
                raise RuntimeError("the connections to the database were closed")
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=self._loop.run_forever, name=self._name, daemon=True
                )
                self._thread.start()
            return asyncio.run_coroutine_threadsafe(work, self._loop)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of the work; whoever is interrupted while waiting for it ends it."""
        future = self.start(work)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def stop(self, last: Work) -> None:
        """End the thread; what still runs is cancelled, and who waits for it hears so.

        Then `last` is run, if anything ever was.
        """
        with self._lock:
            loop, thread, self._stopped = self._loop, self._thread, True
            self._loop = self._thread = None
        if loop is None or thread is None:
            last.close()
            return
        if thread is threading.current_thread():
            # A collection of garbage there found nobody left to ask; it cannot wait for itself.
            threading.Thread(target=_end, args=(loop, thread, last)).start()
        else:
            _end(loop, thread, last)


def _end(loop: asyncio.AbstractEventLoop, thread: threading.Thread, last: Work) -> None:
    asyncio.run_coroutine_threadsafe(_finish(last), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


async def _finish(last: Work) -> None:
    await _cancel_others()
    await last
    await _cancel_others()
    await asyncio.sleep(0)  # a closed line is let go in the next turn


async def _cancel_others() -> None:
    # One that is cancelled may begin another, to clean up.
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
