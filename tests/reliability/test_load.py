"""Four times more than a server can answer, builds published all the while, and clients that stall.

In turn: what it answers at most (as many clients as it has turns, each asking again when it was
answered), then half as much, then four times as much, at random moments.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import pytest

from embeddings.artifact import Artifact
from service.turns import count_turns
from tests.reliability.figures import (
    Rows,
    compare_latencies,
    find_growth,
    tell_footprints,
    tell_load,
)
from tests.reliability.load import Plan, Report, read_report
from tests.reliability.served import Footprint, Publisher, Served, every, read_passages, serving
from tests.reliability.stalling import KINDS
from tests.service.cli.conftest import ROOT, make_environment, run_winnow

PUBLISHED_EVERY = 5.0  # seconds
MINUTES = (2, 12)  # between which memory must not grow
MOST_GROWTH = 0.02
MOST_RATIO = 5.0  # p99 at four times the capacity over p99 at half of it


@dataclass(frozen=True, slots=True)
class Form:
    """The encoder, and how long each part lasts, in seconds."""

    encoder: str
    warm: float
    closed: float
    half: float
    fourfold: float


SHORT = Form("hashing", 1, 3, 6, 20)
LONG = Form("all-MiniLM-L6-v2", 10, 30, 180, 60 * MINUTES[1] + 65)


@pytest.fixture(scope="module")
def build_twice(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Two finished builds of the same files, with hardly a passage that is the same in both.

    By the name of the encoder; made once.
    """

    @cache
    def build(encoder: str) -> Path:
        folder = tmp_path_factory.mktemp("twice")
        corpus = folder / "corpus"
        corpus.mkdir()
        for other in ("the", "that"):
            for path in (ROOT / "seeds").glob("*.txt"):
                text = path.read_text(encoding="utf-8").replace(" the ", f" {other} ")
                (corpus / path.name).write_text(text, encoding="utf-8")
            built = run_winnow(folder, "build", corpus, "--index", "index", "--encoder", encoder)
            assert built.returncode == 0, built.stderr
        return folder / "index"

    return build


@pytest.fixture
def artifact(build_twice: Callable[[str], Path], tmp_path: Path, form: Form) -> Artifact:
    return Artifact(shutil.copytree(build_twice(form.encoder), tmp_path / "index"))


@pytest.fixture
def questions() -> list[str]:
    lines = (ROOT / "seeds" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["question"] for line in lines]


@pytest.fixture
def served(artifact: Artifact, tmp_path: Path, workers: int) -> Iterator[Served]:
    with serving(artifact.directory, tmp_path / "log.txt", workers) as served:
        yield served


def carry_out(plan: Plan) -> Report:
    """Ask in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.reliability.load"],
        input=json.dumps(asdict(plan)),
        env=make_environment(),
        capture_output=True,
        text=True,
        timeout=plan.seconds + 600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return read_report(done.stdout)


@pytest.mark.parametrize(
    "form",
    [pytest.param(SHORT, id="short"), pytest.param(LONG, id="long", marks=pytest.mark.reliability)],
)
@pytest.mark.parametrize("workers", [1, 3])
def test_what_is_too_much_is_refused_and_the_rest_answered_each_from_one_build(
    served: Served,
    artifact: Artifact,
    questions: list[str],
    form: Form,
    workers: int,
    figures: Rows,
) -> None:
    publisher = Publisher(artifact)
    passages = read_passages(artifact)
    footprints: list[Footprint] = []

    def load(seconds: float, rate: float = 0, until_all: bool = False) -> Report:
        asked = served.host, served.port, seconds, questions, passages
        return carry_out(Plan(*asked, rate, count_turns(workers), until_all))

    with every(PUBLISHED_EVERY, publisher.publish):
        load(form.warm)
        closed = load(form.closed)
        capacity = closed.answered / closed.seconds
        half = load(form.half, capacity / 2)
        with every(1, lambda seconds: footprints.append(served.measure(seconds))):
            fourfold = load(form.fourfold, 4 * capacity, until_all=True)

    figures += [
        ("workers, encoder", f"{workers}, {form.encoder}"),
        ("capacity, answers a second", f"{capacity:.1f}"),
        *tell_load(half, "half"),
        *tell_load(fourfold, "four times"),
        ("p99 at four times over p99 at half", f"{compare_latencies(fourfold, half):.2f}"),
        ("builds published", str(publisher.count)),
        *tell_footprints(footprints, *MINUTES),
    ]
    assert served.is_running and not served.read_errors()
    assert not closed.faults and not half.faults and not fourfold.faults
    assert set(fourfold.builds) == set(passages)
    assert fourfold.refused["busy"]
    assert set(fourfold.cut_off) == {kind.__name__ for kind in KINDS}
    if form is LONG:
        assert compare_latencies(fourfold, half) <= MOST_RATIO
        assert find_growth(footprints, *MINUTES) < MOST_GROWTH
