"""The protocol's side of the tools: what is listed, and how a call becomes a result.

An error of Winnow's is a result too, marked as one, so that the agent reads it and asks better.
"""

import sys
from functools import partial
from typing import Any

from anyio.to_thread import run_sync
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
    ToolAnnotations,
)
from starlette.types import Receive, Scope, Send

from embeddings import __version__
from service.api.errors import describe_error
from service.live import Live
from service.mcp.tools import INSTRUCTIONS, TOOLS
from service.watching import Record

_READS = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
_LISTED = [
    Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.takes.model_json_schema(),
        output_schema=tool.gives.model_json_schema(),
        annotations=_READS,
    )
    for tool in TOOLS.values()
]


def make_server(live: Live) -> Server[Any]:
    """What answers agents from the build in use. Keeps nothing between two messages."""

    async def list_tools(_: Any, __: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=_LISTED)

    async def call_tool(context: Any, asked: CallToolRequestParams) -> CallToolResult:
        if asked.name not in TOOLS:
            known = ", ".join(TOOLS)
            raise MCPError(INVALID_PARAMS, f"no tool {asked.name!r}: there are {known}")
        # Over standard input there is no request, and nobody who counts it.
        record = None if context.request is None else context.request.state.record
        return await run_sync(partial(_call, live, asked, record))

    server = Server(
        "winnow",
        version=__version__,
        title="Winnow",
        description="The exact passages of a collection of documents that answer a question.",
        instructions=INSTRUCTIONS,
        get_tool_input_schema=lambda _: None,  # no argument of a tool comes in a header
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )
    server.middleware.clear()  # its own traces; a request is traced as any other one
    return server


def _call(live: Live, asked: CallToolRequestParams, record: Record | None) -> CallToolResult:
    tool = TOOLS[asked.name]
    try:
        arguments = tool.read(asked.arguments or {})
        passage = getattr(arguments, "passage_id", None)
        searcher = live.find(passage_id=passage) if passage else live.find()
        answer = tool.act(record.follow(searcher) if record else searcher, arguments)
    except Exception as error:  # one that nobody foresaw too: told in general words
        return _refuse(error, record)
    return CallToolResult(
        content=[TextContent(text=tool.write(answer))],
        structured_content=answer.model_dump(mode="json"),
    )


def _refuse(error: Exception, record: Record | None) -> CallToolResult:
    told = describe_error(error, record.id if record else "over standard input")["error"]
    if record:
        record.refusal = told["code"]
    hint = f"\nhint: {told['hint']}" if told["hint"] else ""
    return CallToolResult(content=[TextContent(text=f"{told['message']}{hint}")], is_error=True)


async def answer_once(server: Server[Any], scope: Scope, receive: Receive, send: Send) -> None:
    """One message by HTTP, answered in JSON; no session, so that any process may have the next."""
    exchange = StreamableHTTPSessionManager(
        server,
        json_response=True,
        stateless=True,
        max_request_body_size=sys.maxsize,  # the body is here already, within the server's limits
    )
    async with exchange.run():
        await exchange.handle_request(scope, receive, send)
