"""`.winnowignore` leaves out what its globs fit, and says so."""

from pathlib import Path

import pytest

from tests.embeddings.building import read_folder, write_files

FILES = {name: "words" for name in ("a.txt", "b.txt", "x/a.txt", "x/y/a.txt", "x/y/c.txt")}


@pytest.mark.parametrize(
    ("where", "globs", "left"),
    [
        (".", "a.txt", ["b.txt", "x/y/c.txt"]),
        (".", "/a.txt", ["b.txt", "x/a.txt", "x/y/a.txt", "x/y/c.txt"]),
        (".", "x/*.txt", ["a.txt", "b.txt"]),
        (".", "y/", ["a.txt", "b.txt", "x/a.txt"]),
        (".", "b.txt/", sorted(FILES)),
        (".", "# a.txt\n\n  [ab].txt \n", ["x/y/c.txt"]),
        ("x", "a.txt", ["a.txt", "b.txt", "x/y/c.txt"]),
        (".", "", sorted(FILES)),
    ],
)
def test_what_a_glob_fits_is_left_out(
    tmp_path: Path, where: str, globs: str, left: list[str]
) -> None:
    write_files(tmp_path, {**FILES, f"{where}/.winnowignore": globs})
    assert [item.source for item in read_folder(tmp_path)[0]] == left


def test_what_is_left_out_is_said_with_its_glob(tmp_path: Path) -> None:
    write_files(tmp_path, {**FILES, ".winnowignore": "x\nb.*\n"})
    assert read_folder(tmp_path)[1].skipped == [
        ("b.txt", "left out by `b.*` of .winnowignore"),
        ("x", "left out by `x` of .winnowignore"),
    ]


def test_a_file_named_by_itself_is_read(tmp_path: Path) -> None:
    write_files(tmp_path, {**FILES, ".winnowignore": "a.txt"})
    assert [item.source for item in read_folder(tmp_path / "a.txt")[0]] == ["a.txt"]
