"""The thread that waits with the connections to a database ends, whoever ends it."""

import threading

from embeddings.index.postgres.background import Background


def test_its_own_thread_can_end_it() -> None:
    """As a collection of garbage does that runs there."""
    background = Background("test")
    ended = threading.Event()

    async def tell() -> None:
        ended.set()

    async def stop() -> threading.Thread:
        background.stop(tell())
        return threading.current_thread()

    thread = background.run(stop())
    assert ended.wait(60)
    thread.join(60)
    assert not thread.is_alive()
