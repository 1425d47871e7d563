"""`winnow watch` as a process over a folder that changes: what is built, told, and gone on with."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from embeddings.artifact import Artifact
from service.file_changes import follow_changes
from tests.embeddings.building import sources_of, write_files
from tests.service.building import KEEPER, LIGHTHOUSE
from tests.service.cli.conftest import Winnow, make_environment
from tests.service.waiting import LONGEST

OTHER = "The bees left the hive in May and settled in a hollow pear tree beside the old chapel."
READY = "watching for changes"


class Watched:
    """A running `winnow watch`, and what it has said so far on standard error."""

    def __init__(self, folder: Path, *arguments: object) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "service", "watch", *map(str, arguments)],
            cwd=folder,
            env=make_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A test run in the background may hand down that interrupts are ignored.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        self._alarm = threading.Timer(LONGEST, self._process.kill)
        self._alarm.start()

    def wait_for(self, said: str) -> list[str]:
        """The lines up to the one with these words in it."""
        assert self._process.stderr
        lines = []
        for line in self._process.stderr:
            lines.append(line)
            if said in line:
                return lines
        raise AssertionError(f"{said!r} was not said: {''.join(lines)}")

    def read_line(self) -> str:
        """The next line of standard output."""
        assert self._process.stdout
        return self._process.stdout.readline()

    def end(self, by: signal.Signals) -> tuple[int, str, str]:
        """Send a signal; exit code, and the rest of what it wrote."""
        self._process.send_signal(by)
        output, errors = self._process.communicate(timeout=LONGEST)
        return self._process.returncode, output, errors

    def close(self) -> None:
        self._alarm.cancel()
        self._process.kill()
        self._process.communicate()


Watch = Callable[..., Watched]


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    return write_files(tmp_path / "docs", {"lighthouse.txt": LIGHTHOUSE})


@pytest.fixture
def watch(tmp_path: Path, docs: Path) -> Iterator[Watch]:
    """Watch the folder, by the hashing encoder."""
    running = []

    def start(*arguments: object) -> Watched:
        flags = ("--encoder", "hashing", "--index", "ix")
        running.append(Watched(tmp_path, docs, *flags, *arguments))
        return running[-1]

    yield start
    for one in running:
        one.close()


QUESTION = "How many ships did the lighthouse keeper count?"


@pytest.fixture
def searches(tmp_path: Path) -> Path:
    path = tmp_path / "s.toml"
    path.write_text(f'[[search]]\nquestion = "{QUESTION}"\nmin_confidence = 0.3\n')
    return path


def test_it_builds_again_when_a_document_came_and_for_nothing_else(
    watch: Watch, docs: Path, searches: Path
) -> None:
    """Its own index lies in the folder too."""
    watched = watch("--exclude", "*.md", "--index", docs / "index", "--news", searches)
    assert watched.read_line() == "# 1 new answer to 1 search\n"
    artifact = Artifact(docs / "index")
    watched.wait_for(READY)
    first = artifact.live_id()
    left_out = {"draft.txt": OTHER, ".hidden.txt": OTHER, "data.xyz": OTHER, "readme.md": OTHER}
    write_files(docs, {".winnowignore": "draft.txt\n", **left_out})
    (docs / "lighthouse.txt").chmod(0o600)
    write_files(docs, {"new/bees.txt": OTHER})
    lines = watched.wait_for("files: ")
    assert "1 new, 0 changed, 0 removed, 1 unchanged" in lines[-1]
    assert not any("nothing changed" in line for line in lines)
    assert artifact.finished() == [first, artifact.live_id()]
    assert sources_of(artifact) == ["lighthouse.txt", "new/bees.txt"]
    write_files(docs, {".winnowignore": "lighthouse.txt\n"})
    assert "1 new, 0 changed, 1 removed" in watched.wait_for("files: ")[-1]
    assert sources_of(artifact) == ["draft.txt", "new/bees.txt"]
    code, _, errors = watched.end(signal.SIGINT)
    assert code == 130
    assert "Traceback" not in errors


def test_news_are_told_after_each_build_until_it_is_told_to_end(
    watch: Watch, docs: Path, searches: Path
) -> None:
    watched = watch("--news", searches, "--json")
    first = json.loads(watched.read_line())
    assert [hit["source"] for hit in first["new"]] == ["lighthouse.txt"]
    watched.wait_for(READY)
    write_files(docs, {"bees.txt": OTHER})
    watched.wait_for("files: ")
    again = KEEPER.replace("nineteen", "forty").replace("Tuesday", "Friday")
    write_files(docs, {"again.txt": again})
    second = json.loads(watched.read_line())
    assert [hit["source"] for hit in second["new"]] == ["again.txt"]
    assert second["before"] != first["build"], "it was asked of the build between, with no news"
    assert watched.end(signal.SIGTERM)[:2] == (0, "")


def test_told_to_end_while_it_builds_it_ends_well(watch: Watch) -> None:
    watched = watch()
    watched.wait_for("reading")
    code, _, errors = watched.end(signal.SIGTERM)
    assert code == 0
    assert "Traceback" not in errors


def test_told_to_end_while_it_waits_it_ends_well(
    winnow_here: Winnow, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In this process, where it is known when it waits."""

    def follow(*given: Any) -> Iterator[bool]:
        for changed in follow_changes(*given):
            if not changed:
                threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM)).start()
            yield changed

    monkeypatch.setattr("service.cli.watch.follow_changes", follow)
    handler = signal.getsignal(signal.SIGTERM)
    try:
        ended = winnow_here("watch", docs, "--encoder", "hashing", "--index", "ix")
    finally:
        signal.signal(signal.SIGTERM, handler)
    assert ended.returncode == 0, ended.stderr


def test_killed_while_it_builds_it_leaves_the_build_before(
    watch: Watch, winnow_here: Winnow, docs: Path
) -> None:
    watched = watch()
    watched.wait_for(READY)
    live = artifact_of(docs).live_id()
    write_files(docs, {f"bees-{number}.txt": f"{OTHER} {number}" for number in range(200)})
    watched.wait_for("encoding")
    watched.end(signal.SIGKILL)
    assert artifact_of(docs).live_id() == live
    assert winnow_here("verify", "--index", "ix").returncode == 0
    again = winnow_here("build", docs, "--encoder", "hashing", "--index", "ix")
    assert again.returncode == 0 and "201 documents" in again.stderr


def artifact_of(docs: Path) -> Artifact:
    return Artifact(docs.parent / "ix")


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("nowhere",), 1, "nowhere does not exist"),
        (("docs", "--news", "none.toml"), 2, "none.toml"),
        (("docs", "--int8", "--device", "cuda"), 2, "--int8 runs on the CPU"),
        ((), 2, "paths"),
    ],
)
def test_what_cannot_be_used_ends_it_at_once(
    winnow_here: Winnow, docs: Path, arguments: tuple[str, ...], code: int, told: str
) -> None:
    handler = signal.getsignal(signal.SIGTERM)
    try:
        refused = winnow_here("watch", *arguments, "--encoder", "hashing", "--index", "ix")
    finally:
        signal.signal(signal.SIGTERM, handler)
    assert refused.returncode == code
    assert told in refused.stderr and "Traceback" not in refused.stderr
