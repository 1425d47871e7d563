"""The words of a query are found in a passage wherever its terms are."""

import pytest
from hypothesis import given

from embeddings.analysis import find_terms
from service.highlights import find_words
from tests.embeddings.texts import messy_texts


@pytest.mark.parametrize(
    ("query", "text", "words"),
    [
        ("fighter's bridge", "Fighters held the Bridges.", ["Fighters", "Bridges"]),
        ("naïve", "A nai\u0308ve keeper", ["nai\u0308ve"]),
        ("5,500 boats", "5,500 boats, 500 men", ["5,500", "boats"]),
        ("हिन्दी", "यह हिन्दी है।", ["हिन्दी"]),
        ("کتاب", "کتاب\u200cها را", ["کتاب"]),
        ("محمد", "قال مُحَمَّدٌ ذلك", ["مُحَمَّدٌ"]),
        ("שלום", "אמר שָׁלוֹם לכולם", ["שָׁלוֹם"]),
        ("to'g'ri", "Bu toʻgʻri, dedi", ["toʻgʻri"]),
        ("istanbul", "İstanbul’a gitti", []),
        ("İSTANBUL", "Istanbul gibi", ["Istanbul"]),
        ("灯台守", "昔、灯台守は眠る。台の", ["灯台守"]),
        ("น้ำมัน", "ราคาน้ำมันแพง", ["น้ำมัน"]),
        ("salt", "Nothing of it", []),
    ],
)
def test_words_that_share_a_term_are_found(query: str, text: str, words: list[str]) -> None:
    found = find_words(text, frozenset(find_terms(query)))
    assert [text[span.start : span.end] for span in found] == words


@given(messy_texts(30))
def test_the_words_of_a_text_are_found_in_it_apart_from_each_other(text: str) -> None:
    terms = frozenset(find_terms(text))
    spans = list(find_words(text, terms))
    assert bool(spans) == bool(terms)
    last = 0
    for span in spans:
        assert last <= span.start < span.end <= len(text)
        last = span.end
