"""Whether citations still stand: what changed is named, and where passages moved to is true."""

import shutil
from pathlib import Path

import pytest

from embeddings.artifact import Artifact
from embeddings.build import BuildOptions
from embeddings.sources import SourceCheck, check_sources
from tests.embeddings.building import being_nobody, blame_reading, build, write_files

BEES = "Honey bees keep their hive at about 35 degrees through the whole winter."
HONEY = "A colony eats some twenty kilograms of honey before spring comes again."
SALT = "Salt was carried from Taoudenni to Timbuktu in slabs of forty kilograms."
TIDE = "The tide in the Bay of Fundy rises by as much as sixteen metres a day."
PAGE = "<html><body><article><h1>On bees</h1><p>{}</p></article></body></html>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two texts; the first passage of one is folded into that of the other."""
    texts = {"bees.txt": f"{BEES}\n\n{HONEY}\n", "salt.txt": f"{BEES}\n\n{SALT}\n"}
    return write_files(tmp_path / "corpus", texts)


@pytest.fixture
def artifact(folder: Path, tmp_path: Path) -> Artifact:
    artifact = Artifact(tmp_path / "index")
    build(folder, artifact)
    return artifact


def check(artifact: Artifact) -> dict[str, SourceCheck]:
    """What is found of each source file of the live build."""
    manifest, index = artifact.open()
    found = list(check_sources(manifest, index))
    index.close()
    assert [one.source for one in found] == sorted(one.source for one in found)
    return {one.source: one for one in found}


def facts(one: SourceCheck) -> tuple[str, int, int]:
    return one.found, one.standing, one.passages


def places(one: SourceCheck, text: str) -> list[tuple[str, str | None]]:
    """The words of each displaced passage as they were cited, and as they stand now in `text`."""
    return [
        (text[gone.start : gone.end], gone.now and text[gone.now.start : gone.now.end])
        for document in one.documents
        for gone in document.displaced
    ]


def test_every_passage_stands_where_nothing_changed(artifact: Artifact) -> None:
    found = check(artifact)
    assert {name: facts(one) for name, one in found.items()} == {
        "bees.txt": ("unchanged", 2, 2),
        "salt.txt": ("unchanged", 2, 2),
    }
    assert artifact.manifest().counts["folded"] == 1, "one of them is a repeat"
    assert all(one.is_sound and one.documents == () for one in found.values())


def test_passages_that_moved_are_found_where_they_are_now(artifact: Artifact, folder: Path) -> None:
    text = f"A line that was not here before, and is now.\n\n{BEES}\n\n{SALT}\n"
    write_files(folder, {"salt.txt": text})
    found = check(artifact)["salt.txt"]
    assert facts(found) == ("changed", 0, 2)
    assert [now for _, now in places(found, text)] == [BEES, SALT]
    assert not found.is_sound


def test_a_passage_that_is_gone_is_told_from_those_that_stand(
    artifact: Artifact, folder: Path
) -> None:
    write_files(folder, {"bees.txt": f"{BEES}\n\n{HONEY.replace('twenty', 'thirty')}\n"})
    found = check(artifact)["bees.txt"]
    assert facts(found) == ("changed", 1, 2)
    ((displaced,),) = [document.displaced for document in found.documents]
    assert (displaced.start, displaced.now) == (len(BEES) + 2, None)


def test_passages_that_changed_places_are_found_in_any_order(
    artifact: Artifact, folder: Path
) -> None:
    text = f"{TIDE}\n\n{HONEY}\n\n{BEES}\n"
    write_files(folder, {"bees.txt": text})
    assert [now for _, now in places(check(artifact)["bees.txt"], text)] == [BEES, HONEY]


def test_repeated_words_are_not_all_found_in_one_place(tmp_path: Path) -> None:
    twice = f"{BEES}\n\n{SALT}\n\n{BEES}\n"
    folder = write_files(tmp_path / "corpus", {"a.txt": twice})
    artifact = Artifact(tmp_path / "index")
    build(folder, artifact)
    write_files(folder, {"a.txt": f"{TIDE}\n\n{twice}"})
    (document,) = check(artifact)["a.txt"].documents
    shift = len(TIDE) + 2
    assert [one.now and one.now.start - one.start for one in document.displaced] == [shift] * 3


def test_other_bytes_with_the_same_text_leave_every_passage_standing(
    artifact: Artifact, folder: Path
) -> None:
    data = (folder / "bees.txt").read_bytes()
    (folder / "bees.txt").write_bytes(b"\xef\xbb\xbf" + data)
    found = check(artifact)["bees.txt"]
    assert facts(found) == ("changed", 2, 2)
    assert found.documents == ()
    assert not found.is_sound


def test_missing_and_new_files_are_named(artifact: Artifact, folder: Path) -> None:
    (folder / "salt.txt").rename(folder / "pepper.txt")
    found = check(artifact)
    assert facts(found["salt.txt"]) == ("missing", 0, 2)
    assert facts(found["pepper.txt"]) == ("new", 0, 0)
    assert [found[name].is_sound for name in ("bees.txt", "pepper.txt", "salt.txt")] == [1, 1, 0]


def test_a_file_that_is_left_out_now_says_why(artifact: Artifact, folder: Path) -> None:
    write_files(folder, {".winnowignore": "salt*\n"})
    found = check(artifact)["salt.txt"]
    assert found.found == "missing"
    assert "left out now" in found.reason and ".winnowignore" in found.reason


def test_a_file_named_by_a_link_keeps_the_name_of_the_link(tmp_path: Path) -> None:
    write_files(tmp_path, {"texts/bees": BEES})
    (tmp_path / "page.txt").symlink_to("texts/bees")
    artifact = Artifact(tmp_path / "index")
    build(tmp_path / "page.txt", artifact)
    assert {name: facts(one) for name, one in check(artifact).items()} == {
        "page.txt": ("unchanged", 1, 1)
    }


