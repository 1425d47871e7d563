"""The page of the HTTP API tells all that its description holds, and its examples work."""

import html
import json
import re
import shlex
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.pages.api_view import Kind, name_kind


@pytest.fixture(scope="module")
def page(harbour: TestClient) -> str:
    answer = harbour.get("/docs")
    assert answer.status_code == 200
    return html.unescape(answer.text)


@pytest.fixture(scope="module")
def described(harbour: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = harbour.get("/openapi.json").json()
    return found


def test_every_address_and_every_field_is_told(page: str, described: dict[str, Any]) -> None:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            section = page.split(f'<h2 id="{method}{path.translate(_PLAIN)}-title">')[1]
            section = section.split("</section>")[0]
            names = {one["name"] for one in operation.get("parameters", ())}
            assert names == set(re.findall(r'<th scope="row"><code>(\w+)</code>', section))
            assert set(operation["responses"]) == set(re.findall(r"<dt>(\d+)</dt>", section))


_PLAIN = str.maketrans("/", "-", "{}")


def test_every_body_is_told_with_its_fields(page: str, described: dict[str, Any]) -> None:
    for name, schema in described["components"]["schemas"].items():
        section = page.split(f'<section class="forms" id="{name}"')[1].split("</section>")[0]
        told = set(re.findall(r'<th scope="row"><code>(\w+)</code>', section))
        assert told == set(schema["properties"])


def test_every_link_within_the_page_leads_somewhere(page: str) -> None:
    targets = set(re.findall(r'href="#([^"]+)"', page))
    assert len(targets) > 30
    assert targets <= set(re.findall(r'id="([^"]+)"', page))


def test_examples_that_need_no_id_work_as_they_stand(harbour: TestClient, page: str) -> None:
    examples = [shlex.split(one) for one in re.findall(r"<pre[^>]*>(curl .*?)</pre>", page)]
    tried = 0
    for _, *words in examples:
        url = next(word for word in words if word.startswith("http"))
        if "{" in url:
            continue
        tried += 1
        body = json.loads(words[words.index("-d") + 1]) if "-d" in words else None
        answer = harbour.post(url, json=body) if body else harbour.get(url)
        assert answer.status_code == 200, url
    assert tried > 6


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 1000}, Kind("integer, from 1 to 1,000")),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, Kind("string or null")),
        ({"$ref": "#/components/schemas/HitOut"}, Kind("HitOut", "HitOut")),
        ({"items": {"$ref": "#/x/SpanOut"}, "type": "array"}, Kind("list of SpanOut", "SpanOut")),
        ({"enum": ["a", "b"], "type": "string"}, Kind("a, b")),
        (
            {"type": "object", "additionalProperties": {"type": "integer"}},
            Kind("object of integer"),
        ),
        ({}, Kind("any")),
    ],
)
def test_a_schema_is_told_in_a_few_words(schema: dict[str, Any], kind: Kind) -> None:
    assert name_kind(schema) == kind
