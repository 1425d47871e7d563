"""Page furniture is told from prose and headings, with the right reason, and prose is kept."""

import pytest
from hypothesis import given

from embeddings.blocks import find_blocks
from embeddings.cleaning import Kind, judge_blocks
from tests.embeddings.texts import messy_texts

PROSE = (
    "The keeper of the lighthouse wound the clockwork of the lamp every four hours of the night.",
    "His sister took the second watch in summer and wrote the log in green, as black ink froze.",
    "Nobody on the mainland ever asked her why she had chosen that colour for the company's book.",
)
MARKUP = ("The lamp that never slept", PROSE[0], "Winter", PROSE[1], "Summer", PROSE[2])


def judge(*lines: str) -> dict[str, tuple[Kind, str]]:
    """What each line of a page was found to be; the lines are paragraphs."""
    judged = judge_blocks(find_blocks("\n\n".join(lines)))
    return {item.block.text: (item.kind, item.reason) for item in judged}


def reasons(*lines: str) -> dict[str, str]:
    return {line: reason for line, (kind, reason) in judge(*lines).items() if reason}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Skip to content", "navigation"),
        ("Toggle navigation", "navigation"),
        ("Log in", "navigation"),
        ("Next story", "navigation"),
        ("Lighthouses | Harbours | Tides", "navigation"),
        ("Home › North › Reefs", "navigation"),
        ("Share", "share line"),
        ("Share this story with a friend", "share line"),
        ("Follow us on the radio", "share line"),
        ("WhatsApp", "share line"),
        ("Tags: lamps, keepers, night", "tag list"),
        ("Filed under: the north, ships", "tag list"),
        ("12 comments", "comment count"),
        ("Leave a reply", "comment count"),
        ("Help us keep this archive open.", "subscription or donation box"),
        ("Subscribe today and read the log of every night.", "subscription or donation box"),
        ("Your donation pays for the scans of the old charts.", "subscription or donation box"),
        ("Most read this week", "related articles"),
        ("Related stories", "related articles"),
        ("Read also: the bell of the reef", "related articles"),
        ("© 2019 The Lamp Society", "legal notice"),
        ("Copyright 2019, the Lamp Society.", "legal notice"),
        ("Privacy policy", "legal notice"),
        ("This website uses cookies so that the lamp stays lit.", "legal notice"),
        ("[Source: the harbour archive]", "source line"),
        ("Originally published: in the almanac", "source line"),
        ("By Anna Keeper", "byline"),
        ("12 March 2019", "date line"),
        ("Mar 12, 2019, 14:05", "date line"),
        ("2019-03-12", "date line"),
        ("Photo: the museum of the harbour", "caption"),
    ],
)
def test_furniture_is_marked_with_its_reason(line: str, reason: str) -> None:
    assert reasons(PROSE[0], line, PROSE[1], PROSE[2]) == {line: reason}


@pytest.mark.parametrize("line", ["Share", "Tags: a, b", "© 2019 The Lamp Society", "12 comments"])
def test_furniture_is_known_in_any_case_of_letters(line: str) -> None:
    assert list(reasons(PROSE[0], line.upper(), PROSE[1])) == [line.upper()]


@pytest.mark.parametrize(
    "end", ["...", "…", "[…]", "[...]", "... [+]", "… Read more", "... continue reading"]
)
def test_the_teaser_of_another_article_goes_with_its_headline(end: str) -> None:
    headline = "Bell of the reef found in a garden"
    teaser = f"A gardener near the harbour struck bronze last week while he was digging for {end}"
    found = reasons(PROSE[0], PROSE[1], headline, teaser, PROSE[2])
    assert found == dict.fromkeys((headline, teaser), "teaser of another article")


def test_a_quotation_that_is_cut_off_under_a_sentence_is_prose() -> None:
    quotation = "“We wound it every four hours, and then the rope gave, and then...”"
    assert reasons(PROSE[0], quotation, PROSE[1]) == {}


@pytest.mark.parametrize("line", ["Маяк на северном рифе", "فانوس دریایی شمال", "灯塔"])
def test_a_short_line_in_another_script_is_a_caption(line: str) -> None:
    assert reasons(*PROSE, line) == {line: "caption in another script"}


@pytest.mark.parametrize(
    "line",
    [
        "Маяк стоит на рифе и светит каждую ночь.",
        "Смотритель заводил часовой механизм лампы каждые четыре часа, а зимой спал рядом с ним, "
        "чтобы услышать, как он замедляется",
    ],
)
def test_a_sentence_or_paragraph_in_another_script_is_prose(line: str) -> None:
    assert reasons(*PROSE, line) == {}


def test_a_page_in_two_scripts_has_no_caption_in_another() -> None:
    russian = "Смотритель заводил механизм лампы каждые четыре часа, и зимой спал рядом с ним."
    page = (PROSE[0], russian, "Зима", russian.replace("зимой", "летом"), "Winter", PROSE[1])
    assert reasons(*page) == {}


