"""Whatever is asked, over HTTP as it goes through a socket: an answer as documented, or a refusal.

No answer is an error of the server, and every one of them is whole: valid JSON in the documented
form, or a page.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import html
from starlette.testclient import TestClient

from embeddings.artifact import Artifact
from embeddings.encoders.hashing import HashingEncoder
from service.api.schemas import SearchResponse
from tests.browser.serving import serve
from tests.service.waiting import ask, speak

ALWAYS_THE_SAME = settings(
    deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
NAMES = (
    *("k", "offset", "mode", "min_confidence", "source", "language", "after", "before"),
    *("sort", "facets", "build", "hit", "min", "lang", "nothing"),
)
MARKUP = "'\"><marquee>"
HOSTILE = st.sampled_from(
    [
        "<script>",
        MARKUP,
        "${7*7}",
        "{{7*7}}",
        "%00",
        "../..",
        "=1+1",
        "\u202e",
        "‮" * 9,
        "1e999",
    ]
)
TEXTS = st.text(max_size=100) | HOSTILE | st.binary(max_size=60)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=12,
)


def read_answer(status: int, body: str, allowed: tuple[int, ...]) -> dict[str, Any]:
    """The one body of an error, or the answer in its documented form."""
    assert status in allowed, body
    told: dict[str, Any] = json.loads(body)
    if status == 200:
        SearchResponse.model_validate(told)
        assert len(told["hits"]) <= told["total"]
    else:
        assert told.keys() == {"error"} and told["error"]["status"] == status
    return told


@pytest.fixture(scope="module")
def address(index: Path) -> Iterator[str]:
    with serve(Artifact(index), load=lambda _: HashingEncoder()) as address:
        yield address


@ALWAYS_THE_SAME
@given(q=TEXTS)
def test_any_bytes_as_a_question_through_a_socket(address: str, q: str | bytes) -> None:
    sent = q if isinstance(q, bytes) else q.encode("utf-8", "surrogatepass")
    head, _, body = speak(address, ask(f"/api/search?q={quote(sent)}")).partition(b"\r\n\r\n")
    told = read_answer(int(head.split()[1]), body.decode(), (200, 422))
    if "error" not in told:
        assert told["query"] == sent.decode("utf-8", "replace")


@ALWAYS_THE_SAME
@given(fields=st.lists(st.tuples(st.sampled_from(NAMES), TEXTS), max_size=5), q=TEXTS)
def test_any_fields_of_an_address(
    client: TestClient, fields: list[tuple[str, Any]], q: str | bytes
) -> None:
    asked = urlencode([("q", q), *fields], errors="surrogatepass")
    response = client.get(f"/api/search?{asked}")
    read_answer(response.status_code, response.text, (200, 410, 422))


@ALWAYS_THE_SAME
@given(body=JSON | st.dictionaries(st.sampled_from(("q", *NAMES)), JSON, min_size=1))
def test_any_json_as_a_body(client: TestClient, body: object) -> None:
    headers = {"Content-Type": "application/json"}
    response = client.post("/api/search", content=json.dumps(body), headers=headers)
    read_answer(response.status_code, response.text, (200, 410, 422))


@ALWAYS_THE_SAME
@given(body=st.binary(max_size=200))
def test_any_bytes_as_a_body(client: TestClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    response = client.post("/api/search", content=body, headers=headers)
    read_answer(response.status_code, response.text, (200, 400, 422))


@ALWAYS_THE_SAME
@given(
    path=st.sampled_from(("/", "/about", "/login", "/docs", "/nothing")),
    fields=st.lists(st.tuples(st.sampled_from(NAMES), TEXTS), max_size=4),
    q=TEXTS,
)
@example(path="/", fields=[("source", MARKUP), ("mode", "lexical")], q=f"ships {MARKUP}")
@example(path="/", fields=[("k", MARKUP)], q=MARKUP)
def test_any_question_to_a_page(
    client: TestClient, path: str, fields: list[tuple[str, Any]], q: str | bytes
) -> None:
    asked = urlencode([("q", q), *fields], errors="surrogatepass")
    response = client.get(f"{path}?{asked}", follow_redirects=False)
    assert response.status_code in (200, 303, 404, 410, 422), response.text
    if response.status_code == 303:
        to = response.headers["location"]
        assert to.startswith("/") and not to.startswith("//")
        return
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    page = html.fromstring(response.content)
    assert response.text.rstrip().lower().endswith("</html>")
    assert all(one.get("src", "").startswith("/static/") for one in page.iter("script"))
    assert not list(page.iter("marquee", "iframe", "object", "embed"))
