"""A query's words meet those of passages in any language, and misspelt ones the nearest."""

from collections.abc import Callable
from math import log
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from embeddings.artifact import Artifact
from embeddings.encoders.hashing import HashingEncoder
from service.query import Query
from service.query_words import Vocabulary
from service.search import Results, Searcher
from tests.embeddings.building import build, write_files
from tests.service.conftest import Search

PASSAGES = {
    "de.txt": "Die Häuser am Hafen wurden im Winter von den Kämpfern verlassen, und niemand wollte "
    "wieder dort wohnen, weil die Brücke über den Fluss zerstört war.",
    "tr.txt": "Köydeki kadınların evlerinde kış boyunca ekmek pişirildi ve askerler Ankara'nın "
    "dışındaki okullarda bekledi, çünkü yollar karla kapanmıştı.",
    "ar.txt": "وصل المقاتلون إلى المدينة في الصباح وأعلنت الحكومة أن الجسر القديم قد تهدم خلال "
    "الليل وأن السكان غادروا منازلهم قبل وصول القوات.",
    "fa.txt": "جنگجویان شب گذشته به شهرهای مرزی رسیدند و کتاب‌های کتابخانه در آتش سوخت، اما مردم "
    "روستا توانستند خانه‌های خود را نجات دهند.",
    "ru.txt": "Боевики заняли города на границе, и солдаты покинули старую крепость ещё до того, "
    "как наступила зима и дороги замело снегом.",
    "uk.txt": "Солдатів у місті вже не було, коли бійці підійшли до мосту, а громада вирішила "
    "залишити село ще до початку зими через обстріли.",
    "es.txt": "Los combatientes cantaban canciones en las ciudades del norte mientras los países "
    "vecinos cerraban sus fronteras y nadie sabía cuándo terminaría la guerra.",
    "fr.txt": "L'attaque a détruit les régions du nord et les généraux ont quitté la ville avant "
    "l'hiver, alors que les habitants cherchaient encore du pain.",
    "it.txt": "Gli attacchi dell'esercito hanno distrutto l'università e le nazioni vicine hanno "
    "chiuso le frontiere prima dell'inverno, mentre i libri bruciavano.",
    "uz.txt": "Oʻzbek jangchilar togʻdagi qishloqqa yetib kelganda, koʻprik allaqachon buzilgan "
    "edi va odamlar oʻz uylarini tashlab ketgan edi.",
    "en.txt": "The keeper of the lighthouse counted the ships that came into the harbour, and the "
    "die that he threw every evening decided who would light the lamp.",
}
ASKED = {
    "de": ["Haus", "Kämpfer", "hauser", "Brücken"],
    "tr": ["kadın", "kadin", "ev", "Ankara", "asker", "okul"],
    "ar": ["مدينة", "حكومة", "مقاتلين"],
    "fa": ["شهر", "کتاب", "جنگجو", "خانه"],
    "ru": ["боевиков", "город", "крепости"],
    "uk": ["бійців", "місто", "громади"],
    "es": ["canción", "combatiente", "ciudades", "pais"],
    "fr": ["attaques", "région", "général", "hiver"],
    "it": ["attacco", "università", "nazione", "libro"],
    "uz": ["o'zbek", "qishloqqa", "ko'prik"],
    "en": ["keepers", "lighthouses", "ship"],
}
STOPPED = [
    *(
        "wer war der die das",
        "bu ne ve o için",
        "ما هو الذي في",
        "این که از آن است",
        "Что это и кто",
    ),
    *("Що це і хто він", "¿quién es el que la?", "qui est dans l'un d'une", "chi è nella dell'una"),
    *("bu nima va kim uchun", "who is the of"),
]


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    artifact = Artifact(tmp_path_factory.mktemp("index"))
    build(write_files(tmp_path_factory.mktemp("corpus"), PASSAGES), artifact)
    manifest, index = artifact.open()
    return Searcher(manifest, index, HashingEncoder())


def find(searcher: Searcher, text: str) -> Results:
    return searcher.search(Query(text, mode="lexical"))


@pytest.mark.parametrize(
    ("language", "word"), [(code, word) for code, words in ASKED.items() for word in words]
)
def test_a_word_finds_its_forms_in_a_passage_of_its_language(
    searcher: Searcher, language: str, word: str
) -> None:
    found = find(searcher, word)
    assert [hit.stored.source for hit in found.hits] == [f"{language}.txt"]
    assert found.notices == []


