"""Phrases and excluded words hold over the whole index, however far from the question it goes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from embeddings.artifact import Artifact
from embeddings.encoders import load_encoder
from embeddings.records import Filter
from service import holders
from service.candidates import CANDIDATE_DEPTH
from service.live import Live
from service.query import MOST_HITS, Query
from service.search import Results, Searcher
from service.wording import Wording
from tests.embeddings.building import build, write_files
from tests.service.building import CROWDED, FAR, write_crowd


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    folder = tmp_path_factory.mktemp("crowded")
    artifact = Artifact(folder / "index")
    build(write_crowd(folder / "corpus"), artifact)
    live = Live(artifact, load_encoder)
    yield live.open()
    live.close()


def _list_texts(results: Results) -> list[str]:
    return [hit.stored.passage.text for hit in results.hits]


def _ask(searcher: Searcher, text: str = CROWDED, **how: object) -> Results:
    return searcher.search(Query(text, k=MOST_HITS, **how))  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", ["hybrid", "dense", "lexical"])
def test_a_phrase_far_from_the_question_is_found(crowded: Searcher, mode: str) -> None:
    plain = [stored.passage.text for stored, _ in crowded.rank(Query(CROWDED, mode=mode))]
    assert FAR not in plain
    assert len(plain) >= CANDIDATE_DEPTH
    found = _ask(crowded, mode=mode, wording=Wording(("grey heron of vlorë",)))
    assert _list_texts(found) == [FAR]
    assert found.notices == []
    # A whole phrase, not its words.
    assert _ask(crowded, mode=mode, wording=Wording(("heron grey",))).total == 0


def test_a_filter_holds_for_a_phrase_too(crowded: Searcher) -> None:
    wording = Wording(("grey heron",))
    here = _ask(crowded, wording=wording, filter=Filter(source="one.txt"))
    assert _list_texts(here) == [FAR]
    assert _ask(crowded, wording=wording, filter=Filter(language="ru")).total == 0


def test_what_is_excluded_leaves_as_many_of_the_rest(crowded: Searcher) -> None:
    found = _ask(crowded, wording=Wording((), ("quartz",)))
    assert found.total >= CANDIDATE_DEPTH
    assert not any("quartz" in text for text in _list_texts(found))
    assert found.notices == []


def test_neither_changes_a_score_or_a_confidence(crowded: Searcher) -> None:
    whole = {stored.number: score for stored, score in crowded.rank(Query(CROWDED))}
    background = _ask(crowded).background
    for wording in (Wording(("marble",)), Wording((), ("quartz",))):
        found = _ask(crowded, wording=wording)
        both = [hit for hit in found.hits if hit.stored.number in whole]
        assert len(both) > 10
        assert [hit.score for hit in both] == [
            pytest.approx(whole[hit.stored.number]) for hit in both
        ]
        assert found.background == background


def test_a_phrase_of_common_words_is_looked_for_among_the_nearest(crowded: Searcher) -> None:
    found = _ask(crowded, wording=Wording(("for the",)))
    assert found.total > CANDIDATE_DEPTH
    assert all("for the" in text for text in _list_texts(found))
    # The whole index is as near as that.
    assert _list_texts(_ask(crowded, "heron", wording=Wording(("to it",)))) == [FAR]


def test_a_notice_says_when_not_every_passage_was_read(
    crowded: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holders, "MOST_READ", 50)
    found = _ask(crowded, wording=Wording(("quartz of gate",)))
    assert [notice.code for notice in found.notices] == ["phrase_depth"]
    assert found.total == 50
    monkeypatch.setattr(holders, "DEEPEST_NEAREST", 210)
    short = _ask(crowded, wording=Wording((), ("quartz", "teak")))
    assert [notice.code for notice in short.notices] == ["phrase_depth"]
    assert not any("quartz" in text or "teak" in text for text in _list_texts(short))


def test_a_word_in_another_language_is_looked_up_as_it_is_there(
    tmp_path: Path,
) -> None:
    """`die` is a stop word of German alone, `Лес` a form that its stemmer shortens."""
    texts = {
        "de.txt": "Die Mauer steht am Hafen, und die Leute aus dem Dorf wissen davon nichts mehr.",
        "ru.txt": "Лесник каждое утро обходил заповедник и записывал следы волков на снегу.",
    }
    artifact = Artifact(tmp_path / "index")
    build(write_files(tmp_path / "corpus", texts), artifact)
    live = Live(artifact, load_encoder)
    for phrase, name in (("die Mauer", "de"), ("die leute", "de"), ("следы волков", "ru")):
        found = live.open().search(Query("harbour", wording=Wording((phrase,))))
        assert [hit.stored.source for hit in found.hits] == [f"{name}.txt"]
    live.close()
