"""Where each passage stands, in arrays: what a filter lets through, without reading the texts.

A place is a passage in its own document, or one that was folded into it in another. The languages
of places are numbers, in the order of their names.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.index.placing import Placing
from embeddings.records import Fold, Mask

_PLACES = "places.npy"
_LANGUAGES = "languages.json"
FILES = (_PLACES, _LANGUAGES)
COLUMNS = np.dtype([("passage", "<i4"), ("document", "<i4"), ("language", "<i2")])


def make_places(
    folds: Sequence[Fold], placing: Placing, documents: Mapping[str, int]
) -> tuple[NDArray[np.void], list[str]]:
    """All places, and the names of their languages; `documents` are the numbers of all."""
    own = np.array([documents[one] for one in placing.documents], dtype=np.int64)
    into = placing.find_numbers([fold.into for fold in folds])
    spoken = [*placing.languages, *(fold.passage.language for fold in folds)]
    languages = sorted({language for language in spoken if language})
    code = {language: i for i, language in enumerate(languages)}
    places = np.empty(len(spoken), dtype=COLUMNS)
    places["passage"] = np.concatenate([np.arange(len(placing.document)), into])
    places["document"] = np.concatenate(
        [own[placing.document], [documents[fold.passage.document_id] for fold in folds]]
    )
    places["language"] = [code.get(language or "", -1) for language in spoken]
    return places, languages


def write_places(
    folder: Path, folds: Sequence[Fold], placing: Placing, documents: Mapping[str, int]
) -> None:
    """Write the files into a folder that has none yet; `documents` are the numbers of all."""
    places, languages = make_places(folds, placing, documents)
    np.save(folder / _PLACES, places, allow_pickle=False)
    (folder / _LANGUAGES).write_text(json.dumps(languages), encoding="utf-8")


def read_places(folder: Path, passage_count: int) -> "Places":
    """What `write_places` wrote, mapped into memory."""
    places = np.load(folder / _PLACES, mmap_mode="r", allow_pickle=False)
    names = json.loads((folder / _LANGUAGES).read_text(encoding="utf-8"))
    return Places(places, names, passage_count)


class Places:
    """The places of a finished build."""

    def __init__(self, places: NDArray[np.void], names: Sequence[str], passage_count: int) -> None:
        self._places = places
        self._code = {name: code for code, name in enumerate(names)}
        self._passage_count = passage_count

    def allow(self, documents: Mask | None, language: str | None) -> Mask:
        """The passages of which one place is in such a document and in the language; None: any."""
        kept = np.ones(len(self._places), dtype=np.bool_)
        if documents is not None:
            kept &= documents[self._places["document"]]
        if language is not None:
            code = self._code.get(language)
            kept &= False if code is None else self._places["language"] == code
        allowed = np.zeros(self._passage_count, dtype=np.bool_)
        allowed[self._places["passage"][kept]] = True
        return allowed
