"""What a person types, operators and all -> a Query."""

from dataclasses import replace
from typing import Any

from embeddings.errors import InvalidInput
from embeddings.records import Filter
from service.operators import Understood, read_operators
from service.query import Query
from service.wording import Wording


def read_typed(typed: str, given: Filter, **how: Any) -> Query:
    """The query that a text asks under a filter that was given beside it.

    `how` are further fields of Query. Raises InvalidInput, which names the field.
    """
    understood = read_operators(typed)
    if understood.has_operators and not understood.question and not how.get("like"):
        raise InvalidInput(
            "the query says only where to look, or what to leave out",
            "add a few words of what you look for",
            "q",
        )
    return Query(
        understood.question,
        filter=_join(given, understood),
        wording=Wording(understood.phrases, understood.excluded),
        typed=typed,
        **how,
    )


def _join(given: Filter, understood: Understood) -> Filter:
    """The filter of both. Raises InvalidInput where they say different things."""
    for name, value in understood.fields.items():
        own = getattr(given, name)
        if own and own != value:
            raise InvalidInput(
                f"{name} is {own!r}, and the question says {name} {value!r}",
                "say it once: in the question, or beside it",
                name,
            )
    return replace(given, **understood.fields)
