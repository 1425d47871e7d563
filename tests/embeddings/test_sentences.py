"""Sentences end where a reader ends them, inside quotations too."""

import pytest

from embeddings.passages import find_sentences


def split(text: str, language: str | None = "en") -> list[str]:
    return [text[span.start : span.end] for span in find_sentences(text, language)]


@pytest.mark.parametrize(
    "sentences",
    [
        ["The lamp went out.", "Did it?", "It did!"],
        ["Mr. Keeper came at 4.30 p.m. with Dr. Bell.", "He left."],
        ["It cost 5,500.50 in all.", "Nobody paid."],
        ["“The lamp is out.", "Wind it,” she said.", "He did."],
        ['"The lamp is out.', 'Wind it."', "He did."],
        ["“Is it so?” he asked.", "It was."],
        ["Only one"],
    ],
)
def test_english_sentences_are_found(sentences: list[str]) -> None:
    assert split(" ".join(sentences)) == sentences


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("ru", ["Лампа погасла.", "Кто её заводил?", "Никто!"]),
        ("de", ["Die Lampe ging aus.", "Wer zog sie auf?"]),
        ("hi", ["दीपक बुझ गया।", "किसने देखा?"]),
        ("fa", ["چراغ خاموش شد.", "چه کسی آن را دید؟"]),
        (None, ["The lamp went out.", "Did it?"]),
        ("xx", ["The lamp went out.", "Did it?"]),
    ],
)
def test_sentences_are_found_in_other_languages(language: str | None, sentences: list[str]) -> None:
    assert split(" ".join(sentences), language) == sentences


def test_sentences_without_spaces_between_them_are_found() -> None:
    assert split("灯灭了。谁看见了？没有人。", "zh") == ["灯灭了。", "谁看见了？", "没有人。"]


def test_spans_count_characters_beyond_the_basic_plane() -> None:
    text = "🙂🙂 The lamp. 👩‍👩‍👧 Went out. \U0001f9ff End."
    spans = find_sentences(text, "en")
    assert "".join(text[s.start : s.end].replace(" ", "") for s in spans) == text.replace(" ", "")
    assert spans[-1].end == len(text)


def test_a_text_without_words_is_one_sentence() -> None:
    for text in ("“”", "!?", "—", "\u200b"):
        assert split(text) == [text]
