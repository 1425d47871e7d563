"""`winnow search`: one question, its answer on standard output."""

import argparse
from datetime import UTC, datetime

from embeddings.errors import InvalidInput
from embeddings.records import Filter
from service.cli.opening import open_searcher
from service.cli.output import print_json, say, show_plain
from service.operators import read_operators
from service.query import Query
from service.quoting import FORMS, cite
from service.search import Hit, Results
from service.settings import Settings
from service.typed import read_typed


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the hits for a person, as citations, or with --json as GET /api/search answers."""
    if arguments.quote and settings.json:
        raise InvalidInput("--quote and --json were both given", "give one; csl-json is JSON too")
    results = open_searcher(settings).search(_make_query(arguments))
    if arguments.quote:
        _print_quotes(results, arguments.quote)
    elif settings.json:
        from service.api.schemas import SearchResponse

        print_json(SearchResponse.of(results).model_dump())
    else:
        _print_hits(results)
    return 0


def _make_query(arguments: argparse.Namespace) -> Query:
    """The question, with its operators read where it has some and is not to be taken as it is."""
    how = {
        "k": arguments.k,
        "mode": arguments.mode,
        "like": tuple(arguments.like),
        "unlike": tuple(arguments.unlike),
    }
    typed = arguments.question or ""
    if arguments.plain or not read_operators(typed).has_operators:
        return Query(typed, **how)
    return read_typed(typed, Filter(), **how)


def _print_quotes(results: Results, form: str) -> None:
    for notice in results.notices:
        say(notice.message)
    if not results.answered:
        say("Nothing here answers this. These are the nearest passages.")
    asked = datetime.now(UTC).date()
    citations = [cite(hit.stored, results.build, asked) for hit in results.hits]
    print(show_plain(FORMS[form].write(citations)), end="")


def _describe(query: Query) -> str:
    """What was read out of the question."""
    wanted, wording = query.filter, query.wording
    fields = (wanted.source, wanted.language, wanted.after, wanted.before)
    named = zip(("source", "language", "after", "before"), fields, strict=True)
    return ", ".join(
        (
            f"Asked: {query.text or 'nothing'}",
            *(f"holding “{phrase}”" for phrase in wording.phrases),
            *(f"without “{phrase}”" for phrase in wording.excluded),
            *(f"{name} {value}" for name, value in named if value),
        )
    )


def _print_hits(results: Results) -> None:
    if results.query.typed is not None:
        say(_describe(results.query))
    for notice in results.notices:
        say(notice.message)
    if not results.total:
        print("No passage here is as the question asks.")
    elif not results.answered:
        print("Nothing here answers this. The nearest passages:\n")
    for hit in results.hits:
        print(show_hit(hit), end="\n\n")


def show_hit(hit: Hit) -> str:
    """The lines of a hit for a terminal."""
    passage = hit.stored.passage
    pieces, end = [], 0
    for span in hit.highlights:
        pieces += [passage.text[end : span.start], f"**{passage.text[span.start : span.end]}**"]
        end = span.end
    lines = [
        f"{hit.rank}. {hit.stored.title}",
        f"   {hit.stored.source}:{passage.start}-{passage.end}  {hit.confidence:.0%}",
        f"   {''.join(pieces)}{passage.text[end:]}",
        *(f"   also in {p.source}:{p.start}-{p.end}" for p in hit.stored.also_in),
    ]
    return show_plain("\n".join(lines))
