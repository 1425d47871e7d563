"""Where the builds of one index are kept, one of them live: a folder, or a schema of a database.

The contract of both: a build is written aside, verified, and made live at once or not at all, and
readers never wait for a writer.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from embeddings.index import Index, Writer
from embeddings.manifest import Manifest
from embeddings.records import Cut, Span, Vectors

KEPT_BUILDS = 3


@dataclass(frozen=True, slots=True)
class Recalled:
    """Passages with the places of their sentences, and the vectors of both, in their order."""

    texts: Sequence[str]
    sentences: Sequence[Sequence[Span]]
    vectors: Vectors
    sentence_vectors: Vectors


class StoredIndex(Index, Protocol):
    """An index that a build wrote, which the next one may take over."""

    def list_documents(self) -> Iterator[tuple[str, str]]:
        """The file and the id of every document, by source."""
        ...

    def recall_texts(self) -> Iterator[str]:
        """The text of every document, some at a time."""
        ...

    def recall_cuts(self, document_ids: Sequence[str]) -> Iterator[Cut]:
        """Documents as they were taken apart, in the order of these ids, some at a time."""
        ...

    def recall_vectors(self) -> Iterator[Recalled]:
        """The texts and vectors of all passages and their sentences, some at a time."""
        ...


class BuildWriter(Writer, Protocol):
    """Writes one build. Raises IndexUnwritable where there is no room for it."""

    def describe(self) -> Mapping[str, Mapping[str, object]]:
        """Size and hash of each part that was added, for the manifest."""
        ...


class Builds(Protocol):
    """The builds of one index. Raises ArtifactError wherever there is none to be had."""

    @property
    def place(self) -> str:
        """Where they are, for people: a folder, or an address without its password."""
        ...

    @property
    def workspace(self) -> Path:
        """The folder on this machine for what a build works with."""
        ...

    def live_id(self) -> str:
        """The id of the live build. Raises IndexMissing, IndexDamaged."""
        ...

    def published_id(self) -> str:
        """The id of the build that was published last, or gone back to; raises as `live_id`."""
        ...

    def finished(self) -> list[str]:
        """The ids of all finished builds, oldest first."""
        ...

    def manifest(self, build: str | None = None) -> Manifest:
        """The manifest of a build (default: the live one), its own hash checked."""
        ...

    def is_being_written(self) -> bool:
        """Whether a build is under way."""
        ...

    def open(self, build: str | None = None) -> tuple[Manifest, StoredIndex]:
        """Open a build (default: the live one) after quick checks."""
        ...

    def check_files(self, manifest: Manifest) -> None:
        """Whether all parts of a build are there, quickly. Raises IndexDamaged."""
        ...

    def verify(self, build: str | None = None) -> Manifest:
        """Read and hash all of a build, and try it. Raises IndexDamaged, IndexFormat."""
        ...

    def rollback(self) -> str:
        """Make the build before the live one live; its id."""
        ...

    def writer(self) -> AbstractContextManager[BuildWriter]:
        """The one writer; whatever it has not published is gone afterwards."""
        ...


def open_builds(name: str, workspace: Path | None = None, kept: int = KEPT_BUILDS) -> Builds:
    """The builds of an index by its name: `postgresql://…`, else a folder.

    The newest `kept` of them, at least one, stay when a new one is written. A database needs a
    workspace to build in; a folder is its own.
    """
    if is_address(name):
        from embeddings.index.postgres.builds import DatabaseBuilds

        return DatabaseBuilds(name, workspace or Path(), kept)
    from embeddings.artifact import Artifact

    return Artifact(Path(name), kept)


def is_address(name: str) -> bool:
    """Whether an index is named by the address of a database."""
    return name.startswith(("postgresql://", "postgres://"))
