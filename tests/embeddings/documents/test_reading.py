"""A file that changes, vanishes or cannot be read costs itself alone."""

import hashlib
import os
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from embeddings.documents import DocumentReader, list_sources, reading
from embeddings.errors import UnreadableDocument
from embeddings.records import Document, Reading
from tests.embeddings.building import being_nobody, read_folder, write_files


def _read_after(folder: Path, change: Callable[[Path], object]) -> Document | UnreadableDocument:
    """Read the folder's one file, which something changed after it was listed."""
    (file,) = list_sources([folder], Reading())
    change(file.path)
    with DocumentReader() as reader:
        (item,) = reader.read(file)
    return item


def _put_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _put_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (Path.unlink, "No such file"),
        (_put_pipe, "no regular file"),
        (_put_folder, "directory"),
    ],
)
def test_what_took_a_files_place_is_reported_not_waited_for(
    tmp_path: Path, change: Callable[[Path], object], what: str
) -> None:
    problem = _read_after(write_files(tmp_path, {"a.txt": "x"}), change)
    assert isinstance(problem, UnreadableDocument)
    assert problem.source == "a.txt"
    assert what in problem.message


def test_a_file_without_permission_is_reported(open_folder: Path) -> None:
    with ExitStack() as stack:

        def lock(path: Path) -> None:
            path.chmod(0)
            stack.enter_context(being_nobody())

        problem = _read_after(write_files(open_folder, {"a.txt": "x"}), lock)
    assert isinstance(problem, UnreadableDocument)
    assert problem.message == "Permission denied"


def test_a_file_beyond_the_limit_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (write_files(tmp_path, {"b.txt": "x"}) / "a.txt").open("wb") as file:
        file.truncate(reading.LARGEST_FILE + 1)  # takes no space on the disk
    problem, read = read_folder(tmp_path)[0]
    assert isinstance(problem, UnreadableDocument) and isinstance(read, Document)
    assert (problem.source, "256 MB" in problem.message) == ("a.txt", True)


def _let_grow(path: Path, times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a file grow after it was opened and before it is read, so many times."""
    looks = iter(range(2 * times))
    look = os.fstat

    def look_and_write(descriptor: int) -> os.stat_result:
        status = look(descriptor)
        if next(looks, 1) % 2 == 0:
            with path.open("a", encoding="utf-8") as file:
                file.write(" more")
        return status

    monkeypatch.setattr(os, "fstat", look_and_write)


def test_a_file_that_changed_while_it_was_read_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_files(tmp_path, {"a.txt": "words"}) / "a.txt"
    _let_grow(path, 1, monkeypatch)
    (document,), _ = read_folder(tmp_path)
    assert isinstance(document, Document)
    assert document.text == "words more"
    assert document.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_that_never_rests_is_reported_and_the_rest_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_files(tmp_path, {"a.txt": "words", "b.txt": "words"}) / "a.txt"
    _let_grow(path, 2, monkeypatch)
    problem, document = read_folder(tmp_path)[0]
    assert isinstance(problem, UnreadableDocument)
    assert (problem.source, problem.message) == ("a.txt", "changed while it was read, twice")
    assert document.source == "b.txt"
