"""What a person sees of long work: bars with a rate where one is watching, else a line a stage."""

from io import StringIO

import pytest
from rich.console import Console

from service.cli.output import ProgressBar


def _watch(stage: str, *steps: int) -> str:
    seen = StringIO()
    with ProgressBar(Console(file=seen, force_terminal=True, width=120)) as progress:
        for done in steps:
            progress(stage, done, steps[-1])
    return seen.getvalue()


def test_a_stage_shows_its_share_its_rate_and_the_time() -> None:
    seen = _watch("encoding", 0, 50, 100)
    assert "encoding" in seen
    assert "100%" in seen
    assert "characters/s" in seen
    assert "0:00:00" in seen


def test_what_an_earlier_build_had_done_makes_no_rate() -> None:
    assert "/s" not in _watch("encoding", 100)


def test_one_step_has_no_rate() -> None:
    assert "/s" not in _watch("writing", 0, 1)


def test_unwatched_each_stage_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressBar(Console(file=StringIO())) as progress:
        for done in (0, 1500, 3000):
            progress("encoding", done, 3000)
        progress("writing", 0, 1)
    assert capsys.readouterr().err.splitlines() == ["encoding 3,000 characters", "writing"]
