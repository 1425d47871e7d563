"""Every command in README.md and docs/ runs, and prints what the page says that it prints."""

from pathlib import Path

import pytest

from tests.docs.blocks import Command, find_commands, find_missing, join_lines
from tests.docs.conftest import Clone
from tests.docs.unrun import RULES, find_rule, split

ROOT = Path(__file__).parents[2]
PAGES = {
    path.relative_to(ROOT).as_posix(): found
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
    if (found := find_commands(path))
}
COMMANDS = [(page, command) for page, commands in PAGES.items() for command in commands]


@pytest.mark.model
@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_run_in_their_order(page: str, clone: Clone) -> None:
    for command in PAGES[page]:
        if find_rule(command.text):
            continue
        done = clone.run(command.text)
        assert done.returncode == 0, f"{command.text}\n{done.stdout}"
        missing = find_missing(command.prints, done.stdout)
        assert missing is None, f"{command.text}\ndoes not print {missing!r}:\n{done.stdout}"


@pytest.mark.parametrize(
    ("page", "command"), [(page, one) for page, one in COMMANDS if find_rule(one.text)]
)
def test_what_is_not_run_is_there(page: str, command: Command) -> None:
    rule = find_rule(command.text)
    assert rule is not None
    rule.check(split(command.text))


def test_no_rule_is_without_a_command() -> None:
    used = {rule.pattern for _, command in COMMANDS if (rule := find_rule(command.text))}
    assert used == {rule.pattern for rule in RULES}


def test_most_pages_are_read_and_most_commands_run() -> None:
    assert len(PAGES) >= 10
    assert len([one for _, one in COMMANDS if find_rule(one.text) is None]) >= 25


def test_a_command_that_goes_on_is_one() -> None:
    lines = ["a \\", "  b", "", "cat > x <<'END'", "c  # d", "END", "e  # f"]
    assert list(join_lines(lines)) == ["a \\\n  b", "cat > x <<'END'\nc  # d\nEND", "e  # f"]


def test_a_page_is_read_block_by_block(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    blocks = "```sh\na\nb\n```\n\n```text\nno\n```\n```console\n$ c\n1…\n$ d\n```\n"
    page.write_text(blocks, encoding="utf-8")
    assert find_commands(page) == [Command("a"), Command("b"), Command("c", ["1…"]), Command("d")]


@pytest.mark.parametrize(
    ("prints", "missing"),
    [
        (["one", "three"], None),
        (["…", "tw…", "…", "three…"], None),
        (["three", "one"], "one"),
        (["on"], "on"),
        (["t…o…x"], "t…o…x"),
    ],
)
def test_lines_are_looked_for_in_their_order(prints: list[str], missing: str | None) -> None:
    assert find_missing(prints, "one\ntwo  \nthree\n") == missing


@pytest.mark.parametrize("text", ["make nothing", "python -m tests.nothing", "winnow bench --no"])
def test_what_is_not_there_is_found_out(text: str) -> None:
    rule = find_rule(text)
    assert rule is not None
    with pytest.raises((AssertionError, SystemExit, ModuleNotFoundError)):
        rule.check(split(text))
