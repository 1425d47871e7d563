"""One body for every error, and one table from class to status and code."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from embeddings import errors
from service.api.errors import HTTP_CODES, TABLE, WHEN, describe_error

JSON = {"content-type": "application/json"}
REQUESTS: list[tuple[str, str, dict[str, Any], int, str]] = [
    ("GET", "/api/nothing", {}, 404, "not_found"),
    ("GET", "/api", {}, 404, "not_found"),
    ("GET", "/static/nothing.css", {}, 404, "not_found"),
    ("GET", "/api/passages/unknown", {}, 404, "not_found"),
    ("DELETE", "/api/search", {}, 405, "method_not_allowed"),
    ("POST", "/api/info", {}, 405, "method_not_allowed"),
    ("POST", "/readyz", {}, 405, "method_not_allowed"),
    ("GET", "/api/search", {"params": {"q": ""}}, 422, "invalid_input"),
    ("GET", "/api/search", {"params": {"q": "x", "k": "many"}}, 422, "invalid_input"),
    ("POST", "/api/search", {"content": "{", "headers": JSON}, 422, "invalid_input"),
    ("POST", "/api/search", {"content": "[]", "headers": JSON}, 422, "invalid_input"),
    ("POST", "/api/search", {"content": "q=x"}, 422, "invalid_input"),
    ("POST", "/api/search", {"content": b'{"q": "\xff"}', "headers": JSON}, 400, "bad_request"),
    ("POST", "/api/search", {"content": "[" * 100_000, "headers": JSON}, 400, "bad_request"),
]


@pytest.mark.parametrize(("method", "path", "options", "status", "code"), REQUESTS)
def test_every_error_has_the_one_body(
    client: TestClient, method: str, path: str, options: dict[str, Any], status: int, code: str
) -> None:
    response = client.request(method, path, **options)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert body.keys() == {"error"}
    error = body["error"]
    assert error.keys() - {"fields"} == {"code", "message", "status", "hint"}
    assert (error["status"], error["code"]) == (status, code)
    assert error["message"] and error["hint"]
    for field in error.get("fields", []):
        assert field.keys() == {"field", "message"}


def test_malformed_json_says_what_is_wrong_and_where(client: TestClient) -> None:
    response = client.post("/api/search", content='{"q": "x",}', headers=JSON)
    (field,) = response.json()["error"]["fields"]
    assert field["field"] == "body"
    assert "character 1" in field["message"]


def test_a_wrong_method_is_told_the_right_ones(client: TestClient) -> None:
    allowed = client.delete("/api/search").headers["allow"]
    assert {method.strip() for method in allowed.split(",")} >= {"GET"}


def test_an_address_for_people_answers_with_a_page(client: TestClient) -> None:
    response = client.get("/nothing")
    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/html")


def _subclasses(kind: type[errors.WinnowError]) -> Iterator[type[errors.WinnowError]]:
    yield kind
    for sub in kind.__subclasses__():
        yield from _subclasses(sub)


@pytest.mark.parametrize("kind", [row[0] for row in TABLE])
def test_a_row_of_the_table_gives_its_own_status_and_code(
    kind: type[errors.WinnowError],
) -> None:
    _, status, code = next(row for row in TABLE if row[0] is kind)
    error = describe_error(kind("what happened", "what to do"))["error"]
    assert (error["status"], error["code"]) == (status, code)
    assert (error["message"], error["hint"]) == ("what happened", "what to do")


def test_no_row_of_the_table_is_hidden_by_one_above_it() -> None:
    kinds = [row[0] for row in TABLE]
    for i, kind in enumerate(kinds):
        assert not any(issubclass(kind, above) for above in kinds[:i])


def test_every_code_says_when_it_comes() -> None:
    codes = {row[2] for row in TABLE} | {code for code, _ in HTTP_CODES.values()}
    assert codes == WHEN.keys()


def test_the_tree_of_errors_is_drawn_whole() -> None:
    drawn = errors.__doc__ or ""
    for kind in _subclasses(errors.WinnowError):
        assert kind.__name__ in drawn


def test_an_unforeseen_error_is_logged_and_told_in_general_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR):
        body = describe_error(RuntimeError("the password is swordfish"), "abc-1")
    assert body["error"]["status"] == 500
    assert "swordfish" not in json.dumps(body)
    assert caplog.messages == ["unforeseen error in request abc-1"]
    assert "RuntimeError" in caplog.text


@pytest.mark.parametrize("kind", [errors.IndexUnreachable, errors.DatabaseUnfit])
def test_an_asker_is_not_told_where_the_database_is(kind: type[errors.WinnowError]) -> None:
    told = describe_error(kind("no server of postgresql://keeper@inside:5432/x answers", "GRANT"))
    assert (told["error"]["status"], told["error"]["code"]) == (503, "index_unavailable")
    assert "inside" not in json.dumps(told) and "GRANT" not in json.dumps(told)


def test_an_address_that_takes_several_methods_names_them_all(client: TestClient) -> None:
    assert client.delete("/api/search").headers["allow"] == "GET, POST"
    assert client.post("/api/info").headers["allow"] == "GET"
