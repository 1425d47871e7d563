"""Bytes become text in the right encoding, and any departure from plain UTF-8 is said."""

import codecs

import pytest

from embeddings.documents.decoding import decode
from embeddings.errors import UnreadableDocument

# The same sentence in languages whose old encodings are easily taken for one another.
OLD = {
    "es": "El puente viejo ya estaba cerrado desde el otoño; los albañiles levantaron las piedras.",
    "pt": "A ponte velha já estava fechada; os pedreiros ergueram as pedras após anos de obras.",
    "sv": "Den gamla bron var stängd sedan våren. Murarna lyfte upp stenarna ur ån efter många år.",
    "de": "Die alte Brücke wurde im Frühjahr geschlossen und später, nach großer Mühe, geöffnet.",
    "pl": "Stary most był już zamknięty od wiosny. Murarze podnieśli kamienie po latach pracy.",
    "cs": "Starý most byl zavřen už od jara. Zedníci zvedli kameny z řeky a "
    "potom město slavilo otevření po letech těžké práce.",
    "tr": "Eski köprü ilkbahardan beri kapalıydı. Ustalar taşları nehirden yıllar sonra çıkardı.",
}
RUSSIAN = (
    "Старый мост через реку был построен в шестнадцатом веке. Его камни подняли со дна водолазы, "
    "и мост сложили заново теми же орудиями, какими работали первые мастера."
)
FRENCH = (
    "Le vieux pont était déjà fermé depuis l'été. Les maçons ont relevé les pierres tombées dans "
    "la rivière, puis la mairie a fêté la réouverture à Noël, après des années de travaux."
)


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
@pytest.mark.parametrize("text", ["plain", RUSSIAN, "🙂 astral"])
def test_a_byte_order_mark_names_the_encoding_and_is_no_part_of_the_text(
    mark: bytes, encoding: str, text: str
) -> None:
    decoded = decode(mark + text.encode(encoding), "a.txt")
    assert (decoded.text, decoded.encoding, decoded.notices) == (text, encoding, ())


@pytest.mark.parametrize("text", ["plain", RUSSIAN, FRENCH, "a\r\nb\rc\n", ""])
def test_utf8_is_kept_to_the_character_and_needs_no_notice(text: str) -> None:
    decoded = decode(text.encode(), "a.txt")
    assert (decoded.text, decoded.encoding, decoded.notices) == (text, "utf-8", ())


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (FRENCH, "latin-1"),
        (FRENCH, "cp1252"),
        *((OLD[language], "cp1252") for language in ("es", "pt", "sv", "de")),
        *((OLD[language], "cp1250") for language in ("pl", "cs")),
        (OLD["tr"], "cp1254"),
    ],
)
def test_an_older_encoding_is_found_by_statistics_and_said(text: str, encoding: str) -> None:
    decoded = decode(text.encode(encoding), "a.txt")
    assert decoded.text == text
    assert len(decoded.notices) == 1
    assert decoded.encoding in decoded.notices[0]


@pytest.mark.parametrize("damage", [b"\xff", b"\x80\x81", b"\xc3"])
def test_few_damaged_bytes_in_utf8_are_replaced_and_counted(damage: bytes) -> None:
    decoded = decode(RUSSIAN.encode() + damage + RUSSIAN.encode(), "a.txt")
    assert decoded.encoding == "utf-8"
    assert decoded.text.replace("\ufffd", "") == RUSSIAN * 2
    assert decoded.notices[0].startswith(f"{decoded.text.count(chr(0xFFFD))} bytes")


def test_an_odd_byte_after_a_mark_is_replaced_and_counted() -> None:
    decoded = decode(codecs.BOM_UTF16_LE + "whole".encode("utf-16-le") + b"x", "a.txt")
    assert decoded.text == "whole\ufffd"
    assert decoded.notices[0].startswith("1 damaged")


@pytest.mark.parametrize(
    "data",
    [
        b"text with a \0 byte",
        b"\x7fELF\2\1\1\0\0\0",
        b"\x89PNG\r\n\x1a\n\0\0",
        bytes(range(1, 32)) * 20,
        codecs.BOM_UTF8 + b"\1\2\3\4 text",
        "no mark".encode("utf-16-le"),
    ],
)
def test_what_is_no_text_is_refused_with_a_remedy(data: bytes) -> None:
    with pytest.raises(UnreadableDocument, match="binary") as caught:
        decode(data, "folder/a.txt")
    assert caught.value.source == "folder/a.txt"
    assert caught.value.hint
