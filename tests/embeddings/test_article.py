"""Of a page saved with all its furniture the article is kept; other texts are left as they are."""

import numpy as np
import pytest
from hypothesis import given, settings

from embeddings.article import _close_gaps, _load_weights, find_outside
from embeddings.blocks import find_blocks
from embeddings.cleaning import Kind, judge_blocks
from embeddings.encoders.hashing import HashingEncoder
from embeddings.page_features import Lines, describe_lines, describe_page
from embeddings.passages import cut_document
from embeddings.phrases import find_phrases
from embeddings.records import Document, Span
from tests.embeddings.texts import messy_texts

ENGLISH = (
    "The keeper of the lighthouse wound the clockwork of the lamp every four hours of the night, "
    "and in winter he slept beside it, so that he heard when it began to slow.",
    "His sister took the second watch in summer and wrote the log in green, since black ink froze "
    "in the tower before the end of the year.",
    "Nobody on the mainland ever asked her why she had chosen that colour for the company's book.",
    "When the ice came, the boats lay on the shore, and for weeks nobody went out to the reef.",
    "“We burned the oars first, then the benches,” she told the board in spring, and the board "
    "wrote it down without a word.",
    "The tower was closed in the year of the great storm, and the lamp went to the museum, where "
    "it is lit once a year.",
)
GERMAN = (
    "Der Wärter des Leuchtturms zog das Uhrwerk der Lampe alle vier Stunden der Nacht auf, und im "
    "Winter schlief er daneben, damit er hörte, wenn es langsamer wurde.",
    "Seine Schwester übernahm im Sommer die zweite Wache und schrieb das Buch mit grüner Tinte, "
    "weil die schwarze im Turm schon vor dem Jahresende fror.",
    "Auf dem Festland fragte sie nie jemand, warum sie gerade diese Farbe gewählt hatte.",
    "Als das Eis kam, lagen die Boote am Ufer, und wochenlang fuhr niemand hinaus zum Riff.",
    "Der Turm wurde im Jahr des großen Sturms geschlossen, und die Lampe kam in das Museum.",
)
RUSSIAN = (
    "Смотритель маяка заводил часовой механизм лампы каждые четыре часа, а зимой спал рядом с ним, "
    "чтобы услышать, как он замедляется.",
    "Летом вторую вахту несла его сестра, и она писала журнал зелёными чернилами, потому что "
    "чёрные замерзали в башне ещё до конца года.",
    "На берегу никто никогда не спрашивал её, почему она выбрала именно этот цвет для книги.",
    "Когда пришёл лёд, лодки лежали на берегу, и неделями никто не выходил к рифу.",
    "Башню закрыли в год большой бури, и лампа попала в музей, где её зажигают раз в год.",
)
TOP = {
    "en": "Harbours,Reefs,Tides,Weather,Ships,Charts,Bells,Buoys,Our people,Shop,Tickets,Help",
    "de": "Häfen,Riffe,Gezeiten,Wetter,Schiffe,Karten,Glocken,Bojen,Über uns,Laden,Karten,Hilfe",
    "ru": "Гавани,Рифы,Приливы,Погода,Корабли,Карты,Колокола,Буи,О нас,Магазин,Билеты,Помощь",
}
OTHERS = {
    "en": "A bell rings below the harbour,New charts for an old reef,Ten knots to tie at home",
    "de": "Wieder läutet eine Glocke im Hafen,Neue Karten für ein altes Riff,Zehn Knoten daheim",
    "ru": "Под гаванью снова звонит колокол,Новые карты старого рифа,Десять морских узлов для дома",
}
TITLES = {
    "en": "Lighthouse Keeper, Sister, Lamp",
    "de": "Wärter, Schwester, Lampe",
    "ru": "Смотритель, Сестра, Лампа",
}
STORIES = {"en": ENGLISH, "de": GERMAN, "ru": RUSSIAN}


def make_page(language: str = "en", indented: bool = True) -> str:
    """A page as a browser's text export lays it out: a box is indented more than what holds it."""
    menu = [f"      * {name}" for name in TOP[language].split(",")]
    headlines = OTHERS[language].split(",")
    teasers = [line for name in headlines for line in (f"          {name}", "          12/03", "")]
    links = [f"        * {name}" for name in reversed(TOP[language].split(","))]
    story = [line for text in STORIES[language] for line in (f"            {text}", "")]
    lines = ["  Facebook", "  Twitter", "", f"  {TITLES[language]}", "", *menu, ""]
    lines += ["    12/03/2019 14:05", "", *story]
    lines += [
        "        Facebook",
        "        Twitter",
        "        WhatsApp",
        "",
        *teasers,
        *links,
        "",
        "  © 2019",
    ]
    return "\n".join(lines if indented else [line.strip() for line in lines])


def outside(text: str) -> dict[str, str]:
    blocks = find_blocks(text)
    found = find_outside(text, blocks, find_phrases(blocks))
    return {blocks[i].text: reason for i, reason in found.items()}


@pytest.mark.parametrize("indented", [True, False])
@pytest.mark.parametrize("language", ["en", "de", "ru"])
def test_of_a_page_the_article_is_kept_and_the_rest_set_aside(
    language: str, indented: bool
) -> None:
    found = outside(make_page(language, indented))
    assert not set(found) & set(STORIES[language])
    menu = {f"* {name}" for name in TOP[language].split(",")}
    assert menu <= set(found)
    assert {found[line] for line in menu} == {"menu or tag line"}
    assert set(OTHERS[language].split(",")) <= set(found)


