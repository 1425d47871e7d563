"""What a corpus holds, in short: languages, years, folders, and what it speaks about."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np

from embeddings.projection import MOST_FITTED, choose_evenly
from embeddings.records import IndexContents, Numbers, Passage
from embeddings.taken import Brief
from embeddings.words import find_words

_MOST_TOPICS = 8
_FEWEST_WORDS = 8
_LONGEST_LABEL = 80
_DANGLING = " –—-:;,("

Counts = list[list[Any]]


def describe_corpus(contents: IndexContents, briefs: Sequence[Brief]) -> dict[str, Any]:
    """The overview as the manifest records it.

    `languages` counts passages, most first; `years` (of their dates, newest first) and `folders`
    (of the first level, "" for none) count documents; None is what is not known. `topics` are
    passages that stand for the largest groups near each other in meaning, each with a `label`.
    """
    languages = Counter(passage.language for passage in contents.passages)
    years: Counter[str | None] = Counter()
    folders: Counter[str | None] = Counter()
    for brief in briefs:
        years[brief.date[:4] if brief.date else None] += 1
        folders[name_folder(brief.file or brief.source)] += 1
    return {
        "languages": _order_by_count(languages.items()),
        "years": [[year, years[year]] for year in sorted(years, key=_order_year, reverse=True)],
        "folders": _order_by_count(folders.items()),
        "topics": find_topics(contents, briefs),
    }


def name_folder(path: str) -> str:
    """The first folder of a path inside the corpus; "" for a file that lies in none."""
    folder, slash, _ = path.partition("/")
    return folder if slash else ""


def _order_by_count(counts: Iterable[tuple[str | None, int]]) -> Counts:
    return [list(pair) for pair in sorted(counts, key=lambda pair: (-pair[1], pair[0] or ""))]


def _order_year(year: str | None) -> tuple[bool, str]:
    return (year is not None, year or "")


def find_topics(contents: IndexContents, briefs: Iterable[Brief]) -> list[dict[str, str]]:
    """Up to eight passages spread over all meanings, the largest group's first, labels distinct."""
    groups = list(_group(contents))
    shown = {number: contents.passages[number] for group in groups for number in group}
    holding = {passage.document_id for passage in shown.values()}
    titles = {brief.id: brief.title for brief in briefs if brief.id in holding}
    taken: set[str] = set()
    topics = []
    for group in groups:
        for passage in (shown[number] for number in group):
            names = (shorten(titles[passage.document_id]), shorten(passage.heading or ""))
            label = next((name for name in names if name and name.casefold() not in taken), None)
            if label is not None:
                taken.add(label.casefold())
                topics.append({"label": label, "passage_id": passage.id})
                break
    return topics


def shorten(text: str, longest: int = _LONGEST_LABEL) -> str:
    """A text on one line, cut where it is long."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    start = line[: longest - 1]
    words, _, _ = start.rpartition(" ")  # a script without spaces is cut anywhere
    kept = words if len(words) > longest / 2 else start
    return f"{kept.rstrip(_DANGLING)}…"


def _group(contents: IndexContents) -> Iterator[list[int]]:
    """The numbers of passages that are near each other, the most typical of each group first."""
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    numbers = _choose(contents.passages)
    if not len(numbers):
        return
    vectors = contents.passage_vectors[numbers]
    count = min(_MOST_TOPICS, len(np.unique(vectors, axis=0)))
    with threadpool_limits(1):
        groups = KMeans(count, n_init=4, random_state=0).fit(vectors)
    away = np.linalg.norm(vectors - groups.cluster_centers_[groups.labels_], axis=1)
    sizes = np.bincount(groups.labels_, minlength=count)
    for group in sorted(range(count), key=lambda one: (-sizes[one], one)):
        own = np.flatnonzero(groups.labels_ == group)
        yield numbers[own[np.argsort(away[own], kind="stable")]].tolist()


def _choose(passages: Sequence[Passage]) -> Numbers:
    """Passages that can speak for others: no comments and nothing short, where there is more."""
    telling = array("q", (i for i, passage in enumerate(passages) if _tells(passage)))
    numbers = np.array(telling or range(len(passages)), dtype=np.int64)
    return numbers[choose_evenly(len(numbers), MOST_FITTED)]


def _tells(passage: Passage) -> bool:
    words = islice(find_words(passage.text), _FEWEST_WORDS)
    return not passage.comment and sum(1 for _ in words) == _FEWEST_WORDS
