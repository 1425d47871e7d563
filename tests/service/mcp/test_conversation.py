"""An agent asks questions over the seeds, over standard input and over two processes by HTTP."""

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp_types import CallToolResult, Tool

from embeddings import __version__
from tests.reliability.served import serving
from tests.service.mcp.conftest import SEEDS
from tests.service.mcp.conversation import read_text, start, talk

pytestmark = pytest.mark.model
ASKED = ("s01", "s02", "s05")  # answerable, each from a source of its own or another
STRANGE = "Who won the football world cup of 2018?"
_LINES = (SEEDS / "questions.jsonl").read_text(encoding="utf-8").splitlines()
QUESTIONS = {row["id"]: row for row in map(json.loads, _LINES)}
ABOUT = "How many fighters does KIB command?"


class Talked:
    """All that came of one conversation."""

    def __init__(self) -> None:
        self.tools: dict[str, Tool] = {}
        self.found: dict[str, CallToolResult] = {}
        self.version: str | None = None
        self.instructions = ""

    async def have(self, client: Client) -> "Talked":
        assert client.server_info is not None
        self.version, self.instructions = client.server_info.version, client.instructions or ""
        self.tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        for name in ASKED:
            question = QUESTIONS[name]["question"]
            self.found[name] = await client.call_tool("search", {"query": question})
        passage = {"passage_id": _read(self.found["s05"])["hits"][0]["passage_id"]}
        calls: dict[str, tuple[str, dict[str, Any]]] = {
            "strange": ("search", {"query": STRANGE, "k": 2}),
            "filtered": ("search", {"query": ABOUT, "min_confidence": 1}),
            "folded": ("search", {"query": ABOUT, "k": 1}),
            "read": ("read", {**passage, "around": 100}),
            "whole": ("read", {**passage, "around": 20_000}),
            "similar": ("similar", {**passage, "k": 3}),
            "sources": ("sources", {"limit": 2}),
            "further": ("sources", {"offset": 4, "limit": 2}),
            "unknown": ("read", {"passage_id": "0123456789abcdef"}),
            "wrong": ("search", {"query": ABOUT, "k": 1000, "colour": "red"}),
            "no date": ("search", {"query": ABOUT, "after": "2017-13"}),
            "empty": ("search", {"query": " "}),
        }
        for name, (tool, arguments) in calls.items():
            self.found[name] = await client.call_tool(tool, arguments)
        again = _read(self.found["folded"])["hits"][0]["also_in"][0]["passage_id"]
        self.found["repeat"] = await client.call_tool("read", {"passage_id": again})
        return self

    def __getitem__(self, name: str) -> dict[str, Any]:
        return _read(self.found[name])


def _read(result: CallToolResult) -> dict[str, Any]:
    assert not result.is_error, read_text(result)
    content: dict[str, Any] = result.structured_content
    return content


