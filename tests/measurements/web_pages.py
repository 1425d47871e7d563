"""How well is the article of a web page kept? F1 against the text that people marked, page by page.

    python -m tests.measurements.web_pages FOLDER

FOLDER holds `html/<name>.html.gz` and `gold.jsonl` (`_id`, `text`), as the article extraction
benchmark of Scrapinghub does in this form. A text is the multiset of its runs of four words; F1 is
the mean over the pages; readers' comments are left out. Beside Winnow's reading of the HTML stands
trafilatura alone; and, of the same pages turned into plain text by inscriptis (`pip install
inscriptis`, not among the requirements), what is kept of the `.txt` and what keeping all scores.
"""

import gzip
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import fmean

from trafilatura import extract

from embeddings.documents.html import read_html
from embeddings.documents.text import read_text
from embeddings.encoders import load_tokenizer
from embeddings.errors import UnreadableDocument
from embeddings.passages import cut_document
from embeddings.records import Document

_WORD = re.compile(r"\w+")
_RUN = 4
_TOKENIZER = load_tokenizer()

Keeper = Callable[[str], str]


def score(expected: str, kept: str) -> float:
    """F1 over runs of four words."""
    wanted, found = _find_runs(expected), _find_runs(kept)
    common = (wanted & found).total()
    return 2 * common / max(1, wanted.total() + found.total())


def _find_runs(text: str) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text.lower())
    return Counter(tuple(words[i : i + _RUN]) for i in range(max(1, len(words) - _RUN + 1)))


def keep_html(html: str) -> str:
    """What Winnow finds in the page: passages and headings, readers' comments left out."""
    return _keep(read_html(html.encode("utf-8", "surrogatepass"), "page.html", ""))


def keep_extract(html: str) -> str:
    """What trafilatura finds by itself."""
    return extract(html, include_comments=False) or ""


def keep_text(text: str) -> str:
    """What Winnow keeps of the page as plain text."""
    return _keep(read_text(text.encode("utf-8", "surrogatepass"), "page.txt", ""))


def _keep(documents: Iterator[Document | UnreadableDocument]) -> str:
    try:
        document = next(documents)
    except UnreadableDocument:
        return ""
    assert isinstance(document, Document)
    cut = cut_document(document, _TOKENIZER.count_tokens, _TOKENIZER.window)
    text = cut.document.text
    spans = sorted((span.start, span.end) for span in (*cut.passages, *cut.headings))
    begin = min((p.start for p in cut.passages if p.comment), default=len(text))
    end = begin if document.comments is None else document.comments
    return "\n".join(text[span[0] : span[1]] for span in spans if span[0] < end)


def main(folder: Path) -> None:
    """Print a Markdown table."""
    read = read_pages(folder)
    pages = {name: html for name, (html, _) in read.items()}
    gold = {name: text for name, (_, text) in read.items()}
    print(f"{len(pages)} pages\n\n| reading | F1 |\n|---|---|")
    _print("HTML, Winnow", keep_html, gold, pages)
    _print("HTML, trafilatura alone", keep_extract, gold, pages)
    try:
        from inscriptis import get_text
    except ImportError:
        print("\ninscriptis is not installed: nothing measured of plain text")
        return
    plain = {name: get_text(html) for name, html in pages.items()}
    _print("plain text, Winnow", keep_text, gold, plain)
    _print("plain text, everything kept", str, gold, plain)


def _print(name: str, keep: Keeper, gold: dict[str, str], pages: dict[str, str]) -> None:
    print(f"| {name} | {fmean(score(gold[p], keep(text)) for p, text in pages.items()):.4f} |")


def read_pages(folder: Path) -> dict[str, tuple[str, str]]:
    """Name -> the page's HTML and its article."""
    lines = (folder / "gold.jsonl").read_text(encoding="utf-8").split("\n")
    rows = map(json.loads, filter(None, lines))
    return {
        row["_id"]: (_read(folder / "html" / f"{row['_id']}.html.gz"), row["text"]) for row in rows
    }


def _read(path: Path) -> str:
    return gzip.decompress(path.read_bytes()).decode("utf-8", "replace")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
