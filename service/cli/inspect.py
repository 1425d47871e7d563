"""`winnow inspect`: what is kept, folded and set aside, and why. Needs the tokenizer alone."""

import argparse
from collections import defaultdict
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from embeddings.aliases import find_aliases
from embeddings.budget import Budget
from embeddings.corpus import NOTHING, read_corpus
from embeddings.documents import (
    ENDINGS,
    DocumentReader,
    ReadOptions,
    Selection,
    list_sources,
    require_ocr,
)
from embeddings.duplicates import fold_cuts
from embeddings.encoders import DEFAULT_ENCODER, load_tokenizer
from embeddings.errors import CorpusEmpty
from embeddings.kept_cuts import KeptCuts
from embeddings.records import Cut, Fold, Reading
from embeddings.splitting import Splitter
from service.cli.output import print_json, say, show_plain
from service.locations import read_paths
from service.settings import Settings

_STYLES = {
    "kept": "",
    "heading": "bold",
    "comment": "magenta",
    "folded": "cyan",
    "marked": "yellow",
}


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """One JSON line a document with --json, else the texts in colour with reasons."""
    reading = Reading()
    cuts = _cut_all(read_paths(arguments.paths), settings, reading)
    for source, reason in (*reading.unreadable, *reading.notices, *reading.skipped):
        say(f"{source}: {reason}" if source else reason)
    if not cuts:
        raise CorpusEmpty("no document could be read", f"give files or folders of {ENDINGS}")
    folds: dict[str, list[Fold]] = defaultdict(list)
    for fold in fold_cuts(cuts, Budget())[1]:
        folds[fold.passage.document_id].append(fold)
    for names in find_aliases(cuts.texts):
        say("names taken for the same: " + " = ".join(sorted(names)))
    console = Console()
    for cut in cuts:
        described = _describe(cut, folds[cut.document.id])
        if settings.json:
            print_json(described)
        else:
            _show(console, described)
    return 0


def _cut_all(paths: list[Path], settings: Settings, reading: Reading) -> KeptCuts:
    name = settings.encoder or DEFAULT_ENCODER
    tokenizer = load_tokenizer(name)
    files = list_sources(paths, reading, Selection(settings.include, settings.exclude))
    ocr = require_ocr(settings.ocr_languages) if settings.ocr else ""
    with DocumentReader(ReadOptions(settings.text_column, ocr)) as reader:
        split = Splitter(tokenizer, name, settings.keep_all, reader.threads).split
        corpus = read_corpus(files, NOTHING, reader, split, Path(gettempdir()))
    reading.unreadable.extend(corpus.reading.unreadable)
    reading.notices.extend(corpus.reading.notices)
    return corpus.cuts


def _describe(cut: Cut, folds: list[Fold]) -> dict[str, Any]:
    text = cut.document.text
    folded = {fold.passage.id for fold in folds}
    return {
        "source": cut.document.source,
        "title": cut.title,
        "text": text,
        "passages": [
            {
                "start": p.start,
                "end": p.end,
                "text": p.text,
                "heading": p.heading,
                "comment": p.comment,
            }
            for p in cut.passages
            if p.id not in folded
        ],
        "headings": [
            {"start": h.start, "end": h.end, "text": text[h.start : h.end]} for h in cut.headings
        ],
        "marked": [
            {"start": m.start, "end": m.end, "text": text[m.start : m.end], "reason": m.reason}
            for m in cut.marks
        ],
        "folded": [
            {
                "start": fold.passage.start,
                "end": fold.passage.end,
                "text": fold.passage.text,
                "into": fold.into,
            }
            for fold in folds
        ],
    }


def _show(console: Console, described: dict[str, Any]) -> None:
    """What the search sees on the left, what is left out of it on the right, in their order."""
    console.rule(Text(f"{described['source']} · {described['title']}"))
    table = Table(box=None, expand=True, padding=(0, 1), header_style="bold")
    table.add_column("from", justify="right", style="dim")
    table.add_column("kept", ratio=3)
    table.add_column("folded or set aside, and why", ratio=2)
    parts = [
        *((p["start"], "comment" if p["comment"] else "kept", p) for p in described["passages"]),
        *((h["start"], "heading", h) for h in described["headings"]),
        *((f["start"], "folded", f) for f in described["folded"]),
        *((m["start"], "marked", m) for m in described["marked"]),
    ]
    for start, kind, part in sorted(parts, key=lambda one: one[0]):
        own = Text(show_plain(part["text"]), style=_STYLES[kind])
        if kind in ("kept", "heading"):
            table.add_row(str(start), own, "")
        elif kind == "comment":
            table.add_row(str(start), Text.assemble(_label("a reader's comment"), own), "")
        else:
            why = "folded" if kind == "folded" else f"marked: {part['reason']}"
            table.add_row(str(start), "", Text.assemble(_label(why), own))
    console.print(table)


def _label(words: str) -> Text:
    return Text(f"{words}  ", style="italic")
