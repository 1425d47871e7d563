"""Bodies made to become more than they are, and filters made to take for ever, are refused."""

import gzip
import json
import resource
import zlib

import pytest
from starlette.testclient import TestClient

from embeddings.index import filtering
from embeddings.records import Filter

ASKED = json.dumps({"q": "ships"}).encode()
JSON = {"Content-Type": "application/json"}
MILLION = 1_000_000


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


PACKED = {"gzip": gzip.compress, "x-gzip": gzip.compress, "deflate": raw_deflate, "br": bytes.upper}


@pytest.mark.parametrize("encoding", PACKED)
def test_a_packed_body_is_never_unpacked(client: TestClient, encoding: str) -> None:
    headers = {**JSON, "Content-Encoding": encoding}
    packed = PACKED[encoding](ASKED if encoding != "br" else b"\x0b\x07\x80" + ASKED + b"\x03")
    refused = client.post("/api/search", content=packed, headers=headers)
    assert refused.status_code in (400, 422)
    assert refused.json()["error"]["code"] in ("bad_request", "invalid_input")


def test_a_bomb_of_a_body_takes_no_memory(client: TestClient) -> None:
    bomb = gzip.compress(b'{"q": "' + b" " * 300 * MILLION + b'"}', 9)
    assert len(bomb) < MILLION
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refused = client.post("/api/search", content=bomb, headers={**JSON, "Content-Encoding": "gzip"})
    assert refused.status_code in (400, 422)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 400_000,
        b'{"q":' * 100_000,
        b'{"q": "ships", "k": ' + b"9" * 400_000 + b"}",
        b'{"q": "ships", "k": 1e99999}',
        b'{"q": "ships", "k": NaN}',
        b'{"q": "ships", "min_confidence": Infinity}',
        b'{"q": "ships", ' + b'"k": 1, ' * 50_000 + b'"k": []}',
        b"{" + b",".join(b'"a%d": 1' % n for n in range(40_000)) + b"}",
        b'"\\u' * 100_000,
        bytes(400_000),
        b"\xff\xfe" * 100_000,
    ],
    ids=range(11),
)
def test_no_body_of_json_brings_the_server_down(client: TestClient, body: bytes) -> None:
    for path in ("/api/search", "/api/search/batch"):
        refused = client.post(path, content=body, headers=JSON)
        assert refused.status_code in (400, 422)
        assert len(refused.content) < 10 * MILLION
        assert refused.json()["error"]["status"] == refused.status_code


def test_many_fields_and_cookies_in_an_address_change_nothing(client: TestClient) -> None:
    many = "&".join(f"a{n}=1" for n in range(2000))
    assert client.get(f"/api/search?q=ships&{many}").status_code == 422
    assert client.get(f"/api/info?{many}").status_code in (200, 422)


@pytest.mark.parametrize(
    "glob", ["*a" * 499, "?*" * 499, "[!a]*" * 199, "**/" * 333, "*" * 999 + "b", "[" * 999]
)
def test_a_glob_takes_time_by_its_length(glob: str) -> None:
    """What backtracks would take the age of the world over such a path."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    assert not filtering.passes(Filter(source=glob + "\n"), "a" * 5000, None, None)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_utime - before < 10


def test_globs_of_other_askers_are_not_kept_for_ever() -> None:
    for number in range(500):
        filtering.passes(Filter(source=f"*{number}"), "a", None, None)
    kept = filtering._compile.cache_info()
    assert kept.currsize == kept.maxsize == 64
