"""What news look like: a page of Markdown to paste or to send, and an object for programs.

Pure functions. Each search that has something to tell is told of by itself, the others by name.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from service.escaping import close_directions, escape_markdown, join_line
from service.news.finding import News
from service.quoting import cite, write_markdown
from service.search import Hit

_MOST_NAMED = 10


def write_report(found: Sequence[News], asked: date) -> str:
    """A heading for each search with news, and the passages below it as citations."""
    head = f"# {say_outcome(found)}"
    parts = [head, f"{_name_builds(found)}, {asked.isoformat()}."]
    for news in found:
        if news.new or news.gone:
            parts += _write_search(news, asked)
    if quiet := [_show(news.search.name, escape_markdown) for news in found if is_quiet(news)]:
        parts.append(f"Nothing new: {', '.join(quiet)}.")
    return "\n\n".join(parts) + "\n"


def _write_search(news: News, asked: date) -> Iterator[str]:
    yield f"## {_show(news.search.name, escape_markdown)}"
    yield f"“{_show(news.search.query.text, escape_markdown)}” {say_counts(news)}."
    for notice in news.notices:
        yield escape_markdown(join_line(notice.message))
    if news.new:
        yield write_markdown([_cite(hit, news.build, asked) for hit in news.new]).rstrip("\n")
    if news.gone:
        yield f"No longer answers: {name_gone(news, escape_markdown)}."


def _cite(hit: Hit, build: str, asked: date) -> Any:
    return replace(cite(hit.stored, build, asked), marked=tuple(hit.highlights))


def is_quiet(news: News) -> bool:
    """Whether there is nothing to tell of a search."""
    return not (news.new or news.gone)


def say_outcome(found: Sequence[News]) -> str:
    """All of it in a line."""
    new = sum(len(news.new) for news in found)
    searches = f"{len(found):,} search{'' if len(found) == 1 else 'es'}"
    return f"{new:,} new answer{'' if new == 1 else 's'} to {searches}"


def _name_builds(found: Sequence[News]) -> str:
    before = sorted({news.before for news in found if news.before})
    earlier = f" (asked before: {', '.join(before)})" if before else ""
    return f"Winnow build {found[0].build}{earlier}"


def say_counts(news: News) -> str:
    """How many answers a search has, and since when."""
    since = f"since build {news.before}" if news.before else "asked for the first time"
    gone = f", {len(news.gone):,} gone" if news.gone else ""
    return f"{len(news.new):,} new of {news.answers:,}{gone}, {since}"


def name_gone(news: News, escape: Callable[[str], str] = str) -> str:
    """The titles and files of answers that are none any more, the first of many."""
    named = [
        f"{_show(one.title, escape)} ({_show(one.source, escape)})"
        for one in news.gone[:_MOST_NAMED]
    ]
    more = len(news.gone) - len(named)
    return ", ".join(named) + (f" and {more:,} more" if more else "")


def _show(text: str, escape: Callable[[str], str]) -> str:
    return escape(close_directions(join_line(text)))


def describe_news(news: News) -> dict[str, Any]:
    """All of it for programs, hits as `GET /api/search` has them."""
    from service.api.schemas import HitOut

    return {
        "name": news.search.name,
        **news.search.identity,
        "build": news.build,
        "before": news.before,
        "answers": news.answers,
        "new": [HitOut.of_hit(hit).model_dump() for hit in news.new],
        "gone": [
            {"passage_id": one.passage_id, "title": one.title, "source": one.source}
            for one in news.gone
        ],
        "notices": [{"code": one.code, "message": one.message} for one in news.notices],
    }
