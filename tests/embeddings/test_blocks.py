"""Text falls into the author's paragraphs, list items and lines, each where it stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.blocks import Block, find_blocks
from tests.embeddings.texts import messy_texts

WRAPPED = """\
The keeper of the lighthouse wound the clockwork of the lamp
every four hours, and in winter he slept beside it so that he
would hear when it began to slow, which it did more often than
the company admitted.

In summer his sister took the second watch. She wrote the log
in green ink, since the black froze less but faded, and nobody
on the mainland ever asked her why she had chosen that colour.
"""


def texts_of(text: str) -> list[str]:
    return [block.text for block in find_blocks(text)]


@given(messy_texts())
def test_blocks_stand_in_order_and_leave_out_white_space_alone(text: str) -> None:
    last = 0
    for block in find_blocks(text):
        assert text[last : block.start].strip() == ""
        assert text[block.start : block.end] == block.text == block.text.strip() != ""
        last = block.end
    assert text[last:].strip() == ""


@given(messy_texts())
def test_blocks_are_the_same_every_time(text: str) -> None:
    assert find_blocks(text) == find_blocks(text)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_hard_wrapped_lines_are_joined_and_blank_lines_divide(newline: str) -> None:
    blocks = texts_of(WRAPPED.replace("\n", newline))
    assert len(blocks) == 2
    assert blocks[0].startswith("The keeper")
    assert blocks[0].endswith("company admitted.")
    assert blocks[1].endswith("that colour.")


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\n\n", "\u2028", "\f", "\v", "\x85"])
def test_each_line_is_a_block_where_the_lines_are_the_authors(newline: str) -> None:
    lines = ["A heading", "Words that make a line of some length, then stop.", "Salt", "x" * 300]
    assert texts_of(newline.join(lines)) == lines


def test_list_items_in_wrapped_text_stay_apart() -> None:
    text = WRAPPED + (
        "\nThe box that came with every boat held what the company thought\n"
        "- four tins of oil, of which one was always less than full and\n"
        "- a coil of rope that the rats had been at since the last time\n"
        "3. the letters\n"
        "(b) a newspaper of the week before, which they read out in turn\n"
    )
    starts = [block.split()[0] for block in texts_of(text)]
    assert starts == ["The", "In", "The", "-", "-", "3.", "(b)"]


def test_a_poem_is_not_taken_for_wrapped_prose() -> None:
    lines = [f"The tide comes in at {hour}, and no one looks." for hour in range(6)]
    assert texts_of("\n".join(lines)) == lines


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("It stopped.", True),
        ("Did it?", True),
        ("“It stopped.”", True),
        ("It stopped.*", True),
        ("他走了。", True),
        ("چرا؟", True),
        ("वह गया।", True),
        ("It stopped", False),
        ("Version 2.0", False),
        ("It stopped. Then", False),
        ("…" * 50_000 + "a", False),
        ("a" + "…" * 50_000, True),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_a_block_knows_whether_it_ends_a_sentence(text: str, ends: bool) -> None:
    assert Block(0, len(text), text).ends_sentence is ends


@pytest.mark.parametrize("text", ["- a", "• a", "12. a", "3) a", "(4) a", "a) b", "— So he said"])
def test_a_list_item_is_known_by_its_mark(text: str) -> None:
    assert Block(0, len(text), text).is_list_item


@pytest.mark.parametrize("text", ["-a", "1917 was cold", "A plan", "a", "12.", "1234. a"])
def test_other_starts_make_no_list_item(text: str) -> None:
    assert not Block(0, len(text), text).is_list_item


@given(st.integers(1, 400))
def test_words_are_counted_in_scripts_without_spaces_too(length: int) -> None:
    text = "海" * length
    assert Block(0, length, text).words >= max(1, length // 14)


@pytest.mark.parametrize("text", ["यह हिन्दी में लिखा है", "كَتَبَ الوَلَدُ رِسَالَةً قَصِيرَةً أَمْسِ"])
def test_a_vowel_sign_does_not_part_a_word(text: str) -> None:
    assert Block(0, len(text), text).words == 5
