"""Documents taken apart on the disk come back as they were, and a full disk is told."""

from pathlib import Path
from tempfile import gettempdir

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.analysis import find_terms
from embeddings.errors import IndexUnwritable
from embeddings.on_disk import Lazy
from embeddings.records import Cut, Document, Mark, Passage, Span
from embeddings.taken import Brief
from tests.embeddings.building import cut, keep_cuts
from tests.embeddings.test_full_disk import full_after

SPANS = st.lists(st.builds(Span, st.integers(0, 99), st.integers(0, 99)), max_size=3).map(tuple)
MARKS = st.lists(st.builds(Mark, st.integers(0), st.integers(0), st.text()), max_size=2).map(tuple)
DOCUMENTS = st.builds(
    Document,
    source=st.text(),
    text=st.text(),
    blocks=SPANS,
    headings=SPANS,
    verbatim=SPANS,
    marks=MARKS,
    pages=st.lists(st.integers(0)).map(tuple),
    notices=st.lists(st.text()).map(tuple),
)


@st.composite
def cuts(draw: st.DrawFn) -> Cut:
    document = draw(DOCUMENTS)
    start = draw(st.integers(0, len(document.text)))
    end = draw(st.integers(start, len(document.text)))
    made = st.builds(
        Passage,
        start=st.just(start),
        end=st.just(end),
        text=st.just(document.text[start:end]),
        sentences=SPANS,
        heading=st.none() | st.text(),
        page=st.none() | st.integers(1),
        comment=st.booleans(),
    )
    passages = draw(st.lists(made, max_size=2).map(tuple))
    title, language = draw(st.text()), draw(st.none() | st.just("de"))
    return Cut(document, title, language, passages, draw(SPANS), draw(MARKS))


@given(st.lists(cuts(), max_size=4))
def test_what_is_put_in_comes_out_as_it_was(given_cuts: list[Cut]) -> None:
    kept = keep_cuts(given_cuts, Path(gettempdir()))
    assert list(kept) == given_cuts
    assert kept[1:] == given_cuts[1:]
    passages = [passage for cut in given_cuts for passage in cut.passages]
    assert list(kept.passages) == passages
    assert list(kept.briefs) == list(map(Brief.of, given_cuts))
    assert list(kept.texts) == [one.document.text for one in given_cuts]


@given(st.lists(cuts(), max_size=4))
def test_a_part_of_a_passage_is_that_of_the_whole(given_cuts: list[Cut]) -> None:
    kept = keep_cuts(given_cuts, Path(gettempdir())).passages
    for place, passage in enumerate(kept):
        assert (kept.read_id(place), kept.read_text(place)) == (passage.id, passage.text)
        sentences = [passage.text[span.start : span.end] for span in passage.sentences]
        assert kept.count_sentences()[place] == len(sentences)
        terms = kept.read_terms(place)
        assert terms.language == passage.language
        assert terms.sentences == [find_terms(text, passage.language) for text in sentences]


def test_no_name_is_left_in_the_folder(tmp_path: Path) -> None:
    keep_cuts([cut("The keeper of the lamp wrote down each ship.")], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    with full_after(1000), pytest.raises(IndexUnwritable, match="MB free"):
        keep_cuts([cut("The keeper of the lamp wrote down each ship. " * 50)], tmp_path)


def test_places_outside_are_refused_and_those_from_the_end_count() -> None:
    squares = Lazy(4, lambda place: place * place)
    assert (squares[-1], squares[1:3], list(squares)) == (9, [1, 4], [0, 1, 4, 9])
    with pytest.raises(IndexError):
        squares[4]
