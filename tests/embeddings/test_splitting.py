"""Documents taken apart by several processes come out as by one, and a process's end is told."""

import os
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from embeddings import build as build_module
from embeddings import processes, splitting
from embeddings.artifact import Artifact
from embeddings.encoders.hashing import HashingEncoder
from embeddings.errors import CorpusError
from embeddings.records import Document
from embeddings.splitting import Splitter
from embeddings.taken import Taken, pack_document
from tests.embeddings.building import build, contents_of, write_files

FOOTER = "This almanac is printed by the Society of Harbour Pilots with the help of its members."


def _write_documents(count: int) -> list[bytes]:
    """Of very different lengths, so that later ones are done first."""
    return [
        pack_document(
            Document(
                f"{n}.txt", f"The keeper of light {n} wrote down each ship.\n\n" * (n * 7 % 31)
            )
        )
        for n in range(count)
    ]


def _split(documents: list[bytes], count: int, enough: int = 0) -> Iterator[Taken]:
    splitter = Splitter(HashingEncoder(), "hashing", False, count, enough)
    return splitter.split(documents, sum(map(len, documents)), [FOOTER])


def test_several_processes_give_what_one_gives_in_its_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(splitting, "_BATCH", 2000)
    documents = _write_documents(60)
    assert list(_split(documents, 3)) == list(_split(documents, 1))


def test_little_text_starts_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "start", lambda *_: pytest.fail("started a process"))
    documents = _write_documents(5)
    assert len(list(_split(documents, 3, enough=1 << 20))) == 5


def test_a_build_is_the_same_whatever_the_number_of_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    coasts = ("northern", "southern", "eastern", "western", "outer", "inner")
    story = "The keeper of the {} light wound the clockwork of his lamp, and wrote down each ship."
    pages = {f"{one}.md": f"# {one}\n\n{story.format(one)}\n\n{FOOTER}\n" for one in coasts}
    folder = write_files(tmp_path / "corpus", pages)
    contents = []
    for enough in (0, 1 << 20):
        monkeypatch.setattr(build_module, "Splitter", partial(Splitter, enough=enough))
        artifact = Artifact(tmp_path / f"index{enough}")
        assert build(folder, artifact).manifest.counts["set_aside"] == len(coasts)
        contents.append(contents_of(artifact))
    assert contents[0] == contents[1]


def test_a_process_that_is_killed_is_told_with_the_document_and_none_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(splitting, "_BATCH", 1)
    started = []
    original = processes.start

    def start(*given: str) -> object:
        started.append(original(*given))
        return started[-1]

    monkeypatch.setattr(processes, "start", start)
    found = _split(_write_documents(60), 2)
    next(found)
    for process in started:
        os.killpg(process.pid, signal.SIGKILL)
    with pytest.raises(CorpusError, match=r"ended at \d+\.txt .*SIGKILL") as caught:
        list(found)
    assert "free some" in caught.value.hint
    assert all(process.poll() is not None for process in started)


def test_who_asks_for_no_more_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    original = processes.start
    monkeypatch.setattr(
        processes, "start", lambda *given: started.append(original(*given)) or started[-1]
    )
    found = _split(_write_documents(60), 2)
    next(found)
    found.close()  # type: ignore[attr-defined]  # it is a generator
    assert started and all(process.poll() is not None for process in started)
