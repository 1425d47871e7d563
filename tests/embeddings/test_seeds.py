"""The documents in `seeds/`, each line judged by hand: furniture is marked, all else is kept."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from embeddings.encoders import load_tokenizer
from embeddings.passages import cut_document
from embeddings.records import Cut, Document

SEEDS = Path(__file__).parents[2] / "seeds"

# The first words of each line that is no part of its article.
FURNITURE = {
    "central-asian-militants-al-fath-analysis.txt": (
        "By Uran Botobekov, retold*",
        "*About the author of the original:",
        "Source: The article retold here appeared",
    ),
    "foreign-fighters-back-taliban-advance.txt": (
        "Our newsroom cannot go on without",
        "Honest reporting takes time and money.",
        "Most read this week",
        "Pick the subscription for your region",
        "Latest news",
        "Rahul Gandhi in Srinagar: Love, not",
        "Dressed in a pheran, the cloak",
        "More stories like this",
    ),
    "islamic-jihad-union-raid-video.txt": (
        "Bill Roggio edits The Long War",
        "Tags: , , , , ,",
        "2 Comments",
        "Yemen",
        "Al nusrah",
        "Islamic state",
        "Somalia",
        "Aqim",
        "Mali",
        "Isis",
    ),
    "uzbek-factions-southern-aleppo.txt": (
        "Documents",
        "Rights Archive",
        "Bookshop | Give",
        "Home | Rights Archive",
        "07Jun16",
        "[Source: By Caleb Weiss in Threat",
        "Bookshop Give Listen to our radio",
        "War in Syria",
        "page logoPut online on 13Jun16 by",
    ),
    "uzbek-group-claims-joint-operation.txt": (
        "Jump to content",
        "Newest stories",
        "عکس این گزارش",
        "عکس این گزارش",
        "Pass this story on",
    ),
}
_LEAST_MARKED = 0.9


@pytest.fixture(scope="module")
def cuts() -> dict[str, Cut]:
    tokenizer = load_tokenizer()
    return {
        path.name: cut_document(
            Document(path.name, path.read_text(encoding="utf-8")),
            tokenizer.count_tokens,
            tokenizer.window,
        )
        for path in sorted(SEEDS.glob("*.txt"))
    }


def _lines(cut: Cut) -> Iterator[tuple[int, str]]:
    """Where each line begins, and the line; no blank ones."""
    at = 0
    for line in cut.document.text.splitlines(keepends=True):
        if stripped := line.strip():
            yield at + line.index(stripped), stripped
        at += len(line)


def _is_furniture(line: str, name: str) -> bool:
    return line.startswith(FURNITURE[name])


def test_every_line_listed_stands_in_its_document(cuts: dict[str, Cut]) -> None:
    for name, listed in FURNITURE.items():
        for start in listed:
            assert any(line.startswith(start) for _, line in _lines(cuts[name])), start


def test_nine_in_ten_lines_of_furniture_are_marked(cuts: dict[str, Cut]) -> None:
    found = {
        (name, line): any(mark.start <= at < mark.end for mark in cut.marks)
        for name, cut in cuts.items()
        for at, line in _lines(cut)
        if _is_furniture(line, name)
    }
    missed = [line for line, is_marked in found.items() if not is_marked]
    assert len(missed) <= (1 - _LEAST_MARKED) * len(found), missed


def test_every_line_of_the_articles_is_kept(cuts: dict[str, Cut]) -> None:
    for name, cut in cuts.items():
        kept = [(span.start, span.end) for span in chain(cut.passages, cut.headings)]
        for at, line in _lines(cut):
            if not _is_furniture(line, name):
                assert any(start <= at and at + len(line) <= end for start, end in kept), line
