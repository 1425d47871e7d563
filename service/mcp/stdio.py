"""Answering one agent over standard input and output, until it closes the one or is gone."""

import asyncio

from mcp.server.stdio import stdio_server

from service.live import Live
from service.mcp.protocol import make_server


def answer_agent(live: Live) -> None:
    """Standard output carries the protocol alone; what a library prints goes to standard error."""
    asyncio.run(_answer(live))


async def _answer(live: Live) -> None:
    server = make_server(live)
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())
