"""Sentences end where a reader ends them, inside quotations too."""

import pytest

from embeddings.sentences import find_sentences


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
        ["He read the ”draft”that was sent.", "Then he left."],
        ["It happened (see Fig. 3 of Vol. 2).", "He left."],
        ["It happened.", "(He saw it.)", "She (of the U.S. Army) stayed."],
        ["[“No!”]", "He left [sic]."],
        ["1. Wind the lamp.", "2. Sleep."],
        ["Wait… what?", "Plan B.", "He left..."],
        ["It is, e.g., No. 5.", "J. R. Bell of Oil Inc. and Lt. Col. Lind came."],
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
        ("ru", ["В 1990 г. он ушёл.", "«Кто там?» — спросил А. С. Белов.", "«Никто…»", "Он…"]),
        ("ru", ["Жил на ул. Садовой, д. 5.", "См. стр. 5 и рис. 3.", "— Да.", "— Нет."]),
        (
            "fa",
            ["دکتر ع. احمدی در سال ۱۳۹۵ ه.ش. آمد.", "او گفت: «خاموش شد.»", "بله!", "بعد…", "رفت."],
        ),
        ("ar", ["انطفأ المصباح.", "من رآه؟", "لا أحد!", "«ذهب.»", "ثم عاد في ص. ٥."]),
        ("ur", ["چراغ بجھ گیا۔", "کس نے دیکھا؟"]),
        ("uz", ["Chiroq o‘chdi.", "2015-yil 5-may kuni A. Karimov keldi.", "“Ketdi.”", "Kim?"]),
        ("uz", ["Чироқ ўчди.", "Ким кўрди?", "Ҳеч ким!"]),
        ("tr", ["Dr. Ahmet 5. katta oturuyor.", "M.Ö. 5. yüzyıl.", "A. Yılmaz geldi."]),
        ("fr", ["« Qui l’a vu ? » demanda-t-il.", "M. Dupont partit."]),
        (None, ["The lamp went out.", "Did it?"]),
        ("xx", ["The lamp went out.", "Did it?"]),
    ],
)
def test_sentences_are_found_in_other_languages(language: str | None, sentences: list[str]) -> None:
    assert split(" ".join(sentences), language) == sentences


def test_sentences_without_spaces_between_them_are_found() -> None:
    assert split("灯灭了。谁看见了？没有人。", "zh") == ["灯灭了。", "谁看见了？", "没有人。"]


@pytest.mark.parametrize(
    "sentences",
    [
        ["They took Jawzjan,20 fighters died.", "Others fled.", "He said “so.”", "Then he left."],
        ["چراغ خاموش شد.", "چه کسی آن را دید؟", "او رفت."],
    ],
)
def test_a_space_that_is_missing_hides_no_end(sentences: list[str]) -> None:
    assert split("".join(sentences)) == sentences


def test_spans_count_characters_beyond_the_basic_plane() -> None:
    text = "🙂🙂 The lamp. 👩‍👩‍👧 Went out. \U0001f9ff End."
    spans = find_sentences(text, "en")
    assert "".join(text[s.start : s.end].replace(" ", "") for s in spans) == text.replace(" ", "")
    assert spans[-1].end == len(text)


def test_a_text_without_words_is_one_sentence() -> None:
    for text in ("“”", "!?", "—", "\u200b"):
        assert split(text) == [text]
