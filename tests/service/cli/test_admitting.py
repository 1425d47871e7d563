"""What `winnow serve` makes of its settings: open, keyed, or not at all."""

from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from embeddings.errors import InvalidInput, KeysDamaged, KeysMissing
from service.cli.admitting import make_access
from service.keys import KeyFile
from service.settings import Settings
from tests.service.asking import ask_through, bear
from tests.service.cli.conftest import Winnow

ELSEWHERE = ("0.0.0.0", "::", "", "192.168.1.5", "server.example", "2001:db8::1")


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "keys.json")


@pytest.fixture
def secret(path: str) -> str:
    return KeyFile(Path(path)).add("ann", "search")[1]


def _status(client: TestClient, host: str, **headers: str) -> int:
    return client.get("/api/info", headers={"Host": host, **headers}).status_code


@pytest.mark.parametrize("host", ELSEWHERE)
def test_what_others_can_reach_is_not_served_without_keys(path: str, host: str) -> None:
    with pytest.raises(KeysMissing) as refused:
        make_access(Settings(host=host, keys=path))
    for way in ("winnow keys add", "127.0.0.1", "--allow-anonymous"):
        assert way in refused.value.hint
    make_access(Settings(host=host, keys=path, allow_anonymous=True))
    KeyFile(Path(path)).add("ann", "search")
    make_access(Settings(host=host, keys=path))


def test_what_a_proxy_passes_on_is_not_served_without_keys(path: str) -> None:
    settings = Settings(keys=path, trusted_proxy=ip_network("127.0.0.1"))
    with pytest.raises(KeysMissing, match="by the proxy"):
        make_access(settings)
    make_access(replace(settings, allow_anonymous=True))
    KeyFile(Path(path)).add("ann", "search")
    make_access(settings)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.0.0.2"])
def test_this_machine_alone_is_served_without_keys(path: str, index: Path, host: str) -> None:
    client = ask_through(make_access(Settings(host=host, keys=path)), index)
    assert _status(client, "localhost:8000") == 200
    assert _status(client, "evil.example") == 421


def test_this_machine_needs_a_key_too_where_there_are_some(
    path: str, index: Path, secret: str
) -> None:
    for settings in (Settings(keys=path), Settings(keys=path, allow_anonymous=True)):
        client = ask_through(make_access(settings), index)
        assert _status(client, "localhost") == 401
        assert _status(client, "localhost", **bear(secret)) == 200


def test_an_anonymous_server_on_every_address_answers_to_local_names_alone(
    path: str, index: Path
) -> None:
    settings = Settings(host="0.0.0.0", keys=path, allow_anonymous=True)
    client = ask_through(make_access(settings), index)
    assert _status(client, "127.0.0.1:8000") == 200
    assert _status(client, "evil.example") == 421


def test_a_keyed_server_on_every_address_answers_to_any_name_unless_told(
    path: str, index: Path, secret: str
) -> None:
    client = ask_through(make_access(Settings(host="0.0.0.0", keys=path)), index)
    assert _status(client, "any.example", **bear(secret)) == 200
    told = Settings(host="0.0.0.0", keys=path, allowed_hosts=("search.example",))
    client = ask_through(make_access(told), index)
    assert _status(client, "search.example", **bear(secret)) == 200
    assert _status(client, "localhost", **bear(secret)) == 200
    assert _status(client, "any.example", **bear(secret)) == 421


def test_damaged_keys_are_told_before_anything_is_served(path: str) -> None:
    Path(path).write_text("{", encoding="utf-8")
    with pytest.raises(KeysDamaged):
        make_access(Settings(keys=path))


def test_the_command_says_how_to_make_a_key_and_builds_nothing(
    winnow_here: Winnow, corpus: Path, tmp_path: Path
) -> None:
    refused = winnow_here("serve", corpus, "--host", "0.0.0.0", "--index", "ix", "--port", 0)
    assert refused.returncode == 1
    assert "winnow keys add NAME" in refused.stderr and "--allow-anonymous" in refused.stderr
    assert not (tmp_path / "ix").exists()


def test_users_named_by_a_proxy_do_for_keys(path: str, index: Path) -> None:
    settings = Settings(
        host="0.0.0.0", keys=path, trusted_proxy=ip_network("10.1.2.3"), user_header="X-User"
    )
    access = make_access(settings)
    assert _status(ask_through(access, index, "10.1.2.3"), "any.example", **{"X-User": "a"}) == 200
    assert _status(ask_through(access, index, "10.1.2.3"), "any.example") == 401
    assert _status(ask_through(access, index, "127.0.0.1"), "any.example", **{"X-User": "a"}) == 401


def test_a_user_header_without_a_trusted_proxy_is_refused(path: str) -> None:
    with pytest.raises(InvalidInput, match="anybody could send") as refused:
        make_access(Settings(keys=path, user_header="X-User"))
    assert "--trusted-proxy" in refused.value.hint


def test_the_rate_is_the_one_set(path: str, index: Path) -> None:
    client = ask_through(make_access(Settings(keys=path, rate=1)), index, "192.0.2.1")
    assert [_status(client, "localhost") for _ in range(2)] == [200, 429]