@pytest.mark.parametrize("indented", [True, False])
@pytest.mark.parametrize("language", ["en", "de", "ru"])
def test_the_headline_of_the_article_is_its_title_wherever_it_stands(
    language: str, indented: bool
) -> None:
    encoder = HashingEncoder()
    document = Document(source="page.txt", text=make_page(language, indented), sha256="")
    assert cut_document(document, encoder.count_tokens, encoder.window).title == TITLES[language]


def test_the_marks_of_a_page_cover_what_its_passages_do_not() -> None:
    text = make_page()
    encoder = HashingEncoder()
    document = Document(source="page.txt", text=text, sha256="")
    cut = cut_document(document, encoder.count_tokens, encoder.window)
    spans = sorted((span.start, span.end) for span in (*cut.passages, *cut.headings, *cut.marks))
    covered = "".join(text[start:end] for start, end in spans)
    assert "".join(covered.split()) == "".join(text.split())
    assert all(mark.reason for mark in cut.marks)


def test_a_document_whose_markup_is_known_is_not_taken_for_a_page() -> None:
    text = make_page()
    encoder = HashingEncoder()
    lines = tuple(Span(block.start, block.end) for block in find_blocks(text))
    document = Document(source="page.html", text=text, sha256="", blocks=lines)
    cut = cut_document(document, encoder.count_tokens, encoder.window)
    reasons = {mark.reason for mark in cut.marks}
    assert "headline or caption" not in reasons and "outside the article" not in reasons


NAMES = [f"{first} {last}" for first in ("Ann", "Ben", "Cleo") for last in ("Lee", "Ray", "Oak")]
MINUTES = "\n".join(
    ["Minutes of the harbour board", "12 March", "Present:", *NAMES, "Excused: nobody", ""]
    + [line for i, text in enumerate(ENGLISH) for line in (f"{i + 1}. Item", text, "- agreed", "")]
    + ["To do", *(f"- {name}: oil and rope" for name in NAMES), "Closed at nine"]
)
VERSE = "\n".join(
    [ENGLISH[0], ""]
    + ["The lamp is low, the oil is thin,", "The sea outside is wide,", "And nobody lets", ""] * 14
    + [ENGLISH[1]]
)
TALK = "\n".join(
    line for text in ENGLISH * 4 for line in ("ANNA: And then?", f"BEN: {text}", "ANNA: I see")
)
QUESTIONS = "\n\n".join(
    line for i in range(5) for text in ENGLISH for line in (f"What of the lamp, {i}?", text)
)
GLOSSARY = "\n\n".join(line for name in TOP["en"].split(",") * 3 for line in (name, ENGLISH[2]))
NOTES = "\n".join(
    [
        *("Lamps", "", ENGLISH[0], "", "Needed", *(f"- {name}" for name in TOP["en"].split(","))),
        *("", "Oil", "", ENGLISH[1], "", *(f"- {name.lower()}" for name in TOP["en"].split(","))),
        *("", "Rope", "", ENGLISH[3], "", ENGLISH[4], "", *(f"{i}. fathom" for i in range(12))),
    ]
)


@pytest.mark.parametrize("text", [MINUTES, VERSE, TALK, QUESTIONS, GLOSSARY, NOTES])
def test_a_text_that_is_no_page_is_judged_as_if_there_were_none(text: str) -> None:
    blocks = find_blocks(text)
    assert len(blocks) >= 40
    assert judge_blocks(blocks, text) == judge_blocks(blocks)


@pytest.mark.parametrize(
    ("between", "kept"),
    [
        ([f"  {ENGLISH[1]}", "  Ann Lee", f"  {ENGLISH[2]}"], [True, False, True]),
        ([f"    {ENGLISH[1]}"], [False]),  # in a box of its own
        ([f"  {ENGLISH[1]}"] * 12, [False] * 12),  # too far
    ],
)
def test_prose_between_paragraphs_of_the_article_stays_with_them(
    between: list[str], kept: list[bool]
) -> None:
    text = "\n".join([f"  {ENGLISH[0]}", *between, f"  {ENGLISH[3]}"])
    judged = np.array([True, *(False for _ in between), True])
    closed = _close_gaps(Lines(text, find_blocks(text)), judged)
    assert closed.tolist() == [True, *kept, True]
    assert judged[1:-1].sum() == 0


def test_a_page_of_few_lines_is_left_to_the_other_rules() -> None:
    lines = make_page().split("\n")
    assert outside("\n".join(lines)) != {}
    assert outside("\n".join(lines[:30])) == {}


def test_a_page_of_headlines_alone_has_no_article_to_be_outside_of() -> None:
    menu = [f"      * {name}" for name in TOP["en"].split(",")]
    teasers = [
        line
        for name in OTHERS["en"].split(",")
        for line in (f"        {name}", "          12/03", f"          {ENGLISH[3]}", "")
    ]
    text = "\n".join(["  Facebook", "  Twitter", "", *[*menu, "", *teasers] * 4, *menu, "  © 2019"])
    assert outside(text) == {}


@given(messy_texts())
@settings(deadline=None)
def test_whatever_stands_around_a_page_every_line_is_judged_once(text: str) -> None:
    whole = f"{text}\n{make_page()}\n{text}"
    blocks = find_blocks(whole)
    judged = judge_blocks(blocks, whole)
    assert [item.block for item in judged] == blocks
    assert all(bool(item.reason) == (item.kind is Kind.FURNITURE) for item in judged)


def test_every_weight_has_its_number_and_every_number_its_weight() -> None:
    text = make_page()
    lines = Lines(text, find_blocks(text))
    weights = _load_weights()
    assert list(describe_lines(lines)) == list(weights["lines"]["weights"])
    assert list(describe_page(lines, {})) == list(weights["page"]["weights"])
