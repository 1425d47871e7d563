"""Names that are one name spelt by several writers come together, and no others do."""

import pytest
from hypothesis import given

from embeddings.aliases import OtherNames, find_aliases
from embeddings.analysis import find_terms
from embeddings.transliteration import find_spellings
from tests.embeddings.texts import messy_texts

# "|" parts the spellings of one name; words in small letters are around them.
SAME = [
    "Haibatullah Akhundzada|Hibatullah Akhundzada",
    "Mullah Omar|Mulla Umar",
    "Al-Qaida|al Qaeda",
    "Al-Qaida|al-Qa’eda",
    "Imam al-Bukhari|Imam Bukhari",
    "Imam al-Bukhari|Imam al-Bokhari",
    "Katibat Imam|Khatiba Imam",
    "Katibat Imam|Katiba Imam",
    "bin Laden|bin Ladin",
    "Mohammad Iqbal|Muhammed Iqbal",
    "Josef Brodsky|Joseph Brodsky",
    "Petr Victorin|Petr Viktorin",
]
DIFFERENT = [
    "Henry Second|Henry Sekund the second sekund second sekund",
    "Apollo 11|Apollo 12",
    "Louis II|Louis III",
    "North Reef|North Reaf north reef reaf reaf",
    "Maria Lamp|Mario Lamp",
    "Robert Salt|Roberta Salt",
    "Daniel Salt|Danielle Salt",
    "Hans Salter|Hans Saltor",
    "Ann Lee|Ann Li",
    "John Peters|Jane Peters",
    "Iran Lamp|Iraq Lamp",
    "The Qaida|The Qaeda",
    "Al Bee|Al Bii",
    "Omar|Umar",
    "NATO FORCE|NETO FORCE",
    "Lamp Keeper's|Lamp Keeper",
]


def put_into_words(spec: str) -> list[str]:
    return [f"they met {name} there" for name in spec.split("|")]


@pytest.mark.parametrize("names", SAME)
def test_spellings_of_a_name_are_one_name(names: str) -> None:
    groups = find_aliases(put_into_words(names))
    assert any(group == set(names.split("|")) for group in groups)


@pytest.mark.parametrize("names", DIFFERENT)
def test_other_names_stay_apart(names: str) -> None:
    assert list(find_spellings(put_into_words(names))) == []


def test_a_word_that_may_be_ordinary_in_one_spelling_is_still_a_name() -> None:
    texts = [*put_into_words("Mullah Omar|Mulla Omar"), "a mullah and another mullah"]
    assert len(find_aliases(texts)) == 1


def test_a_passage_with_one_spelling_is_found_by_the_other() -> None:
    groups = find_aliases(put_into_words("Mullah Omar|Mulla Umar"))
    terms = OtherNames(groups).expand(find_terms("Mullah Omar spoke."), None)
    assert terms == ["mullah", "omar", "spoke", "mulla", "umar"]


def test_names_come_in_the_same_order_whatever_the_order_of_the_texts() -> None:
    texts = put_into_words("|".join(SAME))
    assert find_aliases(texts) == find_aliases(texts[::-1])


@given(messy_texts())
def test_any_text_may_be_searched_for_spellings(text: str) -> None:
    for one, other in find_spellings([text, "Mullah Omar met Mulla Umar"]):
        assert one != other
