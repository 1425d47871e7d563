"""The reference says what the code says: every command, flag, address, field, error and metric."""

import re
from pathlib import Path
from typing import Any

import pytest

from service.cli import COMMANDS, make_parser
from service.reference import fill, main, make_description, make_sections
from service.reference_api import show_addresses, show_schemas
from service.reference_commands import show_commands
from service.settings import show_flag

PAGES = sorted((Path(__file__).parents[2] / "docs" / "reference").glob("*.md"))


@pytest.fixture(scope="module")
def sections() -> dict[str, str]:
    return make_sections()


@pytest.fixture(scope="module")
def api() -> dict[str, Any]:
    return make_description()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_holds_what_the_code_says(page: Path, sections: dict[str, str]) -> None:
    text = page.read_text(encoding="utf-8")
    assert any(f"<!-- {name} -->\n{section}\n" in text for name, section in sections.items())
    assert fill(text, sections) == text, "write it anew: make docs"


def test_what_is_not_for_the_readme_has_its_page(sections: dict[str, str]) -> None:
    texts = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    for name in sections.keys() - {"commands"}:
        assert texts.count(f"<!-- {name} -->\n") == 1, name


def test_a_page_is_written_as_it_is_named(tmp_path: Path) -> None:
    page = tmp_path / "errors.md"
    page.write_text("# Errors\n<!-- exit-codes -->\nold\n<!-- /exit-codes -->\n", encoding="utf-8")
    main([str(page)])
    text = page.read_text(encoding="utf-8")
    assert "old" not in text and "| 130 | interrupted |" in text


@pytest.mark.parametrize("name", COMMANDS)
def test_every_flag_of_a_command_is_below_it(name: str) -> None:
    section = f"{show_commands()}\n\n## ".partition(f"## winnow {name}\n")[2].partition("\n## ")[0]
    for key in COMMANDS[name][0]:
        assert f"| `{show_flag(key)}" in section, key
    for positional, _, meaning in COMMANDS[name][1]:
        assert f"| `{positional.upper()}` | {meaning} |" in section
    assert ("--quote" in section) == (name == "search")


def test_the_reference_has_the_commands_of_the_parser() -> None:
    usage = make_parser().format_help()
    assert [name for name in COMMANDS if not re.search(rf"\n    {name}\s", usage)] == []


def test_every_address_is_there_with_its_parameters(api: dict[str, Any]) -> None:
    shown = f"{show_addresses(api)}\n\n### "
    for address, methods in api["paths"].items():
        for method, operation in methods.items():
            title = f"### `{method.upper()} {address}`\n"
            assert shown.count(title) == 1
            section = shown.partition(title)[2].partition("\n### ")[0]
            for one in operation.get("parameters", []):
                assert f"| `{one['name']}`" in section, (address, one["name"])
            assert all(f"`{status}`" in section for status in operation["responses"])


def test_every_object_is_there_with_its_fields(api: dict[str, Any]) -> None:
    shown = f"{show_schemas(api)}\n\n### "
    for name, schema in api["components"]["schemas"].items():
        section = shown.partition(f"### {name}\n")[2].partition("\n### ")[0]
        assert section, name
        assert [f for f in schema.get("properties", {}) if f"| `{f}` |" not in section] == []


@pytest.mark.parametrize(
    ("schema", "shown"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 100}, "integer, 1 to 100"),
        ({"type": "string", "minLength": 1, "maxLength": 9}, "string, 1 to 9 characters"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "string, or null"),
        ({"type": "string", "enum": ["a", "b"]}, "`a` or `b`"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/HitOut"}}, "[HitOut](#hitout)"),
        ({"type": "object", "additionalProperties": {"type": "number"}}, "object of number"),
    ],
)
def test_a_type_is_said_in_words(schema: dict[str, Any], shown: str) -> None:
    one = {"name": "x", "required": False, "schema": schema}
    operation = {"parameters": [one], "responses": {"200": {}}}
    section = show_addresses({"paths": {"/a": {"get": operation}}})
    assert f"| `x` | {'list of ' if 'items' in schema else ''}{shown} |" in section
