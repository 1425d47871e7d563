"""`winnow keys`: what is printed, where, and which file is meant."""

import json
from pathlib import Path

from service.keys import KeyFile, match_key
from tests.service.cli.conftest import Winnow


def test_a_key_is_printed_once_and_listed_without_itself(
    winnow_here: Winnow, tmp_path: Path
) -> None:
    made = winnow_here("keys", "add", "ann")
    secret = made.stdout.strip()
    assert made.returncode == 0 and "shown this once" in made.stderr
    assert match_key(KeyFile(tmp_path / "index" / "keys.json").read(), secret)
    listed = winnow_here("keys", "list")
    assert listed.stdout.startswith("ann\tsearch\t2")
    assert secret not in made.stderr + listed.stdout + listed.stderr


def test_json_says_the_same(winnow_here: Winnow) -> None:
    made = json.loads(winnow_here("keys", "add", "ann", "--scope", "admin", "--json").stdout)
    secret = made.pop("key")
    listed = winnow_here("keys", "list", "--json").stdout
    assert json.loads(listed) == {"keys": [made]} and secret not in listed
    assert made["scopes"] == ["search", "admin"]
    assert json.loads(winnow_here("keys", "revoke", "ann", "--json").stdout) == {"revoked": "ann"}
    assert json.loads(winnow_here("keys", "list", "--json").stdout) == {"keys": []}


def test_the_file_is_the_one_named_else_beside_the_index(
    winnow_here: Winnow, tmp_path: Path
) -> None:
    winnow_here("keys", "add", "ann", "--keys", "who.json")
    winnow_here("keys", "add", "bob", "--index", "deep/ix")
    assert [key.name for key in KeyFile(tmp_path / "who.json").read()] == ["ann"]
    assert [key.name for key in KeyFile(tmp_path / "deep" / "keys.json").read()] == ["bob"]


def test_what_cannot_be_done_is_told_with_what_can(winnow_here: Winnow) -> None:
    for arguments, told in (
        (("steal",), "add, list or revoke"),
        (("add",), "winnow keys add NAME"),
        (("revoke", "ann"), "no key is named 'ann'"),
        (("add", "ann", "--scope", "all"), "--scope is 'all'"),
    ):
        refused = winnow_here("keys", *arguments)
        assert refused.returncode == 2 and not refused.stdout
        assert told in refused.stderr
