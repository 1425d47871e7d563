"""Documents taken apart -> everything that one build puts into an index."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice

import numpy as np

from embeddings.aliases import OtherNames, find_aliases
from embeddings.analysis import LANGUAGES, mark_language, weigh_terms
from embeddings.corpus import Progress
from embeddings.duplicates import fold_cuts
from embeddings.kept_cuts import KeptCuts, KeptPassages
from embeddings.on_disk import Lazy
from embeddings.projection import project
from embeddings.records import IndexContents, Numbers, Postings, WordOrder
from embeddings.taken import Terms
from embeddings.vectors import VectorSource


def make_contents(cuts: KeptCuts, vectors: VectorSource, progress: Progress) -> IndexContents:
    """Fold repeats, find the vector of each passage and sentence, and weigh the terms.

    What lies on the disk stays there: passages and folds are read when they are asked for.
    """
    progress("finding repeats", 0, 1)
    numbers, folds = fold_cuts(cuts)
    progress("finding repeats", 1, 1)
    kept = cuts.passages
    offsets = np.concatenate(([0], np.cumsum(kept.count_sentences()[numbers]))).astype(np.int64)
    passage_vectors, sentence_vectors = vectors.find(
        Lazy(len(numbers), lambda number: kept.read_text(numbers[number])),
        _list_sentences(kept, numbers, offsets),
        progress,
    )
    progress("counting words", 0, 1)
    names = OtherNames(find_aliases(cuts.texts))
    named = _TermLists()
    found = map(kept.read_terms, numbers)
    postings = weigh_terms(_find_passage_terms(found, names, named))
    word_order = order_words(named, postings)
    progress("counting words", 1, 1)
    progress("drawing the map", 0, 1)
    positions = project(passage_vectors)
    progress("drawing the map", 1, 1)
    return IndexContents(
        cuts=cuts,
        passages=Lazy(len(numbers), lambda number: kept[numbers[number]]),
        folds=folds,
        passage_vectors=passage_vectors,
        sentence_vectors=sentence_vectors,
        sentence_offsets=offsets,
        positions=positions,
        postings=postings,
        word_order=word_order,
    )


def _list_sentences(kept: KeptPassages, numbers: Numbers, offsets: Numbers) -> Sequence[str]:
    """The sentences of all passages, in their order."""
    split = lru_cache(maxsize=1)(lambda number: kept.split_sentences(int(numbers[number])))

    def read(row: int) -> str:
        number = int(np.searchsorted(offsets, row, side="right")) - 1
        return split(number)[row - int(offsets[number])]

    return Lazy(int(offsets[-1]), read)


def _find_passage_terms(
    found: Iterable[Terms], names: OtherNames, named: "_TermLists"
) -> Iterator[list[str]]:
    """The terms each passage is found by: its own, its title's and heading's, and other names'.

    Those of its sentences, with the other names that stand in each, are put into `named`.
    """
    for one in found:
        named.append([_append_names(own, names.find(own, one.language)) for own in one.sentences])
        terms = [*one.above, *chain.from_iterable(one.sentences)]
        terms = names.expand(terms, one.language)
        yield [*terms, mark_language(one.language)] if one.language in LANGUAGES else terms


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
