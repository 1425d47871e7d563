"""Which language a text is in, and whether an encoder knows it.

py3langid's probabilities are tempered by length, so short texts abstain rather than guess.
"""

import threading
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Protocol

_LEAST_PROBABILITY = 0.5
# Short English questions are often taken for Nigerian Pidgin, which an English reader can follow.
_TAKEN_FOR = {"pcm": "en"}
_FAIR_CHANCE = 0.05
_LONGEST_SAMPLE = 2000
_LOADING = threading.Lock()


class _Identifier(Protocol):
    def classify(self, text: str) -> tuple[str, float]: ...

    def rank(self, text: str) -> list[tuple[str, float]]: ...


@cache
def _load_once() -> _Identifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier: _Identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    return identifier


def _load_identifier() -> _Identifier:
    """Who comes while it is being loaded waits for it."""
    with _LOADING:
        return _load_once()


def prepare_identifier() -> None:
    """Load what languages are told apart by, in a thread of its own: it takes most of a second."""
    threading.Thread(target=_load_identifier, name="winnow-languages", daemon=True).start()


def identify_language(text: str) -> str | None:
    """ISO 639 code of the text's language, or None where that cannot be told."""
    return _identify(text[:_LONGEST_SAMPLE])


@lru_cache(maxsize=16)  # a document of one passage is its text
def _identify(sample: str) -> str | None:
    language, probability = _load_identifier().classify(sample)
    return _TAKEN_FOR.get(language, language) if probability >= _LEAST_PROBABILITY else None


def find_unknown_language(text: str, known: Iterable[str] | None) -> str | None:
    """The language of a text where it is surely none of `known` (None: all), else None.

    A question that names foreign things still has a fair chance of being in a known language.
    """
    if known is None:
        return None
    language = identify_language(text)
    if is_known(language, known):
        return None
    chances = dict(_load_identifier().rank(text[:_LONGEST_SAMPLE]))
    return None if max(chances.get(one, 0.0) for one in known) > _FAIR_CHANCE else language


def is_known(language: str | None, known: Iterable[str] | None) -> bool:
    """Whether an encoder that knows the languages `known` (None: all) can read this one."""
    return language is None or known is None or language in known


def share_unknown(languages: Iterable[str | None], known: Iterable[str] | None) -> float:
    """The share, 0 to 1, of texts in a language that is not among `known`."""
    counts = Counter(is_known(language, known) for language in languages)
    return counts[False] / max(1, counts.total())
