"""How often one may ask, how often a wrong key is looked at, and what a proxy is believed."""

from ipaddress import ip_network
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from service.access import Access
from service.keys import KeyFile
from service.proxies import Proxy
from service.rates import WRONG_KEYS
from tests.service.asking import ask_through, bear

pytestmark = pytest.mark.usefixtures("no_minute_passes")

PROXY = "10.1.2.3"
TRUSTED = Proxy(ip_network("10.1.2.0/24"), "X-User")
GUESS = bear("winnow_guess")


def _ask(client: TestClient, times: int, path: str = "/api/info", **headers: str) -> list[int]:
    return [client.get(path, headers=headers).status_code for _ in range(times)]


def test_who_asks_too_often_is_told_when_to_come_again(
    keys: KeyFile, secret: str, index: Path
) -> None:
    client = ask_through(Access(keys, is_open=False, rate=3), index)
    assert _ask(client, 4, **bear(secret)) == [200, 200, 200, 429]
    refused = client.get("/api/info", headers=bear(secret))
    assert refused.json()["error"]["code"] == "too_often"
    assert 1 <= int(refused.headers["Retry-After"]) <= 20
    page = client.get("/about", headers=bear(secret))
    assert page.status_code == 429 and "You ask very often." in page.text
    assert _ask(client, 5, "/readyz") + _ask(client, 5, "/static/page.js") == [200] * 10


def test_a_key_is_counted_wherever_it_asks_from_and_others_are_not(
    keys: KeyFile, secret: str, index: Path
) -> None:
    other = keys.add("bob", "search")[1]
    access = Access(keys, is_open=False, rate=2)
    assert _ask(ask_through(access, index, "192.0.2.1"), 2, **bear(secret)) == [200, 200]
    assert _ask(ask_through(access, index, "192.0.2.2"), 1, **bear(secret)) == [429]
    assert _ask(ask_through(access, index, "192.0.2.3"), 1, **bear(other)) == [200]


def test_an_address_is_counted_whichever_keys_it_has(
    keys: KeyFile, secret: str, index: Path
) -> None:
    other = keys.add("bob", "search")[1]
    client = ask_through(Access(keys, is_open=False, rate=2), index, "192.0.2.1")
    assert _ask(client, 1) + _ask(client, 1, **bear(secret)) == [401, 200]
    assert _ask(client, 1, **bear(other)) == [429]


def test_an_open_server_counts_other_machines_and_not_its_own(index: Path) -> None:
    access = Access(rate=2)
    assert _ask(ask_through(access, index, "127.0.0.1"), 4) == [200] * 4
    assert _ask(ask_through(access, index, "192.0.2.1"), 3) == [200, 200, 429]


def test_after_so_many_wrong_keys_the_next_is_refused_and_a_right_one_is_not(
    keys: KeyFile, secret: str, index: Path
) -> None:
    client = ask_through(Access(keys, is_open=False), index, "192.0.2.1")
    assert _ask(client, WRONG_KEYS + 1, **GUESS) == [401] * WRONG_KEYS + [429]
    refused = client.get("/api/info", headers=GUESS)
    assert refused.status_code == 429 and refused.headers["Retry-After"]
    assert client.post("/login", data={"key": "winnow_guess"}).status_code == 429
    assert _ask(client, 1, **bear(secret)) == [200]  # others may ask from the same address
    assert client.post("/login", data={"key": secret}).status_code == 303


def test_a_server_that_listens_on_both_kinds_of_address_knows_its_own_machine(index: Path) -> None:
    client = ask_through(Access(rate=2), index, "::ffff:127.0.0.1")
    assert _ask(client, 4) == [200] * 4


def test_wrong_keys_on_the_page_are_counted_too_and_right_ones_are_not(
    keys: KeyFile, secret: str, index: Path
) -> None:
    client = ask_through(Access(keys, is_open=False), index, "192.0.2.1")
    for _ in range(WRONG_KEYS + 1):
        assert client.post("/login", data={"key": secret}).status_code == 303
    told = [client.post("/login", data={"key": "x"}).status_code for _ in range(WRONG_KEYS + 1)]
    assert told == [401] * WRONG_KEYS + [429]
    assert client.get("/api/info").status_code == 200  # by the cookie, which is no guess


