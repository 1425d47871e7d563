"""What a hostile request tries against the server, and is refused; see SECURITY.md."""

import http.client
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from service.limits import Limits
from service.serving import make_server

SECRET = "not for anybody's eyes"


@pytest.fixture(scope="module")
def secret(index: Path) -> Iterator[str]:
    """A file beside the index, and the way up to it from any folder."""
    path = index.parent / "secret.txt"
    path.write_text(SECRET, encoding="utf-8")
    yield path.as_posix()
    path.unlink()


@pytest.fixture(scope="module")
def address(client: TestClient) -> Iterator[tuple[str, int]]:
    """A real server: what a client library would tidy up reaches it as it is."""
    server = make_server(client.app, Limits())
    listening = socket.create_server(("127.0.0.1", 0))  # who asks before it has started waits
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield listening.getsockname()
    server.stop()
    thread.join()


def ask(
    address: tuple[str, int], target: str, method: str = "GET", **headers: str
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Status, headers and body of what is sent as it stands."""
    connection = http.client.HTTPConnection(*address[:2])
    connection._validate_path = lambda url: None  # type: ignore[attr-defined]
    connection.putrequest(method, target, skip_host=bool(headers.get("Host")))
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    response = connection.getresponse()
    answer = response.status, response.headers, response.read()
    connection.close()
    return answer


def is_refused(address: tuple[str, int], target: str, **headers: str) -> bool:
    """Whether what is too long is answered by an error, or by the end of the connection."""
    try:
        return ask(address, target, **headers)[0] in (400, 413, 414, 431)
    except ConnectionError:
        return True


UP = {
    "plain": "../",
    "encoded": "%2e%2e%2f",
    "encoded slash": "..%2f",
    "encoded twice": "%252e%252e%252f",
    "overlong": "%c0%ae%c0%ae%c0%af",
    "backslash": "..%5c",
    "dots doubled": "....//",
    "with NUL": "..%00/",
}
PREFIXES = ("/static/", "/static-docs/", "/documents/", "/api/documents/", "/api/passages/", "/")


@pytest.mark.parametrize("up", UP.values(), ids=UP)
@pytest.mark.parametrize("prefix", PREFIXES)
def test_no_path_leads_out_of_the_folder(
    address: tuple[str, int], secret: str, prefix: str, up: str
) -> None:
    for target in (f"{prefix}{up * 12}{secret[1:]}", f"{prefix}{secret}", f"{prefix}{up}app.py"):
        status, _, body = ask(address, target)
        assert status in (404, 422), target
        assert SECRET.encode() not in body and b"import " not in body


def test_what_lies_beside_the_static_files_is_not_served(client: TestClient) -> None:
    assert client.get("/static/page.js").status_code == 200
    for name in (
        "../rendering.py",
        "%2e%2e/rendering.py",
        "/",
        "",
        ".",
        "page.js/..%2f..%2fviews.py",
    ):
        assert client.get(f"/static/{name}").status_code == 404


@pytest.mark.parametrize("source", ["../*", "/etc/passwd", "..%2f..%2fetc", "\0", "**/../../*"])
def test_a_filter_by_source_names_what_is_in_the_index_alone(
    client: TestClient, source: str
) -> None:
    response = client.get("/api/search", params={"q": "root", "source": source})
    assert response.status_code in (200, 422)
    assert response.json().get("hits", []) == []


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PUT", "PATCH", "DELETE", "PROPFIND", "X"])
@pytest.mark.parametrize("path", ["/", "/api/search", "/healthz", "/static/page.js", "/docs"])
def test_a_method_that_nothing_needs_is_refused(
    address: tuple[str, int], path: str, method: str
) -> None:
    status, headers, body = ask(address, path, method, X_Mirror="see me")
    assert b"see me" not in body
    if method == "X":  # not one of HTTP at all
        assert status == 400
    else:
        assert status == 405
        assert "GET" in headers["Allow"] or path.startswith("/static")


@pytest.mark.parametrize(
    "header",
    [
        {"X_HTTP_Method_Override": "DELETE"},
        {"X_Original_URL": "/docs"},
        {"X_Rewrite_URL": "/docs"},
        {"X_Forwarded_Host": "evil.example"},
        {"X_Forwarded_Prefix": "/evil"},
        {"Range": "bytes=0-0,1-1," + ",".join(f"{n}-" for n in range(2000))},
        {"Accept": "*" * 5000},
        {"Accept_Language": "x" * 5000},
        {"Cookie": "a=b; " * 1000},
        {"Content_Length": "0", "Transfer_Encoding": "identity"},
        {"Expect": "100-continue"},
    ],
    ids=lambda header: next(iter(header)),
)
def test_an_odd_header_changes_nothing(address: tuple[str, int], header: dict[str, str]) -> None:
    plain = ask(address, "/about")
    status, _, body = ask(address, "/about", **header)
    assert status in (200, 400)
    assert status == 400 or body == plain[2]
    assert b"evil" not in body


def test_headers_without_end_are_refused(address: tuple[str, int]) -> None:
    assert is_refused(address, "/about", X_Long="a" * 500_000)


def test_a_request_that_is_two_at_once_is_refused(address: tuple[str, int]) -> None:
    """Where a proxy takes one length and the server the other, the second request is smuggled."""
    two = {"Content_Length": "5", "Transfer_Encoding": "chunked"}
    connection = http.client.HTTPConnection(*address[:2])
    connection.putrequest("POST", "/api/search")
    for name, value in two.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders(b"0\r\n\r\nGET /docs HTTP/1.1\r\nHost: a\r\n\r\n")
    response = connection.getresponse()
    assert response.status in (400, 422)
    assert b"swagger" not in response.read().lower()
    connection.close()


HOSTILE = [
    'a"; filename="evil.exe',
    "a\r\nSet-Cookie: a=b\r\n\r\n<script>alert(1)</script>",
    "a\nX-Evil: 1",
    "../../etc/passwd",
    "сколько кораблей",
    "灯台守 🐝",
    "\u2028\u202egpj.exe a",
    "a" * 2000,
    "%0d%0aX-Evil: 1",
]


@pytest.mark.parametrize("form", ["csv", "json", "markdown", "bibtex", "text", "csl-json"])
@pytest.mark.parametrize("question", HOSTILE, ids=range(len(HOSTILE)))
def test_no_question_adds_to_a_header(address: tuple[str, int], question: str, form: str) -> None:
    target = "/api/search/export?" + urlencode({"q": question, "format": form, "k": 1})
    status, headers, _ = ask(address, target)
    assert status == 200
    assert "X-Evil" not in headers and "Set-Cookie" not in headers
    name = headers["Content-Disposition"].partition("=")[2]
    assert name.isascii() and name[0] == name[-1] == '"'
    assert set(name[1:-1]) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_question_longer_than_allowed_is_refused_however_long(address: tuple[str, int]) -> None:
    for length in (2001, 20_000):
        assert ask(address, f"/api/search?q={'a' * length}")[0] == 422
    assert is_refused(address, f"/api/search?q={'a' * 500_000}")


def test_another_sites_page_may_read_nothing(client: TestClient) -> None:
    for path in ("/api/search?q=a", "/", "/api/info"):
        headers = {"Origin": "https://evil.example"}
        assert "access-control-allow-origin" not in client.get(path, headers=headers).headers
        asked = {**headers, "Access-Control-Request-Method": "POST"}
        refused = client.options(path, headers=asked)
        assert refused.status_code == 405
        assert not {name for name in refused.headers if name.startswith("access-control")}


@pytest.mark.parametrize(
    "path", ["/", "/?q=oil", "/about", "/nowhere", "/api/search?q=oil", "/static/page.js"]
)
def test_every_answer_carries_the_policy(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
