"""Text of scanned pages, by programs of the machine: pdftoppm and tesseract, or ocrmypdf.

They are started without a shell, on files in a folder of their own, with limits of time, and make a
PDF whose text is read as that of any other.
"""

import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from embeddings.documents.pdf_pages import read_pages
from embeddings.documents.reading_order import Box
from embeddings.errors import InvalidInput, UnreadableDocument

SECONDS_A_PAGE = 120
_DOTS_PER_INCH = "300"
_LANGUAGES = re.compile(r"[A-Za-z][\w/]*(?:\+[A-Za-z][\w/]*)*")
_VERSION = re.compile(r"\d+(?:\.\d+)+\S*")
_INSTALL = "on Debian and Ubuntu: apt install tesseract-ocr poppler-utils"

Recognized = dict[int, list[Box]]


def require_ocr(languages: str) -> str:
    """The languages, where they can be read here. Raises InvalidInput, which says what lacks."""
    if not _LANGUAGES.fullmatch(languages):
        raise InvalidInput(
            f"--ocr-languages is {languages!r}", "name them as tesseract does: eng+rus"
        )
    if not shutil.which("tesseract") or not (_has_pdftoppm() or shutil.which("ocrmypdf")):
        raise InvalidInput(
            "--ocr needs tesseract, and pdftoppm or ocrmypdf, which are not here", _INSTALL
        )
    known = _list_languages()
    missing = [name for name in languages.split("+") if name not in known]
    if missing:
        raise InvalidInput(
            f"tesseract does not know the language {' '.join(missing)} here",
            f"on Debian and Ubuntu: apt install tesseract-ocr-{missing[0].replace('_', '-')}",
        )
    return languages


def recognize(
    data: bytes, pages: Sequence[int], languages: str, source: str
) -> tuple[Recognized, str]:
    """What stands on the pages (counted from 0) that anything is found on, and who says so.

    Raises UnreadableDocument where the programs fail.
    """
    with TemporaryDirectory() as folder, _standing_clock():
        place = Path(folder)
        (place / "in.pdf").write_bytes(data)
        try:
            read = _by_tesseract if _has_pdftoppm() else _by_ocrmypdf
            return read(place, pages, languages, source)
        except (OSError, subprocess.SubprocessError) as error:
            raise UnreadableDocument(
                source,
                f"is pictures, and OCR failed: {_describe(error)}",
                "run OCR over it by hand",
            ) from error


def _has_pdftoppm() -> bool:
    return shutil.which("pdftoppm") is not None


def _list_languages() -> list[str]:
    try:
        return _run(["tesseract", "--list-langs"], Path(), 60).split()
    except (OSError, subprocess.SubprocessError) as error:
        raise InvalidInput(f"--ocr cannot be used: {_describe(error)}", _INSTALL) from error


def _by_ocrmypdf(
    place: Path, pages: Sequence[int], languages: str, source: str
) -> tuple[Recognized, str]:
    options = ["--force-ocr", "--output-type", "pdf", "--optimize", "0", "--jobs", "1", "--quiet"]
    options += ["--pdf-renderer", "sandwich", "--oversample", _DOTS_PER_INCH]
    options += ["--language", languages, "--pages", ",".join(str(page + 1) for page in pages)]
    options += ["--tesseract-timeout", str(SECONDS_A_PAGE)]
    limit = SECONDS_A_PAGE * (len(pages) + 1)
    _run(["ocrmypdf", *options, "in.pdf", "out.pdf"], place, limit)
    found, _ = read_pages((place / "out.pdf").read_bytes(), source)
    return {page: found[page] for page in pages}, _name("ocrmypdf")


def _by_tesseract(
    place: Path, pages: Sequence[int], languages: str, source: str
) -> tuple[Recognized, str]:
    """Page by page; one that fails is left as it is, unless all of them do."""
    found: Recognized = {}
    for page in pages:
        number = str(page + 1)
        draw = [
            "pdftoppm",
            "-r",
            _DOTS_PER_INCH,
            "-gray",
            "-singlefile",
            "-f",
            number,
            "-l",
            number,
        ]
        read = ["tesseract", "page.pgm", "page", "-l", languages, "--dpi", _DOTS_PER_INCH]
        try:
            _run([*draw, "in.pdf", "page"], place, SECONDS_A_PAGE)
            _run([*read, "-c", "textonly_pdf=1", "pdf"], place, SECONDS_A_PAGE)
            found[page] = read_pages((place / "page.pdf").read_bytes(), source)[0][0]
        except (OSError, subprocess.SubprocessError):
            if page == pages[-1] and not found:
                raise
    return found, _name("tesseract")


def _run(command: Sequence[str], place: Path, seconds: float) -> str:
    """Its standard output. Raises SubprocessError, OSError."""
    done = subprocess.run(  # nosec B603  # no shell, and names of our own
        command, cwd=place, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds,
        check=True, text=True, errors="replace",
    )  # fmt: skip
    return done.stdout


def _describe(error: Exception) -> str:
    if isinstance(error, subprocess.TimeoutExpired):
        return f"{error.cmd[0]} took more than {error.timeout:g} seconds"
    if isinstance(error, subprocess.CalledProcessError):
        said = (error.stderr or "").strip().splitlines()
        return f"{error.cmd[0]} ended with {error.returncode}{': ' + said[-1] if said else ''}"
    return str(error)


@cache
def _name(program: str) -> str:
    version = _VERSION.search(_run([program, "--version"], Path(), 60))
    return f"{program} {version.group() if version else 'of unknown version'}"


@contextmanager
def _standing_clock() -> Iterator[None]:
    """The reader's own limit of time waits: the programs have theirs."""
    left = signal.setitimer(signal.ITIMER_REAL, 0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *left)
