"""A document is cut into passages that lose nothing, fit the encoder and point where they stand."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from embeddings.encoders import Tokenizer, load_tokenizer
from embeddings.encoders.hashing import HashingEncoder
from embeddings.passages import cut_document
from embeddings.records import Cut, Document, Mark, Span
from tests.embeddings.building import cut
from tests.embeddings.texts import messy_texts

LONG = " ".join(f"Sentence number {n} tells what the keeper did that night." for n in range(53))
SHORT = "A keeper wound the lamp every four hours of the night."


@pytest.fixture(scope="module")
def minilm() -> Tokenizer:
    """The default encoder's tokenizer, without its weights."""
    return load_tokenizer()


def texts_of(found: Cut) -> list[str]:
    return [passage.text for passage in found.passages]


def uncovered(found: Cut) -> str:
    """The characters that are in no passage, heading or mark; fails where two passages overlap."""
    text = found.document.text
    covered = bytearray(len(text))
    for passage in found.passages:
        assert not any(covered[passage.start : passage.end])
        covered[passage.start : passage.end] = b"\1" * (passage.end - passage.start)
    spans = [(s.start, s.end) for s in found.headings] + [(m.start, m.end) for m in found.marks]
    for start, end in spans:
        covered[start:end] = b"\1" * (end - start)
    return "".join(c for c, known in zip(text, covered, strict=True) if not known)


def check(found: Cut, tokenizer: Tokenizer, window: int) -> None:
    text = found.document.text
    assert uncovered(found).strip() == ""
    assert len({passage.id for passage in found.passages}) == len(found.passages)
    for passage in found.passages:
        assert text[passage.start : passage.end] == passage.text == passage.text.strip() != ""
        assert passage.document_id == found.document.id
    several = [passage.text for passage in found.passages if len(passage.text) > 1]
    assert all(count <= window for count in tokenizer.count_tokens(several))


@example("word\fword word", 4, False)  # over the form feed two words run into one
@example("LOADTags:", 3, False)  # parts of a word count for less than the word
@settings(max_examples=300)
@given(messy_texts(), st.sampled_from([4, 30, 254]), st.booleans())
def test_nothing_is_lost_and_nothing_is_beyond_the_window(
    minilm: Tokenizer, text: str, window: int, keep_all: bool
) -> None:
    document = Document("a.txt", text)
    found = cut_document(document, minilm.count_tokens, window, keep_all)
    check(found, minilm, window)
    assert found == cut_document(document, minilm.count_tokens, window, keep_all)
    if keep_all:
        assert (found.marks, found.headings) == ((), ())


@given(messy_texts())
def test_sentences_lie_in_their_passage_and_leave_out_white_space_alone(text: str) -> None:
    for passage in cut(text).passages:
        last = 0
        for span in passage.sentences:
            sentence = passage.text[span.start : span.end]
            assert passage.text[last : span.start].strip() == ""
            assert sentence == sentence.strip() != ""
            last = span.end
        assert passage.text[last:].strip() == ""
        assert passage.sentences


@pytest.mark.parametrize(
    "line",
    ["x" * 5_000_000, "every word " * 450_000, "It is so. " * 100_000, "…" * 300_000 + "a"],
    ids=["no spaces", "words", "sentences", "dots"],
)
def test_an_endless_line_is_cut_to_the_window(line: str) -> None:
    encoder = HashingEncoder()
    found = cut(line)
    assert uncovered(found).strip() == ""
    assert all(count <= encoder.window for count in encoder.count_tokens(texts_of(found)))
    assert max(len(text) for text in texts_of(found)) <= 8 * encoder.window


@pytest.mark.parametrize("text", ["", " ", "\r\n\n\t"])
def test_a_document_without_text_has_no_passages(text: str) -> None:
    found = cut(text, "folder/name.txt")
    assert (found.passages, found.marks, found.headings) == ((), (), ())
    assert found.title == "name"


def test_a_paragraph_is_a_passage_with_the_heading_above_it() -> None:
    found = cut(f"The lamp\n\n{SHORT}\n\nWinter\n\n{SHORT.replace('lamp', 'bell')}")
    assert texts_of(found) == [SHORT, SHORT.replace("lamp", "bell")]
    assert [passage.heading for passage in found.passages] == ["The lamp", "Winter"]
    assert found.title == "The lamp"


@pytest.mark.parametrize(
    ("document", "title"),
    [
        (Document("a.txt", f"The lamp\n\n{SHORT}", title="Its own"), "Its own"),
        (Document("a.txt", f"{SHORT}\n\n{SHORT}"), SHORT),
        (Document("a.txt", "word " * 100), f"{('word ' * 24)[:119].rstrip()}…"),
    ],
)
def test_a_document_is_called_by_its_title_else_by_its_beginning(
    document: Document, title: str
) -> None:
    encoder = HashingEncoder()
    assert cut_document(document, encoder.count_tokens, encoder.window).title == title


def test_a_paragraph_too_short_to_stand_alone_joins_the_next() -> None:
    assert texts_of(cut(f"“No,” she said.\n\n{SHORT}\n\n{SHORT} Twice.")) == [
        f"“No,” she said.\n\n{SHORT}",
        f"{SHORT} Twice.",
    ]


def test_the_last_short_paragraph_of_a_section_joins_the_one_before() -> None:
    text = f"{SHORT}\n\n{SHORT} Twice.\n\nNobody heard it.\n\nWinter\n\n{SHORT} So."
    assert texts_of(cut(text)) == [SHORT, f"{SHORT} Twice.\n\nNobody heard it.", f"{SHORT} So."]


