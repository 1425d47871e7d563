"""What unfolds to far more than it is, in each format: refused or read, in little memory.

The limit here is a quarter of a gigabyte, and what the bombs hold is a whole one. Of those that the
process alone could stop (PDF), see `test_confinement.py` too.
"""

import zlib
from collections.abc import Iterator, Mapping
from email.message import EmailMessage
from io import BytesIO
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, ZipFile

import pytest

from embeddings.documents.confinement import ConfinedReader, Limits
from embeddings.documents.formats import ReadOptions
from embeddings.errors import UnreadableDocument
from embeddings.records import Document
from tests.embeddings.documents.bombs import make_deflate_bomb, make_object_bomb, make_packet_bomb
from tests.embeddings.documents.samples import SAMPLES
from tests.embeddings.documents.test_epub import FILES, FIRST
from tests.embeddings.documents.test_epub import make as make_epub

MEMORY = 256 << 20
MILLION = 1_000_000


@pytest.fixture
def reader() -> Iterator[ConfinedReader]:
    reader = ConfinedReader(ReadOptions(), Limits(MEMORY))
    yield reader
    reader.close()


def read(reader: ConfinedReader, data: bytes, ending: str) -> Document | UnreadableDocument:
    (item,) = reader.read(data, ending, "a", "")
    return item


def refuse(reader: ConfinedReader, data: bytes, ending: str) -> UnreadableDocument:
    problem = read(reader, data, ending)
    assert isinstance(problem, UnreadableDocument) and problem.hint
    return problem


def make_liar(archive: bytes, name: str, packed: bytes, method: int = ZIP_DEFLATED) -> bytes:
    """The archive with a member that says it is a thousand bytes and unpacks to what it likes."""
    files = read_files(archive)
    stored = BytesIO()
    with ZipFile(stored, "w", ZIP_STORED) as one:
        for other, content in {**files, name: packed}.items():
            one.writestr(other, content)
        info = one.getinfo(name)
        place = info.header_offset
        info.compress_type, info.file_size, info.CRC = method, 1000, zlib.crc32(b" " * 1000)
    data = bytearray(stored.getvalue())  # the directory at its end has what was set above
    data[place + 8 : place + 10] = method.to_bytes(2, "little")
    return bytes(data)


def read_files(archive: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(archive)) as files:
        return {name: files.read(name) for name in files.namelist()}


PARTS = {".docx": "word/document.xml", ".epub": "OEBPS/two.xhtml"}


@pytest.mark.parametrize("ending", PARTS)
def test_an_archive_that_lies_about_the_size_of_a_part_is_refused(
    reader: ConfinedReader, ending: str
) -> None:
    bomb = make_deflate_bomb(1000)[2:-4]  # as an archive has it, without head and checksum
    liar = make_liar(SAMPLES[ending], PARTS[ending], bomb)
    with ZipFile(BytesIO(liar)) as archive:
        assert archive.getinfo(PARTS[ending]).file_size == 1000
    problem = refuse(reader, liar, ending)
    assert "to more than it says, as a zip bomb does" in problem.message
    assert PARTS[ending] in problem.message


@pytest.mark.parametrize("method", [ZIP_BZIP2, ZIP_LZMA])
@pytest.mark.parametrize("ending", PARTS)
def test_an_archive_packed_as_none_of_its_format_is_is_refused(
    reader: ConfinedReader, ending: str, method: int
) -> None:
    stream = BytesIO()
    with ZipFile(stream, "w", method) as archive:
        for name, content in read_files(SAMPLES[ending]).items():
            archive.writestr(name, content)
    assert "in an unusual way" in refuse(reader, stream.getvalue(), ending).message


def test_an_archive_in_an_archive_is_not_unpacked(reader: ConfinedReader) -> None:
    inner = BytesIO()
    with ZipFile(inner, "w", ZIP_DEFLATED) as archive:
        archive.writestr("a", bytes(MILLION))
    with ZipFile(stream := BytesIO(SAMPLES[".epub"]), "a") as book:
        book.writestr("OEBPS/inner.epub", inner.getvalue())
    assert read(reader, stream.getvalue(), ".epub") == read(reader, SAMPLES[".epub"], ".epub")


