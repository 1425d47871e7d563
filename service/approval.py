"""Which build the processes of one server may open: each is hashed and tried once, for all of them.

A file holds the id of the build that was approved last.
"""

import time
from collections.abc import Callable
from pathlib import Path

from embeddings.builds import Builds, StoredIndex
from embeddings.errors import IndexDamaged
from embeddings.manifest import Manifest
from service.live import AGAIN
from service.trouble import Trouble


class Approved:
    """The builds of an index, of which the one approved counts as live, and as hashed."""

    def __init__(self, builds: Builds, told: Path) -> None:
        self._builds = builds
        self._told = told

    def live_id(self) -> str:
        try:
            return self._told.read_text(encoding="ascii")
        except OSError as error:
            raise IndexDamaged(
                f"{self._told}, which says which build to open, cannot be read: {error.strerror}",
                "start the server again; nothing may remove its temporary folder meanwhile",
            ) from error

    def published_id(self) -> str:
        return self._builds.published_id()

    def is_being_written(self) -> bool:
        return self._builds.is_being_written()

    def open(self, build: str) -> tuple[Manifest, StoredIndex]:
        return self._builds.open(build)

    def check_files(self, manifest: Manifest) -> None:
        self._builds.check_files(manifest)

    def verify(self, build: str) -> Manifest:
        return self._builds.manifest(build)


class Approval:
    """Approves the live build as it is, and those after it once they are verified.

    Raises ArtifactError where there is none to begin with.
    """

    def __init__(
        self, builds: Builds, told: Path, tell_time: Callable[[], float] = time.monotonic
    ) -> None:
        self._builds = builds
        self._told = told
        self._tell_time = tell_time
        self._refused = ("", 0.0)  # the build, and until when
        self._trouble = Trouble(tell_time)
        self._approve(builds.live_id())

    def look(self) -> None:
        """Judge what was published since. A build that is not whole changes nothing."""
        build = ""
        try:
            build = self._builds.live_id()
            if self._is_refused(build):
                return
            if build != self._approved:
                self._builds.verify(build)
                self._approve(build)
            self._trouble.end()
        except Exception as error:
            if build:
                self._refused = (build, self._tell_time() + AGAIN)
            self._trouble.tell(error, build)

    def _is_refused(self, build: str) -> bool:
        return build == self._refused[0] and self._tell_time() < self._refused[1]

    def _approve(self, build: str) -> None:
        aside = self._told.with_name(f".{self._told.name}")
        aside.write_text(build, encoding="ascii")
        aside.replace(self._told)
        self._approved = build
