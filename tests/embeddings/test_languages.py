"""Plain texts are told by language; short ones are left alone."""

import subprocess
import sys

import pytest

from embeddings.languages import (
    find_unknown_language,
    identify_language,
    is_known,
    share_unknown,
)

TEXTS = {
    "en": "The old bridge over the river was closed in spring, and the masons raised its stones.",
    "de": "Die alte Brücke über den Fluss wurde im Frühjahr geschlossen und später neu gebaut.",
    "fr": "Le vieux pont sur la rivière a été fermé au printemps, puis les maçons l'ont relevé.",
    "es": "El puente viejo sobre el río fue cerrado en primavera y después lo levantaron de nuevo.",
    "ru": "Старый мост через реку закрыли весной, а потом каменщики подняли его камни со дна.",
    "uk": "Старий міст через річку закрили навесні, а потім муляри підняли його каміння з дна.",
    "ar": "أغلق الجسر القديم فوق النهر في الربيع ثم رفع البناؤون حجارته من القاع بعد سنوات.",
    "fa": "پل قدیمی روی رودخانه در بهار بسته شد و سپس بناها سنگ‌های آن را از بستر رود بالا آوردند.",
    "tr": "Nehrin üzerindeki eski köprü ilkbaharda kapatıldı, sonra ustalar taşlarını çıkardılar.",
    "zh": "河上的老桥在春天关闭，后来石匠们把石头从河底打捞上来，又把桥重新建好。",
    "ja": "川にかかる古い橋は春に閉鎖され、その後、石工たちが川底から石を引き上げました。",
    "hi": "नदी पर बना पुराना पुल वसंत में बंद कर दिया गया और बाद में उसके पत्थर निकाले गए।",
}


@pytest.mark.parametrize("language", TEXTS)
def test_a_plain_text_is_told_by_language(language: str) -> None:
    assert identify_language(TEXTS[language]) == language


@pytest.mark.parametrize("text", ["", " ", "Anna", "2017", "OK", "!?", "x", "https://a.b/c"])
def test_a_text_too_short_to_tell_has_no_language(text: str) -> None:
    assert identify_language(text) is None


@pytest.mark.parametrize(
    "text", ["Who raised the stones of the old bridge?", "Wetin dey happen for the old bridge?"]
)
def test_english_and_its_pidgin_are_known_to_an_english_encoder(text: str) -> None:
    assert find_unknown_language(text, ("en",)) is None


@pytest.mark.parametrize("language", sorted(set(TEXTS) - {"en"}))
def test_a_text_surely_in_another_language_is_named(language: str) -> None:
    assert find_unknown_language(TEXTS[language], ("en",)) == language
    assert find_unknown_language(TEXTS[language], ("en", language)) is None
    assert find_unknown_language(TEXTS[language], None) is None


def test_a_question_that_names_foreign_things_may_still_be_english() -> None:
    question = "Where is Ärzte ohne Grenzen based?"
    assert identify_language(question) == "de"
    assert find_unknown_language(question, ("en",)) is None


def test_a_text_too_short_to_tell_is_not_called_unknown() -> None:
    assert find_unknown_language("OK", ("en",)) is None


def test_an_encoder_without_a_list_of_languages_knows_them_all() -> None:
    assert is_known("ru", None)
    assert is_known(None, ("en",))
    assert is_known("en", ("en", "de"))
    assert not is_known("ru", ("en", "de"))


def test_the_share_of_unknown_languages_counts_texts() -> None:
    assert share_unknown(["en", "ru", None, "fa"], ("en",)) == 0.5
    assert share_unknown(["en", "ru"], None) == 0.0
    assert share_unknown([], ("en",)) == 0.0


def test_what_tells_them_apart_is_made_ready_aside_and_only_once() -> None:
    code = (
        "import threading\n"
        "from embeddings import languages\n"
        "languages.prepare_identifier()\n"
        "(aside,) = [one for one in threading.enumerate() if one.name == 'winnow-languages']\n"
        f"print(languages.identify_language({TEXTS['de']!r}))\n"
        "aside.join()\n"
        "print(languages._load_once.cache_info().misses)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": ":".join(sys.path), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["de", "1"]
