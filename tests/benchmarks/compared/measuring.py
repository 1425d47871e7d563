"""What is measured of one program: its answers to the questions of a folder, and its times."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import Any

from service.bench.server import measure_memory
from service.evaluation.questions import CROSS, NEAR, Question
from tests.benchmarks.compared.judging import READ, SHOWN, Answer, Furniture, count_repeats
from tests.benchmarks.compared.programs import Program, Running
from tests.benchmarks.compared.refusing import judge_bound, judge_own

OFF_TOPIC = "none"
FIRST = "How many fighters does KIB command?"
WARMING, TIMED = 20, 200
STARTS = 3
Figures = dict[str, Any]


def ask_all(running: Running, questions: Sequence[Question]) -> list[Answer]:
    """Each question once, in their order."""
    return [Answer(question, *running.ask(question.text)) for question in questions]


def count_questions(questions: Sequence[Question]) -> dict[str, int]:
    """How many there are of each sort that is told apart."""
    return {
        "own": sum(one.answerable and one.kind != CROSS for one in questions),
        "cross": sum(one.kind == CROSS for one in questions),
        "off_topic": sum(one.kind == OFF_TOPIC for one in questions),
        "near": sum(one.kind == NEAR for one in questions),
    }


def judge(answers: Sequence[Answer], furniture: Furniture) -> Figures:
    """All figures of a program's answers; questions in another language are counted apart."""
    own = [one for one in answers if one.question.answerable and one.question.kind != CROSS]
    cross = [one for one in answers if one.question.kind == CROSS]
    shown = [one.hits[:SHOWN] for one in answers]
    return {
        "first": sum(one.rank == 1 for one in own),
        "in_first_three": sum(1 <= one.rank <= READ for one in own),
        "cross_in_first_three": sum(1 <= one.rank <= READ for one in cross),
        "characters_read": round(
            statistics.mean(sum(len(hit.text) for hit in one.hits[:READ]) for one in own)
        ),
        "hits": sum(map(len, shown)),
        "repeats": sum(map(count_repeats, shown)),
        "furniture": sum(furniture.holds(hit) for hits in shown for hit in hits),
        "not_found_again": furniture.lost,
        "off_topic_answered": _count_answered(answers, OFF_TOPIC),
        "near_answered": _count_answered(answers, NEAR),
        "refused_wrongly": sum(not one.answered for one in own),
        "cross_refused": sum(not one.answered for one in cross),
        "refusals": asdict(judge_own(answers)),
        "refusals_by_bound": asdict(judge_bound(answers)),
    }


def _count_answered(answers: Sequence[Answer], kind: str) -> int:
    return sum(one.answered for one in answers if one.question.kind == kind)


def time_program(program: Program, folder: Path) -> Figures:
    """Seconds from the start to the first answer, the middle of several; then of one that runs:
    the p50 of one client in milliseconds, its query encoded each time, and megabytes of memory."""
    queries = draw_queries(folder, WARMING + TIMED)
    seconds = []
    for start in range(STARTS):
        started = time.perf_counter()
        with program.open(folder) as running:
            running.ask(FIRST)
            seconds.append(time.perf_counter() - started)
            if start == STARTS - 1:
                times = [_time(running, query) for query in queries][WARMING:]
                memory = measure_memory(running.process)
    return {
        "first_answer_s": round(statistics.median(seconds), 1),
        "p50_ms": round(statistics.median(times), 1),
        "memory_mb": round(memory.anonymous + memory.mapped) if memory else None,
    }


def _time(running: Running, query: str) -> float:
    started = time.perf_counter()
    running.ask(query)
    return 1000 * (time.perf_counter() - started)


def draw_queries(folder: Path, count: int) -> list[str]:
    """Runs of 5 to 12 words of the texts, none twice, the same each time."""
    words = [
        word
        for path in sorted(folder.glob("*.txt"))
        for word in path.read_text(encoding="utf-8").split()
    ]
    random, drawn = Random(0), dict[str, None]()
    while len(drawn) < count:
        start = random.randrange(len(words) - 12)
        drawn[" ".join(words[start : start + random.randint(5, 12)])] = None
    return list(drawn)
