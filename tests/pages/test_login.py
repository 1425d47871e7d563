"""The page asks for a key once, keeps no key, and leads nowhere else."""

from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from service.access import Access
from service.keys import Key, KeyFile
from service.ledger import Ledger
from service.pages.login import keep_local
from service.rates import WRONG_KEYS
from service.sessions import LIFETIME, Sessions
from tests.service.asking import ask_through, bear
from tests.service.building import build, write_corpus

pytestmark = pytest.mark.usefixtures("no_minute_passes")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("login")
    build(write_corpus(folder / "corpus"), folder / "index")
    return folder / "index"


@pytest.fixture
def browser(keys: KeyFile, secret: str, index: Path) -> TestClient:
    return ask_through(Access(keys, is_open=False), index)


def _log_in(browser: TestClient, key: str, place: str = "/") -> Response:
    return browser.post("/login", data={"key": key, "next": place})


@pytest.mark.parametrize("path", ["/", "/?q=ships+in+fog&offset=10", "/about", "/documents/x"])
def test_a_page_asks_for_a_key_and_goes_on_to_what_was_asked(
    browser: TestClient, secret: str, path: str
) -> None:
    led = browser.get(path)
    assert led.status_code == 303
    place = urlsplit(led.headers["location"])
    assert (place.path, parse_qs(place.query)) == ("/login", {"next": [path]})
    form = browser.get(led.headers["location"])
    assert form.status_code == 200 and 'type="password"' in form.text
    assert f'value="{path.replace("&", "&amp;")}"' in form.text
    on = _log_in(browser, secret, path)
    assert (on.status_code, on.headers["location"]) == (303, path)
    assert browser.get(path).status_code in (200, 404)
    assert browser.get("/api/info").status_code == 200


def test_the_cookie_is_for_this_server_alone_and_is_not_the_key(
    browser: TestClient, secret: str
) -> None:
    cookie = SimpleCookie(_log_in(browser, secret).headers["set-cookie"])["winnow"]
    assert cookie["httponly"] and cookie["samesite"].lower() == "lax" and cookie["path"] == "/"
    assert int(cookie["max-age"]) == LIFETIME and not cookie["domain"] and not cookie["secure"]
    assert secret not in cookie.value and len(cookie.value) >= 43


def test_over_https_the_cookie_is_sent_over_https_alone(
    keys: KeyFile, secret: str, index: Path
) -> None:
    browser = ask_through(Access(keys, is_open=False), index)
    browser.base_url = "https://testserver"
    assert SimpleCookie(_log_in(browser, secret).headers["set-cookie"])["winnow"]["secure"]


def test_each_login_has_a_token_of_its_own(browser: TestClient, secret: str) -> None:
    first, second = _log_in(browser, secret), _log_in(browser, secret)
    assert first.headers["set-cookie"] != second.headers["set-cookie"]


@pytest.mark.parametrize("key", ["", "wrong", "winnow_", "x" * 3000, "\x00", "ключ"])
def test_a_wrong_key_is_told_and_gets_no_cookie(browser: TestClient, key: str) -> None:
    refused = _log_in(browser, key, "/about")
    assert refused.status_code == 401
    assert "That is no key of this server." in refused.text and 'value="/about"' in refused.text
    assert "set-cookie" not in refused.headers
    assert key == "" or key not in refused.text or key == "winnow_"
    assert browser.get("/api/info").status_code == 401


def test_a_form_that_is_no_form_of_ours_is_refused(browser: TestClient) -> None:
    assert browser.post("/login", content=b"key=" + b"x" * 100_000).status_code == 422
    assert browser.post("/login", content=b"\xff\x00%zz").status_code == 401
    assert browser.post("/login", json={"key": "x"}).status_code == 401


def test_who_logs_out_is_asked_again_and_the_cookie_is_worth_nothing(
    browser: TestClient, secret: str
) -> None:
    _log_in(browser, secret)
    token = browser.cookies["winnow"]
    assert '<form action="/logout" method="post">' in browser.get("/").text
    left = browser.post("/logout", headers={"Sec-Fetch-Site": "same-origin"})
    assert (left.status_code, left.headers["location"]) == (303, "/login")
    assert "winnow" not in browser.cookies
    browser.cookies.set("winnow", token)
    assert browser.get("/api/info").status_code == 401


def test_another_site_can_log_nobody_out(browser: TestClient, secret: str) -> None:
    _log_in(browser, secret)
    assert browser.get("/logout").status_code == 405  # as an image, a link or a frame asks
    for site in ("cross-site", "same-site"):
        assert browser.post("/logout", headers={"Sec-Fetch-Site": site}).status_code == 403
    token = browser.cookies["winnow"]
    browser.cookies.clear()  # as browsers leave it out of what another site posts
    posted = browser.post("/logout")
    assert posted.status_code == 303 and "set-cookie" not in posted.headers
    browser.cookies.set("winnow", token)
    assert browser.get("/api/info").status_code == 200


