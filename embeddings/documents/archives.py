"""Files that are archives of files: opened with limits, so that none can fill the memory."""

import zipfile
from io import BytesIO

from embeddings.errors import UnreadableDocument

LARGEST_CONTENT = 512 << 20
MOST_FILES = 20_000
_LARGEST_RATIO = 200
_SMALL = 16 << 20


def open_archive(data: bytes, source: str, kind: str) -> zipfile.ZipFile:
    """The archive. Raises UnreadableDocument where it is none, or would unpack to too much.

    A member is never read beyond the size that is declared for it, so the declared sizes count.
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
    return archive
