"""What is read out of a question as it was typed, and what stays the question."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.errors import InvalidInput
from service.operators import drop_operator, read_operators

_PIECES = st.sampled_from(
    '" “ ” « » „ - + -" +“ source: lang: after: before: : a wall, 5 -5 ß 灯塔 \n ( )'.split(" ")
)
_TEXTS = st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=12).map("".join))


@given(_TEXTS)
def test_any_text_is_read(text: str) -> None:
    try:
        understood = read_operators(text)
    except InvalidInput as error:  # two values of one field
        assert error.field in ("source", "language", "after", "before")
        return
    if not understood.has_operators:
        assert understood.question == text
    for value in (*understood.phrases, *understood.excluded):
        assert any(character.isalnum() or character == "_" for character in value)


@pytest.mark.parametrize(
    "text",
    [
        "well-known light-house",
        "colder than -5 degrees, or +5",
        "ships - and boats",
        'an "unclosed phrase',
        'a 6" pipe and a 5" rod',
        "see http://example.org/a and https://b",
        "time: 10:30",
        "what happened after: the war, and before: it",
        "C++ -- and --flags",
        'nothing in "" or "?!"',
        "my source:",
    ],
)
def test_what_is_no_operator_stays_as_it_was_typed(text: str) -> None:
    understood = read_operators(text)
    assert understood.question == text
    assert not understood.has_operators


@pytest.mark.parametrize("phrase", ['"old wall"', "“old wall”", "„old wall“", "«old wall»"])
def test_a_phrase_in_any_quotation_marks_must_occur_and_is_part_of_the_question(
    phrase: str,
) -> None:
    understood = read_operators(f"who built the {phrase} there")
    assert understood.phrases == ("old wall",)
    assert understood.question == "who built the old wall there"


def test_words_with_a_sign_must_occur_or_must_not() -> None:
    understood = read_operators('storm +ferry, -well-known, -"old  wall" -(pier)')
    assert understood.phrases == ("ferry",)
    assert understood.excluded == ("well-known", "old wall")
    assert understood.question == "storm ferry -(pier)"


def test_field_words_are_taken_out() -> None:
    text = 'ice source:"my folder/*.txt" Lang:en after:2015, before:2017-03'
    understood = read_operators(text)
    assert understood.question == "ice"
    assert understood.fields == {
        "source": "my folder/*.txt",
        "language": "en",
        "after": "2015",
        "before": "2017-03",
    }
    assert read_operators("ice language:ru").fields == {"language": "ru"}


def test_two_values_of_one_field_are_refused_by_its_name() -> None:
    assert read_operators("ice lang:en language:en").fields == {"language": "en"}
    with pytest.raises(InvalidInput) as raised:
        read_operators("ice lang:en language:ru")
    assert raised.value.field == "language"


def test_an_operator_can_be_taken_away_and_the_words_of_a_phrase_stay() -> None:
    text = 'storm -ferry "old wall" pier'
    excluded, phrase = read_operators(text).spans
    assert drop_operator(text, *excluded) == 'storm "old wall" pier'
    assert drop_operator(text, *phrase) == "storm -ferry old wall pier"
    [signed] = read_operators('storm "-ferry"').spans
    assert drop_operator('storm "-ferry"', *signed) == "storm"
