"""What counts as new: what is said for the first time, and not where or how it stands."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from textwrap import fill

import pytest

from embeddings.artifact import Artifact
from embeddings.encoders import load_encoder
from service.live import Live
from service.news.finding import News, find_news
from service.news.memory import Memory
from service.news.searches import SavedSearch
from service.query import MOST_HITS, Query
from service.search import Searcher
from tests.embeddings.building import build, write_files
from tests.service.building import KEEPER

# To the hashing encoder nearly all answers in so small a folder.
SEARCH = SavedSearch(
    "ships",
    Query("How many ships did the lighthouse keeper count?", MOST_HITS, min_confidence=0.1),
)
OTHER = "The bees left the hive in May and settled in a hollow pear tree beside the old chapel."
FIRST, SECOND = (f"{sentence}." for sentence in KEEPER.removesuffix(".").split(". "))
AGAIN = (
    "Another lighthouse keeper counted forty ships in the rain on a Friday, and told nobody "
    "of them but the priest."
)


class Corpus:
    """A folder that changes, and what is known of one search in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.memory: Memory | None = None

    def ask(self, files: Mapping[str, str], search: SavedSearch = SEARCH) -> News:
        """Build from these files alone, and ask."""
        docs = self._folder / "docs"
        for path in docs.rglob("*.txt"):
            path.unlink()
        write_files(docs, files)
        builds = Artifact(self._folder / "index")
        build(docs, builds)
        with _opened(builds) as searcher:
            news = find_news(searcher, search, self.memory)
        self.memory = news.memory
        return news


@contextmanager
def _opened(builds: Artifact) -> Iterator[Searcher]:
    with closing(Live(builds, load_encoder)) as live:
        yield live.open()


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return Corpus(tmp_path)


def _texts(news: News) -> list[str]:
    return [hit.stored.passage.text for hit in news.new]


def test_at_first_all_that_answers_is_new(corpus: Corpus) -> None:
    news = corpus.ask({"a.txt": KEEPER, "b.txt": OTHER})
    assert _texts(news) == [KEEPER]
    assert (news.before, news.answers, news.gone) == (None, 1, [])


def test_what_was_told_is_told_once(corpus: Corpus) -> None:
    first = corpus.ask({"a.txt": KEEPER, "b.txt": OTHER})
    news = corpus.ask({"a.txt": KEEPER, "b.txt": OTHER, "c.txt": f"{OTHER} It rained."})
    assert _texts(news) == [] and news.gone == []
    assert (news.before, news.answers) == (first.build, 1)
    assert news.build != first.build


def test_a_new_document_that_answers_is_news(corpus: Corpus) -> None:
    corpus.ask({"a.txt": KEEPER, "b.txt": OTHER})
    assert _texts(corpus.ask({"a.txt": KEEPER, "b.txt": OTHER, "c.txt": AGAIN})) == [AGAIN]


def test_a_number_that_changed_in_its_sentence_is_news(corpus: Corpus) -> None:
    corpus.ask({"a.txt": KEEPER, "b.txt": OTHER})
    changed = KEEPER.replace("nineteen", "twenty")
    news = corpus.ask({"a.txt": changed, "b.txt": OTHER})
    assert _texts(news) == [changed]
    assert [one.source for one in news.gone] == ["a.txt"]


def test_a_sentence_added_to_a_passage_is_news(corpus: Corpus) -> None:
    corpus.ask({"a.txt": KEEPER, "b.txt": OTHER})
    longer = f"{KEEPER} Later he said that he had been mistaken."
    news = corpus.ask({"a.txt": longer, "b.txt": OTHER})
    assert _texts(news) == [longer] and news.gone == []


@pytest.mark.parametrize(
    "files",
    [
        {"renamed/z.txt": KEEPER, "b.txt": OTHER},
        {"a.txt": f"{OTHER}\n\n{KEEPER}"},
        {"a.txt": KEEPER, "b.txt": OTHER, "copy.txt": KEEPER},
        {"0.txt": fill(KEEPER.replace("brown", "BROWN"), 60), "b.txt": OTHER},
        {"a.txt": f"{FIRST}\n\n{SECOND}", "b.txt": OTHER},
    ],
    ids=["renamed", "moved", "copied", "wrapped", "cut"],
)
def test_what_stands_elsewhere_or_otherwise_is_no_news(
    corpus: Corpus, files: Mapping[str, str]
) -> None:
    corpus.ask({"a.txt": KEEPER, "b.txt": OTHER})
    news = corpus.ask(files)
    assert news.answers >= 1
    assert _texts(news) == [] and news.gone == []


def test_what_was_cut_together_with_its_neighbour_is_no_news(corpus: Corpus) -> None:
    split = {"a.txt": f"{KEEPER}\n\n{OTHER} {OTHER.replace('bees', 'wasps')}"}
    corpus.ask(split)
    joined = {"a.txt": f"{KEEPER} {OTHER}\n\n{OTHER.replace('bees', 'wasps')}"}
    news = corpus.ask(joined)
    assert news.answers >= 1
    assert _texts(news) == []


def test_what_stood_beside_an_answer_and_answers_itself_now_is_news(corpus: Corpus) -> None:
    files = {"a.txt": KEEPER, "b.txt": OTHER}
    known = corpus.ask(files).memory
    corpus.memory = replace(known, told=[], beside=known.told)
    assert _texts(corpus.ask(files)) == [KEEPER]


def test_a_near_copy_that_stands_for_what_was_told_is_no_news(corpus: Corpus) -> None:
    long = f"{KEEPER} {OTHER} {AGAIN}"
    near = long.replace("long brown book", "old brown book")
    told = corpus.ask({"b.txt": long, "c.txt": OTHER * 2})
    news = corpus.ask({"a.txt": near, "b.txt": long, "c.txt": OTHER * 2})
    (answer, *_) = news.memory.answers
    assert told.memory.answers[0].passage_id != answer.passage_id, "another stands for it now"
    assert _texts(news) == [] and news.gone == []


def test_what_no_longer_answers_is_gone_once_and_no_news_when_it_is_back(corpus: Corpus) -> None:
    corpus.ask({"a.txt": KEEPER, "b.txt": OTHER})
    news = corpus.ask({"b.txt": OTHER})
    ((title, source),) = ((one.title, one.source) for one in news.gone)
    assert KEEPER.startswith(title.removesuffix("…")) and source == "a.txt"
    assert corpus.ask({"b.txt": f"{OTHER} It rained."}).gone == []
    back = corpus.ask({"a.txt": KEEPER, "b.txt": OTHER})
    assert _texts(back) == [] and back.answers == 1


def test_a_search_that_was_changed_is_asked_first(corpus: Corpus) -> None:
    corpus.ask({"a.txt": KEEPER, "b.txt": OTHER})
    asked = replace(SEARCH.query, text="Which ships did the lighthouse keeper count?")
    changed = SavedSearch("ships", asked)
    news = corpus.ask({"a.txt": KEEPER, "b.txt": OTHER}, changed)
    assert news.before is None and _texts(news) == [KEEPER]


def test_answers_far_down_the_list_are_found(corpus: Corpus) -> None:
    names = [f"{a}{b}" for a in "Adam Bela Cyra Dora Emil".split() for b in range(1, 31)]
    files = {
        f"{name}.txt": f"The lighthouse keeper {name} had to count {i + 20} ships and {i} boats."
        for i, name in enumerate(names)
    }
    search = SavedSearch("s", Query("lighthouse keeper count ships", MOST_HITS, mode="lexical"))
    news = corpus.ask(files, search)
    assert len({hit.stored.passage.id for hit in news.new}) == news.answers > MOST_HITS
