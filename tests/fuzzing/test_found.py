"""Whatever fuzzing has found, and what was made by hand to be as odd, is read or refused.

`make fuzz` adds to the folder; a name says what the input is, or is the fuzzer's own.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from embeddings.documents.confinement import ConfinedReader, Limits
from embeddings.documents.formats import ReadOptions, read_bytes
from embeddings.errors import UnreadableDocument
from embeddings.records import Document
from tests.embeddings.documents.samples import SAMPLES
from tests.fuzzing.targets import ARCHIVES, TARGETS, check, pack_parts, unpack_parts

FOUND = Path(__file__).parents[1] / "fixtures" / "fuzzing"
MEMORY = 1 << 30
SECONDS = 60
INPUTS = sorted(path for path in FOUND.glob("*/*"))


@pytest.fixture(scope="module")
def reader() -> Iterator[ConfinedReader]:
    """The process that a build uses, with the limits of the fuzzer."""
    reader = ConfinedReader(ReadOptions(), Limits(MEMORY, SECONDS))
    yield reader
    reader.close()


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_was_found_is_read_or_refused(reader: ConfinedReader, path: Path) -> None:
    target, data = TARGETS[path.parent.name], path.read_bytes()
    if not target.ending:
        target.use(data)
        return
    items = reader.read(target.pack(data), target.ending, "a", "")
    check(items)
    refused = [item.message for item in items if isinstance(item, UnreadableDocument)]
    assert not [said for said in refused if said.startswith(("takes more", "makes the program"))]


@pytest.mark.parametrize("name", TARGETS)
def test_the_fuzzer_begins_with_what_is_sound(name: str) -> None:
    target = TARGETS[name]
    for seed in target.seeds():
        target.use(seed)
        if target.ending:
            items = read_bytes(target.pack(seed), target.ending, "a", "", ReadOptions())
            assert all(isinstance(item, Document) for item in items)


@pytest.mark.parametrize("ending", ARCHIVES)
def test_the_parts_of_an_archive_are_packed_again(ending: str) -> None:
    parts = unpack_parts(SAMPLES[ending])
    assert parts.count(b"\n=== ") >= 4
    assert unpack_parts(pack_parts(parts)).count(b"=== ") == parts.count(b"=== ")


def test_each_folder_is_that_of_a_target() -> None:
    assert {path.name for path in FOUND.iterdir()} <= TARGETS.keys()
    assert INPUTS
