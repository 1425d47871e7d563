"""What is fuzzed: each reader of documents, what cuts their texts up, and the opener of a build.

An input is the bytes of a file. An archive's is the texts of its parts, each below a line with its
name: with a byte changed, a packed one is a damaged archive and little else. A build's is the name
of one of its files, and below it the content of that file; the manifest is made to fit.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_STORED, ZipFile

from embeddings.artifact import Artifact
from embeddings.documents.formats import Item, ReadOptions, read_bytes
from embeddings.documents.messages import describe_item, make_item, pack, unpack
from embeddings.errors import ArtifactError, UnreadableDocument
from embeddings.index.files import FILES
from embeddings.manifest import CHECKSUM, MANIFEST, describe_files, read_manifest, write_manifest
from tests.conftest import TINY_CORPUS
from tests.embeddings.building import build, cut, folder_of, write_files
from tests.embeddings.documents.samples import SAMPLES

_PART = re.compile(rb"^(=== .+\n)", re.MULTILINE)
ARCHIVES = (".docx", ".epub")


@dataclass(frozen=True, slots=True)
class Target:
    """`use` raises whatever is not foreseen. What `pack` makes of an input has this ending.

    `divide` gives what an input is made of: a name, what is changed, and so on; or the whole.
    """

    use: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]
    ending: str = ""
    pack: Callable[[bytes], bytes] = bytes
    divide: Callable[[bytes], list[bytes]] = lambda data: [data]


def check(items: Iterable[Item]) -> None:
    """What is read is whole text with spans inside it; what is not is refused with a reason."""
    for item in items:
        if isinstance(item, UnreadableDocument):
            assert item.hint and 0 < len(item.message) <= 1000
            continue
        assert item.text.strip()
        item.text.encode()
        for span in (*item.blocks, *item.headings, *item.verbatim, *item.marks):
            assert 0 <= span.start <= span.end <= len(item.text)
        assert make_item(unpack(pack(describe_item(item)))) == item


def pack_parts(data: bytes) -> bytes:
    """An archive of the parts that an input names."""
    pieces, packed = divide_parts(data), BytesIO()
    with ZipFile(packed, "w", ZIP_STORED) as archive:
        for name, content in dict(zip(pieces[::2], pieces[1::2], strict=True)).items():
            archive.writestr(name[4:-1].decode("latin-1").replace("\0", ""), content)
    return packed.getvalue()


def divide_parts(data: bytes) -> list[bytes]:
    """The line with its name, and the text, of one part after the other."""
    return _PART.split(data)[1:]


def unpack_parts(archive: bytes) -> bytes:
    """The input that `pack_parts` makes such an archive of."""
    with ZipFile(BytesIO(archive)) as parts:
        names = parts.namelist()
        return b"".join(b"=== %s\n%s\n" % (name.encode(), parts.read(name)) for name in names)


def _read(ending: str, pack_file: Callable[[bytes], bytes], data: bytes) -> None:
    check(read_bytes(pack_file(data), ending, "a", "", ReadOptions()))


def _cut(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    if text.strip():
        for passage in cut(text).passages:
            assert text[passage.start : passage.end] == passage.text


@cache
def _make_artifact() -> tuple[Artifact, TemporaryDirectory[str]]:
    folder = TemporaryDirectory()
    corpus = write_files(Path(folder.name) / "corpus", TINY_CORPUS)
    artifact = Artifact(Path(folder.name) / "index")
    build(corpus, artifact)
    return artifact, folder


@contextmanager
def _changed_to(folder: Path, name: str, content: bytes) -> Iterator[None]:
    """A build with other content in one file, and a manifest that says so."""
    sound = {one: (folder / one).read_bytes() for one in (name, MANIFEST, CHECKSUM)}
    manifest = read_manifest(folder)
    _exchange(folder / name, content)
    if name == MANIFEST:
        digest = hashlib.sha256(content).hexdigest()
        (folder / CHECKSUM).write_text(f"{digest}  {MANIFEST}\n", encoding="ascii")
    else:
        write_manifest(folder, replace(manifest, files=describe_files(folder, FILES)))
    try:
        yield
    finally:
        for one, data in sound.items():
            _exchange(folder / one, data)


def _exchange(path: Path, data: bytes) -> None:
    """Another file in its place: one that is mapped into memory is never cut short."""
    path.unlink()
    path.write_bytes(data)


def _open(data: bytes) -> None:
    artifact, _ = _make_artifact()
    name, _, content = data.partition(b"\n")
    if name.decode("latin-1") not in (*FILES, MANIFEST):
        return
    with _changed_to(folder_of(artifact), name.decode(), content), suppress(ArtifactError):
        artifact.open()[1].close()


def _divide_name(data: bytes) -> list[bytes]:
    name, end, content = data.partition(b"\n")
    return [name + end, content]


def _make_builds() -> list[bytes]:
    folder = folder_of(_make_artifact()[0])
    return [
        b"%s\n%s" % (name.encode(), (folder / name).read_bytes()) for name in (*FILES, MANIFEST)
    ]


def _make_reader(ending: str) -> Target:
    return Target(partial(_read, ending, bytes), lambda: [SAMPLES[ending]], ending)


def _make_parts_reader(ending: str) -> Target:
    use, seeds = partial(_read, ending, pack_parts), lambda: [unpack_parts(SAMPLES[ending])]
    return Target(use, seeds, ending, pack_parts, divide_parts)


TARGETS: dict[str, Target] = {
    **{ending[1:]: _make_reader(ending) for ending in SAMPLES},
    **{f"{ending[1:]}-parts": _make_parts_reader(ending) for ending in ARCHIVES},
    "passages": Target(_cut, lambda: [SAMPLES[ending] for ending in (".txt", ".md", ".html")]),
    "build": Target(_open, _make_builds, divide=_divide_name),
}
