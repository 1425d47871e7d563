"""`.winnowignore`, `--exclude` and `--include` leave out what they should, and say so."""

from pathlib import Path

import pytest

from embeddings.artifact import Artifact
from embeddings.build import BuildOptions
from embeddings.documents import Selection, list_sources
from embeddings.errors import CorpusEmpty
from embeddings.records import Reading
from tests.embeddings.building import build, read_folder, sources_of, write_files

FILES = {name: "words" for name in ("a.txt", "b.txt", "x/a.txt", "x/y/a.txt", "x/y/c.txt")}


@pytest.mark.parametrize(
    ("where", "globs", "left"),
    [
        (".", "a.txt", ["b.txt", "x/y/c.txt"]),
        (".", "/a.txt", ["b.txt", "x/a.txt", "x/y/a.txt", "x/y/c.txt"]),
        (".", "x/*.txt", ["a.txt", "b.txt", "x/y/a.txt", "x/y/c.txt"]),
        (".", "x/**", ["a.txt", "b.txt"]),
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


def select(
    folder: Path, include: tuple[str, ...] = (), exclude: tuple[str, ...] = ()
) -> tuple[list[str], Reading]:
    reading = Reading()
    files = list_sources([folder], reading, Selection(include, exclude))
    return [file.source for file in files], reading


@pytest.mark.parametrize(
    ("include", "exclude", "left"),
    [
        ("", "a.txt", ["b.txt", "x/y/c.txt"]),
        ("", "/a.txt", ["b.txt", "x/a.txt", "x/y/a.txt", "x/y/c.txt"]),
        ("", "x", ["a.txt", "b.txt"]),
        ("", "x/", ["a.txt", "b.txt"]),
        ("", "a.txt/", sorted(FILES)),
        ("", "x/*", ["a.txt", "b.txt"]),
        ("", "x/**", ["a.txt", "b.txt"]),
        ("", "x/*.txt", ["a.txt", "b.txt", "x/y/a.txt", "x/y/c.txt"]),
        ("", "**/y", ["a.txt", "b.txt", "x/a.txt"]),
        ("", "x/**/a.txt", ["a.txt", "b.txt", "x/y/c.txt"]),
        ("", "**", []),
        ("", "?.txt", []),
        ("", "[!a].txt", ["a.txt", "x/a.txt", "x/y/a.txt"]),
        ("", "[", sorted(FILES)),
        ("a.txt", "", ["a.txt", "x/a.txt", "x/y/a.txt"]),
        ("/a.txt", "", ["a.txt"]),
        ("x", "", ["x/a.txt", "x/y/a.txt", "x/y/c.txt"]),
        ("x/y/", "", ["x/y/a.txt", "x/y/c.txt"]),
        ("x/*.txt", "", ["x/a.txt"]),
        ("x", "y", ["x/a.txt"]),
        ("b.txt c.txt", "", ["b.txt", "x/y/c.txt"]),
        ("nothing", "", []),
    ],
)
def test_a_glob_chooses_as_in_gitignore(
    tmp_path: Path, include: str, exclude: str, left: list[str]
) -> None:
    write_files(tmp_path, FILES)
    assert select(tmp_path, tuple(include.split()), tuple(exclude.split()))[0] == left


def test_what_a_glob_leaves_out_is_counted_in_one_notice(tmp_path: Path) -> None:
    write_files(tmp_path, {**FILES, "z.log": "x"})
    reading = select(tmp_path, ("*.txt",), ("a.txt", "y"))[1]
    assert reading.notices == [
        ("", "left out by --exclude `a.txt`: 2 files"),
        ("", "left out by --exclude `y`: 1 folder"),
        ("", "left out by --include: 1 file"),
    ]
    assert (reading.skipped, reading.unreadable) == ([], [])


def test_a_glob_fits_a_name_however_its_accents_are_put_together(tmp_path: Path) -> None:
    write_files(tmp_path, {"cafe\u0301.txt": "x", "\u0439.txt": "x", "b.txt": "x"})
    assert select(tmp_path, (), ("caf\u00e9.txt", "\u0438\u0306.txt"))[0] == ["b.txt"]


def test_a_glob_of_many_stars_takes_no_time(tmp_path: Path) -> None:
    path = "/".join(["a" * 100] * 20)
    globs = f"{'*a' * 40}b\n{'**/a*/' * 40}c\n"
    write_files(tmp_path, {f"{path}/b.txt": "x", ".winnowignore": globs})
    assert len(read_folder(tmp_path)[0]) == 1


def test_a_file_that_is_named_is_read_whatever_the_globs(tmp_path: Path) -> None:
    write_files(tmp_path, FILES)
    assert select(tmp_path / "a.txt", (), ("a.txt",))[0] == ["a.txt"]


def test_other_globs_make_another_index_and_the_same_ones_do_not(tmp_path: Path) -> None:
    corpus = write_files(tmp_path / "c", {"a.txt": "First words.", "b.txt": "Other words."})
    artifact = Artifact(tmp_path / "index")
    assert build(corpus, artifact).fresh
    chosen = BuildOptions(exclude=("b.txt", "c.txt"))
    assert build(corpus, artifact, options=chosen).fresh
    assert sources_of(artifact) == ["a.txt"]
    assert artifact.manifest().options["exclude"] == ["b.txt", "c.txt"]
    assert not build(corpus, artifact, options=BuildOptions(exclude=("c.txt", "b.txt"))).fresh
    assert build(corpus, artifact).fresh


def test_a_folder_of_which_everything_is_left_out_says_so(tmp_path: Path) -> None:
    corpus = write_files(tmp_path / "c", {"a.txt": "words"})
    with pytest.raises(CorpusEmpty, match=r"\(left out by --include: 1 file\)"):
        build(corpus, Artifact(tmp_path / "index"), options=BuildOptions(include=("*.md",)))