def test_another_site_can_log_nobody_in_by_a_key_of_its_own(
    browser: TestClient, secret: str
) -> None:
    for site, status in (("cross-site", 403), ("same-site", 403), ("same-origin", 303)):
        told = browser.post("/login", data={"key": secret}, headers={"Sec-Fetch-Site": site})
        assert (told.status_code, "set-cookie" in told.headers) == (status, status == 303)


def test_after_too_many_wrong_keys_the_form_says_when_to_try_again(browser: TestClient) -> None:
    for _ in range(WRONG_KEYS):
        assert _log_in(browser, "wrong").status_code == 401
    refused = _log_in(browser, "wrong", "/about")
    assert refused.status_code == 429
    seconds = int(refused.headers["Retry-After"])
    assert f"Too many wrong keys came from here. Try again in {seconds} s." in refused.text
    assert 1 <= seconds <= 6 and 'value="/about"' in refused.text


def test_refusals_of_the_form_are_counted_by_their_code(
    browser: TestClient,
) -> None:
    for _ in range(WRONG_KEYS + 1):
        _log_in(browser, "wrong")
    app: Any = browser.app
    told = app.state.metrics.show().decode()
    assert f'winnow_refusals_total{{code="key_required"}} {WRONG_KEYS}.0' in told
    assert 'winnow_refusals_total{code="too_often"} 1.0' in told
    assert 'winnow_refusals_total{code="invalid_input"} 0.0' in told


def test_a_revoked_key_ends_what_it_began(browser: TestClient, keys: KeyFile, secret: str) -> None:
    _log_in(browser, secret)
    assert browser.get("/about").status_code == 200
    keys.revoke("ann")
    keys.add("ann", "search")
    assert browser.get("/about").status_code == 303
    assert browser.get("/api/info").status_code == 401


def test_a_made_up_cookie_is_none(browser: TestClient, secret: str) -> None:
    for value in ("", "x", secret):
        browser.cookies.set("winnow", value)
        assert browser.get("/api/info").status_code == 401


def test_a_wrong_key_in_a_header_is_told_and_not_led_to_the_form(browser: TestClient) -> None:
    assert browser.get("/about", headers=bear("wrong")).status_code == 401


def test_who_needs_no_key_is_not_asked(index: Path, tmp_path: Path) -> None:
    browser = ask_through(Access(KeyFile(tmp_path / "none.json")), index)
    assert browser.get("/login", params={"next": "/about"}).headers["location"] == "/about"
    assert "/logout" not in browser.get("/").text


def test_who_has_shown_a_key_is_not_asked_again(browser: TestClient, secret: str) -> None:
    _log_in(browser, secret)
    assert browser.get("/login?next=/about").headers["location"] == "/about"


ELSEWHERE = [
    *("//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "evil", ""),
    *("/\t/evil.example", "/\n/evil.example", " //evil.example", "javascript:alert(1)", "/login"),
    *("/logout", "/login?next=/logout", "///evil.example"),
]


@pytest.mark.parametrize("place", ELSEWHERE)
def test_nobody_is_led_to_another_server(browser: TestClient, secret: str, place: str) -> None:
    assert keep_local(place) == "/"
    assert _log_in(browser, secret, place).headers["location"] == "/"


def test_an_address_of_this_server_is_kept() -> None:
    for place in ("/", "/?q=a%20b//c", "/documents/x?q=y#p-1", "/?next=https://evil.example"):
        assert keep_local(place) == place


def _key(name: str) -> Key:
    return Key(name, ("search",), "", "salt", f"hash of {name}")


def test_a_session_runs_out() -> None:
    now = 0.0
    sessions, ann = Sessions(clock=lambda: now), _key("ann")
    token = sessions.begin(ann)
    now = LIFETIME - 1.0
    assert sessions.find(token, [ann]) == ann
    now = float(LIFETIME)
    assert sessions.find(token, [ann]) is None


def test_a_session_holds_in_every_process_and_ends_in_all(tmp_path: Path) -> None:
    one, other = (Sessions(Ledger(tmp_path / "ledger")) for _ in range(2))
    token, ann = one.begin(_key("ann")), _key("ann")
    assert other.find(token, [ann]) == ann
    other.end(token)
    assert one.find(token, [ann]) is None


def test_no_more_sessions_are_kept_than_so_many() -> None:
    sessions, ann = Sessions(most=2), _key("ann")
    tokens = [sessions.begin(ann) for _ in range(3)]
    assert [sessions.find(token, [ann]) for token in tokens] == [None, ann, ann]
