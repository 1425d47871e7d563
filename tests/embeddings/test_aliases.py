"""Names that a corpus gives for the same thing find each other's passages, and no others do."""

import pytest
from hypothesis import given

from embeddings.aliases import OtherNames, find_aliases
from embeddings.analysis import find_terms
from tests.embeddings.texts import messy_texts


def names(*texts: str) -> list[set[str]]:
    return [set(group) for group in find_aliases(texts)]


def expand(text: str, *corpus: str) -> list[str]:
    terms = OtherNames(find_aliases(corpus)).expand(find_terms(text), None)
    return terms


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("The Northern Lamp Society (NLS) met in May.", {"NLS", "Northern Lamp Society"}),
        ("It was the Union of Reef Keepers (URK).", {"URK", "Union of Reef Keepers"}),
        ("The Harbour Bell Trust (HaBeT) paid.", {"HaBeT", "Harbour Bell Trust"}),
    ],
)
def test_an_abbreviation_stands_for_the_words_before_it(text: str, group: set[str]) -> None:
    assert names(text) == [group]


def test_another_name_is_known_by_the_words_that_say_so() -> None:
    (group,) = names("The Keepers of the North Reef (also known as the Reef Brothers) met.")
    assert "Reef Brothers" in group


@pytest.mark.parametrize(
    "text",
    [
        "The keeper (see the log) wound the lamp.",
        "The lamp (A) and the bell (B) stood there.",
        "Three years later (XYZ) nothing was left.",
        "The Northern Lamp Society met in May (1911).",
        "(NLS) stood on the door.",
        "",
    ],
)
def test_other_words_in_parentheses_name_nothing(text: str) -> None:
    assert names(text) == []


def test_a_passage_with_one_name_is_found_by_the_others_too() -> None:
    corpus = "The Northern Lamp Society (NLS) met in May."
    assert expand("NLS paid for the oil.", corpus) == [
        *["nls", "paid", "oil"],
        *["lamp", "northern", "societi"],
    ]
    assert expand("The Northern Lamp Society paid.", corpus)[-1] == "nls"
    assert expand("A society of the northern kind paid.", corpus)[-1] == "paid"
    assert expand(corpus, corpus) == find_terms(corpus)


def test_names_stand_for_each_other_in_passages_of_every_language() -> None:
    groups = find_aliases(["The Northern Lamp Society (NLS) met in May."])
    terms = OtherNames(groups).expand(find_terms("Die NLS zahlte.", "de"), "de")
    assert terms == ["de:nls", "de:zahlt", "de:lamp", "de:north", "de:society"]


def test_an_abbreviation_of_different_things_is_left_alone() -> None:
    corpus = ("The Northern Lamp Society (NLS) met.", "A Net Loss Statement (NLS) followed.")
    assert names(*corpus) == []


def test_names_that_share_one_belong_together() -> None:
    (group,) = names(
        "The Northern Lamp Society (NLS) met in May.",
        "In the book of the Northern Lamps Society (NLS) it says so.",
        "The National Lamp Society (NLS) is the same.",
    )
    assert group == {"NLS", "Northern Lamp Society", "National Lamp Society"}


def test_a_long_row_of_letters_is_searched_for_names_in_the_end() -> None:
    assert names("ACGT" * 250_000, "A-" * 250_000) == []


@given(messy_texts())
def test_any_text_may_be_searched_for_names(text: str) -> None:
    groups = find_aliases([text, "The Northern Lamp Society (NLS) met."])
    assert all(len(group) > 1 and all(group) for group in groups)
    terms = OtherNames(groups).expand(find_terms(text), None)
    assert terms[: len(find_terms(text))] == find_terms(text)
