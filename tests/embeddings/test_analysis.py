"""Words become terms, and terms get the BM25 weights of the formula written out here."""

import unicodedata
from collections.abc import Sequence
from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.analysis import (
    LANGUAGES,
    find_terms,
    find_tokens,
    inverse_document_frequency,
    split_term,
)
from embeddings.records import Postings
from embeddings.stop_words import STOP_WORDS
from embeddings.words import find_words, split_words
from tests.embeddings.building import weigh_terms
from tests.embeddings.texts import messy_texts

WORDS = st.sampled_from(["bee", "hive", "salt", "5,500", "соль", "naïve", "z"])


def weight_of(postings: Postings, term: str, number: int) -> float:
    """The stored weight of a term in a text, 0 where it does not stand in it."""
    slot = list(postings.terms).index(term)
    place = slice(int(postings.offsets[slot]), int(postings.offsets[slot + 1]))
    own = dict(zip(postings.numbers[place], postings.weights[place], strict=True))
    return float(own.get(number, 0.0))


def bm25(texts: Sequence[Sequence[str]], term: str, number: int) -> float:
    """BM25 of Lucene without the factor k1 + 1, with k1 0.5 and b 0.4."""
    holding = sum(term in text for text in texts)
    idf = log(1 + (len(texts) - holding + 0.5) / (holding + 0.5))
    mean = sum(len(text) for text in texts) / len(texts)
    frequency = texts[number].count(term)
    norm = 0.5 * (1 - 0.4 + 0.4 * len(texts[number]) / max(1.0, mean))
    return idf * frequency / (frequency + norm)


@given(st.lists(st.lists(WORDS, max_size=12), min_size=1, max_size=12))
def test_weights_are_those_of_the_formula(texts: list[list[str]]) -> None:
    postings = weigh_terms(texts)
    assert list(postings.terms) == sorted({word for text in texts for word in text})
    for term in postings.terms:
        for number in range(len(texts)):
            expected = bm25(texts, term, number)
            assert weight_of(postings, term, number) == pytest.approx(expected, abs=1e-6)


@given(st.lists(st.lists(WORDS, max_size=12), max_size=12))
def test_postings_lie_by_term_with_ascending_numbers(texts: list[list[str]]) -> None:
    postings = weigh_terms(texts)
    assert len(postings.offsets) == len(postings.terms) + 1
    assert postings.offsets[-1] == len(postings.numbers) == len(postings.weights)
    for start, end in zip(postings.offsets[:-1], postings.offsets[1:], strict=True):
        own = postings.numbers[start:end]
        assert len(own) > 0
        assert (np.diff(own) > 0).all()
    assert (postings.weights > 0).all()


def test_a_rarer_term_tells_more_and_none_tells_nothing_or_less() -> None:
    told = [inverse_document_frequency(10, holding) for holding in range(11)]
    assert told == sorted(told, reverse=True)
    assert told[-1] > 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("fighters", "fighter"),
        ("Bridges", "bridge"),
        ("RUNNING", "run"),
        ("naïve", "naive"),
        ("nai\u0308ve", "naive"),
        ("Qur’an", "Qur'an"),
        ("keeper's", "keeper"),
        ("keepers’", "keepers"),
        ("Straße", "strasse"),
        ("ﬁre", "fire"),
        ("новый", "нового"),
        ("Толстой", "Толстого"),
        ("Мосты", "мост"),
        ("ещё", "еще"),
        ("Ａｎｎａ", "anna"),
        ("हिन्दी", "हिन्दी\u200d"),
        ("क़लम", "क\u093cलम"),
        ("مُحَمَّدٌ", "محمد"),
        ("كتـــاب", "کتاب"),
        ("إلى", "الى"),
        ("علي", "علی"),
        ("۱۳۹۵", "1395"),
        ("٥٬٥٠٠", "5,500"),
        ("שָׁלוֹם", "שלום"),
        ("İSTANBUL", "istanbul"),
        ("ISPARTA", "ısparta"),
        ("Đà", "da"),
        ("Nẵng", "nang"),
        ("Wrocław", "wroclaw"),
        ("GROẞE", "grosse"),
        ("oʻzbekcha", "o'zbekcha"),
        ("o‘zbekcha", "o’zbekcha"),
        ("oʼzbekcha", "o`zbekcha"),
        ("toʻgʻri", "to'g'ri"),
        ("to‘g‘ri", "to’g’ri"),
        ("oʻt", "o't"),
        ("ware\u00adhouse", "warehouse"),
    ],
)
def test_forms_of_a_word_are_one_term(one: str, other: str) -> None:
    assert find_terms(one) == find_terms(other)
    assert len(find_terms(one)) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("salt", "salty-dog"),
        ("5,500", "5,501"),
        ("5,500", "5"),
        ("shell", "she'll"),
        ("well", "we'll"),
        ("ill", "I'll"),
        ("were", "we're happy"),
        ("दिन", "दीन"),
        ("कमल", "कामल"),
        ("มา", "ม้า"),
        ("がく", "かく"),
        ("новый", "новыи"),
        ("o't", "o"),
    ],
)
def test_different_words_are_different_terms(one: str, other: str) -> None:
    assert find_terms(one) != find_terms(other)


