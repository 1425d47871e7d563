"""Which files of a folder are read, under which names, and what is said of the others."""

import os
from pathlib import Path

import pytest

from embeddings.documents import list_sources
from embeddings.documents.walking import name_roots
from embeddings.errors import CorpusError, UnreadableDocument
from embeddings.records import Document, Reading
from tests.embeddings.building import being_nobody, read_folder, write_files


def test_files_are_named_by_their_path_inside_the_folder_in_order(tmp_path: Path) -> None:
    names = ["b.txt", "a/z.txt", "a/b/c.TXT", "ä ö.text", "a.txt"]
    write_files(tmp_path, {name: name for name in names})
    found, reading = read_folder(tmp_path)
    assert [item.source for item in found] == sorted(names)
    assert (reading.unreadable, reading.skipped) == ([], [])


def test_a_text_file_is_kept_to_the_character(tmp_path: Path) -> None:
    text = "\r\n First line\r\nsecond\rthird\n\n\tЧетвёртая \u2028🙂\n"
    write_files(tmp_path, {"a.txt": text})
    (document,), _ = read_folder(tmp_path)
    assert isinstance(document, Document)
    assert document.text == text
    assert len(document.sha256) == 64


@pytest.mark.parametrize("content", [b"", b" ", b"\r\n\t \n", b"\xef\xbb\xbf", b"\xff\xfe"])
@pytest.mark.parametrize("name", ["a.txt", "a.jsonl"])
def test_an_empty_file_is_reported_as_empty(tmp_path: Path, name: str, content: bytes) -> None:
    write_files(tmp_path, {name: content})
    (problem,), _ = read_folder(tmp_path)
    assert isinstance(problem, UnreadableDocument)
    assert (problem.source, problem.message) == (name, "is empty")


def test_hidden_files_and_folders_are_left_out_with_one_notice(tmp_path: Path) -> None:
    files = dict.fromkeys((".a.txt", ".git/a.txt", "b/.c/d.txt", "b/e.txt", ".winnowignore"), "x")
    write_files(tmp_path, files)
    found, reading = read_folder(tmp_path)
    assert [item.source for item in found] == ["b/e.txt"]
    assert reading.skipped == []
    assert reading.notices == [("", "left out by a dot before the name: 1 file and 2 folders")]


def test_the_file_that_says_what_to_leave_out_is_no_document_to_be_missed(tmp_path: Path) -> None:
    write_files(tmp_path, {".winnowignore": "b.txt", "a.txt": "x"})
    assert read_folder(tmp_path)[1].notices == []


def test_a_folder_that_is_itself_hidden_is_read_when_named(tmp_path: Path) -> None:
    write_files(tmp_path / ".notes", {"a.txt": "x"})
    found, _ = read_folder(tmp_path / ".notes")
    assert [item.source for item in found] == ["a.txt"]


