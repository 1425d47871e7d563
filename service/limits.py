"""How much the server takes on at once."""

from collections.abc import AsyncIterator

from fastapi import Request

from embeddings.errors import ServerBusy

MOST_AT_ONCE = 64


class Turns:
    """Counts the requests under way. Used from the event loop alone, so it needs no lock."""

    def __init__(self, most: int = MOST_AT_ONCE) -> None:
        self._most = most
        self._taken = 0

    def take(self) -> None:
        """Raises ServerBusy where all turns are taken."""
        if self._taken >= self._most:
            raise ServerBusy(
                f"{self._most} requests are under way already", "ask again in a few seconds"
            )
        self._taken += 1

    def give_back(self) -> None:
        self._taken -= 1


async def take_turn(request: Request) -> AsyncIterator[None]:
    """A turn for one request, from its beginning to its end."""
    turns: Turns = request.app.state.turns
    turns.take()
    try:
        yield
    finally:
        turns.give_back()