@pytest.fixture(scope="module")
def address(seeds_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where two processes answer as one server."""
    log = tmp_path_factory.mktemp("served") / "log"
    with serving(seeds_index, log, 2) as served:
        yield f"{served.address}/mcp"
    assert "Traceback" not in log.read_text()


@pytest.fixture(
    scope="module", params=[("stdio", "auto"), ("http", "auto"), ("http", "legacy")], ids="-".join
)
def talked(request: pytest.FixtureRequest, seeds_index: Path) -> Talked:
    way, mode = request.param
    server = start(seeds_index) if way == "stdio" else request.getfixturevalue("address")
    return talk(server, Talked().have, mode)


def _text(source: str) -> str:
    return (SEEDS / source).read_text(encoding="utf-8")


def test_an_agent_is_told_what_the_tools_are_for(talked: Talked) -> None:
    assert talked.version == __version__
    assert "`answered` is false" in talked.instructions and "citation" in talked.instructions
    assert list(talked.tools) == ["search", "read", "similar", "sources"]
    for tool in talked.tools.values():
        assert tool.description and tool.output_schema and tool.annotations
        assert tool.annotations.read_only_hint and not tool.annotations.open_world_hint
    k = talked.tools["search"].input_schema["properties"]["k"]
    assert (k["minimum"], k["maximum"], k["default"]) == (1, 100, 5)


@pytest.mark.parametrize("name", ASKED)
def test_questions_are_answered_with_passages_that_stand_where_they_are_cited(
    talked: Talked, name: str
) -> None:
    question, answer = QUESTIONS[name], talked[name]
    assert answer["answered"] is True
    first = answer["hits"][0]
    assert first["answer"] and first["source"] == question["source"]
    assert any(wanted in first["text"] for wanted in question["passage_contains_any"])
    for hit in answer["hits"]:
        text = _text(hit["source"])
        assert text[hit["start"] : hit["end"]] == hit["text"]
        assert hit["highlights"]
        for marked in hit["highlights"]:
            assert text[marked["start"] : marked["end"]] == marked["text"]
            assert hit["start"] <= marked["start"] < marked["end"] <= hit["end"]
        assert f"{hit['source']}, characters {hit['start']}–{hit['end']}" in hit["citation"]
        assert hit["title"] in hit["citation"] and answer["build"] in hit["citation"]


@pytest.mark.parametrize("name", ASKED)
def test_the_text_says_the_same_as_the_structured_content(talked: Talked, name: str) -> None:
    text = read_text(talked.found[name])
    assert text.startswith("What answers this")
    for hit in talked[name]["hits"]:
        assert all(f"> {line}" in text for line in hit["text"].splitlines())
        assert hit["citation"] in text and hit["passage_id"] in text


def test_an_agent_is_told_first_of_all_that_nothing_answers(talked: Talked) -> None:
    answer, text = talked["strange"], read_text(talked.found["strange"])
    assert answer["answered"] is False and len(answer["hits"]) == 2
    assert not any(hit["answer"] for hit in answer["hits"])
    assert text.startswith("Nothing in these documents answers this. Say so")
    assert text.count("does not answer, confidence") == 2
    assert talked["filtered"]["hits"] == []
    assert "the filters leave no passage" in read_text(talked.found["filtered"])


def test_the_documented_answer_is_the_one_that_is_given(talked: Talked) -> None:
    page = (SEEDS.parent / "docs/agents.md").read_text(encoding="utf-8")
    example = page.partition("<!-- example -->\n```json\n")[2].partition("\n```")[0]
    shown, given = json.loads(example), deepcopy(talked["folded"])
    for answer in (shown, given):
        build = answer.pop("build")
        (hit,) = answer["hits"]
        place, _, asked = hit["citation"].rpartition(f"Winnow build {build}, ")
        assert date.fromisoformat(asked.removesuffix("."))
        hit["citation"] = place
    assert shown == given


def test_a_document_is_read_around_a_passage(talked: Talked) -> None:
    passage = talked["s05"]["hits"][0]
    whole = _text(passage["source"])
    for name, around in (("read", 100), ("whole", 20_000)):
        part = talked[name]
        assert part["start"] == max(0, passage["start"] - around)
        assert part["end"] == min(len(whole), passage["end"] + around)
        assert part["text"] == whole[part["start"] : part["end"]]
        assert part["characters"] == len(whole)
        assert part["passage"] == {key: passage[key] for key in ("text", "start", "end")}
        assert part["citation"] == passage["citation"]
        assert part["citation"] in read_text(talked.found[name])


def test_a_repeat_is_read_where_it_stands_itself(talked: Talked) -> None:
    place = talked["folded"]["hits"][0]["also_in"][0]
    part = talked["repeat"]
    assert (part["passage"]["start"], part["passage"]["end"]) == (place["start"], place["end"])
    whole = _text(part["source"])
    assert whole[place["start"] : place["end"]] == part["passage"]["text"]


def test_passages_alike_are_found_without_the_one_itself(talked: Talked) -> None:
    hits = talked["similar"]["hits"]
    assert [hit["rank"] for hit in hits] == [1, 2, 3]
    assert talked["s05"]["hits"][0]["passage_id"] not in [hit["passage_id"] for hit in hits]
    for hit in hits:
        assert _text(hit["source"])[hit["start"] : hit["end"]] == hit["text"]
        assert 0 < hit["similarity"] < 1
        assert hit["citation"] in read_text(talked.found["similar"])


def test_the_documents_are_listed_a_page_at_a_time(talked: Talked) -> None:
    names = sorted(path.name for path in SEEDS.glob("*.txt"))
    first, last = talked["sources"], talked["further"]
    assert [one["source"] for one in first["documents"]] == names[:2]
    assert (first["total"], first["next_offset"]) == (len(names), 2)
    assert [one["source"] for one in last["documents"]] == names[4:]
    assert last["next_offset"] is None
    assert "offset 2" in read_text(talked.found["sources"])


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("unknown", ["no passage '0123456789abcdef'", "hint: search again"]),
        ("wrong", ["k: ", "100", "colour: ", "hint: it takes query, k, mode"]),
        ("no date", ["'2017-13' is no date", "hint: write the date as"]),
        ("empty", ["the query is empty", "hint: ask a question"]),
    ],
)
def test_what_cannot_be_used_comes_back_as_an_error_with_a_hint(
    talked: Talked, name: str, told: list[str]
) -> None:
    result = talked.found[name]
    assert result.is_error and result.structured_content is None
    assert [part for part in told if part not in read_text(result)] == []
