"""Where each passage stands, in arrays: what a filter lets through, without reading the texts.

A place is a passage in its own document, or one that was folded into it in another. The languages
of places are numbers, in the order of their names.
"""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.records import IndexContents, Mask

_PLACES = "places.npy"
_LANGUAGES = "languages.json"
FILES = (_PLACES, _LANGUAGES)
_COLUMNS = np.dtype([("passage", "<i4"), ("document", "<i4"), ("language", "<i2")])


def write_places(folder: Path, contents: IndexContents) -> None:
    """Write the files into a folder that has none yet; documents go by their order in `cuts`."""
    number = {passage.id: i for i, passage in enumerate(contents.passages)}
    document = {cut.document.id: i for i, cut in enumerate(contents.cuts)}
    found = [(number[p.id], document[p.document_id], p.language) for p in contents.passages]
    found += [
        (number[fold.into], document[fold.passage.document_id], fold.passage.language)
        for fold in contents.folds
    ]
    languages = sorted({language for _, _, language in found if language})
    code = {language: i for i, language in enumerate(languages)}
    places = np.array([(n, d, code.get(own or "", -1)) for n, d, own in found], dtype=_COLUMNS)
    np.save(folder / _PLACES, places, allow_pickle=False)
    (folder / _LANGUAGES).write_text(json.dumps(languages), encoding="utf-8")


class Places:
    """The places of a finished build, mapped into memory."""

    def __init__(self, folder: Path, passage_count: int) -> None:
        self._places: NDArray[np.void] = np.load(
            folder / _PLACES, mmap_mode="r", allow_pickle=False
        )
        names = json.loads((folder / _LANGUAGES).read_text(encoding="utf-8"))
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