def test_a_link_that_leads_nowhere_is_unreadable(artifact: Artifact, folder: Path) -> None:
    (folder / "salt.txt").unlink()
    (folder / "salt.txt").symlink_to("nowhere")
    found = check(artifact)["salt.txt"]
    assert facts(found) == ("unreadable", 0, 2)
    assert "No such file" in found.reason


@pytest.mark.parametrize("closed", ["deep", "deep/salt.txt", ".", ".."])
def test_what_may_not_be_read_says_so(open_folder: Path, closed: str) -> None:
    texts = {"deep/salt.txt": SALT, "bees.txt": BEES}
    folder = write_files(open_folder / "above" / "corpus", texts)
    artifact = Artifact(open_folder / "index")
    build(folder, artifact)
    shut = folder.parent if closed == ".." else folder / closed
    shut.chmod(0)
    with being_nobody():
        found = check(artifact)
    shut.chmod(0o755)
    assert facts(found["deep/salt.txt"]) == ("unreadable", 0, 1)
    assert "Permission denied" in found["deep/salt.txt"].reason
    assert found["bees.txt"].is_sound == closed.startswith("deep")


def test_a_folder_that_is_gone_does_not_hide_the_other(tmp_path: Path) -> None:
    roots = [
        write_files(tmp_path / "one" / "texts", {"a.txt": BEES, "same.txt": SALT}),
        write_files(tmp_path / "two" / "texts", {"b.txt": TIDE, "same.txt": HONEY}),
    ]
    artifact = Artifact(tmp_path / "index")
    build(roots, artifact)
    assert all(one.is_sound for one in check(artifact).values())
    shutil.rmtree(roots[0])
    found = check(artifact)
    assert {name: one.found for name, one in found.items()} == {
        "texts/a.txt": "missing",
        "texts/same.txt": "missing",
        "texts-2/b.txt": "unchanged",
        "texts-2/same.txt": "unchanged",
    }
    assert str(roots[0]) in found["texts/a.txt"].reason


def test_the_row_of_a_table_that_changed_is_named(tmp_path: Path) -> None:
    odd = f'id,words\n1#2,"{HONEY}"\n'
    table = f'id,words\n1,"{BEES}"\n2,"{SALT}"\n3,"{TIDE}"\n'
    folder = write_files(tmp_path / "corpus", {"rows.csv": table, "odd#name.csv": odd})
    artifact = Artifact(tmp_path / "index")
    build(folder, artifact, options=BuildOptions(text_column="words"))
    assert all(one.is_sound for one in check(artifact).values())
    changed = table.replace(SALT, f"Once: {SALT}").replace(f'3,"{TIDE}"\n', "")
    write_files(folder, {"rows.csv": changed})
    found = check(artifact)
    assert facts(found["rows.csv"]) == ("changed", 1, 3)
    assert [(one.source, one.found) for one in found["rows.csv"].documents] == [
        ("rows.csv#2", "changed"),
        ("rows.csv#3", "gone"),
    ]
    assert facts(found["odd#name.csv"]) == ("unchanged", 1, 1)


def test_a_row_is_looked_for_in_its_own_file(tmp_path: Path) -> None:
    """Even where another file has the name that the row is given."""
    row = f'{{"id": "1.txt", "text": "{SALT}"}}\n'
    folder = write_files(tmp_path / "corpus", {"rows.jsonl": row, "rows.jsonl#1.txt": TIDE})
    artifact = Artifact(tmp_path / "index")
    build(folder, artifact)
    found = check(artifact)
    assert facts(found["rows.jsonl"]) == ("unchanged", 1, 1)
    assert facts(found["rows.jsonl#1.txt"]) == ("unchanged", 0, 0)


def test_a_file_without_text_now_says_so(artifact: Artifact, folder: Path) -> None:
    write_files(folder, {"salt.txt": " \n"})
    found = check(artifact)["salt.txt"]
    assert facts(found) == ("changed", 0, 2)
    assert "is empty" in found.reason
    assert [one.found for one in found.documents] == ["gone"]


def test_a_file_that_gave_no_document_is_known_by_its_size(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "corpus", {"bees.txt": BEES, "blank.txt": " \n"})
    artifact = Artifact(tmp_path / "index")
    build(folder, artifact)
    assert facts(check(artifact)["blank.txt"]) == ("unchanged", 0, 0)
    write_files(folder, {"blank.txt": TIDE})
    assert facts(check(artifact)["blank.txt"]) == ("changed", 0, 0)


@pytest.mark.parametrize(
    ("older", "standing"),
    [((BEES, HONEY), 2), ((TIDE, BEES, HONEY), 0), ((BEES, HONEY, SALT), 3)],
    ids=["words after them", "words before them", "the version alone"],
)
def test_another_extractor_is_told_from_another_file(
    tmp_path: Path, older: tuple[str, ...], standing: int
) -> None:
    folder = write_files(tmp_path / "corpus", {"page.html": PAGE.format("</p><p>".join(older))})
    artifact = Artifact(tmp_path / "index")
    build(folder, artifact)
    present = PAGE.format("</p><p>".join((BEES, HONEY, SALT)))
    blame_reading(artifact, folder / "page.html", present)
    found = check(artifact)["page.html"]
    assert facts(found) == ("unchanged", standing, len(older))
    assert found.is_sound == (standing == len(older))
    if standing == 3:
        assert found.documents == ()
        return
    (document,) = found.documents
    assert document.found == "reread"
    assert document.extractor == "trafilatura 1.0"
    assert document.extractor_now is not None
    assert document.extractor_now.startswith("trafilatura 2.")
