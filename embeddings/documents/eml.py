"""E-mail (.eml): the plain text of a message, else its HTML; attachments are named, not read."""

import platform
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage, MIMEPart
from email.policy import default

from embeddings.documents.composing import drop_odd_characters
from embeddings.documents.decoding import decode
from embeddings.documents.fields import read_language, read_line, read_web_address
from embeddings.documents.html import read_page
from embeddings.errors import UnreadableDocument
from embeddings.records import Document, Mark

_FIELDS = ("from", "to", "subject", "date", "message-id", "received")
_SIGNATURE = re.compile(r"^-- $", re.MULTILINE)


def read_eml(data: bytes, source: str, sha256: str) -> Iterator[Document | UnreadableDocument]:
    """Yield the message as one document."""
    message = _parse(data, source)
    if not any(name.lower() in _FIELDS for name in message):
        raise UnreadableDocument(source, "is no e-mail: it has no header", "save it again as .eml")
    try:
        document = _read_body(message, source)
        names = [
            part.get_filename() or part.get_content_type() for part in message.iter_attachments()
        ]
    except (UnreadableDocument, MemoryError):
        raise
    except Exception as error:  # headers and encodings contradict one another in any way
        reason = f"is damaged ({type(error).__name__})"
        raise UnreadableDocument(source, reason, "save it again as .eml") from error
    listed = read_line(drop_odd_characters(", ".join(names)))
    yield replace(
        document,
        sha256=sha256,
        title=_read(lambda: str(message["subject"] or "")) or document.title,
        author=_read(lambda: _find_author(message)) or document.author,
        date=_read(lambda: message["date"].datetime.date().isoformat()) or document.date,
        url=read_web_address(_read(lambda: str(message["archived-at"] or "").strip("<> ")))
        or document.url,
        language=read_language(_read(lambda: str(message["content-language"] or "")))
        or document.language,
        notices=(*document.notices, *([f"attachments not read: {listed}"] if listed else [])),
    )


def _parse(data: bytes, source: str) -> EmailMessage:
    try:
        message = message_from_bytes(data, policy=default)
    except RecursionError as error:
        raise UnreadableDocument(
            source, "has parts nested too deep to be read", "take it out of the folder"
        ) from error
    assert isinstance(message, EmailMessage)  # so says the policy
    return message


def _read(find: Callable[[], str]) -> str | None:
    """One header; a malformed one makes the library fail in many ways, and counts as missing."""
    try:
        return read_line(drop_odd_characters(find()))
    except MemoryError:
        raise
    except Exception:
        return None


def _find_author(message: EmailMessage) -> str:
    address = message["from"].addresses[0]
    return str(address.display_name or address.addr_spec)


def _read_body(message: EmailMessage, source: str) -> Document:
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    text = drop_odd_characters(_decode(plain, source)) if plain else ""
    if text.strip():
        signature = _SIGNATURE.search(text)
        return Document(
            source=source,
            text=text,
            marks=(Mark(signature.start(), len(text), "signature"),) if signature else (),
            extractor=f"email of Python {platform.python_version()}",
        )
    if html is None:
        raise UnreadableDocument(source, "holds no text", "take it out of the folder")
    return read_page(drop_odd_characters(_decode(html, source)), source)


def _decode(part: MIMEPart, source: str) -> str:
    """The text of a part by the encoding it declares, else as that of a file is found."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    try:
        text = payload.decode(part.get_content_charset() or "")
    except (LookupError, ValueError):
        text = decode(payload, source).text
    return text.replace("\r\n", "\n")
