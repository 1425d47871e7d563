"""One saved search asked of one build: which of its answers are new, and which are gone.

Passages are known again by their sentences, since a file may be renamed, and passages cut or folded
otherwise, while nothing new is said. A hit is no news where the sentences marked in it were in
passages told before, and its others in those or beside them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from embeddings.records import Passage, Span, StoredPassage, make_id
from embeddings.wording import normalize
from service.news.memory import Answer, Memory
from service.news.searches import SavedSearch
from service.notices import Notice
from service.query import DEEPEST, MOST_HITS
from service.search import Hit, Searcher


@dataclass(frozen=True, slots=True)
class News:
    """What came of a search. `before` is the build it was last asked of; None when asked first.

    `answers` counts all hits that answer, `memory` is what is to be known when they are told.
    """

    search: SavedSearch
    build: str
    before: str | None
    new: list[Hit]
    gone: list[Answer]
    answers: int
    notices: list[Notice]
    memory: Memory


def find_news(searcher: Searcher, search: SavedSearch, memory: Memory | None) -> News:
    """Ask a search; one whose question is another than before is asked first."""
    if memory is not None and memory.asked != search.identity:
        memory = None
    earlier = memory or Memory(search.identity, "")
    hits, notices = _ask(searcher, search)
    told, beside = set(earlier.told), set(earlier.beside)
    new = [hit for hit in hits if not _is_known(searcher, hit, told, beside)]
    for hit in new:
        told |= _list_sentences(searcher, hit.stored)
        beside |= _list_beside(searcher, hit.stored)
    build = searcher.manifest.build
    now = [_describe(hit) for hit in hits]
    return News(
        search,
        build,
        memory.build if memory else None,
        new,
        _find_gone(earlier.answers, hits),
        len(hits),
        notices,
        Memory(search.identity, build, sorted(told), sorted(beside - told), now),
    )


def _ask(searcher: Searcher, search: SavedSearch) -> tuple[list[Hit], list[Notice]]:
    """All hits that answer, as far down as may be asked."""
    found: list[Hit] = []
    for offset in range(0, DEEPEST, MOST_HITS):
        results = searcher.search(replace(search.query, offset=offset))
        found += [hit for hit in results.hits if hit.answer]
        if len(found) >= results.answers or len(results.hits) < MOST_HITS:
            break
    return found, results.notices


def _is_known(searcher: Searcher, hit: Hit, told: set[str], beside: set[str]) -> bool:
    marked = _key(hit.stored.passage, hit.highlights)
    if marked <= told and _key_all(hit.stored.passage) <= told | beside:
        return True
    # The same words nearly, in another file before, for which this passage stands now.
    places = (searcher.citable(place.passage_id) for place in hit.stored.also_in)
    return any(_key_all(stored.passage) <= told for stored in places)


def _list_sentences(searcher: Searcher, stored: StoredPassage) -> set[str]:
    """The keys of a passage, and of those that are folded into it."""
    places = (searcher.citable(place.passage_id) for place in stored.also_in)
    return _key_all(stored.passage).union(*(_key_all(one.passage) for one in places))


def _list_beside(searcher: Searcher, stored: StoredPassage) -> set[str]:
    """The keys of the passages before and behind it in its document."""
    document = searcher.document(stored.passage.document_id)
    passages = [*document.passages, *(fold.passage for fold in document.folds)]
    passages.sort(key=lambda passage: passage.start)
    (at,) = (i for i, one in enumerate(passages) if one.id == stored.passage.id)
    around = passages[max(at - 1, 0) : at + 2]
    return set().union(*map(_key_all, around))


def _find_gone(answers: Sequence[Answer], hits: Sequence[Hit]) -> list[Answer]:
    """Those that answered, and whose marked sentences are in no answer now."""
    ids = {id for hit in hits for id in _list_ids(hit.stored)}
    said = set().union(*(_key_all(hit.stored.passage) for hit in hits))
    left = (answer for answer in answers if answer.passage_id not in ids)
    return [answer for answer in left if not said.issuperset(answer.marked)]


def _list_ids(stored: StoredPassage) -> Iterator[str]:
    yield stored.passage.id
    yield from (place.passage_id for place in stored.also_in)


def _describe(hit: Hit) -> Answer:
    stored = hit.stored
    marked = _key(stored.passage, hit.highlights)
    return Answer(stored.passage.id, stored.title, stored.source, sorted(marked))


def _key_all(passage: Passage) -> set[str]:
    return _key(passage, passage.sentences)


def _key(passage: Passage, spans: Sequence[Span]) -> set[str]:
    """What sentences are known again by, case, white space and punctuation aside."""
    return {make_id(normalize(passage.text[span.start : span.end])) for span in spans}
