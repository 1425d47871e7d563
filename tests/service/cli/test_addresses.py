"""Every command takes the address of a database for an index, and shows it without a password.

Here a folder stands for the database; tests/cluster has a real one.
"""

import json
import logging
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

from embeddings.artifact import Artifact
from embeddings.index.postgres.addresses import read_address
from service.cli import main
from tests.service.building import LIGHTHOUSE
from tests.service.cli.conftest import Winnow

SECRET = "open-sesame"
ADDRESS = f"postgresql://ann:{SECRET}@db.example/corpora"
SHOWN = "postgresql://ann@db.example"


class _Databases(ModuleType):
    """Stands in for the module that knows databases: each is a folder below this one."""

    def __init__(self, folder: Path) -> None:
        super().__init__("databases")

        class DatabaseBuilds(Artifact):
            def __init__(self, address: str, workspace: Path, kept: int) -> None:
                self._address = read_address(address)
                super().__init__(folder / self._address.database, kept)
                self._workspace = workspace

            @property
            def place(self) -> str:
                return self._address.shown

            @property
            def workspace(self) -> Path:
                return self._workspace

        self.DatabaseBuilds = DatabaseBuilds


@pytest.fixture
def winnow(winnow_here: Winnow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Winnow:
    """Run a command in an empty folder, over an index that the environment names."""
    databases = _Databases(tmp_path / "databases")
    monkeypatch.setitem(sys.modules, "embeddings.index.postgres.builds", databases)

    def run(*arguments: object) -> object:
        monkeypatch.setenv("WINNOW_INDEX", ADDRESS)
        done = winnow_here(*arguments)
        assert SECRET not in done.stdout + done.stderr
        assert done.returncode == 0, done.stderr
        return done

    return run  # type: ignore[return-value]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "lighthouse.txt").write_text(LIGHTHOUSE, encoding="utf-8")
    return tmp_path / "corpus"


def test_a_build_says_where_it_is_and_works_below_the_folder_of_indexes(
    winnow: Winnow, corpus: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        done = winnow("build", corpus, "--encoder", "hashing")
    assert f"in {SHOWN}" in done.stderr
    assert f'index="{SHOWN}' in caplog.text and SECRET not in caplog.text
    (workspace,) = (tmp_path / "index").iterdir()
    assert workspace.name.startswith("corpus-") and list(workspace.iterdir()) == []
    assert (tmp_path / "databases" / "corpora" / "current").is_file()


def test_what_was_built_is_searched_verified_evaluated_and_rolled_back(
    winnow: Winnow, corpus: Path, tmp_path: Path
) -> None:
    first = json.loads(winnow("build", corpus, "--encoder", "hashing", "--json").stdout)["build"]
    (corpus / "other.txt").write_text("Bees left the hive in May for a pear tree.\n", "utf-8")
    winnow("build", corpus, "--encoder", "hashing")
    question = {"id": "a", "kind": "plain", "question": "How many ships were counted in the fog?"}
    asked = {**question, "passage_contains_any": ["nineteen ships"]}
    (tmp_path / "questions.jsonl").write_text(json.dumps(asked), "utf-8")
    assert "bees" in winnow("search", "bees hive").stdout.lower()
    verified = json.loads(winnow("verify", "--all", "--sources", "--json").stdout)
    assert verified["summary"]["unchanged"] == len(verified["builds"]) == 2
    measured = json.loads(winnow("evaluate", "questions.jsonl", "--json").stdout)
    assert measured["measures"]["hit@1"] == 1
    assert json.loads(winnow("rollback", "--json").stdout) == {"build": first}
    assert f"{Path('index', 'keys.json')}" in winnow("keys", "list").stderr


def test_no_process_that_a_command_starts_finds_an_address_in_its_environment(
    winnow: Winnow, corpus: Path
) -> None:
    """The readers of documents, and the processes of a server, are started with what is left."""
    winnow("build", corpus, "--encoder", "hashing")
    assert SECRET not in str(os.environ)


def test_a_folder_in_the_environment_stays_there(
    winnow_here: Winnow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WINNOW_INDEX", str(tmp_path))
    assert main(["keys", "list"]) == 0
    assert os.environ["WINNOW_INDEX"] == str(tmp_path)
