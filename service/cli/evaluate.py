"""`winnow evaluate`: questions with known passages, asked of an index that exists."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from service.cli.opening import open_searcher
from service.cli.output import print_json, say
from service.evaluation.evaluate import Asked, ask_all, count_furniture, measure, measure_kinds
from service.evaluation.questions import read_questions
from service.locations import locate_index
from service.settings import Settings


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the measures; without --index, over the index of the folder the questions lie in."""
    path = Path(arguments.questions)
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
