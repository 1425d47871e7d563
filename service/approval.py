"""Which build the processes of one server may open: each is hashed and tried once, for all of them.

A file holds the id of the build that was approved last.
"""

import logging
from pathlib import Path

from embeddings.artifact import Artifact
from embeddings.errors import WinnowError
from embeddings.manifest import Manifest

_LOG = logging.getLogger("winnow")


class Approved(Artifact):
    """The builds of a folder, of which the one approved counts as live, and as hashed."""

    def __init__(self, directory: Path, told: Path) -> None:
        super().__init__(directory)
        self._told = told

    def live_id(self) -> str:
        return self._told.read_text(encoding="ascii")

    def verify(self, build: str | None = None) -> Manifest:
        return self.manifest(build)


class Approval:
    """Approves the live build as it is, and those after it once they are verified.

    Raises ArtifactError where there is none to begin with.
    """

    def __init__(self, artifact: Artifact, told: Path) -> None:
        self._artifact = artifact
        self._told = told
        self._judged = artifact.live_id()
        self._refusal = ""
        self._approve()

    def look(self) -> None:
        """Judge what was published since. A build that is not whole changes nothing."""
        try:
            build = self._artifact.live_id()
            if build == self._judged:
                return
            self._judged = build
            self._artifact.verify(build)
            self._approve()
            self._refusal = ""
        except WinnowError as error:
            if error.message != self._refusal:
                _LOG.error("%s; the build in use stays", error)
            self._refusal = error.message

    def _approve(self) -> None:
        aside = self._told.with_name(f".{self._told.name}")
        aside.write_text(self._judged, encoding="ascii")
        aside.replace(self._told)
