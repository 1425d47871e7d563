"""The documentation says what the code says."""

import re
from pathlib import Path

import pytest

from embeddings import errors
from service.cli import COMMANDS, EXIT_CODES
from service.cli.evaluate import LIMIT_MISSED
from service.cli.news import NEWS
from service.cli.verify import SOURCES_CHANGED
from service.reference import TABLES, errors_table, fill, make_tables, settings_table
from service.settings import SETTINGS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
REWRITE = "write it anew: make docs"


@pytest.mark.parametrize("name", TABLES)
def test_readme_has_a_place_for_each_table(name: str) -> None:
    assert README.count(f"<!-- {name} -->\n") == 1
    assert README.count(f"<!-- /{name} -->") == 1


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_the_readme_is_that_of_the_code(name: str) -> None:
    assert f"<!-- {name} -->\n{TABLES[name]()}\n<!-- /{name} -->" in README, REWRITE


def test_filling_again_changes_nothing() -> None:
    assert fill(README, make_tables()) == README, REWRITE


def test_filling_replaces_what_stands_between_the_markers_alone() -> None:
    text = "before\n<!-- one -->\nold\n<!-- /one -->\nold\n<!-- two -->\nold\n<!-- /two -->\n"
    filled = fill(text, {"one": "new", "three": "nowhere"})
    assert filled == text.replace("old", "new", 1)


def test_the_settings_table_has_a_row_for_every_setting() -> None:
    rows = settings_table().splitlines()[2:]
    assert len(rows) == len(SETTINGS)
    for row, setting in zip(rows, SETTINGS, strict=True):
        assert f"--{setting.flag}" in row and setting.variable in row and setting.meaning in row


def test_no_two_errors_share_a_row() -> None:
    rows = errors_table().splitlines()[2:]
    assert len(rows) == len(set(rows)) >= 8


def test_every_exit_code_of_an_error_is_documented() -> None:
    kinds = [value for value in vars(errors).values() if isinstance(value, type)]
    assert {kind.exit_code for kind in kinds if issubclass(kind, errors.WinnowError)} == {1, 2}
    assert set(EXIT_CODES) == {0, 1, 2, LIMIT_MISSED, SOURCES_CHANGED, NEWS, 130}


def test_readme_names_no_command_that_is_not_there() -> None:
    named = set(re.findall(r"\bwinnow ([a-z]+)", README))
    assert named <= set(COMMANDS)


@pytest.mark.parametrize("path", sorted(ROOT.glob("*.md")), ids=lambda path: path.name)
def test_every_file_that_a_document_links_to_is_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    linked = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text)
    assert [target for target in linked if not (path.parent / target).exists()] == []


def test_architecture_names_no_module_that_is_not_there() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:embeddings|service|tests)/[\w./-]+)`", text)
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_test_that_the_security_page_names_is_there() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:embeddings|service|tests)/[\w./-]+)`", text)
    assert len(named) > 20
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_row_of_a_defence_names_its_test() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    table = text.partition("## What each defence covers")[2].partition("\n## ")[0]
    rows = [row for row in table.splitlines() if row.startswith("| ")][1:]
    assert len(rows) > 20
    for row in rows:
        assert re.search(r"`(tests/|make )[^`]+` \|$", row), row
