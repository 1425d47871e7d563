"""The tables of the documentation, and `openapi.json`, taken from the code so that none can drift.

`python -m service.reference README.md docs/reference/*.md docs/openapi.json` writes them anew: in
Markdown, whatever stands between `<!-- settings -->` and `<!-- /settings -->`, and so on for each
section below.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from embeddings.artifact import Artifact
from embeddings.encoders import load_encoder
from service.api.errors import HTTP_CODES, TABLE, WHEN
from service.app import create_app
from service.cli import COMMANDS, EXIT_CODES
from service.live import Live
from service.markdown import make_table
from service.metrics import MEANINGS
from service.reference_api import show_addresses, show_schemas
from service.reference_commands import show_commands, show_setting, show_usage
from service.settings import SETTINGS, show_flag


def settings_table() -> str:
    """Every setting: its flag, its environment variable, its default, what it means."""
    head = ("Flag", "Environment variable", "Default", "Meaning")
    return make_table(head, map(show_setting, SETTINGS))


def commands_table() -> str:
    """Every command with what it takes from the settings."""
    rows = (
        (f"`{show_usage(name)}`", meaning, " ".join(f"`{show_flag(flag)}`" for flag in flags))
        for name, (flags, _, meaning) in COMMANDS.items()
    )
    return make_table(("Command", "What it does", "Settings it takes"), rows)


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


def metrics_table() -> str:
    """Every metric that Prometheus is told."""
    rows = ((", ".join(f"`{name}`" for name in names), m) for names, m in MEANINGS.items())
    return make_table(("Metric", "What it is"), rows)


TABLES = {
    "settings": settings_table,
    "commands": commands_table,
    "exit-codes": exit_codes_table,
    "errors": errors_table,
    "metrics": metrics_table,
}


def make_tables() -> dict[str, str]:
    """Every table by the name of its markers."""
    return {name: make() for name, make in TABLES.items()}


def make_sections() -> dict[str, str]:
    """The tables, and what the reference of the documentation has beside them."""
    api = make_description()
    return {
        **make_tables(),
        "every-command": show_commands(),
        "addresses": show_addresses(api),
        "objects": show_schemas(api),
    }


def fill(text: str, sections: Mapping[str, str]) -> str:
    """A Markdown text with what stands between its markers written anew."""
    for name, section in sections.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        if begin in text:
            before, rest = text.split(begin, 1)
            _, after = rest.split(end, 1)
            text = f"{before}{begin}{section}\n{end}{after}"
    return text


def make_description() -> dict[str, Any]:
    """The OpenAPI document; no index is opened for it."""
    return create_app(Live(Artifact(Path()), load_encoder)).openapi()


def describe_api() -> str:
    """`openapi.json`."""
    return json.dumps(make_description(), ensure_ascii=False, indent=2) + "\n"


def main(names: Sequence[str]) -> None:
    """Write each file named: `.json` is the API's description, anything else holds sections."""
    for path in map(Path, names):
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        new = describe_api() if path.suffix == ".json" else fill(old, make_sections())
        path.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
