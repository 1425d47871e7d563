"""The file of keys: what it holds, who may read it, what lets a key in."""

import json
import logging
import re
import stat
from pathlib import Path

import pytest

from embeddings.errors import InvalidInput, KeysDamaged, KeysUnwritable
from service.keys import KeyFile, match_key


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "new" / "keys.json")


def test_a_key_made_is_found_and_no_other_is(file: KeyFile) -> None:
    ann, secret = file.add("ann", "search")
    bob, other = file.add("bob", "admin")
    assert match_key(file.read(), secret) == ann
    assert match_key(file.read(), other) == bob
    for wrong in ("", secret[:-1], f"{secret}x", secret.upper(), "\udcff", ann.sha256):
        assert match_key(file.read(), wrong) is None
    assert (ann.scopes, bob.scopes) == (("search",), ("search", "admin"))


def test_the_file_holds_no_key_and_is_for_its_owner_alone(file: KeyFile) -> None:
    _, secret = file.add("ann", "search")
    assert secret.removeprefix("winnow_") not in file.path.read_text(encoding="utf-8")
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert [path.name for path in file.path.parent.iterdir()] == ["keys.json"]


def test_every_key_has_a_salt_of_its_own(file: KeyFile) -> None:
    first, second = file.add("ann", "search"), file.add("bob", "search")
    assert first[0].salt != second[0].salt and first[1] != second[1]


def test_the_comparison_in_constant_time_is_the_one_that_decides(
    file: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, secret = file.add("ann", "search")
    file.add("bob", "search")
    compared: list[str] = []

    def refuse(known: str, given: str) -> bool:
        compared.append(known)
        return False

    monkeypatch.setattr("hmac.compare_digest", refuse)
    assert match_key(file.read(), secret) is None
    assert len(compared) == 2
    monkeypatch.setattr("hmac.compare_digest", lambda known, given: True)
    assert match_key(file.read(), "anything") is not None


def test_every_key_is_compared_whichever_was_given(
    file: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, secret = file.add("ann", "search")
    file.add("bob", "search")
    compared: list[str] = []

    def compare(known: str, given: str) -> bool:
        compared.append(known)
        return known == given

    monkeypatch.setattr("hmac.compare_digest", compare)
    assert match_key(file.read(), secret)
    assert len(compared) == 2


def test_a_revoked_key_is_no_longer_found_by_one_who_read_before(file: KeyFile) -> None:
    reader = KeyFile(file.path)
    _, secret = file.add("ann", "search")
    file.add("bob", "search")
    assert match_key(reader.read(), secret)
    file.revoke("ann")
    assert match_key(reader.read(), secret) is None
    assert [key.name for key in reader.read()] == ["bob"]


def test_a_file_that_went_away_lets_nobody_in(file: KeyFile) -> None:
    _, secret = file.add("ann", "search")
    file.path.unlink()
    assert match_key(file.read(), secret) is None


@pytest.mark.parametrize("name", ["", "a b", "../x", "-x", "ann\n", "x" * 65])
def test_a_name_that_is_none_is_refused(file: KeyFile, name: str) -> None:
    with pytest.raises(InvalidInput, match="cannot name a key"):
        file.add(name, "search")


def test_a_name_is_taken_once_and_revoked_once(file: KeyFile) -> None:
    file.add("ann", "search")
    with pytest.raises(InvalidInput, match="already"):
        file.add("ann", "search")
    file.revoke("ann")
    with pytest.raises(InvalidInput, match="no key is named 'ann'"):
        file.revoke("ann")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"version": 2, "keys": []}',
        '{"version": 1}',
        '{"version": 1, "keys": [{}]}',
        '{"version": 1, "keys": [{"name": "ann", "scopes": ["search"], "created": "", '
        '"salt": "", "sha256": ""}]}',
        "\udcff",
    ],
)
def test_a_damaged_file_is_an_error_and_stays_as_it_is(file: KeyFile, text: str) -> None:
    file.path.parent.mkdir()
    file.path.write_bytes(text.encode("utf-8", "surrogateescape"))
    for attempt in (file.read, lambda: file.add("ann", "search"), lambda: file.revoke("ann")):
        with pytest.raises(KeysDamaged, match="damaged") as told:
            attempt()
        assert "keys.json" in told.value.message and told.value.hint
    assert file.path.read_bytes() == text.encode("utf-8", "surrogateescape")


def test_a_scope_that_nobody_knows_is_damage(file: KeyFile) -> None:
    file.add("ann", "search")
    content = json.loads(file.path.read_text(encoding="utf-8"))
    content["keys"][0]["scopes"] = ["everything"]
    file.path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(KeysDamaged, match="ann"):
        KeyFile(file.path).read()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    with pytest.raises(KeysUnwritable, match="taken"):
        KeyFile(tmp_path / "taken" / "keys.json").add("ann", "search")


def test_each_change_is_one_line_of_the_log_without_the_key(
    file: KeyFile, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        key, secret = file.add("ann", "admin")
        file.revoke("ann")
        file.read()
    place = f"keys={file.path} name=ann scopes=search,admin"
    acts = [re.sub("who=[^ ]+", "who=me", line) for line in caplog.messages]
    assert acts == [
        f"key made: who=me from=command outcome=done {place}",
        f"key revoked: who=me from=command outcome=done {place}",
    ]
    for hidden in (secret, key.salt, key.sha256):
        assert hidden not in caplog.text


def test_what_was_taken_for_a_name_is_not_written_down(
    file: KeyFile, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody may give the key itself where its name is meant."""
    _, secret = file.add("ann", "search")
    caplog.clear()
    with caplog.at_level(logging.INFO):
        for attempt in (lambda: file.revoke(secret), lambda: file.add(f"{secret}!", "search")):
            with pytest.raises(InvalidInput):
                attempt()
    acts = [line.partition(":")[0] for line in caplog.messages]
    assert acts == ["key revoked", "key made"] and "outcome=failed" in caplog.text
    assert secret not in caplog.text
