"""The Searcher in use: opened at the start, swapped when a new build is published.

Whoever looks for a new build, a thread or else each request, goes on with the one in use. The new
one is hashed and opened beside it, in a thread of its own, and serves once that has gone well. The
one before stays open for a minute, for links that name it; after that it closes with the last
request over it.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Protocol

from embeddings.builds import StoredIndex
from embeddings.encoders import Encoder
from embeddings.errors import BuildGone, EncoderMismatch, NotReady, WinnowError
from embeddings.languages import prepare_identifier
from embeddings.manifest import Manifest
from service.audit import SERVER, name_user, record_act
from service.reranking import Reranking
from service.search import Searcher
from service.trouble import Trouble

_LOG = logging.getLogger("winnow")
_PROBE = "what does this folder say?"
KEPT_OPEN = 60.0  # seconds
LOOKS = 0.5  # seconds between two
AGAIN = 30.0  # seconds after which a build that was refused is tried again: it may be whole by then
_LONGEST_WAIT = 2.0  # seconds that a request waits for the build it names


class ServedBuilds(Protocol):
    """What a server needs of the builds of an index, as `Builds` has it."""

    def live_id(self) -> str: ...

    def published_id(self) -> str: ...

    def is_being_written(self) -> bool: ...

    def open(self, build: str) -> tuple[Manifest, StoredIndex]: ...

    def check_files(self, manifest: Manifest) -> None: ...

    def verify(self, build: str) -> Manifest: ...


class Live:
    """Holds the current Searcher. A build that cannot be opened leaves the earlier one in use."""

    def __init__(
        self,
        builds: ServedBuilds,
        load_encoder: Callable[[str], Encoder],
        load_reranking: Callable[[], Reranking | None] = lambda: None,
        tell_time: Callable[[], float] = time.monotonic,
    ) -> None:
        self._builds = builds
        self._load_encoder = load_encoder
        self._load_reranking = load_reranking
        self._tell_time = tell_time
        self._encoder: Encoder | None = None
        self._reranking: Reranking | None = None
        self._searcher: Searcher | None = None
        self._earlier: dict[str, tuple[Searcher, float]] = {}  # by build, until when it stays open
        self._refused = ("", 0.0)  # the build, and until when
        self._reason: WinnowError | None = None
        self._trouble = Trouble(tell_time)
        self._preparing: threading.Thread | None = None
        self._lock = threading.Lock()  # not kept while an index in use is asked: it may be slow
        self._looking = threading.Lock()
        self._following: threading.Thread | None = None
        self._closed = threading.Event()

    def open(self) -> Searcher:
        """Open the live build, its encoder and the reranker. Raises ArtifactError, EncoderError."""
        self._searcher = self._open(self._builds.live_id())
        return self._searcher

    def follow(self) -> None:
        """Look for new builds from now on without being asked, until closed."""
        self._following = threading.Thread(target=self._follow, name="winnow-follow", daemon=True)
        self._following.start()

    def _follow(self) -> None:
        while not self._closed.wait(LOOKS):
            try:
                self._look()
            except Exception as error:  # such as no memory for a thread: the next look may do
                _LOG.error("a look for a new build failed", exc_info=error)

    @property
    def searcher(self) -> Searcher:
        """The Searcher in use; where there is none yet, of the live build. Raises NotReady."""
        if self._following is None or self._searcher is None:
            self._look()
        if self._searcher is None:
            raise self._explain()
        return self._searcher

    @property
    def at_hand(self) -> Searcher | None:
        """The Searcher in use, where nothing has to be looked for or opened to have it."""
        return None if self._following is None else self._searcher

    def pin(self, build: str) -> Searcher:
        """The Searcher of a build by its id: the one in use, or one before. Raises BuildGone."""
        searcher = self.searcher
        if searcher.manifest.build == build:
            return searcher
        with self._lock:
            if build in self._earlier:
                return self._earlier[build][0]
        if self._is_live(build):
            self.settle(_LONGEST_WAIT)  # another process of this server may have answered from it
            searcher = self.searcher
            if searcher.manifest.build == build:
                return searcher
            if self._refused[0] != build:
                raise NotReady(f"build {build} is being opened", "ask again in a few seconds")
        raise BuildGone(
            f"build {build!r} is not open, build {searcher.manifest.build} answers",
            "ask again without `build`: passages keep their ids as long as their text stays",
        )

    def find(self, **named: str) -> Searcher:
        """The Searcher in use; where what is named is gone from it, one before that has it still.

        So a link that was made from the build before works for a minute.
        """
        searcher = self.searcher
        with self._lock:
            earlier = [kept for kept, _ in reversed(self._earlier.values())]
        if not (named and earlier):
            return searcher
        return next((one for one in (searcher, *earlier) if _holds(one, named)), searcher)

    @property
    def is_behind(self) -> bool:
        """Whether another build was published than the one in use, which it is for a moment."""
        try:
            published = self._builds.published_id()
        except WinnowError:
            return True
        return self._searcher is None or self._searcher.manifest.build != published

    @property
    def is_being_replaced(self) -> bool:
        """Whether a new build is under way, as far as the index tells."""
        try:
            return self._builds.is_being_written()
        except WinnowError:
            return False

    def check(self) -> str:
        """Ask a real question of the build in use; its id. Raises WinnowError where it fails."""
        searcher = self.searcher
        # First: to read beyond the end of a file that was cut short would end the process.
        self._builds.check_files(searcher.manifest)
        searcher.probe(_PROBE)
        return searcher.manifest.build

    def settle(self, seconds: float | None = None) -> None:
        """Wait until a build that was published before serves, or was refused; so long at most."""
        self._look()
        preparing = self._preparing
        if preparing is not None:
            preparing.join(seconds)

    def close(self) -> None:
        """Whatever is being opened aside meanwhile is not waited for: it ends with the process."""
        self._closed.set()
        if self._following is not None:
            self._following.join()
        for searcher, _ in self._earlier.values():
            searcher.close()
        self._earlier.clear()
        if self._searcher is not None:
            self._searcher.close()

    def _is_live(self, build: str) -> bool:
        try:
            return self._builds.live_id() == build
        except WinnowError:
            return False

    def _explain(self) -> NotReady:
        if self._reason is None:
            return NotReady("no index is open", "build one: winnow build FOLDER")
        return NotReady(f"no index is open: {self._reason.message}", self._reason.hint)

    def _open(self, build: str) -> Searcher:
        manifest, index = self._builds.open(build)
        try:
            if manifest.languages is not None:  # else no question is told that it is in another
                prepare_identifier()
            encoder = self._encoder or self._load_encoder(manifest.encoder["name"])
            _check_encoder(manifest, encoder)
            self._encoder = encoder
            self._reranking = self._reranking or self._load_reranking()
        except BaseException:
            index.close()
            raise
        return Searcher(manifest, index, encoder, self._reranking)

    def _look(self) -> None:
        """Let go of builds whose minute is over, and take up a new one where there is one."""
        with self._looking:
            now = self._tell_time()
            with self._lock:
                self._earlier = {b: kept for b, kept in self._earlier.items() if kept[1] > now}
            if self._preparing is not None and self._preparing.is_alive():
                return
            try:
                build = self._builds.live_id()
            except WinnowError as error:
                with self._lock:
                    self._refuse(error)
                return
            with self._lock:
                self._take_up(build, now)

    def _take_up(self, build: str, now: float) -> None:
        """Open what is live, unless it is in use, or was refused a moment ago."""
        if self._searcher is not None and build == self._searcher.manifest.build:
            self._reason = None
            self._trouble.end()
            return
        if build == self._refused[0] and now < self._refused[1]:
            return
        if self._searcher is None:
            self._prepare(build)
            return
        self._preparing = threading.Thread(
            target=self._replace, args=(build,), name="winnow-reload", daemon=True
        )
        self._preparing.start()

    def _prepare(self, build: str) -> None:
        """The first build there is: nothing can be answered before it is open."""
        try:
            self._swap(self._open(build))
        except WinnowError as error:
            self._refuse(error, build)

    def _replace(self, build: str) -> None:
        """Hash and open a build beside the one in use, then put it in its place."""
        try:
            known = self._earlier.get(build)
            if known is None:
                self._builds.verify(build)
            searcher = known[0] if known else self._open(build)
            searcher.probe(_PROBE)
        except Exception as error:
            told = error if isinstance(error, WinnowError) else WinnowError(str(error))
            with self._lock:
                self._refuse(told, build)
            return
        with self._lock:
            self._swap(searcher)

    def _swap(self, searcher: Searcher) -> None:
        before, self._searcher = self._searcher, searcher
        self._earlier.pop(searcher.manifest.build, None)
        if before is not None:
            # Forgotten and not closed in the end: a request may be reading it still.
            self._earlier[before.manifest.build] = (before, self._tell_time() + KEPT_OPEN)
        self._refused = ("", 0.0)
        self._reason = None
        self._trouble.end()
        record_act("build taken up", name_user(), SERVER, "done", build=searcher.manifest.build)

    def _refuse(self, error: WinnowError, build: str = "") -> None:
        if build:
            self._refused = (build, self._tell_time() + AGAIN)
        self._trouble.tell(error, build)
        self._reason = error


def _holds(searcher: Searcher, named: Mapping[str, str]) -> bool:
    """Whether it has what is named; a build that a database has let go of has nothing."""
    try:
        return searcher.holds(**named)
    except BuildGone:
        return False


def _check_encoder(manifest: Manifest, encoder: Encoder) -> None:
    """Vectors of two encoders cannot be compared. Raises EncoderMismatch."""
    own = asdict(encoder.identity)
    for field in ("weights_sha256", "dimension", "query_prompt", "passage_prompt"):
        if manifest.encoder[field] != own[field]:
            raise EncoderMismatch(
                f"the index was made with {manifest.encoder['name']}, the encoder at hand is "
                f"{encoder.identity.name}: their {field} differ",
                "serve with the encoder of the build, or build again with the other one",
            )