def test_a_single_file_may_be_named(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.txt": "x", "b.txt": "y"})
    found, _ = read_folder(tmp_path / "a.txt")
    assert [item.source for item in found] == ["a.txt"]


def test_what_has_no_reader_is_skipped_with_a_reason(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.xyz": "x", "b/README": "x"})
    found, reading = read_folder(tmp_path)
    assert found == []
    assert reading.skipped == [
        ("a.xyz", "no reader for .xyz"),
        ("b/README", "no reader for a file without an ending"),
    ]


def test_the_other_parts_of_a_judged_collection_are_no_documents(tmp_path: Path) -> None:
    row = '{"text": "words"}\n'
    beside = {"questions.jsonl": row, "queries.jsonl": row, "meta.json": "{}"}
    write_files(tmp_path, {"set/corpus.jsonl": row, "queries.jsonl": row})
    write_files(tmp_path / "set", beside)
    found, reading = read_folder(tmp_path)
    assert [item.source for item in found] == ["queries.jsonl#1", "set/corpus.jsonl#1"]
    assert sorted(name for name, _ in reading.skipped) == sorted(f"set/{name}" for name in beside)


def test_a_dangling_link_is_reported(tmp_path: Path) -> None:
    os.symlink("nowhere", tmp_path / "a.txt")
    os.symlink("b.txt", tmp_path / "b.txt")  # a link to itself
    found, reading = read_folder(tmp_path)
    assert found == []
    assert [source for source, _ in reading.unreadable] == ["a.txt", "b.txt"]


def test_a_link_to_a_file_of_the_folder_is_read_under_its_own_name(tmp_path: Path) -> None:
    """Even where the folder itself is reached by a link."""
    write_files(tmp_path, {"corpus/real/a.txt": "x"})
    os.symlink("real/a.txt", tmp_path / "corpus" / "b.txt")
    os.symlink("corpus", tmp_path / "named")
    for root in (tmp_path / "corpus", tmp_path / "named", tmp_path / "corpus" / "b.txt"):
        found, reading = read_folder(root)
        assert [item.source for item in found] in (["b.txt", "real/a.txt"], ["b.txt"])
        assert reading.skipped == []


def test_a_link_out_of_the_folder_is_skipped_with_a_notice(tmp_path: Path) -> None:
    write_files(tmp_path, {"elsewhere/a.txt": "x", "corpus/.keep": ""})
    os.symlink("../elsewhere/a.txt", tmp_path / "corpus" / "b.txt")
    os.symlink("b.txt", tmp_path / "corpus" / "c.txt")
    found, reading = read_folder(tmp_path / "corpus")
    assert found == []
    assert [source for source, _ in reading.skipped] == ["b.txt", "c.txt"]
    assert {reason for _, reason in reading.skipped} == {
        "a link out of the folder, which is not followed"
    }


def test_a_link_to_a_folder_is_not_followed_and_not_passed_over(tmp_path: Path) -> None:
    write_files(tmp_path, {"a/b.txt": "x"})
    os.symlink(tmp_path, tmp_path / "a" / "round")
    os.symlink(tmp_path, tmp_path / "a" / "round.txt")
    found, reading = read_folder(tmp_path)
    assert [item.source for item in found] == ["a/b.txt"]
    assert [source for source, _ in reading.skipped] == ["a/round", "a/round.txt"]


def test_a_folder_called_like_a_file_is_a_folder(tmp_path: Path) -> None:
    write_files(tmp_path, {"x.txt/y.txt": "x"})
    found, _ = read_folder(tmp_path)
    assert [item.source for item in found] == ["x.txt/y.txt"]


@pytest.mark.parametrize("linked", [False, True])
def test_a_pipe_is_skipped_not_waited_for(tmp_path: Path, linked: bool) -> None:
    os.mkfifo(tmp_path / ("pipe" if linked else "a.txt"))
    if linked:
        os.symlink("pipe", tmp_path / "a.txt")
    reading = Reading()
    assert list_sources([tmp_path], reading) == []
    assert ("a.txt", "not a regular file") in reading.skipped


def test_a_name_that_is_not_utf8_shows_its_odd_bytes(tmp_path: Path) -> None:
    path = os.path.join(os.fsencode(tmp_path), b"caf\xe9.txt")
    with open(path, "wb") as file:
        file.write(b"words")
    (document,), _ = read_folder(tmp_path)
    assert document.source == "caf\\xe9.txt"


def test_a_folder_that_may_be_listed_and_not_entered_costs_itself_alone(open_folder: Path) -> None:
    write_files(open_folder, {"a.txt": "x", "shut/b.txt": "y", "shut/c.xyz": "y"})
    (open_folder / "shut").chmod(0o444)
    with being_nobody():
        found, reading = read_folder(open_folder)
    (open_folder / "shut").chmod(0o755)
    assert [item.source for item in found] == ["a.txt"]
    denied = {(f"shut/{name}", "Permission denied") for name in ("b.txt", "c.xyz")}
    assert denied < set(reading.unreadable)


def test_a_folder_that_may_not_be_listed_is_named_in_letters(open_folder: Path) -> None:
    shut = open_folder / os.fsdecode(b"caf\xe9")
    shut.mkdir(mode=0)
    with being_nobody():
        _, reading = read_folder(open_folder)
    shut.chmod(0o755)
    assert reading.unreadable == [(f"{open_folder}/caf\\xe9", "Permission denied")]


def test_a_path_that_cannot_be_reached_says_why(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="cannot be read: File name too long") as caught:
        list_sources([tmp_path / ("a" * 300)], Reading())
    assert caught.value.hint


def test_folders_of_one_name_are_numbered(tmp_path: Path) -> None:
    roots = [tmp_path / name for name in ("1/a", "2/a-2", "3/a", "4/a")]
    assert list(name_roots(roots).values()) == ["a", "a-2", "a-3", "a-4"]