def test_short_paragraphs_join_until_they_can_stand() -> None:
    lines = ["“No,” she said.", "“Why?”", "“It is late.”", "“Not so late as that.”", SHORT]
    assert texts_of(cut("\n\n".join(lines))) == ["\n\n".join(lines[:4]), SHORT]


def test_a_short_paragraph_between_two_full_ones_stands_alone() -> None:
    full = " ".join(["word"] * 128)
    assert texts_of(cut(f"{full}\n\n“No,” she said.\n\n{full}")) == [
        full,
        "“No,” she said.",
        full,
    ]


def test_a_short_paragraph_before_a_long_one_is_split_with_it() -> None:
    pieces = texts_of(cut(f"“No,” she said.\n\n{LONG}"))
    assert pieces[0].startswith("“No,” she said.\n\nSentence number 0")
    assert max(len(piece) for piece in pieces) < 1.5 * min(len(piece) for piece in pieces)


def cut_parts(text: str, **spans: tuple[Span, ...]) -> list[str]:
    encoder = HashingEncoder()
    document = Document("a.txt", text, cleaned=True, **spans)
    return texts_of(cut_document(document, encoder.count_tokens, encoder.window))


def test_nothing_short_joins_across_a_table_a_mark_or_a_heading() -> None:
    text = f"It was so.\nYear | Boats\n1893 | 12\nIt is so.\n{SHORT}"
    first, last = text.index("Year"), text.index("It is so.")
    rows = (Span(first, first + 12), Span(first + 13, last - 1))
    table = text[first : last - 1]
    assert cut_parts(text, verbatim=rows) == ["It was so.", table, f"It is so.\n{SHORT}"]
    whole = Span(first, last - 1)
    for spans in ({"headings": (whole,)}, {"marks": (Mark(first, last - 1, "menu"),)}):
        assert cut_parts(text, **spans) == ["It was so.", f"It is so.\n{SHORT}"]


def test_nothing_short_joins_over_the_end_of_a_page() -> None:
    encoder = HashingEncoder()
    document = Document("a.pdf", f"{SHORT}\n\nSo it was.\f{SHORT}", pages=(0, len(SHORT) + 13))
    found = cut_document(document, encoder.count_tokens, encoder.window)
    assert texts_of(found) == [f"{SHORT}\n\nSo it was.", SHORT]
    assert [passage.page for passage in found.passages] == [1, 2]


SENTENCES = st.lists(st.integers(2, 60), min_size=1, max_size=30).map(
    lambda sizes: [" ".join(["Word", *["word"] * (size - 1)]) + "." for size in sizes]
)


@given(SENTENCES)
def test_a_long_paragraph_is_cut_between_sentences_and_leaves_no_tiny_rest(
    sentences: list[str],
) -> None:
    """A piece of fewer than eight words stands only between two that have no room for it."""
    found = texts_of(cut(" ".join(sentences), keep_all=True))
    assert " ".join(found) == " ".join(sentences)
    assert all(text.startswith("Word ") and text.endswith(".") for text in found)
    sizes = [len(text.split()) for text in found]
    for i, size in enumerate(sizes):
        around = sizes[max(0, i - 1) : i] + sizes[i + 1 : i + 2]
        assert size >= 8 or all(other + size > 128 for other in around)


def test_a_short_paragraph_does_not_push_a_full_one_over_the_window() -> None:
    full = " ".join(["word"] * 128)
    assert texts_of(cut(f"“No,” she said.\n\n{full}")) == ["“No,” she said.", full]


def test_a_long_paragraph_is_split_evenly_between_sentences() -> None:
    found = cut(LONG)
    sizes = HashingEncoder().count_tokens(texts_of(found))
    assert " ".join(texts_of(found)) == LONG
    assert all(text.startswith("Sentence") and text.endswith(".") for text in texts_of(found))
    assert len(sizes) == 5
    assert min(sizes) > 0.5 * max(sizes)


def test_a_sentence_is_cut_only_where_it_fits_no_passage() -> None:
    endless = " ".join(["word"] * 300)
    found = cut(f"{SHORT} {endless}. {SHORT}")
    pieces = texts_of(found)
    assert pieces[0].startswith(SHORT)
    assert pieces[-1].endswith(SHORT)
    assert " ".join(pieces) == found.document.text
    assert all(piece.split()[-1].strip(".") in ("word", "night") for piece in pieces)


def test_the_same_text_twice_in_a_document_has_two_ids() -> None:
    first, second = cut(f"{SHORT}\n\n{SHORT}").passages
    assert first.text == second.text
    assert first.id != second.id


def test_ids_come_from_path_and_text_not_from_what_stands_around() -> None:
    before, after = cut(SHORT), cut(f"{LONG}\n\n{SHORT}")
    assert before.passages[0].id == after.passages[-1].id
    assert before.passages[0].id != cut(SHORT, "b.txt").passages[0].id


def test_a_passage_in_another_language_than_the_document_says_so() -> None:
    german = "Die alte Brücke über den Fluss wurde im Frühjahr geschlossen und später neu gebaut."
    found = cut(f"{LONG}\n\n{german}\n\n{SHORT}")
    assert found.language == "en"
    assert [p.language for p in found.passages if p.text == german] == ["de"]
    assert found.passages[0].language == "en"
