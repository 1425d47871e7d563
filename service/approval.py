"""Which build the processes of one server may open: each is hashed and tried once, for all of them.

A file holds the id of the build that was approved last.
"""

import logging
import time
from collections.abc import Callable
from pathlib import Path

from embeddings.artifact import Artifact
from embeddings.errors import IndexDamaged, WinnowError
from embeddings.manifest import Manifest
from service.live import AGAIN

_LOG = logging.getLogger("winnow")


class Approved(Artifact):
    """The builds of a folder, of which the one approved counts as live, and as hashed."""

    def __init__(self, directory: Path, told: Path) -> None:
        super().__init__(directory)
        self._told = told

    def live_id(self) -> str:
        try:
            return self._told.read_text(encoding="ascii")
        except OSError as error:
            raise IndexDamaged(
                f"{self._told}, which says which build to open, cannot be read: {error.strerror}",
                "start the server again; nothing may remove its temporary folder meanwhile",
            ) from error

    def verify(self, build: str | None = None) -> Manifest:
        return self.manifest(build)


class Approval:
    """Approves the live build as it is, and those after it once they are verified.

    Raises ArtifactError where there is none to begin with.
    """

    def __init__(
        self, artifact: Artifact, told: Path, tell_time: Callable[[], float] = time.monotonic
    ) -> None:
        self._artifact = artifact
        self._told = told
        self._tell_time = tell_time
        self._refused = ("", 0.0)  # the build, and until when
        self._refusal = ""
        self._approve(artifact.live_id())

    def look(self) -> None:
        """Judge what was published since. A build that is not whole changes nothing."""
        build = ""
        try:
            build = self._artifact.live_id()
            if build == self._approved or self._is_refused(build):
                return
            self._artifact.verify(build)
            self._approve(build)
            self._refusal = ""
        except (WinnowError, OSError) as error:
            self._refused = (build, self._tell_time() + AGAIN)
            if str(error) != self._refusal:
                _LOG.error("%s; the build in use stays", error)
            self._refusal = str(error)

    def _is_refused(self, build: str) -> bool:
        return build == self._refused[0] and self._tell_time() < self._refused[1]

    def _approve(self, build: str) -> None:
        aside = self._told.with_name(f".{self._told.name}")
        aside.write_text(build, encoding="ascii")
        aside.replace(self._told)
        self._approved = build
