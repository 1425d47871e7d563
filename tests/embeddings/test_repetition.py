"""Lines that many documents share: set aside at a document's ends, and never a story of its own."""

from embeddings.encoders.hashing import HashingEncoder
from embeddings.passages import cut_document
from embeddings.records import Cut, Document
from embeddings.repetition import REASON, find_repeated_lines

STORY = (
    "The pilots of the {} harbour met on the quay and spoke of the storm that had sunk two boats.",
    "None of them, the {} pilots said, had seen so high a sea since the year of the great flood.",
)
HEAD = "The daily paper of the coast, printed each morning before the first tide comes in."
FOOT = "Readers who find a mistake may write to the editor, who answers every letter in turn."


def _page(name: str, *, head: str = HEAD, foot: str = FOOT) -> str:
    return "\n\n".join((head, *(line.format(name) for line in STORY), foot))


def _cut(text: str, repeated: frozenset[str], keep_all: bool = False) -> Cut:
    encoder = HashingEncoder()
    document = Document("a.txt", text)
    return cut_document(document, encoder.count_tokens, encoder.window, keep_all, repeated)


NAMES = ("northern", "southern", "eastern", "western", "outer", "inner")
PAGES = [_page(name) for name in NAMES]


def test_what_five_pages_begin_and_end_with_is_set_aside_with_the_reason() -> None:
    cut = _cut(PAGES[0], find_repeated_lines(PAGES))
    assert [PAGES[0][mark.start : mark.end] for mark in cut.marks] == [HEAD, FOOT]
    assert {mark.reason for mark in cut.marks} == {REASON}
    assert [p.text for p in cut.passages] == [line.format("northern") for line in STORY]


def test_four_pages_are_not_enough() -> None:
    assert find_repeated_lines(PAGES[:4]) == frozenset()


def test_nothing_is_set_aside_when_all_is_to_be_kept() -> None:
    assert _cut(PAGES[0], find_repeated_lines(PAGES), keep_all=True).marks == ()


def test_a_story_that_lies_there_many_times_is_left_to_folding() -> None:
    """Each copy has a first line of its own, so the story is all that the copies share."""
    copies = [_page("northern", head=f"Sent by the office of the {n} coast.") for n in NAMES]
    repeated = find_repeated_lines(copies)
    assert repeated == frozenset()
    assert find_repeated_lines([PAGES[0]] * 6) == frozenset()


def test_a_document_of_shared_lines_alone_keeps_them() -> None:
    repeated = find_repeated_lines(PAGES)
    assert _cut(f"{HEAD}\n\n{FOOT}", repeated).marks == ()


def test_a_shared_line_in_the_middle_is_kept() -> None:
    text = "\n\n".join((STORY[0].format("old"), FOOT, STORY[1].format("old")))
    assert _cut(text, find_repeated_lines(PAGES)).marks == ()
