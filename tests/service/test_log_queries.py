"""What was asked is in the line of a request where that is wanted, and commands no terminal."""

import json
import logging
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from embeddings.artifact import Artifact
from embeddings.encoders import load_encoder
from service.app import create_app
from service.live import Live
from service.logs import JsonFormatter

HOSTILE = (
    "ships\n2026-01-01 INFO all is well",
    "ships \x1b[31m\x07",
    "ships \x9b31m",
    "ships \u202e gnp",
    "ships \u2028 fog",
    'ships", "more',
    "ships %(status)s %s",
)


@pytest.fixture
def telling(index: Path, caplog: pytest.LogCaptureFixture) -> Iterator[TestClient]:
    caplog.set_level(logging.INFO, "winnow")
    with closing(Live(Artifact(index), load_encoder)) as live:
        yield TestClient(create_app(live, log_queries=True))


def _read_line(caplog: pytest.LogCaptureFixture) -> tuple[str, list[str] | None]:
    """The one line of a request in its plain form, and the questions of its JSON form."""
    (record,) = (one for one in caplog.records if one.name == "winnow")
    line, plain = JsonFormatter().format(record), record.getMessage()
    assert line.isprintable() and plain.isprintable()
    caplog.clear()
    questions: list[str] | None = json.loads(line).get("questions")
    return plain, questions


@pytest.mark.parametrize("question", HOSTILE)
def test_a_question_is_one_line_whatever_it_holds(
    telling: TestClient, caplog: pytest.LogCaptureFixture, question: str
) -> None:
    telling.get("/api/search", params={"q": question})
    in_address = _read_line(caplog)
    telling.post("/api/search", json={"q": question})
    for plain, questions in (in_address, _read_line(caplog)):
        assert questions == [question]
        assert json.loads(plain.partition(", asked ")[2]) == [question]


def test_what_is_refused_is_told_too_and_cut_where_it_is_too_long(
    telling: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    assert telling.get("/api/search", params={"q": "???"}).status_code == 422
    assert _read_line(caplog)[1] == ["???"]
    assert telling.get("/", params={"q": "x" * 5000}).status_code == 422
    assert _read_line(caplog)[1] == ["x" * 2000]


def test_what_asks_nothing_is_a_line_as_it_is_without(
    telling: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    telling.get("/api/info")
    plain, questions = _read_line(caplog)
    assert questions is None and "asked" not in plain
    telling.get("/?q=%FF%zz&q=fog")
    assert _read_line(caplog)[1] == ["\ufffd%zz", "fog"]


def test_without_it_the_line_has_no_question(index: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "winnow")
    with closing(Live(Artifact(index), load_encoder)) as live:
        TestClient(create_app(live)).get("/api/search?q=ships")
    plain, questions = _read_line(caplog)
    assert questions is None and "ships" not in plain
