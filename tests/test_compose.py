"""deploy/compose.yaml says what the Dockerfile and the command line say."""

import re
import shlex
from typing import Any

import pytest
import yaml

from service.cli import make_parser
from tests.test_image import ROOT, read_last_stage

STAGE = read_last_stage()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OWN = {name: one for name, one in SERVICES.items() if "build" in one}
SERVERS = {name: one for name, one in OWN.items() if "command" in one}


def _mounts(service: dict[str, Any]) -> dict[str, tuple[str, bool]]:
    """Path in the container -> (what is mounted there, whether for reading alone)."""
    found = {}
    for mount in service.get("volumes", []):
        what, path, mode = re.fullmatch(r"(\$\{[^}]*\}|[^:]+):([^:]+)(:ro)?", mount).groups()  # type: ignore[union-attr]
        found[path] = (what, mode == ":ro")
    return found


def test_there_is_something_to_look_at() -> None:
    assert set(OWN) == {"winnow", "keys", "over-database"}
    assert set(SERVERS) == {"winnow", "over-database"}


@pytest.mark.parametrize("name", OWN)
def test_each_runs_this_image_with_nothing_to_write_to_and_no_rights(name: str) -> None:
    service = OWN[name]
    built = (ROOT / "deploy" / service["build"] / "Dockerfile").resolve()
    assert built == ROOT / "Dockerfile"
    assert service["read_only"] and service["tmpfs"] == ["/tmp"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", SERVERS)
def test_what_it_runs_is_a_command_with_flags_that_there_are(name: str) -> None:
    parsed = make_parser().parse_args(SERVERS[name]["command"])
    assert parsed.command == "serve" and parsed.paths == ["/documents"]


@pytest.mark.parametrize("name", SERVERS)
def test_it_publishes_the_port_of_the_image_to_this_machine_alone(name: str) -> None:
    (port,) = SERVERS[name]["ports"]
    address, _, inside = port.split(":")
    assert (address, inside) == ("127.0.0.1", STAGE["EXPOSE"])


@pytest.mark.parametrize("name", SERVERS)
def test_documents_and_keys_are_for_reading(name: str) -> None:
    mounts = _mounts(SERVERS[name])
    assert mounts["/documents"][1] and mounts["/keys"] == ("keys", True)


@pytest.mark.parametrize("name", OWN)
def test_each_volume_lies_where_the_user_of_the_image_may_write(name: str) -> None:
    made = re.search(r"install --directory --owner=winnow \S+ (.*)", STAGE["RUN"])
    assert made
    written = {path for path in _mounts(OWN[name]) if path != "/documents"}
    assert written <= set(shlex.split(made[1]))
    named = {what for what, _ in _mounts(OWN[name]).values() if not what.startswith("$")}
    assert named <= set(COMPOSE["volumes"])


def test_keys_are_made_where_the_image_looks_for_them_and_without_a_network() -> None:
    service = SERVICES["keys"]
    assert service["entrypoint"] == ["winnow", "keys"] and service["network_mode"] == "none"
    assert _mounts(service) == {"/keys": ("keys", False)}
    assert "WINNOW_KEYS=/keys/" in STAGE["ENV"]


@pytest.mark.parametrize("name", SERVERS)
def test_health_is_asked_as_the_image_asks(name: str) -> None:
    assert "/readyz" in STAGE["HEALTHCHECK"]
    assert "test" not in SERVERS[name]["healthcheck"]


def test_the_database_is_for_those_who_ask_for_it_and_publishes_nothing() -> None:
    database = SERVICES["database"]
    assert database["profiles"] == SERVICES["over-database"]["profiles"] == ["database"]
    assert "ports" not in database
    user, name = database["environment"]["POSTGRES_USER"], database["environment"]["POSTGRES_DB"]
    assert f"postgresql://{user}@database/{name}" in SERVICES["over-database"]["command"]