def test_menus_above_and_below_the_article_are_furniture() -> None:
    top, bottom = ("Lamps", "Bells", "Reefs", "Charts"), ("Lamp oil", "Rope", "Tide tables")
    found = judge(*top, *MARKUP, "Share", "12 comments", *bottom)
    assert all(found[line][0] is Kind.FURNITURE for line in (*top, *bottom))
    assert all(found[line][0] is Kind.PROSE for line in PROSE)
    assert found["The lamp that never slept"] == (Kind.HEADING, "")


def test_a_short_line_above_prose_is_its_heading() -> None:
    found = judge(*MARKUP)
    headings = {line for line, (kind, _) in found.items() if kind is Kind.HEADING}
    assert headings == set(MARKUP) - set(PROSE)


def test_a_text_without_furniture_has_no_marks() -> None:
    assert reasons(*PROSE) == {}
    assert reasons(*MARKUP) == {}
    assert reasons(*PROSE, "- four tins of oil", "- a coil of rope", "* as the log has it") == {}


@pytest.mark.parametrize(
    "lines",
    [
        ("Lamp", "Oil", "Rope", "Four tins of oil"),
        ("one", "two", "three", "four", "five", "six", "seven", "eight"),
        ("灯塔", "绳子", "油"),
    ],
)
def test_a_text_of_short_lines_alone_keeps_them(lines: tuple[str, ...]) -> None:
    assert {kind for kind, _ in judge(*lines).values()} == {Kind.PROSE}


def test_a_text_of_short_lines_keeps_them_beside_its_furniture() -> None:
    assert reasons("Lamp", "Oil", "Tags: a, b", "Rope") == {"Tags: a, b": "tag list"}


def test_a_text_of_furniture_alone_is_kept_whole() -> None:
    assert {kind for kind, _ in judge("Home", "Share", "Tags: a, b").values()} == {Kind.PROSE}


@given(messy_texts())
def test_every_block_is_judged_once_and_only_furniture_has_a_reason(text: str) -> None:
    blocks = find_blocks(text)
    judged = judge_blocks(blocks)
    assert [item.block for item in judged] == blocks
    assert all(bool(item.reason) == (item.kind is Kind.FURNITURE) for item in judged)
    assert not blocks or any(item.kind is Kind.PROSE for item in judged)


def test_a_long_row_of_cut_off_marks_is_judged_in_the_end() -> None:
    assert judge(PROSE[0], "...[" * 50_000)


PROSE_WITH_PHRASES = [
    "The group's daily newsletter printed the claim.",
    "“Your support means everything to me,” the general told the council on Monday.",
    "Please give the letter to Anna, he wrote.",
    "Copyright in the work passed to his heirs under the act of 1911, the court held.",
    "Only you can decide what becomes of the land, she said.",
    "Source: the spring above the village, as the old map has it.",
]


@pytest.mark.parametrize("sentence", PROSE_WITH_PHRASES)
def test_a_sentence_of_the_authors_with_such_a_phrase_is_kept(sentence: str) -> None:
    text = (
        f"The mayor spoke of the wells on Monday.\n\n{sentence}\n\nNobody in the hall objected.\n"
    )
    assert {item.kind for item in judge_blocks(find_blocks(text))} == {Kind.PROSE}


@pytest.mark.parametrize("line", ["By noon the ships had left", "Related work", "No comment"])
def test_a_heading_with_such_a_phrase_stays_a_heading(line: str) -> None:
    text = f"The mayor spoke of the wells on Monday.\n\n{line}\n\nNobody in the hall objected.\n"
    kinds = [item.kind for item in judge_blocks(find_blocks(text))]
    assert kinds == [Kind.PROSE, Kind.HEADING, Kind.PROSE]


MENU = ["* News", "* World news", "* Sport", "* About us and our people"]


def test_many_short_list_items_are_a_menu() -> None:
    text = "\n".join([*MENU, "", "The mayor spoke of the wells on Monday.", "Share", "12 comments"])
    kinds = [item.kind for item in judge_blocks(find_blocks(text))]
    assert kinds == [Kind.FURNITURE] * 4 + [Kind.PROSE] + [Kind.FURNITURE] * 2


def test_short_list_items_that_a_colon_announces_are_kept() -> None:
    text = "\n".join(["She packed these things for the way:", *MENU, "Then she left the town.", ""])
    page = judge_blocks(find_blocks(f"{text}\nShare\n12 comments"))
    assert {item.kind for item in page[:-2]} == {Kind.PROSE}


def test_a_few_short_list_items_are_kept() -> None:
    text = "\n".join(["The mayor spoke of the wells on Monday.", *MENU[:3], ""])
    assert {item.kind for item in judge_blocks(find_blocks(text))} == {Kind.PROSE}
