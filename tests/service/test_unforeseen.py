"""An error that nobody foresaw: answered as every other, logged with its places and no question."""

import json
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from embeddings.artifact import Artifact
from embeddings.encoders.hashing import HashingEncoder
from embeddings.records import Vectors
from service.logs import JsonFormatter, PlainFormatter
from tests.browser.serving import serve
from tests.service.waiting import ask, post, read_error, speak

SECRET = "zwiebelfisch"
BODY = json.dumps({"q": SECRET}).encode()
ASKED = {
    "api": ask(f"/api/search?q={SECRET}"),
    "body": post(f"Content-Length: {len(BODY)}\r\nConnection: close") + BODY,
    "page": ask(f"/?q={SECRET}"),
    "file": ask(f"/api/search/export?q={SECRET}&format=csv"),
}


class BrokenEncoder(HashingEncoder):
    """An encoder that fails on the secret word, and says so in its errors."""

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        if any(SECRET in text for text in texts):
            try:
                raise ValueError(f"no vector of {texts}")
            except ValueError as error:
                raise RuntimeError(f"cannot encode {texts}") from error
        return super().encode_queries(texts)


@pytest.fixture(scope="module")
def address(index: Path) -> Iterator[str]:
    with serve(Artifact(index), load=lambda _: BrokenEncoder()) as address:
        yield address


def _format(records: Sequence[logging.LogRecord], form: logging.Formatter) -> str:
    """The records as the server writes them; what pytest has made of an exception is forgotten."""
    for record in records:
        record.exc_text = None
    return "\n".join(form.format(record) for record in records)


@pytest.mark.parametrize("said", ASKED.values(), ids=ASKED)
def test_the_log_tells_where_it_was_and_not_what_was_asked(
    address: str, caplog: pytest.LogCaptureFixture, said: bytes
) -> None:
    caplog.set_level(logging.INFO)
    assert speak(address, said).startswith(b"HTTP/1.1 500 ")
    for form in (JsonFormatter(), PlainFormatter()):
        told = _format(caplog.records, form)
        assert SECRET not in told
        assert "builtins.ValueError" in told and "builtins.RuntimeError" in told
        assert "encode_queries" in told and Path(__file__).name in told


def test_its_answer_is_as_any_other_and_leads_to_its_line_in_the_log(
    address: str, caplog: pytest.LogCaptureFixture
) -> None:
    head, _, _ = (told := speak(address, ASKED["api"])).partition(b"\r\n\r\n")
    error = read_error(told)
    assert (error["code"], error["status"]) == ("internal", 500)
    assert SECRET not in told.decode()
    lines = head.decode().lower().splitlines()
    (identity,) = [line.partition(": ")[2] for line in lines if line.startswith("x-request-id")]
    assert f"unforeseen error in request {identity}" in caplog.messages
    assert len([line for line in lines if line.startswith("content-security-policy")]) == 1


def test_a_page_for_it_carries_the_same(address: str) -> None:
    head, _, body = speak(address, ASKED["page"]).partition(b"\r\n\r\n")
    assert b"x-request-id: " in head and b"content-security-policy: " in head
    assert b"<!doctype html>" in body.lower() and SECRET.encode() not in body


def test_the_next_one_is_answered(address: str) -> None:
    speak(address, ASKED["api"])
    assert speak(address, ask("/api/search?q=ships")).startswith(b"HTTP/1.1 200 ")


def test_errors_raised_together_are_all_told_without_their_messages(
    caplog: pytest.LogCaptureFixture,
) -> None:
    group = ExceptionGroup(SECRET, [KeyError(SECRET), OSError(SECRET)])
    logging.getLogger("winnow").error("both", exc_info=group)
    told = _format(caplog.records, PlainFormatter())
    assert "KeyError" in told and "OSError" in told and SECRET not in told
