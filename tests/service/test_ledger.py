"""What all processes note of those who ask; a failure of it is told and lets nobody in."""

import resource
import sqlite3
from pathlib import Path

import pytest

from embeddings.errors import LedgerFailed
from service.access import Access
from service.keys import Key, KeyFile
from service.ledger import Ledger
from service.sessions import LIFETIME, Sessions
from tests.service.asking import ask_through, bear


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger"


def lock(path: Path) -> sqlite3.Connection:
    """Another process that stands still in the middle of a change."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other


def test_what_one_process_notes_the_others_know(path: Path) -> None:
    one, other = Ledger(path), Ledger(path)
    assert not other.is_noted("a key was seen")
    one.note("a key was seen")
    one.note("a key was seen")
    assert other.is_noted("a key was seen") and not other.is_noted("another")


def test_what_an_error_interrupts_is_not_kept(path: Path) -> None:
    ledger = Ledger(path)
    with pytest.raises(ZeroDivisionError), ledger.changing() as database:
        database.execute("INSERT INTO said VALUES ('x')")
        _ = 1 / 0
    assert not ledger.is_noted("x")
    ledger.note("y")  # so nothing is left open


def test_one_that_stands_still_makes_others_fail_and_recover(path: Path) -> None:
    ledger, other = Ledger(path), lock(path)
    with pytest.raises(LedgerFailed):
        ledger.note("x")
    other.execute("ROLLBACK")
    other.close()
    ledger.note("x")


def test_a_server_without_its_notes_answers_503_as_any_other_error(
    path: Path, tmp_path: Path, index: Path
) -> None:
    keys = KeyFile(tmp_path / "keys.json")
    secret = keys.add("ann", "search")[1]
    client = ask_through(Access(keys, is_open=False, ledger=Ledger(path)), index)
    assert client.get("/api/info", headers=bear(secret)).status_code == 200
    other = lock(path)
    refused = client.get("/api/info", headers=bear(secret))
    assert refused.status_code == 503 and refused.headers["Retry-After"]
    assert refused.json()["error"]["code"] == "notes_unavailable"
    assert refused.headers["X-Request-ID"] and refused.headers["Content-Security-Policy"]
    assert client.get("/healthz").status_code == 200
    other.execute("ROLLBACK")
    other.close()
    assert client.get("/api/info", headers=bear(secret)).status_code == 200


def test_a_full_disk_is_told_too(path: Path) -> None:
    ledger = Ledger(path)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        with pytest.raises(LedgerFailed):
            ledger.note("x" * 10_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    ledger.note("x")


def test_sessions_that_ran_out_are_not_kept() -> None:
    now, ledger, ann = 0.0, Ledger(), Key("ann", ("search",), "", "salt", "hash")
    sessions = Sessions(ledger, clock=lambda: now)
    sessions.begin(ann)
    now = LIFETIME + 1.0
    sessions.begin(ann)
    assert ledger.find("SELECT count(*) FROM sessions") == (1,)
