"""A sentence or two of a passage are marked, and the words of a query wherever its terms are."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from embeddings.analysis import find_terms
from embeddings.artifact import Artifact
from embeddings.encoders.hashing import HashingEncoder
from embeddings.records import Passage
from embeddings.sentences import find_sentences
from service.highlights import MARGINS, find_highlights, find_words
from service.query import Query
from service.search import Searcher
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


TEXT = "Gulls follow the ferry. The ferry sank in 1893. Nobody swam ashore. A wall was built."


@pytest.mark.parametrize(
    ("cosines", "information", "marked"),
    [
        pytest.param([0.5, 0.3, 0.2, 0.1], {}, ["Gulls"], id="the nearest alone"),
        pytest.param([0.3, 0.2, 0.5, 0.45], {}, ["Nobody", "A wall"], id="one about as near"),
        pytest.param([0.45, 0.1, 0.5, 0.46], {}, ["Nobody", "A wall"], id="no more than two"),
        pytest.param([0.46, 0.1, 0.2, 0.5], {}, ["Gulls", "A wall"], id="in the text's order"),
        pytest.param([0.5, 0.5, 0.5, 0.5], {}, ["Gulls", "The ferry"], id="ties by place"),
        pytest.param([0.5, 0.1, 0.2, 0.1], {"1893": 4.0}, ["Gulls", "The ferry"], id="a number"),
        pytest.param(
            [0.5, 0.1, 0.2, 0.1], {"1893": 1.0, "gull": 4.0}, ["Gulls"], id="too little of it"
        ),
        pytest.param([0.5, 0.2, 0.1, 0.1], {"ferri": 4.0}, ["Gulls"], id="words it has itself"),
        pytest.param([-0.1, -0.3, -0.4, -0.5], {"salt": 4.0}, ["Gulls"], id="words of no sentence"),
    ],
)
def test_the_sentence_or_two_that_made_the_passage_match_are_marked(
    cosines: Sequence[float], information: Mapping[str, float], marked: list[str]
) -> None:
    sentences = tuple(find_sentences(TEXT, "en"))
    passage = Passage("p", "d", 0, len(TEXT), TEXT, sentences)
    terms = list(information)
    held = {
        at: {terms.index(term) for term in find_terms(TEXT[s.start : s.end], "en") if term in terms}
        for at, s in enumerate(sentences)
    }
    values = np.array(cosines, dtype=np.float32)
    found = find_highlights(passage, values, held, list(information.values()), MARGINS[False])
    assert len(found) == len(marked)
    for span, beginning in zip(found, marked, strict=True):
        assert span in sentences
        assert TEXT[span.start : span.end].startswith(beginning)


def test_a_passage_of_one_sentence_is_marked_whole() -> None:
    passage = Passage("p", "d", 0, 23, TEXT[:23], tuple(find_sentences(TEXT[:23], "en")))
    assert find_highlights(passage, np.array([0.1]), {0: {0}}, [1.0], 0.0) == [*passage.sentences]


def test_pooled_sentences_are_nearer_to_each_other_so_a_second_is_marked_less_readily(
    tiny_artifact: Artifact,
) -> None:
    manifest, index = tiny_artifact.open()
    marked = []
    for pooled in (False, True):
        told = replace(manifest, encoder={**manifest.encoder, "pooled": pooled})
        (hit,) = Searcher(told, index, HashingEncoder()).search(Query("flight", k=1)).hits
        text = hit.stored.passage.text
        marked.append([text[span.start : span.start + 8] for span in hit.highlights])
    index.close()
    assert marked == [["They shi", "A colony"], ["They shi"]]
