"""The tables of the documentation, and `openapi.json`, taken from the code so that none can drift.

`python -m service.reference README.md docs/openapi.json` writes them anew: in Markdown, whatever
stands between `<!-- settings -->` and `<!-- /settings -->`, and so on for each table below.
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from embeddings.artifact import Artifact
from embeddings.encoders import load_encoder
from service.api.errors import HTTP_CODES, TABLE, WHEN
from service.app import create_app
from service.cli import COMMANDS, EXIT_CODES
from service.live import Live
from service.settings import SETTINGS, show_flag


def settings_table() -> str:
    """Every setting: its flag, its environment variable, its default, what it means."""
    rows = (
        (
            f"`--{setting.flag}{' ' if setting.expects else ''}{setting.expects}`",
            f"`{setting.variable}`",
            _show_default(setting.default),
            setting.meaning,
        )
        for setting in SETTINGS
    )
    return make_table(("Flag", "Environment variable", "Default", "Meaning"), rows)


def _show_default(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if value in ((), None):
        return "none"
    return f"`{value}`" if value != "" else "the one that fits"


def commands_table() -> str:
    """Every command with what it takes from the settings."""
    rows = (
        (
            " ".join((f"`winnow {name}", *(_show_positional(*one) for one in positionals))) + "`",
            meaning,
            " ".join(f"`{show_flag(flag)}`" for flag in flags),
        )
        for name, (flags, positionals, meaning) in COMMANDS.items()
    )
    return make_table(("Command", "What it does", "Settings it takes"), rows)


def _show_positional(name: str, count: str, _: str) -> str:
    shown = name.upper().removesuffix("S" if count else "")
    return {"+": f"{shown}...", "*": f"[{shown}...]", "?": f"[{shown}]"}.get(count, shown)


def exit_codes_table() -> str:
    """What a command returns to the shell."""
    return make_table(("Exit code", "Meaning"), ((str(code), m) for code, m in EXIT_CODES.items()))


def errors_table() -> str:
    """Every `error.code` of the HTTP answers."""
    rows = {(status, code) for _, status, code in TABLE}
    rows |= {(status, code) for status, (code, _) in HTTP_CODES.items()}
    return make_table(
        ("Status", "Code", "When"),
        ((str(status), f"`{code}`", WHEN[code]) for status, code in sorted(rows)),
    )


def make_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


TABLES = {
    "settings": settings_table,
    "commands": commands_table,
    "exit-codes": exit_codes_table,
    "errors": errors_table,
}


def make_tables() -> dict[str, str]:
    """Every table by the name of its markers."""
    return {name: make() for name, make in TABLES.items()}


def fill(text: str, sections: Mapping[str, str]) -> str:
    """A Markdown text with what stands between its markers written anew."""
    for name, section in sections.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        if begin in text:
            before, rest = text.split(begin, 1)
            _, after = rest.split(end, 1)
            text = f"{before}{begin}{section}\n{end}{after}"
    return text


def describe_api() -> str:
    """`openapi.json`; no index is opened for it."""
    app = create_app(Live(Artifact(Path()), load_encoder))
    return json.dumps(app.openapi(), ensure_ascii=False, indent=2) + "\n"


def main(names: Sequence[str]) -> None:
    """Write each file named: `.json` is the API's description, anything else holds tables."""
    for path in map(Path, names):
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        new = describe_api() if path.suffix == ".json" else fill(old, make_tables())
        path.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
