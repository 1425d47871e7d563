"""`winnow mcp`: standard output is the protocol's alone, and the process ends when it should."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from embeddings.artifact import Artifact
from tests.embeddings.building import build
from tests.service.cli.conftest import Winnow, make_environment
from tests.service.mcp.conversation import make_call, start, talk
from tests.service.waiting import LONGEST

CLIENT = {"name": "tests", "version": "1"}
HELLO = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": CLIENT}


def _start(index: Path, *flags: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "service", "mcp", "--index", str(index), *flags],
        env=make_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _write(*messages: dict[str, Any]) -> str:
    return "".join(f"{json.dumps({'jsonrpc': '2.0', **message})}\n" for message in messages)


def test_standard_output_holds_answers_alone_and_the_end_of_input_ends_it(index: Path) -> None:
    said = _write(
        {"id": 0, "method": "initialize", "params": HELLO},
        {"method": "notifications/initialized"},
        make_call("sources"),
        {**make_call("read", passage_id="gone"), "id": 2},
    )
    with _start(index, "--log-format", "json") as process:
        assert process.stdin and process.stdout
        process.stdin.write(said + "this is no message\n")
        process.stdin.flush()
        told = {line["id"]: line for line in (json.loads(process.stdout.readline()) for _ in "abc")}
        rest, log = process.communicate(timeout=LONGEST)
    assert process.returncode == 0
    assert rest == ""
    assert told[0]["result"]["serverInfo"]["name"] == "winnow"
    assert told[0]["result"]["protocolVersion"] == "2025-06-18"
    assert told[1]["result"]["structuredContent"]["total"] == 17
    assert told[2]["result"]["isError"] is True
    for line in log.splitlines():
        assert json.loads(line)["level"] in ("INFO", "WARNING")


def test_an_interruption_ends_it_while_it_waits_for_a_line(index: Path) -> None:
    with _start(index) as process:
        assert process.stdin and process.stdout
        process.stdin.write(_write({"id": 0, "method": "initialize", "params": HELLO}))
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["id"] == 0
        process.send_signal(signal.SIGINT)
        assert process.wait(LONGEST) == -signal.SIGINT
        assert "Traceback" not in process.communicate()[1]


def test_a_new_build_is_taken_up(tiny_corpus: Path, tiny_artifact: Artifact) -> None:
    first = tiny_artifact.live_id()

    async def wait_for_another(client: Client) -> str:
        async def ask() -> str:
            result = await client.call_tool("search", {"query": "the great flood"})
            return str(result.structured_content["build"])

        assert await ask() == first
        (tiny_corpus / "flood.txt").write_text("The great flood of 1953 came in the night.\n")
        second = build(tiny_corpus, tiny_artifact).manifest.build
        for _ in range(100_000):
            if (found := await ask()) == second:
                return found
        raise AssertionError(f"{second} is not served")

    assert talk(start(tiny_artifact.directory), wait_for_another) != first


@pytest.mark.parametrize("flags", [(), ("--index", "nowhere")])
def test_without_an_index_it_says_how_to_make_one(
    winnow_here: Winnow, flags: tuple[str, ...]
) -> None:
    done = winnow_here("mcp", *flags)
    assert (done.returncode, done.stdout) == (1, "")
    assert "hint: build one: winnow build" in done.stderr
