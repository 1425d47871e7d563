"""Asks a server without pause, from a process of its own, and judges each answer.

    python -m tests.reliability.load    (a Plan on standard input, a Report on standard output)

With a rate, questions come at random moments (Poisson), whatever has been answered, and each
latency counts from the moment that was meant, so that neither a slow server nor a slow client hides
in it. Without one, each of so many clients asks again when it was answered. Every tenth question
names the build that answered last, as a link made from an answer does.

A slow machine takes longer to show all that a load is to show: what each build answers, and that
clients of each kind that stall are cut off. A plan may ask for all of it, and then goes on so long.
"""

import asyncio
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import quote

from tests.reliability.connections import Answer, Connections
from tests.reliability.stalling import KINDS, stalling

REFUSALS = {"busy": 503, "too_often": 429}
_MOST_TOLD = 20
_PINNED = 0.1
_LONGEST_MORE = 240  # seconds


@dataclass(frozen=True, slots=True)
class Plan:
    """`passages`: the text of each passage by its id, by build.

    With `until_all`, after its `seconds` it goes on until every build has answered and every kind
    of stalling client was cut off.
    """

    host: str
    port: int
    seconds: float
    questions: list[str]
    passages: dict[str, dict[str, str]]
    rate: float = 0
    clients: int = 1
    until_all: bool = False


@dataclass(slots=True)
class Report:
    """What came of it. Times are in milliseconds; `late`: how late questions were sent.

    `faults` are the answers that nobody should get, the first of each kind told whole.
    """

    seconds: float = 0
    asked: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    builds: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    cut_off: Counter[str] = field(default_factory=Counter)
    latencies: dict[str, float] = field(default_factory=dict)
    refusals: dict[str, float] = field(default_factory=dict)
    late: dict[str, float] = field(default_factory=dict)
    processor_seconds: float = 0

    @property
    def answered(self) -> int:
        return sum(self.builds.values())


class Judge:
    """Counts answers, and says what is wrong with one."""

    def __init__(self, passages: Mapping[str, Mapping[str, str]]) -> None:
        self.report = Report()
        self.last_build = ""
        self._passages = passages
        self._latencies: list[float] = []
        self._refusals: list[float] = []
        self._late: list[float] = []

    def note_sent(self, seconds_late: float) -> None:
        self.report.asked += 1
        self._late.append(seconds_late)

    def judge(self, answer: Answer, seconds: float, pinned: str = "") -> None:
        """An answer to a question that named a build, or none."""
        told = json.loads(answer.body)
        if answer.status != 200:
            self._judge_refusal(answer, told["error"], seconds)
            return
        fault = self._compare(told, pinned or told["build"])
        if fault:
            self.blame(fault)
            return
        self.last_build = told["build"]
        self.report.builds[self.last_build] += 1
        self._latencies.append(seconds)

    def blame(self, fault: str) -> None:
        known = fault in self.report.faults or len(self.report.faults) < _MOST_TOLD
        self.report.faults[fault if known else "others"] += 1

    def _judge_refusal(self, answer: Answer, error: Mapping[str, str], seconds: float) -> None:
        if REFUSALS.get(error["code"]) != answer.status or not answer.told_when:
            self.blame(f"{answer.status}: {error}")
            return
        self.report.refused[error["code"]] += 1
        self._refusals.append(seconds)

    def _compare(self, told: Mapping[str, Any], wanted: str) -> str:
        """What of an answer is not of the build that it should be of."""
        build, hits = told["build"], told["hits"]
        if build != wanted or build not in self._passages:
            return f"build {build} answered for {wanted}"
        texts = self._passages[build]
        if not hits:
            return "an answer without hits"
        foreign = [hit for hit in hits if texts.get(hit["passage_id"]) != hit["text"]]
        return f"in build {build} a hit of another: {foreign[0]}" if foreign else ""

    def close(self, seconds: float) -> Report:
        report = self.report
        report.seconds = seconds
        report.latencies = summarize(self._latencies)
        report.refusals = summarize(self._refusals)
        report.late = summarize(self._late)
        report.processor_seconds = time.process_time()
        return report


def summarize(seconds: list[float]) -> dict[str, float]:
    """Quantiles in milliseconds, each one a value that was there."""
    if not seconds:
        return {}
    ordered = sorted(seconds)
    shares = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}
    return {
        name: round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2)
        for name, share in shares.items()
    }


class Load:
    """One plan under way."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._judge = Judge(plan.passages)
        self._connections = Connections(plan.host, plan.port)
        self._chosen = random.Random(plan.rate)
        self._tell_time = asyncio.get_running_loop().time
        self._begun = self._tell_time()
        self._seconds = plan.seconds

    async def run(self) -> Report:
        with stalling(self._plan.host, self._plan.port) as self._judge.report.cut_off:
            if self._plan.rate:
                await self._ask_at_a_rate()
            else:
                await self._ask_in_turn()
        self._connections.close()
        return self._judge.close(self._seconds)

    def _is_over(self, moment: float) -> bool:
        """Whether nothing is asked any more at a moment; notes how long the load has gone on."""
        more = moment - self._begun - self._plan.seconds
        self._seconds = self._plan.seconds + max(0.0, more)
        return more >= (0 if self._has_shown_all() else _LONGEST_MORE)

    def _has_shown_all(self) -> bool:
        report = self._judge.report
        return not self._plan.until_all or (
            len(report.cut_off) == len(KINDS) and len(report.builds) == len(self._plan.passages)
        )

    async def _ask_at_a_rate(self) -> None:
        under_way: set[asyncio.Task[None]] = set()
        for due in self._choose_moments():
            await asyncio.sleep(max(0.0, due - self._tell_time()))
            task = asyncio.ensure_future(self._ask(due))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        await asyncio.gather(*under_way)

    def _choose_moments(self) -> Iterator[float]:
        due = self._begun
        while not self._is_over(due := due + self._chosen.expovariate(self._plan.rate)):
            yield due

    async def _ask_in_turn(self) -> None:
        async def ask_again_and_again() -> None:
            while not self._is_over(now := self._tell_time()):
                await self._ask(now)

        await asyncio.gather(*(ask_again_and_again() for _ in range(self._plan.clients)))

    async def _ask(self, due: float) -> None:
        judge = self._judge
        judge.note_sent(self._tell_time() - due)
        pinned = judge.last_build if self._chosen.random() < _PINNED else ""
        path = f"/api/search?q={quote(self._chosen.choice(self._plan.questions))}"
        path += f"&build={pinned}" if pinned else ""
        said = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        try:
            answer = await self._connections.ask(said)
        except TimeoutError:
            judge.blame("no answer")
        except OSError as error:
            judge.blame(str(error))
        else:
            judge.judge(answer, self._tell_time() - due, pinned)


def run_load(plan: Plan) -> Report:
    async def run() -> Report:
        return await Load(plan).run()

    return asyncio.run(run())


def show_report(report: Report) -> str:
    return json.dumps({one.name: getattr(report, one.name) for one in fields(report)})


def read_report(told: str) -> Report:
    values = json.loads(told)
    counted = ("refused", "builds", "faults", "cut_off")
    return Report(**{**values, **{name: Counter(values[name]) for name in counted}})


if __name__ == "__main__":
    print(show_report(run_load(Plan(**json.load(sys.stdin)))))
