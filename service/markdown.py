"""How the documentation that is taken from the code is written down."""

from collections.abc import Iterable, Sequence


def make_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; its cells are Markdown already."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def make_cell(text: str) -> str:
    """Plain words as a cell, whatever stands in them."""
    return " ".join(text.split()).replace("|", "\\|")


def make_section(title: str, *parts: str, level: int = 2) -> str:
    """A heading with what stands below it; empty parts are left out."""
    return "\n\n".join((f"{'#' * level} {title}", *(part for part in parts if part)))
