"""`winnow search`: one question, its answer on standard output."""

import argparse

from service.cli.opening import open_searcher
from service.cli.output import print_json, say
from service.search import Query, Results
from service.settings import Settings


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the hits for a person, or with --json the same answer as GET /api/search."""
    query = Query(arguments.question, k=arguments.k, mode=arguments.mode)
    results = open_searcher(settings).search(query)
    if settings.json:
        from service.api.schemas import SearchResponse

        print_json(SearchResponse.of(results).model_dump())
    else:
        _print_hits(results)
    return 0


def _print_hits(results: Results) -> None:
    for notice in results.notices:
        say(notice.message)
    if not results.answered:
        print("Nothing here answers this. The nearest passages:\n")
    for hit in results.hits:
        passage = hit.stored.passage
        marked = hit.highlights[0]
        text = passage.text
        print(f"{hit.rank}. {hit.stored.title}")
        print(f"   {hit.stored.source}:{passage.start}-{passage.end}  {hit.confidence:.0%}")
        print(f"   {text[: marked.start]}**{text[marked.start : marked.end]}**{text[marked.end :]}")
        for place in hit.stored.also_in:
            print(f"   also in {place.source}:{place.start}-{place.end}")
        print()
