"""`winnow evaluate`: a judged collection, or questions with known passages over an index."""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from embeddings.builds import Builds
from embeddings.encoders import Encoder, load_encoder
from service.cli.build import build
from service.cli.evaluation_tables import print_report
from service.cli.opening import make_live, open_chosen
from service.cli.output import ProgressBar, print_json, say
from service.evaluation.answers import measure_answers, measure_refusals, warm
from service.evaluation.collections import Collection, read_collection
from service.evaluation.comparison import check_run, compare, identify, make_run, read_run
from service.evaluation.evaluate import Asked, ask_all, count_furniture, measure, measure_kinds
from service.evaluation.limits import OF_COLLECTIONS, OF_QUESTIONS, Limits
from service.evaluation.questions import Question, read_questions
from service.evaluation.ranking import answer_collection, find_lost, measure_run, rank_collection
from service.evaluation.remembering import Remembering
from service.evaluation.signals import weigh_over_collection, weigh_over_questions
from service.locations import locate_index
from service.query import MODES
from service.search import Searcher
from service.settings import Settings

LIMIT_MISSED = 3
Report = dict[str, Any]


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the measures; exit 1 where something right cannot be found, 3 beyond a limit."""
    path = Path(arguments.dataset).expanduser()
    dataset = read_collection(path) if path.is_dir() else read_questions(path)
    limits = Limits(settings.fail_under, settings.fail_over)
    names = OF_COLLECTIONS if isinstance(dataset, Collection) else OF_QUESTIONS
    limits.check(names)
    identity = identify(path, _list_rows(dataset))
    before = read_run(Path(settings.compare).expanduser()) if settings.compare else None
    if before:
        check_run(before, identity, names.all, str(settings.compare))
    report: Report = {"dataset": identity}
    if isinstance(dataset, Collection):
        report |= _evaluate_collection(dataset, settings)
    else:
        report |= _evaluate_questions(dataset, path, settings)
    if before:
        report["comparison"] = compare(before, make_run(report), names.all, str(settings.compare))
    if settings.json:
        print_json(report)
    else:
        print_report(report)
    return _judge(report, limits)


def _list_rows(dataset: Collection | Sequence[Question]) -> list[Any]:
    """What a dataset asks and what is right, the same for the same in any order."""
    if isinstance(dataset, Collection):
        return sorted(
            [query, text, sorted(dataset.judgements[query].items())]
            for query, text in dataset.queries.items()
        )
    return sorted([one.id, one.kind, one.text, *sorted(one.strings)] for one in dataset)


def _judge(report: Report, limits: Limits) -> int:
    for name in report.get("lost", ()):
        say(f"relevant, and nothing of it can be found: {name}")
    failures = list(limits.find_failures(report["measures"]))
    for failure in failures:
        say(f"winnow: {failure}")
    if report.get("lost"):
        return 1
    return LIMIT_MISSED if failures else 0


def _evaluate_collection(collection: Collection, settings: Settings) -> Report:
    """Over an index of the collection, built by these settings where there is none yet."""
    builds, _ = build([collection.folder], settings)
    searcher = _open(builds, settings)
    with ProgressBar() as progress:
        # First, while each query is still to be encoded: these are the ones that are timed.
        answers = answer_collection(searcher, collection, progress)
        found = {
            mode: measure_run(rank_collection(searcher, collection, mode, progress), collection)
            for mode in MODES
        }
        signals = weigh_over_collection(searcher, collection, progress) if settings.signals else {}
    own = list(answers.values())
    return {
        **_describe_build(searcher),
        "measures": {
            **found["hybrid"].means,
            "queries": len(own),
            **measure_refusals(own),
            **measure_answers(own),
        },
        "modes": {mode: quality.means for mode, quality in found.items()},
        **({"signals": signals} if signals else {}),
        "queries": {
            query: {
                "question": collection.queries[query],
                "ndcg@10": found["hybrid"].queries[query]["ndcg@10"],
                "answered": answer.answered,
                "confidence": answer.confidence,
            }
            for query, answer in answers.items()
        },
        "lost": list(find_lost(searcher, collection)),
    }


def _evaluate_questions(questions: list[Question], path: Path, settings: Settings) -> Report:
    """Without --index, over the index of the folder the questions lie in."""
    if not settings.index:
        settings = replace(settings, index=str(locate_index([path.parent], Path.cwd())))
        say(f"index: {settings.index}")
    searcher = _open(open_chosen(settings), settings)
    asked = ask_all(searcher, questions)
    with ProgressBar() as progress:
        signals = weigh_over_questions(searcher, questions, progress) if settings.signals else {}
    return {
        **_describe_build(searcher),
        "measures": {**measure(asked), "furniture_hits": count_furniture(searcher, asked)},
        "kinds": measure_kinds(asked),
        **({"signals": signals} if signals else {}),
        "questions": [_describe(one) for one in asked],
    }


def _open(builds: Builds, settings: Settings) -> Searcher:
    """A Searcher that encodes each query once, ready to be timed."""

    def load(name: str) -> Encoder:
        return Remembering(load_encoder(name, say, settings.device))

    searcher = make_live(builds, settings, load).open()
    warm(searcher)
    return searcher


def _describe_build(searcher: Searcher) -> Report:
    return {"build": searcher.manifest.build, "encoder": searcher.manifest.encoder["name"]}


def _describe(one: Asked) -> Report:
    hits = one.results.hits
    return {
        "id": one.question.id,
        "kind": one.question.kind,
        "question": one.question.text,
        "answerable": one.question.answerable,
        "rank": one.rank,
        "answered": one.results.answered,
        "confidence": hits[0].confidence if hits else 0.0,
        "first": hits[0].stored.passage.id if hits else None,
    }
