"""Winnow beside txtai, Chroma and Haystack, each as its documentation shows it: docs/comparison.md.

    python -m tests.benchmarks.comparison [--part answers|times|page] [--scraped FOLDER]

`answers` asks the questions of seeds/, and of scraped pages where they are; it does not mind a busy
machine. `times` wants a quiet one, for a few minutes. Each writes its part of docs/comparison.json
anew, and the page's tables from that file; without a part both are measured.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from service.bench.machine import describe_machine, read_load
from service.cli.output import say
from service.evaluation.questions import Question, read_questions
from service.reference import fill
from tests.benchmarks.compared.judging import read_furniture
from tests.benchmarks.compared.measuring import ask_all, count_questions, judge, time_program
from tests.benchmarks.compared.page import make_sections
from tests.benchmarks.compared.programs import Program, list_programs
from tests.benchmarks.environments import ROOT, NotHere

FIGURES = ROOT / "docs" / "comparison.json"
PAGE = ROOT / "docs" / "comparison.md"
SEEDS = ROOT / "seeds"
SCRAPED = ROOT.parent / "shared" / "seeds"


def measure_answers(name: str, folder: Path) -> dict[str, Any]:
    """What each program answers to the questions of a folder."""
    questions = read_questions(folder / "questions.jsonl")
    found = _measure_each(lambda program: _judge_program(program, name, folder, questions))
    return {"questions": count_questions(questions), "programs": found}


def _judge_program(
    program: Program, name: str, folder: Path, questions: Sequence[Question]
) -> dict[str, Any]:
    with program.open(folder) as running:
        answers = ask_all(running, questions)
        return {"pieces": running.pieces, **judge(answers, read_furniture(folder, name))}


def measure_times() -> dict[str, Any]:
    """Times of each program over seeds/, with the load of the machine around them."""
    before = read_load()
    found = _measure_each(lambda program: time_program(program, SEEDS))
    machine = {name: value for name, value in describe_machine().items() if name != "versions"}
    load = {"before": before, "after": read_load()}
    return {"programs": found, "machine": machine, "load": load}


def _measure_each(measure: Callable[[Program], dict[str, Any]]) -> dict[str, Any]:
    """By name; of what cannot run here, why."""
    found: dict[str, Any] = {}
    for program in list_programs():
        say(f"measuring {program.name}")
        try:
            found[program.name] = {"version": program.find_version(), **measure(program)}
        except (NotHere, OSError) as error:
            found[program.name] = {"not_here": str(error)}
    return found


def read_figures() -> dict[str, Any]:
    """What was measured so far."""
    empty: dict[str, Any] = {"answers": {}}
    return json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else empty


def write(figures: dict[str, Any]) -> None:
    """The file of figures, and the tables of the page."""
    FIGURES.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    page = fill(PAGE.read_text(encoding="utf-8"), make_sections(figures))
    PAGE.write_text(page, encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--part", choices=("answers", "times", "page"), help="only this")
    parser.add_argument("--scraped", type=Path, default=SCRAPED, help="the folder of scraped pages")
    chosen = parser.parse_args(arguments)
    figures = read_figures()
    today = {"measured": f"{datetime.now(UTC):%Y-%m-%d}"}
    if chosen.part in (None, "answers"):
        for name, folder in (("seeds", SEEDS), ("scraped", chosen.scraped)):
            if folder.is_dir():
                figures["answers"][name] = {**today, **measure_answers(name, folder)}
                write(figures)
    if chosen.part in (None, "times"):
        figures["times"] = {**today, **measure_times()}
    write(figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
