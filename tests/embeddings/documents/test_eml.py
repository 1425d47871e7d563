"""A message gives its text, its header's particulars and the names of what is attached."""

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from embeddings.documents.eml import read_eml
from embeddings.errors import UnreadableDocument
from embeddings.records import Document

BODY = "The keeper wound the lamp every four hours of the night.\n\nHe wrote it down — always.\n"
PAGE = f"<html><body><h1>The lamp</h1><p>{BODY}</p></body></html>"


def make(plain: str = BODY, html: str = "", attached: str = "") -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "Лампа of the harbour"
    message["From"] = '"Ann Lee" <ann@a.example>'
    message["Date"] = datetime(2020, 3, 4, 23, 30, tzinfo=UTC)
    if plain:
        message.set_content(plain)
    if html and plain:
        message.add_alternative(html, subtype="html")
    elif html:
        message.set_content(html, subtype="html")
    message["Content-Language"] = "en-GB"
    if attached:
        message.add_attachment(b"x", maintype="image", subtype="png", filename=attached)
    return message


def read(message: EmailMessage | bytes) -> Document:
    data = message if isinstance(message, bytes) else message.as_bytes()
    (document,) = read_eml(data, "a.eml", "0" * 64)
    assert isinstance(document, Document)
    return document


def test_the_header_gives_the_particulars() -> None:
    document = read(make())
    assert (document.title, document.author) == ("Лампа of the harbour", "Ann Lee")
    assert (document.date, document.language) == ("2020-03-04", "en")
    assert document.sha256 == "0" * 64
    assert document.extractor is not None and document.extractor.startswith("email of Python 3")


@pytest.mark.parametrize(
    ("given", "url"),
    [("<https://lists.a.example/1>", "https://lists.a.example/1"), ("<mailto:a@b.c>", None)],
)
def test_the_address_in_the_archive_of_a_list_is_known(given: str, url: str | None) -> None:
    message = make()
    message["Archived-At"] = given
    assert read(message).url == url


def test_plain_text_is_preferred_to_html() -> None:
    assert read(make(html=PAGE.replace("keeper", "other"))).text == BODY


def test_html_is_read_as_a_page_where_there_is_nothing_else() -> None:
    document = read(make(plain="", html=PAGE))
    assert "The keeper wound the lamp" in document.text and "<p>" not in document.text
    assert document.title == "Лампа of the harbour"
    assert document.author == "Ann Lee"


def test_attachments_are_named_in_a_notice() -> None:
    assert read(make(attached="карта.png")).notices == ("attachments not read: карта.png",)


def test_a_signature_is_set_aside() -> None:
    document = read(make(f"{BODY}-- \nAnn Lee\nHarbour Office\n"))
    (mark,) = document.marks
    assert document.text[mark.start :].startswith("-- \nAnn Lee")
    assert mark.reason == "signature"


@pytest.mark.parametrize("header", ["From: <", "Date: spring", "Subject: =?x?q?=ff?=", "From:"])
def test_a_malformed_header_does_not_cost_the_text(header: str) -> None:
    document = read(f"To: b@a.example\n{header}\n\n{BODY}".encode())
    assert document.text == BODY


def test_an_unknown_encoding_is_read_as_utf8() -> None:
    head = "Subject: a\nContent-Type: text/plain; charset=no-such\nContent-Transfer-Encoding: 8bit"
    assert read(f"{head}\n\n{BODY}".encode()).text == BODY


@pytest.mark.parametrize("data", [b"", b"words alone", b"Key: value\n\nwords", b"Subject: a\n\n "])
def test_what_is_no_message_or_empty_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        read(data)
    assert caught.value.hint
