"""Files made to do harm are read or refused with a reason, and neither cost nor reach another."""

import json
import os
import socket
import struct
import zipfile
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path

import pytest

from embeddings.artifact import Artifact
from embeddings.documents.confinement import ConfinedReader, Limits
from embeddings.documents.formats import ReadOptions
from embeddings.errors import UnreadableDocument
from embeddings.records import Document
from tests.embeddings.building import build, passages_of, read_folder, sources_of, write_files
from tests.embeddings.documents.samples import SAMPLES
from tests.embeddings.documents.test_epub import FIRST, OPF
from tests.embeddings.documents.test_epub import make as make_epub

MILLION = 1_000_000
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_CORE = (
    'xmlns:c="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"'
)
_LEVELS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
_GROWING = f'<!DOCTYPE d [<!ENTITY a0 "xxxx">{_LEVELS}]>'
_OUTSIDE = '<!DOCTYPE d [<!ENTITY e SYSTEM "{address}">]>'


def make_docx(body: str, doctype: str = "") -> bytes:
    text = f'<?xml version="1.0"?>{doctype}<w:document xmlns:w="{_W}"><w:body>{body}</w:body>'
    return replace_in(SAMPLES[".docx"], {"word/document.xml": f"{text}</w:document>"})


def replace_in(archive: bytes, changes: Mapping[str, str]) -> bytes:
    changed = BytesIO()
    with zipfile.ZipFile(BytesIO(archive)) as old, zipfile.ZipFile(changed, "w", 8) as new:
        for name in old.namelist():
            new.writestr(name, changes.get(name) or old.read(name))
    return changed.getvalue()


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def make_overlapping_archive() -> bytes:
    """A thousand entries that all unpack the same megabyte."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("META-INF/container.xml", " " * (1 << 20))
    data = packed.getvalue()
    start, end = data.index(b"PK\1\2"), data.index(b"PK\5\6")
    listed = data[start:end] * 1000
    return data[:start] + listed + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1000, 1000, len(listed), start, 0)  # fmt: skip # noqa: E501


def make_archive_of(count: int) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(count):
            archive.writestr(str(number), "")
    return packed.getvalue()


_MULTIPARTS = "".join(
    f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(10_000)
)
_FORWARDED = "Content-Type: message/rfc822\n\n" * 10_000
_SPINE = OPF.replace('<itemref idref="one"/>', '<itemref idref="one"/>' * 50_000)

# What is refused, by its name, and what is said of it.
REFUSED: dict[str, tuple[bytes, str]] = {
    "growing.docx": (make_docx(paragraph(f"&a11; {FIRST}"), _GROWING), "is no DOCX"),
    "deep.docx": (make_docx("<w:p>" * 200_000), "is no DOCX"),
    "overlapping.epub": (make_overlapping_archive(), "unpacks to 1,000 files and 1,000 MB"),
    "many.epub": (make_archive_of(20_001), "unpacks to 20,001 files"),
    "many.txt": (make_archive_of(20_001), "is binary"),
    "nested.html": (b"<div>" * MILLION, "nested too deep"),
    "unclosed.html": (b"<b>word" * MILLION, "nested too deep"),
    "comments.html": (b"<!--" * MILLION, "is empty"),
    "multiparts.eml": (f"Subject: a\n{_MULTIPARTS}".encode(), "nested too deep"),
    "forwarded.eml": (f"Subject: a\n{_FORWARDED}".encode(), "nested too deep"),
    "lists.jsonl": (b"[" * MILLION, "is not JSON"),
    "objects.jsonl": (b'{"a":' * MILLION, "is not JSON"),
    "columns.csv": (b",".join(b"c%d" % n for n in range(100_000)), "has no column"),
    "name.csv": (b"word " * MILLION, "has no column"),
    "id.jsonl": (json.dumps({"text": "a", "id": "a" * MILLION}).encode(), "has an id of 1,000,000"),
    "quotes.csv": (b"text\n" + b'"' * (MILLION + 1), "is not CSV"),
    "lists.pdf": (b"%PDF-1.4\n1 0 obj\n" + b"[" * MILLION + b"\n%%EOF", "is damaged"),
    "ends.pdf": (b"%PDF-1.4\n" + b"%%EOF" * MILLION, "is damaged"),
}
# What is read, and how many characters it comes to.
READ: dict[str, tuple[bytes, int]] = {
    "spine.epub": (make_epub({"OEBPS/book.opf": _SPINE}), 206),
    "line.html": (b"<p>" + b"word " * 10 * MILLION + b"</p>", 50 * MILLION - 1),
    "brackets.html": (b"<" * MILLION, MILLION),
    "same.html": (b"<p " + b"a=1 " * MILLION + b">words</p>", 5),
    "comment.eml": (b"From: " + b"(" * 100_000 + b"\n\nwords", 5),
    "headers.eml": (b"Subject: a\n" + b"X-A: b\n" * 100_000 + b"\nwords", 5),
    "quotes.md": (b">" * 100_000 + b"a", 100_001),
    "items.md": (b"- " * 50_000 + b"a", 100_001),
    "links.md": (b"# " + b"[a](" * 50_000, 200_002),
    "line.jsonl": (json.dumps({"text": "word " * 20 * MILLION}).encode(), 100 * MILLION),
    "cell.csv": (b"text\n" + b"word " * 4 * MILLION, 20 * MILLION),
}


@pytest.fixture(scope="module")
def reader() -> Iterator[ConfinedReader]:
    """One process for all; a test that none ends it."""
    reader = ConfinedReader(ReadOptions(), Limits())
    yield reader
    reader.close()


def read(reader: ConfinedReader, name: str, data: bytes) -> Document | UnreadableDocument:
    (item,) = reader.read(data, Path(name).suffix, name, "")
    return item


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused(reader: ConfinedReader, name: str) -> None:
    data, reason = REFUSED[name]
    problem = read(reader, name, data)
    assert isinstance(problem, UnreadableDocument)
    assert reason in problem.message
    assert problem.source.startswith(name)
    assert problem.hint
    assert len(problem.message) < 2000


@pytest.mark.parametrize("name", READ)
def test_what_is_odd_and_can_be_read_is_read(reader: ConfinedReader, name: str) -> None:
    data, length = READ[name]
    document = read(reader, name, data)
    assert isinstance(document, Document)
    assert len(document.text) == length


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.html", b"<p " + b" ".join(b"a%d=1" % n for n in range(MILLION)) + b">words</p>"),
        ("a.eml", b"From: " + b"a@b.c, " * 200_000 + b"\n\nwords"),
    ],
    ids=["attributes", "addresses"],
)
def test_what_takes_the_square_of_its_length_is_ended(name: str, data: bytes) -> None:
    reader = ConfinedReader(ReadOptions(), Limits(seconds=2))
    problem = read(reader, name, data)
    reader.close()
    assert isinstance(problem, UnreadableDocument)
    assert problem.message == "takes more than 2 seconds to read"


def make_outside(name: str, address: str) -> bytes:
    """A document that asks for another file."""
    doctype = _OUTSIDE.format(address=address)
    page = f"{doctype}<html><body><p>&e; {FIRST}</p></body></html>"
    if name == "body.docx":
        return make_docx(paragraph("&e;") + paragraph(FIRST), doctype)
    if name == "facts.docx":
        facts = f"<c:coreProperties {_CORE}><dc:title>&e;</dc:title></c:coreProperties>"
        return replace_in(SAMPLES[".docx"], {"docProps/core.xml": doctype + facts})
    if name == "chapter.epub":
        return make_epub({"OEBPS/two.xhtml": page})
    if name == "package.epub":
        return make_epub(
            {"OEBPS/book.opf": doctype + OPF.split("?>")[1].replace("The lamp", "&e;")}
        )
    return page.encode()


@pytest.mark.parametrize(
    "name", ["body.docx", "facts.docx", "chapter.epub", "package.epub", "page.html", "page.xhtml"]
)
def test_no_document_reads_another_file(reader: ConfinedReader, tmp_path: Path, name: str) -> None:
    secret = "the secret of another file"
    (tmp_path / "secret").write_text(secret, encoding="utf-8")
    item = read(reader, name, make_outside(name, (tmp_path / "secret").as_uri()))
    shown = item.message if isinstance(item, UnreadableDocument) else f"{item.title}{item.text}"
    assert secret not in shown
    assert isinstance(item, Document)


def test_the_rest_is_built_and_each_is_reported(tmp_path: Path) -> None:
    some = ("growing.docx", "many.epub", "nested.html", "multiparts.eml", "lists.jsonl", "ends.pdf")
    good = {f"sound{ending}": data for ending, data in SAMPLES.items()}
    corpus = write_files(tmp_path / "c", {**{name: REFUSED[name][0] for name in some}, **good})
    artifact = Artifact(tmp_path / "index")
    manifest = build(corpus, artifact).manifest
    assert sorted(source.partition(":")[0] for source, _ in manifest.unreadable) == sorted(some)
    assert {source.partition("#")[0] for source in sources_of(artifact)} == set(good)


def test_what_is_no_file_is_skipped_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "b.txt"))
    os.symlink("a.txt", tmp_path / "c.txt")
    found, reading = read_folder(tmp_path)
    assert found == []
    assert [source for source, _ in reading.skipped] == ["a.txt", "b.txt", "c.txt"]
    assert {reason for _, reason in reading.skipped} == {"not a regular file"}


NAMES = {
    "نگهبان فانوس.txt": "نگهبان فانوس.txt",
    "灯台守.txt": "灯台守.txt",
    "caf\u00e9.txt": "caf\u00e9.txt",
    "cafe\u0301.txt": "cafe\u0301.txt",
    "a\nb.txt": "a\\nb.txt",
    "a\x1b[31mb.txt": "a\\x1b[31mb.txt",
    "a\u2028b.txt": "a\\u2028b.txt",
    "x/same.txt": "x/same.txt",
    "y/same.txt": "y/same.txt",
    "-rf.txt": "-rf.txt",
    "a#b:1.txt": "a#b:1.txt",
}


def test_a_file_may_have_any_name(tmp_path: Path) -> None:
    corpus = write_files(tmp_path / "c", {name: f"Words of {name!r}." for name in NAMES})
    artifact = Artifact(tmp_path / "index")
    manifest = build(corpus, artifact).manifest
    assert manifest.unreadable == []
    assert sorted(sources_of(artifact)) == sorted(NAMES.values())
    assert not build(corpus, artifact).fresh


def test_what_a_document_says_of_itself_is_cut_short(reader: ConfinedReader) -> None:
    row = {"text": "words", "title": "a " * MILLION, "date": "b" * MILLION}
    document = read(reader, "a.jsonl", json.dumps(row).encode())
    assert isinstance(document, Document)
    assert document.title is not None and len(document.title) == 1000
    assert document.title.endswith("…")
    assert all(len(notice) < 2000 for notice in document.notices)


def test_two_names_that_show_alike_are_told(tmp_path: Path) -> None:
    corpus = write_files(tmp_path / "c", {"a\nb.txt": "One.", "a\\nb.txt": "Two."})
    artifact = Artifact(tmp_path / "index")
    manifest = build(corpus, artifact).manifest
    assert manifest.counts["documents"] == 1
    ((source, reason),) = manifest.unreadable
    assert (source, "same name" in reason) == ("a\\nb.txt", True)
    assert not build(corpus, artifact).fresh
    write_files(corpus, {"a\nb.txt": "Another one."})
    assert build(corpus, artifact).fresh
    assert list(passages_of(artifact).values()) == ["Another one."]


def test_half_a_character_in_what_a_page_says_of_itself_shows_as_damaged(tmp_path: Path) -> None:
    said = r'{"@type": "Article", "author": {"name": "Ann \ud83d Lee"}}'
    head = f'<head><script type="application/ld+json">{said}</script></head>'
    page = f"<html>{head}<body><article><p>Owls hunt by ear.</p></article></body></html>"
    artifact = Artifact(tmp_path / "index")
    build(write_files(tmp_path / "c", {"a.html": page}), artifact)
    _, index = artifact.open()
    (stored,) = index.read([0])
    index.close()
    assert stored.author == "Ann \ufffd Lee"
