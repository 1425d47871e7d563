"""What is believed of a proxy, told by the head of a request alone."""

from ipaddress import ip_network

import pytest
from starlette.requests import HTTPConnection

from service.proxies import Proxy

NETWORK = ip_network("10.1.2.0/24")
TRUSTED = Proxy(NETWORK, "X-User")
HERE = "10.1.2.3"


def _head(peer: str | None, scheme: str = "http", **headers: str) -> HTTPConnection:
    named = [(name.replace("_", "-").encode(), told.encode()) for name, told in headers.items()]
    client = None if peer is None else (peer, 50000)
    scope = {"type": "http", "client": client, "headers": named, "scheme": scheme, "path": "/"}
    return HTTPConnection({**scope, "server": ("here", 80), "query_string": b""})


@pytest.mark.parametrize(
    ("forwarded", "peer"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("198.51.100.1, 192.0.2.1", "192.0.2.1"),
        ("192.0.2.1, 10.1.2.9", "192.0.2.1"),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
        ("10.1.2.8, 10.1.2.9", "10.1.2.8"),
        ("198.51.100.1, unknown", HERE),
        ("198.51.100.1, 10.1.2.9, unknown, 10.1.2.8", "10.1.2.8"),
        ("", HERE),
        (",", HERE),
    ],
)
def test_it_is_the_last_address_that_no_trusted_proxy_has(forwarded: str, peer: str) -> None:
    assert TRUSTED.find_peer(_head(HERE, x_forwarded_for=forwarded)) == peer
    assert TRUSTED.find_peer(_head("192.0.2.9", x_forwarded_for=forwarded)) == "192.0.2.9"
    assert Proxy().find_peer(_head(HERE, x_forwarded_for=forwarded)) == HERE


def test_a_proxy_is_known_by_its_address_in_either_form() -> None:
    assert TRUSTED.find_user(_head(f"::ffff:{HERE}", x_user=" ann ")) == "ann"
    assert TRUSTED.find_user(_head("::ffff:192.0.2.9", x_user="ann")) is None


@pytest.mark.parametrize("peer", [None, "", "testclient", "192.0.2.9"])
def test_one_that_is_no_known_address_is_not_trusted(peer: str | None) -> None:
    head = _head(peer, x_forwarded_for="192.0.2.1", x_user="ann", x_forwarded_proto="https")
    assert TRUSTED.find_peer(head) == (peer or "")
    assert TRUSTED.find_user(head) is None
    assert not TRUSTED.is_secure(head)


def test_a_proxy_that_names_no_user_is_asked_for_none() -> None:
    assert Proxy(NETWORK).find_user(_head(HERE, x_user="ann")) is None


@pytest.mark.parametrize(
    ("scheme", "told", "secure"),
    [
        *(("http", "https", True), ("http", " HTTPS ", True), ("https", "http", False)),
        *(("http", "http", False), ("http", "x", False), ("http", "", False)),
    ],
)
def test_https_is_what_the_trusted_proxy_says(scheme: str, told: str, secure: bool) -> None:
    assert TRUSTED.is_secure(_head(HERE, scheme, x_forwarded_proto=told)) == secure
    assert TRUSTED.is_secure(_head("192.0.2.9", scheme, x_forwarded_proto=told)) == (
        scheme == "https"
    )


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_where_nothing_is_told_it_is_what_was_asked_by(scheme: str) -> None:
    for peer in (HERE, "192.0.2.9", None):
        assert TRUSTED.is_secure(_head(peer, scheme)) == (scheme == "https")
