"""When `winnow watch` builds again: changes during a build, and tries after what failed."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from embeddings.artifact import Artifact
from embeddings.documents import Selection, SourceFile, list_sources
from embeddings.errors import (
    CorpusEmpty,
    CorpusMissing,
    IndexBusy,
    IndexUnwritable,
    SeenFailed,
    WinnowError,
)
from embeddings.records import Reading
from service.cli.watch import Rebuilds
from service.file_changes import follow_changes
from tests.embeddings.building import build, sources_of, write_files

FULL = IndexUnwritable("the build could not be written", "make room")


class Steps:
    """Real builds of a folder, of which some fail, in a time of its own."""

    def __init__(self, docs: Path, artifact: Artifact) -> None:
        self.docs, self.artifact = docs, artifact
        self.now = 0.0
        self.built: list[bool] = []
        self.told = 0
        self.fails: list[WinnowError] = []
        self.fails_to_tell: list[WinnowError] = []
        self.meanwhile: Callable[[], None] = lambda: None
        self.rebuilds = Rebuilds(self._list, self._build, self._tell, lambda: self.now)

    def _list(self) -> list[SourceFile]:
        return list_sources([self.docs], Reading(), Selection())

    def _build(self) -> bool:
        if self.fails:
            raise self.fails.pop()
        self.built.append(build(self.docs, self.artifact).fresh)
        self.meanwhile()
        return self.built[-1]

    def _tell(self) -> None:
        if self.fails_to_tell:
            raise self.fails_to_tell.pop()
        self.told += 1


@pytest.fixture
def steps(tiny_corpus: Path, tmp_path: Path) -> Steps:
    return Steps(tiny_corpus, Artifact(tmp_path / "ix"))


def test_a_change_during_a_build_leads_to_one_more(steps: Steps) -> None:
    stopped = threading.Event()
    late = iter(["late.txt"])

    def change() -> None:
        for name in late:
            (steps.docs / name).write_text("Salt was carried to Timbuktu by camels, it is said.")

    steps.meanwhile = change
    for changed in follow_changes([steps.docs], steps.artifact.directory, stopped):
        steps.rebuilds.look(changed)
        if not changed:  # a second passed in which nothing changed
            stopped.set()
    assert steps.built == [True, True]
    assert "late.txt" in sources_of(steps.artifact)


def test_a_folder_that_is_gone_is_told_and_built_when_it_is_back(
    steps: Steps, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stopped = threading.Event()
    away = tmp_path / "away"
    steps.meanwhile = lambda: (steps.docs.rename(away), None)[1]
    for changed in follow_changes([steps.docs], steps.artifact.directory, stopped):
        steps.rebuilds.look(changed)
        if away.exists() and f"{steps.docs} does not exist" in capsys.readouterr().err:
            (away / "new.txt").write_text("Salt was carried to Timbuktu by camels, it is said.")
            steps.meanwhile = stopped.set
            away.rename(steps.docs)
    assert steps.built == [True, True]
    assert "new.txt" in sources_of(steps.artifact)


def test_nothing_is_built_where_no_document_changed(steps: Steps) -> None:
    steps.rebuilds.look(True)
    write_files(steps.docs, {"data.xyz": "salt", ".hidden.txt": "salt", "questions.jsonl": "{}"})
    for changed in (True, False):
        steps.rebuilds.look(changed)
    assert steps.built == [True] and steps.told == 1


def test_what_is_hidden_or_of_the_index_counts_for_no_change(steps: Steps) -> None:
    write_files(steps.docs, {"index/ix/current": "b1", ".git/HEAD": ""})
    changes = follow_changes([steps.docs], steps.docs / "index" / "ix", threading.Event())
    # The second is for what may have changed before the folder was watched.
    assert [next(changes) for _ in range(2)] == [True, True]
    text = "Salt was carried to Timbuktu by camels, it is said."
    write_files(steps.docs, {f"{name}.txt": text for name in ("index/ix/b1", ".git/new", ".new")})
    assert next(changes) is False
    for name in ("index/new.txt", ".winnowignore", "salt.txt"):
        write_files(steps.docs, {name: text})
        assert next(changes) is True, name
    changes.close()


def test_news_are_told_at_the_start_though_nothing_was_published(steps: Steps) -> None:
    build(steps.docs, steps.artifact)
    steps.rebuilds.look(True)
    assert steps.built == [False] and steps.told == 1


@pytest.mark.parametrize("error", [IndexBusy("busy"), CorpusMissing("gone"), FULL])
def test_what_failed_is_tried_again_after_a_while_and_told_once(
    steps: Steps, capsys: pytest.CaptureFixture[str], error: WinnowError
) -> None:
    steps.rebuilds.look(True)
    (steps.docs / "bees.txt").write_text("Bees keep their hive warm, and nobody knows how warm.")
    steps.fails = [error, error]
    capsys.readouterr()
    steps.rebuilds.look(True)
    steps.now += 29
    steps.rebuilds.look(False)
    assert len(steps.fails) == 1
    steps.now += 1
    steps.rebuilds.look(False)
    assert steps.fails == []
    assert capsys.readouterr().err.count(error.message) == 1
    steps.now += 30
    steps.rebuilds.look(False)
    assert steps.built == [True, True] and steps.told == 2
    steps.now += 3000
    steps.rebuilds.look(False)
    assert steps.built == [True, True] and steps.told == 2


def test_news_that_could_not_be_told_are_told_later(steps: Steps) -> None:
    steps.rebuilds.look(True)
    (steps.docs / "bees.txt").write_text("Bees keep their hive warm, and nobody knows how warm.")
    steps.fails_to_tell = [SeenFailed("what is reported cannot be noted")]
    steps.rebuilds.look(True)
    assert steps.told == 1
    steps.now += 30
    steps.rebuilds.look(False)
    assert steps.built == [True, True] and steps.told == 2


def test_a_folder_without_documents_waits_for_the_first(steps: Steps) -> None:
    steps.fails = [CorpusEmpty("nothing to read")]
    steps.rebuilds.look(True)
    steps.rebuilds.look(True)
    assert steps.built == [True] and steps.told == 1


def test_the_first_build_must_not_fail(steps: Steps) -> None:
    steps.fails = [FULL]
    with pytest.raises(IndexUnwritable):
        steps.rebuilds.look(True)
