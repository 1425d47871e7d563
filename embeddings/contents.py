"""Documents taken apart -> everything that one build puts into an index."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

import numpy as np

from embeddings.aliases import OtherNames, find_aliases
from embeddings.analysis import LANGUAGES, mark_language
from embeddings.budget import Budget
from embeddings.corpus import Progress
from embeddings.counting import Counted, count_terms
from embeddings.duplicates import fold_cuts
from embeddings.kept_cuts import KeptCuts
from embeddings.on_disk import Lazy
from embeddings.projection import project
from embeddings.records import IndexContents
from embeddings.taken import Terms
from embeddings.vectors import VectorSource


def make_contents(
    cuts: KeptCuts, vectors: VectorSource, folder: Path, budget: Budget, progress: Progress
) -> IndexContents:
    """Fold repeats, find the vector of each passage and sentence, and weigh the terms.

    What lies on the disk stays there: passages and folds are read when they are asked for. What
    grows with the corpus goes to the disk of the folder.
    """
    progress("finding repeats", 0, 1)
    numbers, folds = fold_cuts(cuts, budget)
    progress("finding repeats", 1, 1)
    kept = cuts.passages
    offsets = np.concatenate(([0], np.cumsum(kept.count_sentences()[numbers]))).astype(np.int64)
    passages = Lazy(len(numbers), lambda number: kept[numbers[number]])
    passage_vectors, sentence_vectors = vectors.find(passages, offsets, progress)
    progress("counting words", 0, 1)
    names = OtherNames(find_aliases(cuts.texts))
    terms = _add_names(map(kept.read_terms, numbers), names)
    postings, word_order = count_terms(terms, folder, budget)
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


def _add_names(found: Iterable[Terms], names: OtherNames) -> Iterator[Counted]:
    """The terms each passage is found by: its own, its title's and heading's, and other names'.

    Beside them those of its sentences, with the other names that stand in each.
    """
    for one in found:
        named = [_append_names(own, names.find(own, one.language)) for own in one.sentences]
        terms = names.expand([*one.above, *chain.from_iterable(one.sentences)], one.language)
        if one.language in LANGUAGES:
            terms.append(mark_language(one.language))
        yield terms, named


def _append_names(terms: Sequence[str], names: Sequence[Sequence[str]]) -> list[str]:
    """The terms of a sentence, as if it ended with the other names of what it names."""
    return [*terms, *(term for name in names for term in name)]
