"""Bytes -> text, with the encoding found and named, never guessed in silence.

Order: byte order mark, strict UTF-8, UTF-8 with a few damaged bytes, statistics of the bytes.
"""

import codecs
import re
from dataclasses import dataclass

from charset_normalizer import CharsetMatch, CharsetMatches, from_bytes

from embeddings.errors import UnreadableDocument

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_SAMPLE = 1 << 20
_MOST_CONTROL = 0.01
_FEWEST_CONTROL = 1
_MOST_DAMAGE = 0.1
_CENTRAL_EUROPEAN = ("Polish", "Czech", "Slovak", "Slovene", "Hungarian", "Croatian", "Romanian")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file's text without its byte order mark, the encoding, and what there is to say of it."""

    text: str
    encoding: str
    notices: tuple[str, ...] = ()


def decode(data: bytes, source: str) -> Decoded:
    """Decode a file's bytes. Raises UnreadableDocument where they are no text."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decode_marked(data[len(mark) :], encoding, source)
    if b"\0" in data[:_SAMPLE]:
        raise UnreadableDocument(source, "is binary, not text (it holds NUL bytes)", _REMEDY)
    try:
        decoded = Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        decoded = _decode_damaged(data) or _decode_by_statistics(data, source)
    _refuse_binary(decoded.text, source)
    return decoded


_REMEDY = "take it out of the folder, or convert it to plain text"


def _decode_marked(data: bytes, encoding: str, source: str) -> Decoded:
    text = data.decode(encoding, errors="replace")
    _refuse_binary(text, source)
    damaged = text.count("\ufffd")
    notices = (f"{damaged} damaged characters in {encoding} shown as \ufffd",) if damaged else ()
    return Decoded(text, encoding, notices)


def _decode_damaged(data: bytes) -> Decoded | None:
    """UTF-8 with few bad bytes among many good sequences: keep it, say what was replaced."""
    text = data.decode("utf-8", errors="replace")
    damaged = text.count("\ufffd")
    sound = sum(1 for character in text if character > "\x7f") - damaged
    if damaged > sound * _MOST_DAMAGE:
        return None
    return Decoded(text, "utf-8", (f"{damaged} bytes that are not UTF-8 shown as \ufffd",))


def _decode_by_statistics(data: bytes, source: str) -> Decoded:
    best = _choose(from_bytes(data[:_SAMPLE]))
    if best is None:
        raise UnreadableDocument(
            source, "is text in no encoding that could be found", "save it as UTF-8"
        )
    text = data.decode(best.encoding, errors="replace")
    notice = f"read as {best.encoding}, found by statistics; save it as UTF-8 if it looks wrong"
    return Decoded(text, best.encoding, (notice,))


def _choose(matches: CharsetMatches) -> CharsetMatch | None:
    """The likeliest. Western texts fit cp1250 nearly as well as cp1252, and the library takes the
    first by name, which turns à into ŕ: cp1250 is left to the languages that are written in it.
    """
    best = matches.best()
    if best is None or best.encoding != "cp1250" or best.language in _CENTRAL_EUROPEAN:
        return best
    return next((match for match in matches if "cp1252" in match.could_be_from_charset), best)


def _refuse_binary(text: str, source: str) -> None:
    sample = text[:_SAMPLE]
    if len(_CONTROL.findall(sample)) > max(_FEWEST_CONTROL, len(sample) * _MOST_CONTROL):
        raise UnreadableDocument(source, "is binary, not text (control characters)", _REMEDY)