@pytest.mark.parametrize("number", ["5,500", "5.500,75", "12:30", "3.14", "2017", "1.2.3"])
def test_a_number_stays_whole(number: str) -> None:
    assert find_terms(f"about {number}, or so") == [number]


@pytest.mark.parametrize(
    "text",
    ["the", "The AND of", "don't", "I'm", "they're", "couldn’t", "she'll", "isn't it", "", "?!"],
)
def test_words_that_say_nothing_leave_no_term(text: str) -> None:
    assert find_terms(text) == []


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("हिन्दी में क्षत्रिय", ["हिन्दी", "में", "क्षत्रिय"]),
        ("वह काम नहीं करता।", ["वह", "काम", "नहीं", "करता"]),
        ("তিনি বাংলায় লেখেন", ["তিনি", "বাংলায়", "লেখেন"]),
        ("கடல் அழகு", ["கடல்", "அழகு"]),
        ("كَتَبَ الوَلَدُ رِسَالَةً", ["کتب", "الولد", "رساله"]),
        ("הַכֶּלֶב נוֹבֵחַ", ["הכלב", "נובח"]),
        ("کتاب\u200cها را می\u200cخوانم", ["کتاب", "ها", "را", "می", "خوانم"]),
        ("灯台守は眠る", ["灯台", "台守", "守は", "は眠", "眠る"]),
        ("灯", ["灯"]),
        ("2017年iPhone手机", ["2017", "年", "iphon", "手机"]),
        ("ｶﾞｯｺｳ", ["ガッ", "ッコ", "コウ"]),
        ("น้ำมัน", ["น้ํา", "ํามั", "มัน"]),
        ("น้ํามัน", ["น้ํา", "ํามั", "มัน"]),
        ("서울에서 만났다", ["서울에서", "만났다"]),
    ],
)
def test_words_of_other_scripts_stay_whole(text: str, terms: list[str]) -> None:
    """Those written without spaces come as pairs of characters, marks included."""
    assert find_terms(text) == [unicodedata.normalize("NFC", term) for term in terms]


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
@given(text=messy_texts(30))
def test_terms_do_not_depend_on_how_a_letter_is_put_together(form: str, text: str) -> None:
    composed = unicodedata.normalize("NFKC", text)
    assert find_terms(unicodedata.normalize(form, composed)) == find_terms(composed)


@given(messy_texts(30))
def test_tokens_lie_in_the_text_in_order_and_make_its_terms(text: str) -> None:
    tokens = list(find_tokens(text))
    assert [term for _, _, term in tokens] == find_terms(text)
    assert all(0 <= start < end <= len(text) for start, end, _ in tokens)
    assert tokens == sorted(tokens, key=lambda token: token[:2])


def test_terms_stand_in_order_with_their_repeats() -> None:
    assert find_terms("Salt, tides and salt; the SALT.") == ["salt", "tide", "salt", "salt"]


@given(messy_texts(30))
def test_any_text_has_terms_that_are_the_same_every_time(text: str) -> None:
    terms = find_terms(text)
    assert terms == find_terms(text)
    assert all(term and not any(character.isspace() for character in term) for term in terms)


