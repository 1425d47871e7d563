"""The log is told of trouble with the builds of an index, and not at each look for a new one."""

import pytest

from embeddings.errors import ArtifactError, IndexDamaged, IndexMissing
from service.trouble import Trouble

Log = pytest.LogCaptureFixture


def test_what_lasts_is_told_once_whatever_it_says(caplog: Log) -> None:
    trouble = Trouble(lambda: 0.0)
    for server in ("one", "two", "one"):
        trouble.tell(ArtifactError(f"server {server} does not answer"))
    assert caplog.messages == ["server one does not answer; the build in use stays"]


def test_another_kind_of_trouble_is_told(caplog: Log) -> None:
    trouble = Trouble(lambda: 0.0)
    trouble.tell(ArtifactError("no answer"))
    trouble.tell(IndexMissing("no build"))
    assert [line.partition(";")[0] for line in caplog.messages] == ["no answer", "no build"]


def test_each_build_that_is_refused_is_told_with_each_reason(caplog: Log) -> None:
    trouble = Trouble(lambda: 0.0)
    for build, reason in (("a", "short"), ("a", "short"), ("a", "altered"), ("b", "altered")):
        trouble.tell(IndexDamaged(reason), build)
    assert [line.partition(";")[0] for line in caplog.messages] == ["short", "altered", "altered"]


def test_what_comes_and_goes_is_told_every_half_minute_at_most(caplog: Log) -> None:
    seconds = 0.0
    trouble = Trouble(lambda: seconds)
    for second in range(100):
        seconds = float(second)
        trouble.tell(ArtifactError("no answer"))
        trouble.end()
    assert len(caplog.messages) == 4


def test_what_lasts_for_long_is_not_told_again(caplog: Log) -> None:
    seconds = 0.0
    trouble = Trouble(lambda: seconds)
    for second in range(100):
        seconds = float(second)
        trouble.tell(ArtifactError("no answer"))
    assert len(caplog.messages) == 1
