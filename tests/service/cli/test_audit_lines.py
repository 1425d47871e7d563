"""The acts of commands reach standard error, in the form of the log that is asked for."""

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.service.cli.conftest import Winnow

_LINE = re.compile(r"\d{4}-\d\d-\d\d [\d:,]+ INFO (?P<act>[a-z ]+): (?P<facts>who=.*)")


def _read_plain(said: str) -> list[tuple[str, dict[str, str]]]:
    found = [match for line in said.splitlines() if (match := _LINE.fullmatch(line))]
    return [
        (match["act"], dict(fact.split("=", 1) for fact in match["facts"].split()))
        for match in found
    ]


def _read_json(said: str) -> list[dict[str, str]]:
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    return [line for line in lines if line["logger"] == "winnow.audit"]


def test_keys_made_and_revoked_are_told(winnow: Winnow) -> None:
    made = winnow("keys", "add", "ann", "--scope", "admin")
    revoked = winnow("keys", "revoke", "ann", "--log-format", "json")
    (act, facts), *others = _read_plain(made.stderr)
    assert act == "key made" and facts["name"] == "ann" and others == []
    assert (facts["from"], facts["outcome"]) == ("command", "done")
    (told,) = _read_json(revoked.stderr)
    assert (told["act"], told["name"], told["outcome"]) == ("key revoked", "ann", "done")
    assert made.stdout.strip() not in made.stderr


@pytest.fixture
def own_index(index: Path, tmp_path: Path) -> Path:
    return shutil.copytree(index, tmp_path / "ix")


def test_a_build_and_what_took_it_back_are_told(
    winnow: Winnow, own_index: Path, corpus: Path
) -> None:
    flags = ("--index", own_index, "--log-format", "json")
    again = winnow("build", corpus, "--encoder", "hashing", "--exclude", "ties.txt", *flags)
    (built,) = _read_json(again.stderr)
    live = (own_index / "current").read_text(encoding="ascii").strip()
    assert (built["act"], built["outcome"]) == ("build", "done"), again.stderr
    assert (built["build"], built["published"]) == (live, "yes")
    (back,) = _read_json(winnow("rollback", *flags).stderr)
    assert (back["act"], back["outcome"]) == ("rollback", "done")
    assert back["build"] == (own_index / "current").read_text(encoding="ascii").strip() != live


def test_acts_that_fail_are_told_too(winnow: Winnow, own_index: Path) -> None:
    ((act, facts),) = _read_plain(winnow("rollback", "--index", own_index).stderr)
    assert (act, facts["outcome"], facts["index"]) == ("rollback", "failed", str(own_index))
    ((act, facts),) = _read_plain(winnow("build", "nowhere", "--index", own_index).stderr)
    assert (act, facts["outcome"], facts["error"]) == ("build", "failed", "IndexOfOtherRoots")