@pytest.mark.parametrize("word", ["Hafen", "Ankara", "Oʻzbek", "крепость", "المدينة", "мосту"])
def test_a_word_all_of_which_a_passage_holds_is_all_that_was_asked(
    searcher: Searcher, word: str
) -> None:
    """However many languages it is looked for in: it is one word, not several."""
    (hit,) = find(searcher, word).hits
    (stated,) = find(searcher, f"{word} {word}").hits
    assert hit.score == stated.score
    assert 0.4 < hit.signals["lexical"] < 1


@pytest.mark.parametrize("text", STOPPED)
def test_stop_words_alone_find_nothing_in_their_language(searcher: Searcher, text: str) -> None:
    found = find(searcher, text)
    assert {hit.stored.source for hit in found.hits} <= {"en.txt"}  # which holds "die"
    assert not [notice for notice in found.notices if notice.code == "spelling"]


def test_a_stop_word_of_one_language_is_found_where_it_is_a_word(searcher: Searcher) -> None:
    (hit,) = find(searcher, "die").hits
    assert hit.stored.source == "en.txt"


def test_a_word_in_two_languages_weighs_what_its_passages_tell_together(
    make_vocabulary: Callable[..., Vocabulary],
) -> None:
    german = "Der Turm von Berlin stand lange in der Mitte der alten Stadt und wurde gebaut."
    english = "The tower of Berlin stood in the middle of the old town for a very long time."
    other = "Nobody in the valley could say when the mill had been built or by whom it was."
    wanted = make_vocabulary({"a.txt": german, "b.txt": english, "c.txt": other}).read("Berlin")
    assert set(wanted.weights) == {"berlin", "de:berlin"}
    ideal = log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    assert wanted.idf.tolist() == pytest.approx([ideal])
    assert len(set(wanted.weights.values())) == 1
    assert wanted.weights["berlin"] == ideal / log(1 + (3 - 1 + 0.5) / (1 + 0.5))


def test_words_of_an_english_collection_weigh_one_each(
    make_vocabulary: Callable[..., Vocabulary],
) -> None:
    vocabulary = make_vocabulary({"en.txt": PASSAGES["en.txt"]})
    wanted = vocabulary.read("Which keepers light the lamp of a lighthouse?")
    assert wanted.weights == dict.fromkeys(["keeper", "light", "lamp", "lighthous"], 1.0)
    assert wanted.spelling == []


@pytest.fixture
def make_vocabulary(tmp_path: Path) -> Callable[..., Vocabulary]:
    def make(files: dict[str, str]) -> Vocabulary:
        artifact = Artifact(tmp_path / "index")
        build(write_files(tmp_path / "corpus", files), artifact)
        return Vocabulary(artifact.open()[1])

    return make


@pytest.mark.parametrize(
    ("asked", "held"),
    [("lighthuose", "lighthouse"), ("haarbour", "harbour"), ("kepeer", "keeper")],
)
def test_a_misspelt_word_finds_the_nearest_and_the_answer_says_so(
    search: Search, asked: str, held: str
) -> None:
    found = search(asked, mode="lexical")
    right = search(held, mode="lexical")
    ids = [hit["passage_id"] for hit in found["hits"]]
    assert ids and ids == [hit["passage_id"] for hit in right["hits"]]
    assert found["hits"][0]["score"] < right["hits"][0]["score"]
    (notice,) = found["notices"]
    assert notice["code"] == "spelling"
    assert notice["message"] == f"No passage holds “{asked}”; “{held}” was searched too."


def test_the_page_says_what_was_searched_too(client: TestClient) -> None:
    page = client.get("/", params={"q": "Who counted ships in the haarbour?"}).text
    assert "“harbour” was searched too" in page


@pytest.mark.parametrize("asked", ["harbour", "189", "1894", "lmp", "灯塔"])
def test_words_that_are_held_or_no_words_are_not_replaced(search: Search, asked: str) -> None:
    assert search(asked, mode="lexical")["notices"] == []


def test_a_question_most_of_whose_words_are_strange_is_not_taken_for_misspelt(
    search: Search,
) -> None:
    strange = search("xkeeper lampx harbourx shipsx towerx", mode="lexical")
    assert [n["code"] for n in strange["notices"] if n["code"] == "spelling"] == []
