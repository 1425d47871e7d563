"""The alert rules and the dashboard ask for what the server tells, and leave nothing of it out."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from service.api.errors import HTTP_CODES, TABLE

DEPLOY = Path(__file__).parents[2] / "deploy"
README = DEPLOY.parent / "README.md"
FILES = [DEPLOY / "alerts.yml", DEPLOY / "dashboard.json"]


@pytest.fixture(scope="module")
def told(client: TestClient) -> dict[str, set[str]]:
    """The names of all series of a server that was asked something, with their labels."""
    client.get("/api/search?q=ships")
    client.get("/nothing")
    series: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(client.get("/metrics").text):
        for sample in family.samples:
            if not sample.name.endswith("_created"):
                series.setdefault(sample.name, set()).update(sample.labels)
    return {name: labels for name, labels in series.items() if name.startswith("winnow_")}


def _find_names(path: Path) -> set[str]:
    # A name before @ is that of a user of a database.
    return set(re.findall(r"\bwinnow_[a-z_]+\b(?!@)", path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_metric_that_is_named_exists(path: Path, told: dict[str, set[str]]) -> None:
    named = _find_names(path)
    assert len(named) >= 4
    assert named <= told.keys()


def test_the_readme_names_every_metric(told: dict[str, set[str]]) -> None:
    families = {re.sub("_(bucket|sum|count)$", "", name) for name in told}
    shown = {re.sub("_(bucket|sum|count)$", "", name) for name in _find_names(README)}
    assert families == shown


def _find_expressions() -> Iterator[str]:
    board = json.loads((DEPLOY / "dashboard.json").read_text(encoding="utf-8"))
    for panel in board["panels"]:
        for target in panel["targets"]:
            yield target["expr"]
    yield (DEPLOY / "alerts.yml").read_text(encoding="utf-8")


def test_every_label_that_is_asked_for_exists(told: dict[str, set[str]]) -> None:
    asked = [
        (name, label)
        for expression in _find_expressions()
        for name, inner in re.findall(r"(winnow_[a-z_]+)\{([^}]*)\}", expression)
        for label in re.findall(r"(\w+)=", inner)
    ]
    assert asked
    for name, label in asked:
        assert label in told[name], (name, label)


def test_every_code_that_an_alert_names_exists() -> None:
    codes = {code for _, _, code in TABLE} | {code for code, _ in HTTP_CODES.values()}
    rules = (DEPLOY / "alerts.yml").read_text(encoding="utf-8")
    named = re.findall(r'code=~?"([a-z_|]+)"', rules)
    assert named
    for one in named:
        assert set(one.split("|")) <= codes
