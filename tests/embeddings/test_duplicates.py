"""Repeats are folded into the first; what differs in a word, a number or a sign is not a repeat."""

import pytest

from embeddings.duplicates import fold_repeats, normalize
from embeddings.records import Cut, Document, Passage

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
    return {fold.passage.id: fold.into for fold in fold_repeats(cuts)[1]}


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
        ("keeper", "keepers"),
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
        ("...", "…"),
    ],
)
def test_a_sign_that_says_something_is_kept(one: str, other: str) -> None:
    assert normalize(one) != normalize(other)


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
    standing, folds = fold_repeats(cuts[::-1] if backwards else cuts)
    assert [passage.id for passage in standing] == ["d-0"]
    assert {fold.into for fold in folds} == {"d-0"}
    assert [fold.passage.id for fold in folds] == ["b-0", "c-0", "e-0", "a-0"]


def test_without_dates_the_first_source_stands_for_the_others() -> None:
    assert folded(document("b", TEXT), document("a", TEXT)) == {"b-0": "a-0"}


def test_nothing_is_lost() -> None:
    cuts = [document("a", TEXT, "One."), document("b", "Two.", TEXT, "one")]
    standing, folds = fold_repeats(cuts)
    everything = [passage.id for cut in cuts for passage in cut.passages]
    found = [passage.id for passage in standing] + [fold.passage.id for fold in folds]
    assert sorted(found) == sorted(everything)
