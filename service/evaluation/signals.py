"""What each signal of the score is worth: the ranking without it, and by it alone.

The candidates stay those of all signals, only their order changes. No reranker takes part.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from service.evaluation.collections import Collection
from service.evaluation.evaluate import ask_all, measure
from service.evaluation.questions import Question
from service.evaluation.ranking import measure_run, rank_collection
from service.search import Searcher

Progress = Callable[[str, int, int], None]
_STAGE = "weighing"
_OF_COLLECTIONS = ("ndcg@10",)
_OF_QUESTIONS = ("first_right", "in_first_three", "mrr@10")


def vary_weights(weights: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """The weights as they are, without each signal, and with each alone."""
    left_out = {f"no {name}": {**weights, name: 0.0} for name in weights}
    alone = {
        f"{name} alone": {other: own if other == name else 0.0 for other, own in weights.items()}
        for name in weights
    }
    return {"all": dict(weights), **left_out, **alone}


def weigh_over_collection(
    searcher: Searcher, collection: Collection, progress: Progress
) -> dict[str, dict[str, float]]:
    """nDCG@10 by each choice of signals."""
    return {
        name: _choose(_rank(one, collection), _OF_COLLECTIONS)
        for name, one in _vary(searcher, progress)
    }


def weigh_over_questions(
    searcher: Searcher, questions: Sequence[Question], progress: Progress
) -> dict[str, dict[str, float]]:
    """First right, in the first three and MRR@10 by each choice of signals."""
    return {
        name: _choose(measure(ask_all(one, questions)), _OF_QUESTIONS)
        for name, one in _vary(searcher, progress)
    }


def _rank(searcher: Searcher, collection: Collection) -> dict[str, float]:
    return measure_run(rank_collection(searcher, collection), collection).means


def _vary(searcher: Searcher, progress: Progress) -> Iterator[tuple[str, Searcher]]:
    choices = vary_weights(searcher.manifest.ranking["weights"])
    for done, (name, weights) in enumerate(choices.items()):
        progress(_STAGE, done, len(choices))
        yield name, searcher.weigh(weights)
    progress(_STAGE, len(choices), len(choices))


def _choose(measures: Mapping[str, float], names: Sequence[str]) -> dict[str, float]:
    return {name: measures[name] for name in names}
