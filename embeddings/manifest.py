"""What a build is: its particulars as JSON, with the size and hash of every file."""

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from embeddings.errors import IndexDamaged, IndexFormat

FORMAT = 6
MANIFEST = "manifest.json"
CHECKSUM = "manifest.sha256"


@dataclass(frozen=True, slots=True)
class Manifest:
    """The record of one build.

    `sources` says of each source file its `size` in bytes, `modified_ns`, `sha256` ("" where it
    gave no document) and what reading it gave: `unreadable` and `notices`, pairs of a source and
    a text. `overview` is what `overview.py` says of the corpus, `vectors` how passage and sentence
    vectors are searched, as `VectorFacts` has it. `libraries` are the versions of
    those that shape texts. A build that shares `options`, `encoder` and `libraries` with an earlier
    one may take over what that made of a file. An `encoder` that does not say whether sentences
    were pooled encoded each of them.
    """

    build: str
    version: str
    created: str
    roots: list[str]
    counts: dict[str, int]
    overview: dict[str, Any]
    vectors: dict[str, dict[str, Any]]
    encoder: dict[str, Any]
    languages: list[str] | None
    ranking: dict[str, Any]
    options: dict[str, Any]
    libraries: dict[str, str]
    sources: dict[str, dict[str, Any]]
    unreadable: list[list[str]]
    skipped: list[list[str]]
    notices: list[list[str]]
    files: dict[str, dict[str, Any]]
    format: int = FORMAT


def hash_file(path: Path) -> str:
    """sha256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def describe_files(folder: Path, names: list[str] | tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Size and sha256 of each file."""
    return {
        name: {"size": (folder / name).stat().st_size, "sha256": hash_file(folder / name)}
        for name in names
    }


def pack_manifest(manifest: Manifest) -> bytes:
    """A manifest as JSON."""
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1)
    return text.encode("utf-8", "surrogatepass") + b"\n"  # a root's name need not be UTF-8


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest, and beside it its own hash in the form of sha256sum."""
    data = pack_manifest(manifest)
    (folder / MANIFEST).write_bytes(data)
    (folder / CHECKSUM).write_bytes(_sum(data))


def _sum(data: bytes) -> bytes:
    """As sha256sum writes it."""
    return f"{hashlib.sha256(data).hexdigest()}  {MANIFEST}\n".encode()


def read_manifest(folder: Path) -> Manifest:
    """Read a manifest and check its own hash and format. Raises IndexDamaged, IndexFormat."""
    try:
        data = (folder / MANIFEST).read_bytes()
        expected = (folder / CHECKSUM).read_bytes()
    except OSError as error:
        raise IndexDamaged(f"the manifest of {folder} cannot be read: {error}", REPAIR) from error
    if _sum(data) != expected:
        raise IndexDamaged(f"{folder / MANIFEST} was altered: its hash differs", REPAIR)
    return unpack_manifest(data, str(folder))


def unpack_manifest(data: bytes, place: str) -> Manifest:
    """What `pack_manifest` made, which lies there. Raises IndexDamaged, IndexFormat."""
    try:
        return _make_manifest(json.loads(data), place)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise IndexDamaged(f"the manifest of {place} is none: {error!r}", REPAIR) from error


def _make_manifest(values: dict[str, Any], place: str) -> Manifest:
    if values["format"] != FORMAT:
        raise IndexFormat(
            f"{place} has format {values['format']}, this version reads format {FORMAT}",
            "build the index again with this version, or use the version that wrote it "
            f"({values.get('version')})",
        )
    manifest = Manifest(**{field.name: values[field.name] for field in fields(Manifest)})
    manifest.encoder.setdefault("pooled", False)
    for facts in manifest.files.values():
        if {"size", "sha256"} - facts.keys():
            raise ValueError("a file without its size and hash")
    return manifest


REPAIR = "run `winnow rollback` for the build before, or `winnow build` to make it anew"


def check_sizes(folder: Path, manifest: Manifest) -> None:
    """Raises IndexDamaged where a file is missing or of another size."""
    for name, facts in manifest.files.items():
        try:
            size = (folder / name).stat().st_size
        except OSError as error:
            raise IndexDamaged(f"{folder / name} is missing: {error.strerror}", REPAIR) from error
        if size != facts["size"]:
            raise IndexDamaged(f"{folder / name} has {size} bytes, not {facts['size']}", REPAIR)


def check_hashes(folder: Path, manifest: Manifest) -> None:
    """Raises IndexDamaged at the first file whose content differs."""
    check_sizes(folder, manifest)
    for name, facts in manifest.files.items():
        if hash_file(folder / name) != facts["sha256"]:
            raise IndexDamaged(f"{folder / name} was altered: its hash differs", REPAIR)
