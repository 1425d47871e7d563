"""What a file is by its first bytes, where its ending says something else."""

import zipfile
from io import BytesIO

_HTML = (b"<!doctype html", b"<html")
_PLAIN = (".txt", ".text", ".md", ".markdown")
_START = 512


def sniff_ending(data: bytes, ending: str) -> str:
    """The ending that the content asks for: the given one where nothing speaks against it."""
    if data.startswith(b"%PDF-"):
        return ".pdf"
    if data.startswith(b"PK\3\4"):
        return _sniff_archive(data) or ending
    start = data[:_START].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if ending in _PLAIN and start.startswith(_HTML):
        return ".html"
    return ending


def _sniff_archive(data: bytes) -> str:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return ""
    if "word/document.xml" in names:
        return ".docx"
    return ".epub" if "META-INF/container.xml" in names else ""
