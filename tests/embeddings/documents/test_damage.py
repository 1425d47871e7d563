"""However a file is damaged, it is read or refused, within limits of time and memory.

`make fuzz` runs the same with many more examples.
"""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.documents.confinement import ConfinedReader, Limits
from embeddings.documents.formats import ReadOptions
from embeddings.errors import UnreadableDocument
from tests.embeddings.documents.damage import damaged, damaged_inside
from tests.embeddings.documents.samples import SAMPLES

ARCHIVES = (".docx", ".epub")
LIMITS = Limits(memory=512 << 20, seconds=60)


@pytest.fixture(scope="module")
def reader() -> Iterator[ConfinedReader]:
    """One process for all of them."""
    reader = ConfinedReader(ReadOptions(), LIMITS)
    yield reader
    reader.close()


@pytest.mark.parametrize("ending", sorted(SAMPLES))
@given(st.data())
def test_a_damaged_file_is_read_or_refused(
    reader: ConfinedReader, ending: str, data: st.DataObject
) -> None:
    _check(reader, data.draw(damaged(SAMPLES[ending])), ending)


@pytest.mark.parametrize("ending", ARCHIVES)
@given(st.data())
def test_an_archive_of_a_damaged_file_is_read_or_refused(
    reader: ConfinedReader, ending: str, data: st.DataObject
) -> None:
    _check(reader, data.draw(damaged_inside(SAMPLES[ending])), ending)


def _check(reader: ConfinedReader, data: bytes, ending: str) -> None:
    for item in reader.read(data, ending, "a", ""):
        if isinstance(item, UnreadableDocument):
            assert not item.message.startswith(("takes more than", "makes the program"))
        else:
            assert item.text.strip()
            item.text.encode()
