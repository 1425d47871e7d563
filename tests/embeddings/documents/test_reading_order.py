"""Boxes of a page are read down the columns; lines become paragraphs."""

import pytest

from embeddings.documents.reading_order import Box, Line, find_paragraphs, join_lines, order_boxes

WORDS = "words that stand in a column of the page and say a little of everything there is to say"


def box(left: float, top: float, right: float, *lines: str) -> Box:
    height = 12.0 * len(lines)
    return Box(left, top - height, right, top, tuple(Line(left, right, text) for text in lines))


def names(boxes: list[Box]) -> list[str]:
    return [one.lines[0].text.split()[0] for one in order_boxes(boxes)]


def test_a_title_comes_first_then_each_column_then_what_lies_below_both() -> None:
    boxes = [
        box(310, 700, 550, f"3 {WORDS}", WORDS),
        box(50, 600, 290, f"2b {WORDS}", WORDS),
        box(50, 760, 550, f"1 {WORDS}"),
        box(50, 100, 550, f"4 {WORDS}"),
        box(50, 700, 290, f"2a {WORDS}", WORDS),
        box(310, 600, 550, f"3b {WORDS}", WORDS),
    ]
    assert names(boxes) == ["1", "2a", "2b", "3", "3b", "4"]


def test_three_columns_are_read_from_the_left() -> None:
    boxes = [box(x, y, x + 150, f"{x}-{y} {WORDS}") for y in (700, 600) for x in (400, 50, 220)]
    expected = [f"{x}-{y}" for x in (50, 220, 400) for y in (700, 600)]
    assert names(boxes) == expected


def test_pieces_of_one_line_are_read_from_the_left_though_one_is_higher() -> None:
    assert names([box(300, 702, 500, "b"), box(50, 700, 290, "a"), box(50, 650, 290, "c")]) == [
        "a",
        "b",
        "c",
    ]


def test_a_paragraph_goes_on_in_the_next_column() -> None:
    boxes = [box(50, 700, 290, "It was said.", "The keeper went"), box(310, 700, 550, "home. So.")]
    assert list(find_paragraphs(boxes, set())) == ["It was said. The keeper went home. So."]


def test_a_short_last_line_ends_a_paragraph() -> None:
    lines = (Line(50, 290, WORDS), Line(50, 120, "The end."), Line(50, 290, "A new one begins"))
    assert len(list(find_paragraphs([Box(50, 600, 290, 700, lines)], set()))) == 2


@pytest.mark.parametrize(
    ("lines", "words", "joined"),
    [
        (["light-", "house"], set(), "lighthouse"),
        (["well-", "known"], {"well-known"}, "well-known"),
        (["light-", "house"], {"light-house", "lighthouse"}, "lighthouse"),
        (["Anglo-", "Saxon"], set(), "Anglo-Saxon"),
        (["1914-", "1918"], set(), "1914-1918"),
        (["light\u00ad", "house"], set(), "lighthouse"),
        (["the \ufb01re", "went out"], set(), "the fire went out"),
    ],
)
def test_hyphens_at_the_ends_of_lines_are_mended(
    lines: list[str], words: set[str], joined: str
) -> None:
    assert join_lines(lines, words) == joined