def test_an_attachment_is_named_and_not_unpacked(reader: ConfinedReader) -> None:
    message = EmailMessage()
    message["Subject"] = "The lamp"
    message.set_content(FIRST)
    message.add_attachment(make_deflate_bomb(1000), "application", "zip", filename="bomb.zip")
    document = read(reader, message.as_bytes(), ".eml")
    assert isinstance(document, Document)
    assert document.text.strip() == FIRST
    assert document.notices == ("attachments not read: bomb.zip",)


@pytest.mark.parametrize(
    "bomb",
    [make_packet_bomb(make_deflate_bomb(1000)), make_object_bomb(make_deflate_bomb(1000))],
    ids=["facts", "objects"],
)
def test_whatever_part_of_a_pdf_unfolds_it_is_ended_by_its_memory(
    reader: ConfinedReader, bomb: bytes
) -> None:
    assert "256 MB of memory" in refuse(reader, bomb, ".pdf").message
    assert isinstance(read(reader, SAMPLES[".pdf"], ".pdf"), Document)


ENTITY = f'<!DOCTYPE d [<!ENTITY e "{"x" * 100_000}">]>'
LARGE: Mapping[str, tuple[str, bytes]] = {
    "data address": (".html", b'<p><img src="data:image/png;base64,%s">%%s' % (b"A" * 8 * MILLION)),
    "drawing": (".html", b'<svg><path d="%s"/></svg><p>%%s' % (b"M0 0L9 9" * MILLION)),
    "attribute": (".html", b'<p title="%s">%%s' % (b"word " * 2 * MILLION)),
    "script": (".html", b"<script>%s</script><p>%%s" % (b"f(1);" * 2 * MILLION)),
    "entities": (".html", ENTITY.encode() + b"<p>%s" + b"&e;" * MILLION),
}


@pytest.mark.parametrize("kind", LARGE)
def test_what_is_large_and_no_text_is_left_out(reader: ConfinedReader, kind: str) -> None:
    ending, page = LARGE[kind]
    document = read(reader, page.replace(b"%s", FIRST.encode(), 1), ending)
    assert isinstance(document, Document)
    assert FIRST in document.text
    assert len(document.text) < 4 * MILLION


@pytest.mark.parametrize("part", ["OEBPS/two.xhtml", "OEBPS/book.opf"])
def test_an_entity_that_is_named_many_times_is_not_followed(
    reader: ConfinedReader, part: str
) -> None:
    whole = FILES[part]
    start = whole.index("<", whole.index("?>") if "?>" in whole else 0)
    many = whole[start:].replace("The", "&e;" * 100_000 + "The", 1)
    item = read(reader, make_epub({part: ENTITY + many}), ".epub")
    if part.endswith(".opf"):
        assert isinstance(item, UnreadableDocument)
        assert "is damaged in OEBPS/book.opf: Maximum entity amplification" in item.message
    else:
        assert isinstance(item, Document) and len(item.text) < MILLION


def test_an_attribute_beyond_all_measure_in_a_docx_is_refused(reader: ConfinedReader) -> None:
    files = read_files(SAMPLES[".docx"])
    body = files["word/document.xml"].replace(b"<w:body>", b'<w:body a="%s">' % (b"a" * 11_000_000))
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_STORED) as archive:
        for name, content in {**files, "word/document.xml": body}.items():
            archive.writestr(name, content)
    assert "is no DOCX that can be read" in refuse(reader, stream.getvalue(), ".docx").message


def test_numbers_without_end_in_a_table_are_refused_by_their_line(reader: ConfinedReader) -> None:
    rows = b'{"text": "one", "n": %s}\n{"text": "two"}\n' % (b"9" * MILLION)
    problem, document = reader.read(rows, ".jsonl", "a", "")
    assert isinstance(problem, UnreadableDocument) and "is not JSON" in problem.message
    assert isinstance(document, Document) and document.source == "a#2"
