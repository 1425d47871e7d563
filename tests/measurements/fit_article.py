"""Fit the weights of `embeddings/article.json`: what is a page, and what of it is its article?

    python -m tests.measurements.fit_article PAGES TEXTS

PAGES is a folder of pages with the texts of their articles, in the form that `web_pages` reads;
TEXTS one of plain texts (`*.txt`) that are no pages. Needs inscriptis, as `web_pages` does. Each
page is taken twice, the second time without its indentation. Prints how well pages score that were
not fitted on (five parts, each left out once, whatever is a page), then writes the weights.
"""

import json
import re
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from importlib.resources import files
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.blocks import Block, find_blocks
from embeddings.page_features import Columns, Lines, Numbers, describe_lines, describe_page
from embeddings.phrases import find_phrases
from tests.measurements.web_pages import read_pages, score

_WORD = re.compile(r"\w+")
_PARTS = 5
_SURE_RUN = 4  # so many words in a row are no accident
_MOST_WORDS = 150
_LEAST_ORACLE = 0.7  # where the best choice of lines scores less, the text is not in the page
_REGULARISATION = {"page": 0.3, "lines": 0.01}
_LEAST = {"page": 1.5, "lines": -0.8}


@dataclass(frozen=True, slots=True)
class Page:
    """A page as text, which of its lines are of the article, and what is counted of them."""

    part: int
    gold: str
    blocks: list[Block]
    wanted: NDArray[np.bool_]
    whole: Columns
    lines: Columns

    @property
    def words(self) -> Numbers:
        return np.array([max(1, block.words) for block in self.blocks], np.float64)


def main(pages_folder: Path, texts_folder: Path) -> None:
    """Print the score and write the weights."""
    pages = list(_read_pages(pages_folder))
    indented = pages[::2]
    kept: list[float] = []
    for part in range(_PARTS):
        model = _fit_lines([page for page in pages if page.part != part])
        kept += [_score(page, model) for page in indented if page.part == part]
    print(f"{len(indented)} pages, F1 {fmean(kept):.4f} where not fitted on")
    texts = [_describe(path.read_text(encoding="utf-8")) for path in texts_folder.rglob("*.txt")]
    rows = [page.whole for page in pages], [text for text in texts if text]
    model = {"page": _fit_page(*rows), "lines": _fit_lines(pages)}
    for name, columns in zip(("pages", "texts"), rows, strict=True):
        found = [bool(_sum(row, model["page"])[0] > model["page"]["least"]) for row in columns]
        print(f"{sum(found)} of {len(found)} {name} are taken for pages")
    target = files("embeddings").joinpath("article.json")
    Path(str(target)).write_text(json.dumps(model, indent=1) + "\n", encoding="utf-8")


def _read_pages(folder: Path) -> Iterator[Page]:
    """Each page with its indentation, then without."""
    from inscriptis import get_text

    for name, (html, gold) in read_pages(folder).items():
        text = get_text(html)
        blocks = find_blocks(text)
        wanted = _find_wanted(blocks, gold)
        best = "\n".join(b.text for b, is_wanted in zip(blocks, wanted, strict=True) if is_wanted)
        if score(gold, best) < _LEAST_ORACLE or not Lines(text, blocks).prose.any():
            continue
        part = zlib.crc32(name.encode()) % _PARTS
        for shown in (text, "\n".join(map(str.strip, text.split("\n")))):
            found = find_blocks(shown)
            lines = Lines(shown, found)
            whole = describe_page(lines, find_phrases(found))
            yield Page(part, gold, found, wanted, whole, describe_lines(lines))


def _find_wanted(blocks: Sequence[Block], gold: str) -> NDArray[np.bool_]:
    """The lines of which half the words are found in the article, in its order."""
    words = [_WORD.findall(block.text.lower()) for block in blocks]
    owners = np.repeat(np.arange(len(blocks)), [len(line) for line in words])
    sizes = np.bincount(owners, minlength=len(blocks))
    page = [word for line in words for word in line]
    matcher = SequenceMatcher(None, page, _WORD.findall(gold.lower()), autojunk=False)
    hits = np.zeros(len(blocks))
    for match in matcher.get_matching_blocks():
        for owner in owners[match.a : match.a + match.size]:
            hits[owner] += match.size >= min(_SURE_RUN, sizes[owner])
    return np.asarray((sizes > 0) & (hits >= 0.5 * sizes))


def _describe(text: str) -> Columns:
    blocks = find_blocks(text)
    lines = Lines(text, blocks)
    return describe_page(lines, find_phrases(blocks)) if lines.prose.any() else {}


def _fit_lines(pages: Sequence[Page]) -> dict[str, Any]:
    """A line counts by its words, as a share of its article: F1 is a mean over pages."""
    emphasis = [
        np.minimum(page.words, _MOST_WORDS) / max(100, page.words[page.wanted].sum())
        for page in pages
    ]
    wanted = np.concatenate([page.wanted for page in pages])
    return _fit("lines", [page.lines for page in pages], wanted, np.concatenate(emphasis))


def _fit_page(pages: Sequence[Columns], texts: Sequence[Columns]) -> dict[str, Any]:
    """Pages and texts count the same, however many there are."""
    wanted = np.array([True] * len(pages) + [False] * len(texts))
    emphasis = np.where(wanted, len(texts) / len(pages), 1.0)
    return _fit("page", [*pages, *texts], wanted, emphasis)


def _fit(
    name: str, rows: Sequence[Columns], wanted: NDArray[np.bool_], emphasis: Numbers
) -> dict[str, Any]:
    """Weights for the columns as they are, though fitted on columns of one scale."""
    from sklearn.linear_model import LogisticRegression

    table = np.concatenate([np.stack(list(columns.values()), 1) for columns in rows])
    means, scales = table.mean(0), table.std(0) + 1e-9
    model = LogisticRegression(C=_REGULARISATION[name], max_iter=400, tol=1e-3)
    model.fit((table - means) / scales, wanted, sample_weight=emphasis / emphasis.mean())
    weights = model.coef_[0] / scales
    least = _LEAST[name] - float(model.intercept_[0] - (weights * means).sum())
    named = zip(rows[0], weights.tolist(), strict=True)
    return {"least": float(f"{least:.5g}"), "weights": {n: float(f"{w:.5g}") for n, w in named}}


def _sum(columns: Columns, model: Mapping[str, Any]) -> Numbers:
    weights = model["weights"]
    return np.asarray(sum(weights[name] * values for name, values in columns.items()))


def _score(page: Page, model: Mapping[str, Any]) -> float:
    kept = _sum(page.lines, model) > model["least"]
    lines = (block.text for block, is_kept in zip(page.blocks, kept, strict=True) if is_kept)
    return score(page.gold, "\n".join(lines))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
