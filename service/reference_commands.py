"""Every command with all that it takes, for the reference of the documentation."""

import argparse
from collections.abc import Iterator

from service.cli import COMMANDS, make_parser
from service.markdown import make_cell, make_section, make_table
from service.settings import SETTINGS, Setting

_BY_NAME = {setting.name: setting for setting in SETTINGS}


def show_positional(name: str, count: str, _: str) -> str:
    """How an argument without a flag is written: PATH..., [PATH...], [NAME] or NAME."""
    shown = name.upper().removesuffix("S" if count else "")
    return {"+": f"{shown}...", "*": f"[{shown}...]", "?": f"[{shown}]"}.get(count, shown)


def show_usage(name: str) -> str:
    """A command with its arguments without flags."""
    return " ".join((f"winnow {name}", *(show_positional(*one) for one in COMMANDS[name][1])))


def show_default(value: object) -> str:
    """The value in force where none is given."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if value in ((), None):
        return "none"
    return f"`{value}`" if value != "" else "the one that fits"


def show_setting(setting: Setting) -> tuple[str, str, str, str]:
    """A setting as a row: its flag, its environment variable, its default, what it means."""
    return (
        f"`--{setting.flag}{' ' if setting.expects else ''}{setting.expects}`",
        f"`{setting.variable}`",
        show_default(setting.default),
        setting.meaning,
    )


def show_commands() -> str:
    """A section for each command, taken from the parser that reads it."""
    parsers = {name: parser for name, parser in _list_parsers(make_parser())}
    return "\n\n".join(
        make_section(
            f"winnow {name}",
            f"`{show_usage(name)}`",
            f"{meaning[0].upper()}{meaning[1:]}.",
            *_show_arguments(parsers[name]),
        )
        for name, (_, _, meaning) in COMMANDS.items()
    )


def _list_parsers(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


def _show_arguments(parser: argparse.ArgumentParser) -> Iterator[str]:
    taken = [action for action in parser._actions if not isinstance(action, argparse._HelpAction)]
    placed = [action for action in taken if not action.option_strings]
    if placed:
        rows = ((f"`{one.dest.upper()}`", make_cell(one.help or "")) for one in placed)
        yield make_table(("Argument", "Meaning"), rows)
    yield make_table(
        ("Flag", "Environment variable", "Default", "Meaning"),
        (_show_flag(action) for action in taken if action.option_strings),
    )


def _show_flag(action: argparse.Action) -> tuple[str, str, str, str]:
    if action.dest in _BY_NAME:
        return show_setting(_BY_NAME[action.dest])
    expects = "" if action.nargs == 0 else f" {_show_expected(action)}"
    default = f"`{action.default}`" if action.default else "none"
    return f"`{action.option_strings[-1]}{expects}`", "", default, make_cell(action.help or "")


def _show_expected(action: argparse.Action) -> str:
    if action.choices:
        return "\\|".join(map(str, action.choices))
    return str(action.metavar or "N")
