"""Which differences make another statement, and which do not."""

import pytest

from embeddings.differences import say_the_same
from embeddings.wording import Wording

COMMON = frozenset("fighters gunmen soldiers group large big entered old new".split())
TEXT = (
    "Fighters of the Northern Front entered the old market on Friday and held it until the "
    "evening, a spokesman said. They didn't open the gates of the big warehouse, which is legal "
    "property of the town of Marran, and 12 of them left by the river road while others slept."
)
RUSSIAN = (
    "Представители посёлка рассказали, что ночью в старый порт вошли три больших корабля, "
    "а утром рыбаки Ивана Петрова вернулись домой с хорошим уловом."
)
PERSIAN = (
    "ساکنان این شهر گفتند که دیشب کشتی بزرگ وارد بندر قدیمی شد و ماهیگیران احمد صبح به خانه رفتند"
)


def same(one: str, other: str, common: frozenset[str] = COMMON) -> bool:
    assert one != other
    return say_the_same(Wording.of(one), Wording.of(other), common)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("market", "bazaar"),
        ("a spokesman said", "said a spokesman"),
        ("didn't", "did not"),
        ("warehouse", "ware-\nhouse"),
        ("warehouse", "ware\u00adhouse"),
        ("old market", "oldmarket"),
        (", which", "; which"),
        ("Fighters", "Gunmen"),  # at the start of a sentence, and written small elsewhere
        ("They", "They also"),
        ("Northern Front", "“Northern Front”"),
        ("big warehouse", "BIG warehouse"),
    ],
)
def test_an_edit_that_leaves_the_statement_is_the_same(old: str, new: str) -> None:
    assert same(TEXT, TEXT.replace(old, new))
    assert same(TEXT.replace(old, new), TEXT)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("12", "13"),
        ("12", "twelve"),
        ("12 of", "of"),
        ("12 of them left", "12 of 40 of them left"),
        ("Northern", "Southern"),
        ("Marran", "Okalla"),
        ("the town of Marran", "the town"),
        ("Fighters", "Tajiks"),  # at the start of a sentence, and written small nowhere
        ("Friday", "Monday"),
        ("on Friday", ""),
        ("didn't", "did"),
        ("is legal", "is not legal"),
        ("legal", "illegal"),
        ("open", "close"),
        ("a spokesman said", "no spokesman said"),
        ("old market", "old market.example/a"),
    ],
)
def test_another_number_name_date_or_a_contrary_word_tells_apart(old: str, new: str) -> None:
    assert not same(TEXT, TEXT.replace(old, new))
    assert not same(TEXT.replace(old, new), TEXT)


@pytest.mark.parametrize("case", [str.upper, str.lower, str.title])
def test_a_name_is_one_though_the_copy_has_no_capitals_to_show_it(case: type[str]) -> None:
    assert same(TEXT, case(TEXT.replace("market", "bazaar")))
    assert not same(TEXT, case(TEXT.replace("Marran", "Okalla")))


def test_where_nothing_shows_what_a_name_is_other_words_tell_apart() -> None:
    lower = TEXT.lower()
    assert not same(lower, lower.replace("marran", "okalla"))
    assert same(lower, lower.replace("big", "large"))


def test_names_that_change_places_tell_apart() -> None:
    text = f"{TEXT} Later that night Omar met Yusuf again."
    assert not same(text, text.replace("Omar met Yusuf", "Yusuf met Omar"))


@pytest.mark.parametrize("typo", ["lage", "larrge", "lareg"])
def test_a_slip_of_a_letter_is_the_same_word_where_capitals_tell_nothing(typo: str) -> None:
    lower = TEXT.lower().replace("big", "large")
    assert same(lower, lower.replace("large", typo))
    assert same(lower.replace("large", typo), lower)


@pytest.mark.parametrize("word", ["lurge", "mlarge", "largish"])
def test_another_letter_a_first_one_or_more_than_one_may_make_another_word(word: str) -> None:
    lower = TEXT.lower().replace("big", "large")
    assert not same(lower, lower.replace("large", word))


@pytest.mark.parametrize("name", ["maran", "marrran", "marrna"])
def test_a_name_with_another_letter_is_another_name(name: str) -> None:
    for case in (str.lower, str.upper, str.title):
        assert not same(case(TEXT), case(TEXT.replace("Marran", name)))


def test_the_same_word_for_the_same_word_throughout_is_another_subject() -> None:
    text = TEXT.replace("others slept", "they shut the warehouse and lit the warehouse")
    other = text.replace("warehouse", "library")
    assert not same(text, other)
    assert not same(other, text)
    assert same(text, text.replace("big warehouse", "big library"))
    assert same(text, text.replace("warehouse", "warehuose"), COMMON | {"warehouse"})


@pytest.mark.parametrize(
    ("word", "contrary"),
    [("top", "bottom"), ("reading", "writing"), ("encoder", "decoder"), ("rows", "columns")],
)
def test_contrary_words_of_manuals_tell_apart(word: str, contrary: str) -> None:
    text = TEXT.replace("evening", f"evening, as the {word} of the list said")
    assert not same(text, text.replace(word, contrary))


def test_marks_among_the_words_count_for_the_tenth() -> None:
    """A tenth of what white space parts: of 20 pieces two, though only 14 are words."""
    text = 'The old gate " held until , the evening " and the big ; one " shut before long |'
    assert same(text, text.replace("old", "new").replace("big", "large"))


def test_more_than_a_tenth_of_the_words_tells_apart() -> None:
    words = TEXT.split()
    places = [i for i, word in enumerate(words) if word.isalpha() and word.islower()]
    for changed, expected in ((5, True), (7, False)):
        other = [f"{w[0]}xx" if i in places[:changed] else w for i, w in enumerate(words)]
        assert same(TEXT, " ".join(other)) is expected


@pytest.mark.parametrize(
    ("text", "old", "new", "expected"),
    [
        (
            RUSSIAN,
            *("хорошим", "большим", True),
        ),
        (
            RUSSIAN,
            *("вернулись", "не вернулись", False),
        ),
        (
            RUSSIAN,
            *("Петрова", "Сидорова", False),
        ),
        (
            PERSIAN,
            *("احمد", "محمود", False),
        ),
        (
            PERSIAN,
            *("گفتند که", "گفتند", True),
        ),
        (
            "Kecha tunda katta kema eski portga kirdi va baliqchilar ertalab uylariga qaytib "
            "keldi, dedi Karimov jurnalistlarga shaharda.",
            *("qaytib keldi", "qaytib kelmadi", False),
        ),
    ],
)
def test_other_languages_have_their_own_numbers_and_negations(
    text: str, old: str, new: str, expected: bool
) -> None:
    assert same(text, text.replace(old, new)) is expected


def test_a_name_that_is_also_a_word_is_a_name_inside_a_sentence() -> None:
    common = COMMON | {"rose", "brown", "grant"}
    for name in ("when Rose called", "when Mr. Brown called"):
        text = TEXT.replace("while others slept", name)
        assert not same(text, text.replace("Rose", "Grant").replace("Brown", "Grant"), common)


def test_one_word_is_too_much_of_a_short_passage() -> None:
    text = "The keeper wound the old lamp before the ships came"
    assert not same(text, text.replace("old", "big"))
    assert same(text, f"“{text}!”")
