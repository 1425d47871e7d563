"""Documents taken apart -> everything that one build puts into an index."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path

import numpy as np

from embeddings.aliases import OtherNames, find_aliases
from embeddings.analysis import LANGUAGES, find_terms, mark_language, weigh_terms
from embeddings.corpus import Progress
from embeddings.duplicates import find_repeats, order_passages
from embeddings.on_disk import Lazy, keep_passages
from embeddings.projection import project
from embeddings.records import Cut, Fold, IndexContents, Numbers, Passage, Postings, WordOrder
from embeddings.vectors import VectorSource


def make_contents(
    cuts: Sequence[Cut], vectors: VectorSource, folder: Path, progress: Progress
) -> IndexContents:
    """Fold repeats, find the vector of each passage and sentence, and weigh the terms.

    Whatever grows with the corpus lies on the disk of `folder`, in files that go with it.
    """
    progress("finding repeats", 0, 1)
    passages, folds = _fold(cuts, folder)
    progress("finding repeats", 1, 1)
    sizes = [len(passage.sentences) for passage in passages]
    offsets = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
    passage_vectors, sentence_vectors = vectors.find(
        Lazy(len(passages), lambda number: passages[number].text),
        _list_sentences(passages, offsets),
        progress,
    )
    progress("counting words", 0, 1)
    names = OtherNames(find_aliases(Lazy(len(cuts), lambda place: cuts[place].document.text)))
    named = _TermLists()
    postings = weigh_terms(_find_passage_terms(cuts, passages, names, named))
    word_order = order_words(named, postings)
    progress("counting words", 1, 1)
    progress("drawing the map", 0, 1)
    positions = project(passage_vectors)
    progress("drawing the map", 1, 1)
    return IndexContents(
        cuts=cuts,
        passages=passages,
        folds=folds,
        passage_vectors=passage_vectors,
        sentence_vectors=sentence_vectors,
        sentence_offsets=offsets,
        positions=positions,
        postings=postings,
        word_order=word_order,
    )


def _fold(cuts: Sequence[Cut], folder: Path) -> tuple[Sequence[Passage], list[Fold]]:
    """The passages that stand for all, by id, and the folded ones."""
    kept = keep_passages(folder)
    ids = []
    for passage in order_passages(cuts):
        kept.append(passage)
        ids.append(passage.id)
    standing, folds = find_repeats(kept)
    by_id = np.array(sorted(standing, key=ids.__getitem__), dtype=np.int64)
    return Lazy(len(by_id), lambda number: kept[by_id[number]]), folds


def _list_sentences(passages: Sequence[Passage], offsets: Numbers) -> Sequence[str]:
    """The sentences of all passages, in their order."""

    @lru_cache(maxsize=1)
    def split(number: int) -> list[str]:
        passage = passages[number]
        return [passage.text[span.start : span.end] for span in passage.sentences]

    def read(row: int) -> str:
        number = int(np.searchsorted(offsets, row, side="right")) - 1
        return split(number)[row - int(offsets[number])]

    return Lazy(int(offsets[-1]), read)


def _find_passage_terms(
    cuts: Sequence[Cut], passages: Sequence[Passage], names: OtherNames, named: "_TermLists"
) -> Iterator[list[str]]:
    """The terms each passage is found by: its own, its title's and heading's, and other names'.

    Those of its sentences, with the other names that stand in each, are put into `named`.
    """
    titles = {cut.document.id: cut.title for cut in cuts}
    for passage in passages:
        own = [
            find_terms(passage.text[span.start : span.end], passage.language)
            for span in passage.sentences
        ]
        named.append(
            [_append_names(sentence, names.find(sentence, passage.language)) for sentence in own]
        )
        above = "\n".join(dict.fromkeys((titles[passage.document_id], passage.heading or "")))
        found = find_terms(above, passage.language)
        found += [term for sentence in own for term in sentence]
        found = names.expand(found, passage.language)
        yield [*found, mark_language(passage.language)] if passage.language in LANGUAGES else found


def _append_names(terms: Sequence[str], names: Sequence[Sequence[str]]) -> list[str]:
    """The terms of a sentence, as if it ended with the other names of what it names."""
    return [*terms, *(term for name in names for term in name)]


class _TermLists:
    """The terms of each sentence of each passage, four bytes a term, to be gone through."""

    def __init__(self) -> None:
        self._place: dict[str, int] = {}
        self._terms, self._sizes, self._counts = array("i"), array("i"), array("i")

    def append(self, sentences: Sequence[Sequence[str]]) -> None:
        place = self._place
        self._counts.append(len(sentences))
        for sentence in sentences:
            self._sizes.append(len(sentence))
            self._terms.extend(place.setdefault(term, len(place)) for term in sentence)

    def __iter__(self) -> Iterator[list[list[str]]]:
        written = list(self._place)
        terms, sizes = iter(self._terms), iter(self._sizes)
        for count in self._counts:
            yield [[written[term] for term in islice(terms, size)] for size in islice(sizes, count)]


def order_words(terms: Iterable[Sequence[Sequence[str]]], postings: Postings) -> WordOrder:
    """The word order of passages whose terms, by sentence, all stand in the postings."""
    slot = {term: i for i, term in enumerate(postings.terms)}
    slots, sizes = array("i"), array("q", [0])
    for own in terms:
        for sentence in own:
            slots.extend(slot[term] for term in sentence)
            sizes.append(len(sentence))
    return WordOrder(
        slots=np.asarray(slots),
        offsets=np.cumsum(np.asarray(sizes)),
    )
