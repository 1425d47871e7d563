"""Addresses of databases: what they name, what fills them up, and that no password is shown."""

from pathlib import Path

import pytest

from embeddings.errors import InvalidInput
from embeddings.index.postgres.addresses import read_address

_VARIABLES = ("PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGSERVICE", "PGSERVICEFILE")


@pytest.fixture(autouse=True)
def no_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in (*_VARIABLES, "PGCONNECT_TIMEOUT", "PGAPPNAME"):
        monkeypatch.delenv(variable, raising=False)


def test_each_part_of_an_address_is_read() -> None:
    address = read_address(
        "postgresql://ann:s%40y%2F@one:5433,[::1]:5434,%2Frun%2Fpg/texts%20here"
        "?schema=grain&connect_timeout=7&application_name=mill&sslmode=require"
    )
    assert address.hosts == (("one", 5433), ("::1", 5434), ("/run/pg", 5432))
    assert (address.user, address.password, address.database) == ("ann", "s@y/", "texts here")
    assert (address.schema, address.connect_seconds) == ("grain", 7.0)
    assert (address.application, address.passed) == ("mill", "sslmode=require")


def test_an_address_is_shown_without_its_password() -> None:
    address = read_address("postgres://ann:secret@one,two:1/texts?sslpassword=secret&sslmode=allow")
    assert address.shown == "postgresql://ann@one:5432,two:1/texts?schema=winnow"
    assert "secret" not in repr(address)


def test_hosts_and_ports_may_stand_among_the_parameters() -> None:
    address = read_address("postgresql:///texts?host=one,two&port=1,2&user=ann&password=x")
    assert address.hosts == (("one", 1), ("two", 2))
    assert (address.user, address.password) == ("ann", "x")


def test_variables_fill_up_what_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"PGHOST": "one,two", "PGPORT": "7", "PGUSER": "ann", "PGCONNECT_TIMEOUT": "9"}
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    address = read_address("postgresql://")
    assert address.hosts == (("one", 7), ("two", 7))
    assert (address.user, address.database, address.connect_seconds) == ("ann", "ann", 9.0)
    assert read_address("postgresql://bob@three/b").hosts == (("three", 7),)


def test_a_service_goes_before_variables_and_after_the_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "services"
    file.write_text("[a]\nhost=from-service\nuser=sue\npassword=50%off\nsslmode=require\n")
    monkeypatch.setenv("PGSERVICEFILE", str(file))
    monkeypatch.setenv("PGHOST", "from-variable")
    monkeypatch.setenv("PGDATABASE", "from-variable")
    address = read_address("postgresql://ann@/?service=a")
    assert address.hosts == (("from-service", 5432),)
    assert (address.user, address.database) == ("ann", "from-variable")
    assert (address.password, address.passed) == ("50%off", "sslmode=require")


def test_a_service_that_no_file_has_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "gone"))
    with pytest.raises(InvalidInput, match="'b'") as told:
        read_address("postgresql:///?service=b")
    assert "PGSERVICEFILE" in told.value.hint


@pytest.mark.parametrize(
    "address",
    [
        "mysql://ann@one/texts",
        "one/texts",
        "postgresql://one:0/texts",
        "postgresql://one:70000/texts",
        "postgresql://one:1:2/texts",
        "postgresql://[::1/texts",
        "postgresql:///texts?host=one,two&port=1,2,3",
        "postgresql:///texts?schema=Grain",
        "postgresql:///texts?schema=a.b",
        "postgresql:///texts?sslmode=always",
        "postgresql:///texts?sslrootcert=/nowhere/gone.pem",
        "postgresql:///texts?connect_timeout=soon",
        "postgresql:///texts?sslmod=require",
        "postgresql:///texts?schema",
        "postgresql:///texts#part",
    ],
)
def test_what_cannot_be_used_is_refused_with_a_remedy(address: str) -> None:
    with pytest.raises(InvalidInput) as told:
        read_address(address)
    assert told.value.hint


@pytest.mark.parametrize(
    "secret", ["pa/ss", "1/2", "12?34", "pa#ss", "1#2", "pa@ss/x", "%zz/1", "[x"]
)
def test_no_message_quotes_a_password_that_was_not_escaped(secret: str) -> None:
    try:
        address = read_address(f"postgresql://ann:{secret}@one/texts")
    except InvalidInput as error:
        told = f"{error.message} {error.hint}"
    else:
        told = address.shown
    assert secret not in told and not any(part in told for part in ("pa/", "ss@", "zz", "34"))
