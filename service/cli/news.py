"""`winnow news`: saved searches asked of the live build, and what they find that is new."""

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from embeddings.builds import Builds
from embeddings.errors import InvalidInput
from service.cli.opening import make_live, open_chosen
from service.cli.output import print_json, say, show_plain
from service.cli.search import show_hit
from service.news.finding import News, find_news
from service.news.memory import SeenFile
from service.news.reports import (
    describe_news,
    is_quiet,
    name_gone,
    say_counts,
    say_outcome,
    write_report,
)
from service.news.searches import SavedSearch, read_searches
from service.settings import Settings

NEWS = 5


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Exit 5 where a search has an answer that was not reported before, 0 where none has."""
    if arguments.format and settings.json:
        raise InvalidInput("--format and --json were both given", "give one")
    path = Path(arguments.searches).expanduser()
    searches = read_searches(path)
    write = _write_all_json if settings.json else _FORMS[arguments.format or "text"]
    found = report(open_chosen(settings), path, searches, settings, write)
    return NEWS if any(news.new for news in found) else 0


def report(
    builds: Builds,
    path: Path,
    searches: Sequence[SavedSearch],
    settings: Settings,
    write: Callable[[Sequence[News]], None],
) -> list[News]:
    """Ask the searches of a file, write what they found, and only then note it as told.

    Raises SeenFailed, ArtifactError, EncoderError.
    """
    seen = SeenFile(locate_seen(path, settings))
    with seen.held():
        known = seen.read()
        live = make_live(builds, settings)
        try:
            searcher = live.open()
            found = [find_news(searcher, one, known.get(one.name)) for one in searches]
            write(found)
        finally:
            live.close()
        sys.stdout.flush()  # a reader that went away has not been told
        seen.write({**known, **{news.search.name: news.memory for news in found}})
    return found


def locate_seen(path: Path, settings: Settings) -> Path:
    """The file named, else one beside the searches."""
    if settings.seen:
        return Path(settings.seen).expanduser()
    return path.with_name(f"{path.name}.seen.json")


def write_json(found: Sequence[News]) -> None:
    """An object on a line for each search that has something to tell."""
    _write_all_json([news for news in found if not is_quiet(news)])


def _write_all_json(found: Sequence[News]) -> None:
    for news in found:
        print_json(describe_news(news))


def write_markdown(found: Sequence[News]) -> None:
    """The report, as of today."""
    print(show_plain(write_report(found, datetime.now(UTC).date())), end="")


def _write_text(found: Sequence[News]) -> None:
    for news in found:
        print(show_plain(f"{news.search.name}: {say_counts(news)}"), end="\n\n")
        for notice in news.notices:
            say(notice.message)
        for hit in news.new:
            print(show_hit(hit), end="\n\n")
        if news.gone:
            print(show_plain(f"   no longer answers: {name_gone(news)}"), end="\n\n")
    say(f"{say_outcome(found)}, build {found[0].build}")


_FORMS = {"text": _write_text, "markdown": write_markdown}
