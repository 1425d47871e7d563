"""Repeats, word for word or nearly so, are folded into the first, whatever order they come in."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.records import Cut, Document, Passage
from embeddings.wording import normalize
from tests.embeddings.building import fold
from tests.measurements.copies import OTHER, SAME

TEXT = "The keeper did not wind the lamp at 4.30, said Anna, and 5,500 ships went by."


def document(source: str, *texts: str, date: str | None = None) -> Cut:
    passages, start = [], 0
    for number, text in enumerate(texts):
        name = f"{source}-{number}"
        passages.append(Passage(name, source, start, start + len(text), text, ()))
        start += len(text) + 1
    whole = Document(source, "\n".join(texts), date=date)
    return Cut(whole, source, "en", tuple(passages), (), ())


def folded(*cuts: Cut) -> dict[str, str]:
    return {one.passage.id: one.into for one in fold(cuts)[1]}


@pytest.mark.parametrize(
    "other",
    [
        TEXT,
        TEXT.upper(),
        TEXT.replace(" ", "\n\n  "),
        TEXT.replace(" ", "\u00a0"),
        f"“{TEXT[:-1]}”…",
        TEXT.replace(",", ";").replace("5;500", "5,500"),
        TEXT.replace(", said Anna, ", " — said Anna — "),
        f"* {TEXT}",
    ],
)
def test_texts_that_differ_in_case_space_or_punctuation_are_repeats(other: str) -> None:
    assert folded(document("a", TEXT), document("b", other)) == {"b-0": "a-0"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (" not ", " "),
        ("Anna", "Anne"),
        ("5,500", "5,501"),
        ("5,500", "55,00"),
        ("5,500", "5-500"),
        ("5,500", "5500"),
        ("5,500", "-5,500"),
        ("5,500", "$5,500"),
        ("5,500", "5,500%"),
        ("4.30", "4/30"),
        ("4.30", "4:30"),
        ("Anna", "C"),
    ],
)
def test_another_number_name_sign_or_a_negation_is_no_repeat(old: str, new: str) -> None:
    other = TEXT.replace(old, new)
    assert other != TEXT
    assert folded(document("a", TEXT), document("b", other)) == {}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("दिन", "दीन"),  # day, poor: they differ in a vowel sign
        ("C is fast", "C# is fast"),
        ("C is fast", "C++ is fast"),
        ("Temperature: -5", "Temperature: 5"),
        ("x < y", "x > y"),
        ("🙂", "🙁"),
        ("!!!", "???"),
        ("if (!ready) stop", "if (ready) stop"),
        ("a != b", "a = b"),
        ("10² lamps", "102 lamps"),
        ("5½ tins", "51⁄2 tins"),
        ("...", "…"),
    ],
)
def test_a_sign_that_says_something_is_kept(one: str, other: str) -> None:
    assert normalize(one) != normalize(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("toʻrt kishi", "to'rt kishi"),
        ("to‘g‘ri yo‘l", "to`g´ri yoʼl"),
        ("نمی\u200cرود", "نمی رود"),
        ("ware\u00adhouse\u200f", "warehouse"),
        ("No!It is late! “Go!”", "No it is late go"),
        ("क्\u200dष", "क्ष"),
    ],
)
def test_another_way_to_write_the_same_letters_is_the_same(one: str, other: str) -> None:
    assert normalize(one) == normalize(other)


def test_repeats_inside_one_document_fold_into_the_first() -> None:
    assert folded(document("a", TEXT, "Other words.", TEXT)) == {"a-2": "a-0"}


@pytest.mark.parametrize("backwards", [False, True])
def test_the_earliest_by_date_then_source_stands_for_the_others(backwards: bool) -> None:
    cuts = [
        document("a", TEXT),
        document("c", TEXT, date="2017-10-31"),
        document("b", TEXT, date="2017-10-31"),
        document("d", TEXT, date="2016"),
        document("e", TEXT, date="2018-01-01"),
    ]
    standing, folds = fold(cuts[::-1] if backwards else cuts)
    assert [passage.id for passage in standing] == ["d-0"]
    assert {one.into for one in folds} == {"d-0"}
    assert [one.passage.id for one in folds] == ["b-0", "c-0", "e-0", "a-0"]


def test_without_dates_the_first_source_stands_for_the_others() -> None:
    assert folded(document("b", TEXT), document("a", TEXT)) == {"b-0": "a-0"}


def test_nothing_is_lost() -> None:
    cuts = [document("a", TEXT, "One."), document("b", "Two.", TEXT, "one")]
    standing, folds = fold(cuts)
    everything = [passage.id for cut in cuts for passage in cut.passages]
    found = [passage.id for passage in standing] + [one.passage.id for one in folds]
    assert sorted(found) == sorted(everything)


def test_what_stands_comes_by_id_and_not_by_date() -> None:
    cuts = [document("a", TEXT), document("b", "Other words.", date="2016")]
    assert [passage.id for passage in fold(cuts)[0]] == ["a-0", "b-0"]


STORY = (
    "The harbour council met on Tuesday to hear what the pilots had seen during the storm of the "
    "previous night. Captain Ana Reyes told the members that 14 boats were torn from their chains "
    "and that the lights on the eastern wall did not burn after the first hour. She asked for a "
    "second watchman and for new lamps before the winter comes."
)
OTHER_STORY = (
    "Bakers in the upper town have raised the price of bread again, and many families say that "
    "they now walk to the market in the valley. The mayor, Tomas Lind, promised to speak with "
    "the mills."
)


@pytest.mark.parametrize("kind", SAME)
@pytest.mark.parametrize("seed", range(10))
def test_a_copy_with_a_tenth_of_its_words_changed_is_folded(kind: str, seed: int) -> None:
    assert folded(document("a", STORY, OTHER_STORY), document("b", _copy(kind, seed))) == {
        "b-0": "a-0"
    }


@pytest.mark.parametrize("kind", OTHER)
@pytest.mark.parametrize("seed", range(10))
def test_a_copy_with_another_number_name_or_negation_stands(kind: str, seed: int) -> None:
    assert folded(document("a", STORY, OTHER_STORY), document("b", _copy(kind, seed))) == {}


def _copy(kind: str, seed: int) -> str:
    make, finish = {**SAME, **OTHER}[kind]
    chance = random.Random(seed)
    changed = make(STORY.split(), chance)
    assert changed is not None
    return finish(" ".join(changed), chance)


def test_a_story_twice_in_one_document_is_folded() -> None:
    edited = STORY.replace("previous", "last").replace("torn", "ripped")
    assert folded(document("a", STORY, OTHER_STORY, edited)) == {"a-2": "a-0"}


@pytest.mark.parametrize("backwards", [False, True])
def test_the_earliest_stands_for_its_near_copies(backwards: bool) -> None:
    edited = STORY.replace("seen", "noticed")
    cuts = [
        document("a", STORY),
        document("c", edited, date="2017-10-31"),
        document("b", edited.replace("new lamps", "better lamps"), date="2017-10-31"),
    ]
    assert folded(*cuts[:: -1 if backwards else 1]) == {"c-0": "b-0", "a-0": "b-0"}


def test_when_the_earliest_goes_the_next_takes_its_place() -> None:
    cuts = [
        document(name, STORY.replace("seen", word))
        for name, word in zip("abc", _WORDS, strict=False)
    ]
    assert folded(*cuts) == {"b-0": "a-0", "c-0": "a-0"}
    assert folded(*cuts[1:]) == {"c-0": "b-0"}


def test_a_chain_of_small_changes_does_not_drift() -> None:
    """Each is near the one before; only those near the first itself are folded into it."""
    words, chain = STORY.split(), []
    places = [i for i, word in enumerate(words) if word.islower() and len(word) > 4]
    for step, place in enumerate([None, *places[:12]]):
        if place is not None:
            words[place] = _WORDS[step % len(_WORDS)]
        chain.append(document(f"{step:02}", " ".join(words)))
    into = folded(*chain)
    assert into["01-0"] == "00-0"
    assert into.get("12-0") != "00-0"
    assert not set(into.values()) & set(into)


def test_of_two_that_are_near_the_earlier_one_is_taken() -> None:
    words = STORY.split()
    places = [i for i, word in enumerate(words) if word.islower() and len(word) > 3]
    first, between, last = (list(words) for _ in range(3))
    for place in places[:4]:
        first[place] = "counted"
    for place in places[4:8]:
        last[place] = "feared"
    cuts = [document(n, " ".join(w)) for n, w in (("a", first), ("b", last), ("c", between))]
    assert folded(*cuts) == {"c-0": "a-0"}
    assert folded(*cuts[1:]) == {"c-0": "b-0"}


def test_short_passages_are_folded_only_word_for_word() -> None:
    short = "The keeper wound the old lamp before the ships came"
    assert folded(document("a", short), document("b", short.replace("old", "big"))) == {}


def test_rows_of_a_table_that_differ_in_figures_all_stand() -> None:
    row = "The station at the river mouth measured a level of {} centimetres in the morning hours."
    assert folded(document("a", *(row.format(n) for n in range(100, 160)))) == {}


ROW = "In the manual of this ship the keeper finds how the {} is lit, wound and put out again."


def test_what_stands_in_a_slot_of_a_template_tells_the_rows_apart() -> None:
    """Three other words in the place of one show that the word is what each row is about."""
    rows = [ROW.format(word) for word in ("lamp", "lantern", "torch", "candle")]
    assert len(folded(document("a", *rows[:2]))) == 1
    assert folded(document("a", *rows)) == {}
    edited = rows[2].replace("how", "also how")
    assert folded(document("a", *rows), document("b", edited)) == {"b-0": "a-2"}


def test_edits_at_several_places_make_no_template() -> None:
    edits = (("seen", "noticed"), ("torn", "ripped"), ("burn", "shine"), ("asked", "begged"))
    copies = [document(f"b{i}", STORY.replace(*edit)) for i, edit in enumerate(edits)]
    assert len(folded(document("a", STORY), *copies)) == len(edits)


_WORDS = ("noticed", "watched", "learned", "reported", "counted", "feared", "claimed", "missed")


@st.composite
def corpora(draw: st.DrawFn) -> list[Cut]:
    """Documents made of the two stories, each with a few words changed."""
    cuts = []
    for number in range(draw(st.integers(1, 6))):
        texts = []
        for _ in range(draw(st.integers(1, 3))):
            words = draw(st.sampled_from([STORY, OTHER_STORY, TEXT])).split()
            for place in draw(st.lists(st.integers(0, len(words) - 1), max_size=6)):
                words[place] = draw(st.sampled_from([*_WORDS, "Anna", "not", "7"]))
            texts.append(" ".join(words))
        date = draw(st.sampled_from([None, "2016", "2017-10-31"]))
        cuts.append(document(f"d{number}", *texts, date=date))
    return cuts


@settings(deadline=None)
@given(corpora(), st.randoms(use_true_random=False))
def test_the_order_of_the_documents_does_not_matter(cuts: list[Cut], chance: random.Random) -> None:
    shuffled = list(cuts)
    chance.shuffle(shuffled)
    assert fold(shuffled) == fold(cuts)


@settings(deadline=None)
@given(corpora())
def test_what_stands_is_not_folded_again(cuts: list[Cut]) -> None:
    standing = {passage.id for passage in fold(cuts)[0]}
    left = [
        Cut(c.document, c.title, "en", tuple(p for p in c.passages if p.id in standing), (), ())
        for c in cuts
    ]
    assert fold(left)[1] == []


@settings(deadline=None)
@given(st.lists(st.text(), max_size=4))
def test_any_text_can_be_folded(texts: list[str]) -> None:
    padded = [f"{text} {STORY}{text}" for text in texts]
    standing, folds = fold([document("a", *texts, *padded)])
    assert len(standing) + len(folds) == 2 * len(texts)