# Forms of one word in a language: as it is asked for, and as it stands in a passage.
FORMS = {
    "ar": "مدينة المدينة, الكتاب كتاب, مقاتلون مقاتلين, حكومة الحكومة, إسلامي الإسلامية",
    "de": "Haus Häusern, Kämpfer Kaempfern, Stadt Städte, Straße Strassen, kämpfte kämpften",
    "es": "canción canciones, nacion naciones, país paises, luchó luchaba, grupo grupos",
    "fa": "کتاب کتاب\u200cها, كتاب کتابها, شهر شهرهای, جنگجو جنگجویان, نیرو نیروهای",
    "fr": "attaque l'attaque, général généraux, région regions, évacuation l’évacuation",
    "it": "attacco dell'attacco, università l’universita, nazione nazioni, gruppo gruppi",
    "nl": "huis huizen, boek boeken, aanval aanvallen",
    "pt": "cidade cidades, ataque ataques, país paises, combatente combatentes",
    "ru": "боевик боевиков, война войны, город городах, новый нового",
    "tr": "ev evlerinde, kadın kadinlarin, Ankara Ankara'nın, Türkiye Turkiye’de, asker askerlerin",
    "uk": "солдат солдатів, місто міста, війна війни, бійці бійців, громада громади",
    "uz": "oʻzbek o'zbek, to'g'ri toʻgʻri, ўзбек ўзбек",
}
STOPPED = {
    "ar": "ما هو الذي كان في هذا",
    "de": "Wer war der, die oder das und wo ist es?",
    "es": "¿Quién es el que está en la?",
    "fa": "این چه بود که از آن است",
    "fr": "Qui est-ce qui était dans l'un d’une ?",
    "it": "Chi è che era nella e dell'una?",
    "nl": "Wie is het en waar was zij?",
    "pt": "Quem é que está na e no?",
    "ru": "Что это было и кто он?",
    "tr": "Bu ne ve o kim için?",
    "uk": "Що це було і хто він?",
    "uz": "Bu nima va u kim uchun?",
}


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [(code, *pair.split()) for code, pairs in FORMS.items() for pair in pairs.split(", ")],
)
def test_forms_of_a_word_are_one_term_in_its_language(language: str, one: str, other: str) -> None:
    assert find_terms(one, language) == find_terms(other, language)
    assert len(find_terms(one, language)) == 1


@pytest.mark.parametrize("language", STOPPED)
def test_stop_words_of_a_language_leave_no_term_in_it(language: str) -> None:
    assert find_terms(STOPPED[language], language) == []


def test_every_language_has_stop_words_and_tests() -> None:
    assert set(LANGUAGES) == set(STOP_WORDS) == set(FORMS) == set(STOPPED)


def test_terms_of_two_languages_are_never_the_same() -> None:
    assert find_terms("Haus", "de") == ["de:haus"]
    assert find_terms("haus", "nl") == ["nl:haus"]
    assert find_terms("haus", "en") == find_terms("haus", None) == find_terms("haus") == ["haus"]
    assert find_terms("haus", "sw") == ["haus"]


def test_a_word_in_another_script_than_its_language_is_stemmed_by_its_script() -> None:
    assert find_terms("ракеты rockets", "ru") == ["ru:ракет", "ru:rocket"]
    assert find_terms("roketler ракеты", "tr") == ["tr:roket", "tr:ракет"]


@given(text=messy_texts(30), language=st.sampled_from(LANGUAGES))
def test_any_text_has_terms_in_any_language(text: str, language: str) -> None:
    terms = find_terms(text, language)
    assert all(split_term(term)[0] == language and split_term(term)[1] for term in terms)
    assert len(terms) <= len(list(find_words(text)))


def test_a_term_without_a_language_is_not_split() -> None:
    assert split_term("de:haus") == ("de", "haus")
    assert split_term("haus") == ("", "haus")
    assert split_term("12:30") == ("", "12:30")


@given(messy_texts(30))
def test_the_words_of_a_text_are_those_that_are_found_in_it(text: str) -> None:
    assert split_words(text) == [text[start:end] for start, end in find_words(text)]
