"""`winnow evaluate`: a judged collection, or questions with known passages over an index."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from service.cli.build import build
from service.cli.opening import make_live, open_searcher
from service.cli.output import ProgressBar, print_json, say
from service.evaluation.collections import Collection, read_collection
from service.evaluation.evaluate import Asked, ask_all, count_furniture, measure, measure_kinds
from service.evaluation.questions import read_questions
from service.evaluation.ranking import Quality, find_lost, measure_run, rank_collection
from service.locations import locate_index
from service.query import MODES
from service.settings import Settings


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the measures; exit 1 where nothing of a relevant document can be found."""
    path = Path(arguments.dataset).expanduser()
    if path.is_dir():
        return _evaluate_collection(read_collection(path), settings)
    return _evaluate_questions(path, settings)


def _evaluate_collection(collection: Collection, settings: Settings) -> int:
    """Over an index of the collection, built by these settings where there is none yet."""
    artifact, _ = build([collection.folder], settings)
    searcher = make_live(artifact, settings).open()
    with ProgressBar() as progress:
        found = {
            mode: measure_run(rank_collection(searcher, collection, mode, progress), collection)
            for mode in MODES
        }
    lost = list(find_lost(searcher, collection))
    if settings.json:
        print_json(
            {
                "build": searcher.manifest.build,
                "encoder": searcher.manifest.encoder["name"],
                "queries": len(collection.queries),
                "measures": found["hybrid"].means,
                "modes": {mode: quality.means for mode, quality in found.items()},
                "lost": lost,
            }
        )
    else:
        _print_modes(found, len(collection.queries))
    for name in lost:
        say(f"relevant, and nothing of it can be found: {name}")
    return 1 if lost else 0


def _print_modes(found: dict[str, Quality], queries: int) -> None:
    names = list(found["hybrid"].means)
    print(f"{f'{queries} queries':<16}" + "".join(f"{name:>12}" for name in names))
    for mode, quality in found.items():
        print(f"{mode:<16}" + "".join(f"{quality.means[name]:>12.4f}" for name in names))


def _evaluate_questions(path: Path, settings: Settings) -> int:
    """Without --index, over the index of the folder the questions lie in."""
    questions = read_questions(path)
    if not settings.index:
        settings = replace(settings, index=str(locate_index([path.parent], Path.cwd())))
        say(f"index: {settings.index}")
    searcher = open_searcher(settings)
    asked = ask_all(searcher, questions)
    measures = {**measure(asked), "furniture_hits": count_furniture(searcher, asked)}
    if settings.json:
        print_json(
            {
                "build": searcher.manifest.build,
                "encoder": searcher.manifest.encoder["name"],
                "measures": measures,
                "kinds": measure_kinds(asked),
                "questions": [_describe(one) for one in asked],
            }
        )
    else:
        _print_tables(asked, measures)
    return 0


def _describe(one: Asked) -> dict[str, Any]:
    hits = one.results.hits
    return {
        "id": one.question.id,
        "kind": one.question.kind,
        "question": one.question.text,
        "rank": one.rank,
        "answered": one.results.answered,
        "confidence": hits[0].confidence if hits else 0.0,
        "first": hits[0].stored.passage.id if hits else None,
    }


def _print_tables(asked: list[Asked], measures: dict[str, float]) -> None:
    print(f"{'kind':<12}{'questions':>10}{'first right':>13}{'first three':>13}{'refused':>9}")
    for kind, counts in measure_kinds(asked).items():
        print(
            f"{kind:<12}{counts['questions']:>10}{counts['first_right']:>13}"
            f"{counts['in_first_three']:>13}{counts['refused']:>9}"
        )
    print()
    for name, value in measures.items():
        print(f"{name:<18}{value:>8g}")
    misses = [one for one in asked if one.question.answerable and one.rank != 1]
    if misses:
        print("\nfirst hit not right:")
    for one in misses:
        print(f"  {one.question.id:<6}{one.question.kind:<12}rank {one.rank}  {one.question.text}")
    wrong = [one for one in asked if one.question.answerable != one.results.answered]
    if wrong:
        print("\nrefused or answered by mistake:")
    for one in wrong:
        print(f"  {one.question.id:<6}{one.question.kind:<12}{one.question.text}")
