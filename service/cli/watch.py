"""`winnow watch`: an index that is built again whenever its documents change."""

import argparse
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType

from embeddings.builds import Builds
from embeddings.documents import Selection, SourceFile, list_sources
from embeddings.documents.walking import find_real
from embeddings.errors import CorpusEmpty, WinnowError
from embeddings.records import Reading
from service.cli.build import build, check_settings, open_target
from service.cli.news import report, write_json, write_markdown
from service.cli.output import say, show_error
from service.file_changes import follow_changes
from service.locations import read_paths
from service.logs import set_up_logs
from service.news.searches import read_searches
from service.settings import Settings

_AGAIN = 30.0  # seconds after which what failed is tried again, though no file changed


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Build, then build again after each change, until told to stop."""
    stopped = threading.Event()

    def stop(_: int, frame: FrameType | None) -> None:
        stopped.set()
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    set_up_logs(settings.log_format)
    check_settings(settings)
    paths = read_paths(arguments.paths)
    if settings.news:
        read_searches(Path(settings.news).expanduser())  # what cannot be used is told at once
    builds = open_target(paths, settings)
    roots = sorted(set(map(find_real, paths)), key=str)
    index = find_real(builds.workspace)
    rebuilds = Rebuilds(
        partial(_list_files, roots, Selection(settings.include, settings.exclude, index)),
        lambda: build(paths, settings, builds)[1].fresh,
        partial(_tell_news, builds, settings),
    )
    try:
        for changed in follow_changes(roots, index, stopped):
            rebuilds.look(changed)
    except KeyboardInterrupt:
        if not stopped.is_set():  # else the signal to end came while changes were waited for
            raise
    return 0


def _list_files(roots: list[Path], selection: Selection) -> list[SourceFile]:
    return list_sources(roots, Reading(), selection)


def _tell_news(builds: Builds, settings: Settings) -> None:
    if settings.news:
        path = Path(settings.news).expanduser()
        write = write_json if settings.json else write_markdown
        report(builds, path, read_searches(path), settings, write)


class Rebuilds:
    """Builds where files changed, and tells what is new in what was published.

    `list_files` gives the files as they are, `build` whether it published anything. What fails is
    told and tried again later; only the first build must not fail, but where there is nothing to
    be read yet.
    """

    def __init__(
        self,
        list_files: Callable[[], list[SourceFile]],
        build: Callable[[], bool],
        tell: Callable[[], None],
        tell_time: Callable[[], float] = time.monotonic,
    ) -> None:
        self._list_files, self._build, self._tell = list_files, build, tell
        self._tell_time = tell_time
        self._built: list[SourceFile] | None = None  # what the last build was made of
        self._untold = True  # a run before this one may have ended before it told
        self._begun = False
        self._again: float | None = None
        self._said = ""

    def look(self, changed: bool) -> None:
        """Do what there is to be done. Raises WinnowError where the first build fails."""
        due = self._again is not None and self._tell_time() >= self._again
        if not (changed or due):
            return
        try:
            self._rebuild()
        except WinnowError as error:
            if not (self._begun or isinstance(error, CorpusEmpty)):
                raise
            self._fail(error)
        else:
            self._again, self._said = None, ""
        if not self._begun:
            say("watching for changes (Ctrl-C stops)")
        self._begun = True

    def _rebuild(self) -> None:
        files = self._list_files()
        if files != self._built:
            self._built = None
            self._untold |= self._build()
            self._built = files
        if self._untold:
            self._tell()
            self._untold = False

    def _fail(self, error: WinnowError) -> None:
        """The same trouble is told once."""
        self._again = self._tell_time() + _AGAIN
        if error.message != self._said:
            show_error(error)
            say(f"winnow: tried again after the next change, or in {_AGAIN:.0f} seconds")
            self._said = error.message