def test_one_address_is_as_good_as_another_of_its_network(
    keys: KeyFile, secret: str, index: Path
) -> None:
    access = Access(keys, is_open=False)
    _ask(ask_through(access, index, "2001:db8::1"), WRONG_KEYS, **GUESS)
    assert _ask(ask_through(access, index, "2001:db8::2"), 1, **GUESS) == [429]


def test_a_forwarded_address_is_believed_from_the_trusted_proxy_alone(
    keys: KeyFile, secret: str, index: Path
) -> None:
    for peer, fooled in ((PROXY, False), ("192.0.2.9", True)):
        client = ask_through(Access(keys, is_open=False, proxy=TRUSTED), index, peer)
        for number in range(WRONG_KEYS):
            _ask(client, 1, **GUESS, **{"X-Forwarded-For": f"198.51.100.{number}"})
        told = _ask(client, 1, **GUESS, **{"X-Forwarded-For": "198.51.100.77"})
        assert told == ([429] if fooled else [401])


@pytest.mark.parametrize(
    "forged", ["198.51.100.{n}, 192.0.2.1", "x, 192.0.2.1, 10.1.2.9", "{n}, 192.0.2.1"]
)
def test_what_a_client_forwards_itself_does_not_hide_it(
    keys: KeyFile, secret: str, index: Path, forged: str
) -> None:
    access = Access(keys, is_open=False, proxy=TRUSTED)
    client = ask_through(access, index, PROXY)
    for number in range(WRONG_KEYS):
        _ask(client, 1, **GUESS, **{"X-Forwarded-For": forged.replace("{n}", str(number))})
    assert _ask(client, 1, **GUESS, **{"X-Forwarded-For": "192.0.2.1"}) == [429]
    assert _ask(client, 1, **GUESS, **{"X-Forwarded-For": "192.0.2.2"}) == [401]


def test_a_user_is_believed_from_the_trusted_proxy_alone(index: Path) -> None:
    access = Access(is_open=False, proxy=TRUSTED, rate=100)
    assert _ask(ask_through(access, index, PROXY), 1, **{"X-User": "ann"}) == [200]
    assert _ask(ask_through(access, index, "192.0.2.9"), 1, **{"X-User": "ann"}) == [401]
    through = {"X-User": "ann", "X-Forwarded-For": PROXY}
    assert _ask(ask_through(access, index, "192.0.2.9"), 1, **through) == [401]
    assert _ask(ask_through(access, index, PROXY), 1) == [401]
    assert _ask(ask_through(access, index, PROXY), 1, **{"X-User": " "}) == [401]


def test_two_users_are_none(index: Path) -> None:
    client = ask_through(Access(is_open=False, proxy=TRUSTED), index, PROXY)
    both = [("X-User", "admin"), ("X-User", "ann")]
    assert client.get("/api/info", headers=both).status_code == 401


def test_each_user_of_a_proxy_is_counted(index: Path) -> None:
    client = ask_through(Access(is_open=False, proxy=TRUSTED, rate=2), index, PROXY)
    for number, status in enumerate((200, 200, 429)):
        by = {"X-User": "ann", "X-Forwarded-For": f"192.0.2.{number}"}
        assert _ask(client, 1, **by) == [status]
    assert _ask(client, 1, **{"X-User": "bob", "X-Forwarded-For": "192.0.2.9"}) == [200]


def test_https_at_the_trusted_proxy_is_https(keys: KeyFile, secret: str, index: Path) -> None:
    told = {"X-Forwarded-Proto": "https"}
    for peer, secure in ((PROXY, True), ("192.0.2.9", False)):
        client = ask_through(Access(keys, is_open=False, proxy=TRUSTED), index, peer)
        answer = client.post("/login", data={"key": secret}, headers=told)
        assert ("secure" in answer.headers["set-cookie"].lower()) == secure


def test_an_answer_names_its_own_addresses_by_https_behind_a_proxy_that_was_asked_so(
    index: Path,
) -> None:
    client = ask_through(Access(proxy=TRUSTED), index, PROXY)
    for told, begins in (("https", "https://"), ("http", "http://"), ("x", "http://")):
        led = client.get("/about/", headers={"X-Forwarded-Proto": told})
        assert led.headers["location"].startswith(begins)
