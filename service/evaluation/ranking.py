"""How well a judged collection's documents are ranked for its queries, by the field's measures.

A document ranks by its best passage; where that was folded, at the score of the passage that stands
for it, and whether the answer was refused is left aside; `answer_collection` asks that, and how
sure the answers are. ir-measures computes the measures.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from embeddings.errors import InvalidInput, NotFound
from embeddings.records import StoredDocument, StoredPassage, make_id
from service.evaluation.answers import DEPTH, Answer, count_repeats
from service.evaluation.collections import CORPUS, Collection, relevant_only
from service.query import Query
from service.search import Searcher

Progress = Callable[[str, int, int], None]
Run = dict[str, dict[str, float]]
"""By query id, the score of each document; the higher, the nearer."""

MEASURES = ("nDCG@10", "RR@10", "R@10", "R@100", "Success@1", "Success@3")
_NAMES = ("ndcg@10", "mrr@10", "recall@10", "recall@100", "hit@1", "hit@3")


@dataclass(frozen=True, slots=True)
class Quality:
    """Each measure's mean over the queries, and its values by query."""

    means: dict[str, float]
    queries: dict[str, dict[str, float]]


def rank_collection(
    searcher: Searcher,
    collection: Collection,
    mode: str = "hybrid",
    progress: Progress = lambda stage, done, total: None,
) -> Run:
    """Rank the documents of all candidates for every query.

    A document that is the query itself, by id and text, is not asked to answer it.
    """
    run: Run = {}
    for done, (query, text) in enumerate(collection.queries.items()):
        progress("asking", done, len(collection.queries))
        run[query] = rank_documents(searcher.rank(Query(text, mode=mode)))
        if query in run[query] and _is_own(searcher, query, text):
            del run[query][query]
    progress("asking", len(collection.queries), len(collection.queries))
    return run


def rank_documents(ranked: Iterable[tuple[StoredPassage, float]]) -> dict[str, float]:
    """The best score of each document, the best document first."""
    scores: dict[str, float] = {}
    for stored, score in ranked:
        for name in _name_documents(stored):
            scores.setdefault(name, score)
    return scores


def _name_documents(stored: StoredPassage) -> list[str]:
    """The documents that have the passage, or a folded one that it stands for."""
    sources = (stored.source, *(place.source for place in stored.also_in))
    return [source.removeprefix(f"{CORPUS}#") for source in sources]


def answer_collection(
    searcher: Searcher,
    collection: Collection,
    progress: Progress = lambda stage, done, total: None,
) -> dict[str, Answer]:
    """The answer to each query, as one who asks gets it; a document never answers itself."""
    relevant = relevant_only(collection.judgements)
    answers = {}
    for done, (query, text) in enumerate(collection.queries.items()):
        progress("answering", done, len(collection.queries))
        answers[query] = _answer(searcher, query, text, relevant.get(query, set()))
    progress("answering", len(collection.queries), len(collection.queries))
    return answers


def _answer(searcher: Searcher, query: str, text: str, relevant: set[str]) -> Answer:
    results = searcher.search(Query(text, k=DEPTH))
    named = [(hit, set(_name_documents(hit.stored))) for hit in results.hits]
    if any(query in names for _, names in named) and _is_own(searcher, query, text):
        named = [(hit, names - {query}) for hit, names in named if names != {query}]
    first, names = named[0] if named else (None, set())
    return Answer(
        answerable=bool(relevant),
        answered=first is not None and first.answer,
        right=bool(names & relevant),
        confidence=first.confidence if first else 0.0,
        repeats=count_repeats(hit for hit, _ in named),
        milliseconds=results.took_ms["total"],
    )


def _is_own(searcher: Searcher, query: str, text: str) -> bool:
    """Whether a document of the corpus is the query itself."""
    return _read(searcher, query).text == text


def find_lost(searcher: Searcher, collection: Collection) -> Iterator[str]:
    """The relevant documents of which the index has no passage to find."""
    for name in sorted(collection.relevant):
        try:
            document = _read(searcher, name)
        except NotFound:
            yield name
            continue
        if not (document.passages or document.folds):
            yield name


def _read(searcher: Searcher, name: str) -> StoredDocument:
    return searcher.document(make_id("document", f"{CORPUS}#{name}"))


def measure_run(run: Run, collection: Collection) -> Quality:
    """A query whose run is empty counts with 0. Raises InvalidInput without ir-measures."""
    try:
        import ir_measures
    except ImportError as error:
        raise InvalidInput(
            "the package ir-measures, which computes the measures, is not installed",
            "install it: pip install ir-measures (on Linux on ARM it needs a C compiler)",
        ) from error
    measures = [ir_measures.parse_measure(name) for name in MEASURES]
    names = dict(zip(measures, _NAMES, strict=True))
    # By rank, so that ties stay as they were ranked.
    ranks = {
        query: {name: -float(rank) for rank, name in enumerate(documents)}
        for query, documents in run.items()
    }
    judged = {query: dict(own) for query, own in collection.judgements.items()}
    queries: dict[str, dict[str, float]] = {query: dict.fromkeys(_NAMES, 0.0) for query in judged}
    for found in ir_measures.iter_calc(measures, judged, ranks):
        queries[found.query_id][names[found.measure]] = round(found.value, 4)
    means = ir_measures.calc_aggregate(measures, judged, ranks)
    return Quality({names[m]: round(means[m], 4) for m in measures}, queries)
