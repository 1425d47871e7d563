"""Talking to Winnow as an agent does, by the SDK's own client, and as one that writes bytes."""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from httpx2 import Response
from mcp import Client, StdioServerParameters
from mcp_types import CallToolResult
from starlette.testclient import TestClient

from tests.service.cli.conftest import make_environment
from tests.service.waiting import LONGEST, run_alone

Result = TypeVar("Result")
HEADERS = {"Accept": "application/json, text/event-stream"}


def talk(
    server: StdioServerParameters | str,
    act: Callable[[Client], Awaitable[Result]],
    mode: str = "auto",
) -> Result:
    """What an agent comes to that is connected to a server: a command, or an address."""

    async def run() -> Result:
        async with Client(server, mode=mode, read_timeout_seconds=LONGEST) as client:
            return await act(client)

    return run_alone(run)


def start(index: Path | str) -> StdioServerParameters:
    """`winnow mcp`, as an agent's configuration names it."""
    return StdioServerParameters(
        command=sys.executable,
        args=["-m", "service", "mcp", "--index", str(index)],
        env=make_environment(),
    )


def read_text(result: CallToolResult) -> str:
    """The text of a result, which has one."""
    (content,) = result.content
    assert content.type == "text"
    return content.text


def make_call(tool: str, **arguments: object) -> dict[str, Any]:
    """A call of a tool as a message."""
    params = {"name": tool, "arguments": arguments}
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}


def call(client: TestClient, tool: str, **arguments: object) -> Response:
    """The same over HTTP, without a session before it."""
    return client.post("/mcp", json=make_call(tool, **arguments), headers=HEADERS)
