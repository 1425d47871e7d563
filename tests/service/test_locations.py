"""Where the index of a corpus lies, and which one is meant when none is named."""

import re
from pathlib import Path

import pytest

from embeddings.errors import IndexMissing
from service.locations import find_index, locate_index, locate_keys
from service.settings import Settings


def _publish(directory: Path) -> Path:
    directory.mkdir(parents=True)
    (directory / "current").write_text("a build\n", encoding="ascii")
    return directory


def test_an_index_is_named_after_its_folder(tmp_path: Path) -> None:
    directory = locate_index([tmp_path / "My Papers (2017)"], tmp_path)
    assert directory.parent == tmp_path / "index"
    assert re.fullmatch(r"My-Papers-2017-[0-9a-f]{8}", directory.name)


def test_folders_of_one_name_never_share_an_index(tmp_path: Path) -> None:
    paths = [tmp_path / "a" / "notes", tmp_path / "b" / "notes"]
    assert len({locate_index([path], tmp_path) for path in paths}) == 2


def test_the_same_folder_by_another_path_has_the_same_index(tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    link = tmp_path / "link"
    link.symlink_to(folder)
    paths = [folder, link, tmp_path / "x" / ".." / "notes"]
    assert len({locate_index([path], tmp_path) for path in paths}) == 1


def test_the_order_of_several_folders_does_not_matter_to_the_digest(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    digests = {
        locate_index(paths, tmp_path).name.rsplit("-", 1)[1]
        for paths in ([one, other], [other, one])
    }
    assert len(digests) == 1


def test_what_builds_into_databases_work_with_is_apart_by_corpus_and_database(
    tmp_path: Path,
) -> None:
    places = ("", "postgresql://ann@one/db", "postgresql://ann@two/db")
    paths = [tmp_path / "one", tmp_path / "other"]
    found = {locate_index([path], tmp_path, place) for path in paths for place in places}
    assert len(found) == 6


def test_keys_lie_beside_the_index_or_where_indexes_lie(tmp_path: Path) -> None:
    address = "postgresql://ann:secret@db.example/winnow"
    usual = tmp_path / "index" / "keys.json"
    assert locate_keys(Settings(), tmp_path) == usual
    assert locate_keys(Settings(index=address), tmp_path) == usual
    assert locate_keys(Settings(index="/srv/ix"), tmp_path) == Path("/srv/keys.json")
    assert locate_keys(Settings(index=address, keys="/srv/k.json"), tmp_path) == Path("/srv/k.json")


@pytest.mark.parametrize("name", ["---", "...", "документы", "a" * 50, "\udcff"])
def test_any_folder_name_gives_a_usable_one(tmp_path: Path, name: str) -> None:
    directory = locate_index([tmp_path / name], tmp_path)
    assert re.fullmatch(r"[\w.-]+-[0-9a-f]{8}", directory.name)
    assert not directory.name.startswith((".", "-"))


def test_the_only_index_is_the_one_meant(tmp_path: Path) -> None:
    only = _publish(tmp_path / "index" / "notes-12345678")
    (tmp_path / "index" / "unfinished-12345678").mkdir()
    assert find_index(tmp_path) == only


def test_the_index_of_the_seeds_is_meant_before_any_other(tmp_path: Path) -> None:
    seeds = _publish(locate_index([tmp_path / "seeds"], tmp_path))
    _publish(tmp_path / "index" / "notes-12345678")
    assert find_index(tmp_path) == seeds


def test_no_index_tells_how_to_build_one(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing) as missing:
        find_index(tmp_path)
    assert str(tmp_path / "index") in missing.value.message
    assert "winnow build" in missing.value.hint


def test_several_indexes_are_all_named(tmp_path: Path) -> None:
    both = [_publish(tmp_path / "index" / name) for name in ("a-12345678", "b-12345678")]
    with pytest.raises(IndexMissing) as missing:
        find_index(tmp_path)
    assert all(f"--index {path}" in missing.value.hint for path in both)
