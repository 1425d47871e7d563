"""Files that are archives of files: opened with limits, so that none can fill the memory."""

import zipfile
import zlib
from copy import copy
from io import BytesIO

from embeddings.errors import UnreadableDocument

LARGEST_CONTENT = 512 << 20
MOST_FILES = 20_000
_LARGEST_RATIO = 200
_SMALL = 16 << 20
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # all that EPUB and DOCX know
_STEP = 1 << 20


def open_archive(data: bytes, source: str, kind: str) -> zipfile.ZipFile:
    """The archive. Raises UnreadableDocument where it is none, or would unpack to too much.

    Who reads a member whole unpacks all of it, whatever size is declared, and only then cuts it
    off: each is tried, piece by piece, before anybody does.
    """
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise UnreadableDocument(
            source, f"is no whole {kind}: {error}", "fetch or copy it again"
        ) from error
    members = archive.infolist()
    size = sum(member.file_size for member in members)
    if len(members) > MOST_FILES or size > LARGEST_CONTENT:
        raise UnreadableDocument(
            source,
            f"unpacks to {len(members):,} files and {size >> 20:,} MB, more than "
            f"{MOST_FILES:,} files and {LARGEST_CONTENT >> 20} MB",
            "take it out of the folder, or split it",
        )
    if size > max(_SMALL, _LARGEST_RATIO * len(data)):
        raise UnreadableDocument(
            source,
            f"unpacks to {size // max(1, len(data))} times its size, as a zip bomb does",
            "take it out of the folder, or make it anew",
        )
    if any(member.flag_bits & 1 for member in members):
        raise UnreadableDocument(
            source, "is protected by a password or by rights management", "save a copy without it"
        )
    _refuse_liars(archive, source)
    return archive


def _refuse_liars(archive: zipfile.ZipFile, source: str) -> None:
    for member in archive.infolist():
        if member.compress_type not in _PACKINGS:
            raise UnreadableDocument(
                source,
                f"packs {member.filename[:80]!r} in an unusual way (method {member.compress_type})",
                "open it with its program, and save it again",
            )
        if _is_larger_than_said(archive, member):
            raise UnreadableDocument(
                source,
                f"unpacks {member.filename[:80]!r} to more than it says, as a zip bomb does",
                "take it out of the folder, or make it anew",
            )


def _is_larger_than_said(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    """Whether there is a byte beyond the declared size. Damage is left to whoever reads it."""
    longer, size = copy(member), 0
    longer.file_size += 1
    longer.CRC = None  # type: ignore[assignment]  # of the whole, which is not read here
    try:
        with archive.open(longer) as part:
            while piece := part.read(_STEP):
                size += len(piece)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError):
        pass
    return size > member.file_size
