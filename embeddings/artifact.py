"""A folder of builds with one of them live.

    <directory>/builds/<id>/     finished builds
    <directory>/builds/.<id>/    a build being written; swept by the next build
    <directory>/current          the id of the live build
    <directory>/lock             held by the one build that may write

A build is written aside, synced, verified, renamed into `builds/`, and made live by renaming a new
`current` over the old. A kill at any moment leaves the old build live. Readers need no lock: each
holds the folder of the build that it reads, and the sweep leaves what is held.
"""

import fcntl
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path
from typing import IO

from embeddings.builds import KEPT_BUILDS
from embeddings.canary import open_checked
from embeddings.durable import make_folder, sync, writing
from embeddings.errors import ArtifactError, IndexBusy, IndexDamaged, IndexMissing, IndexUnwritable
from embeddings.holding import alone, held
from embeddings.index import VectorFacts
from embeddings.index.files import list_files, write_index
from embeddings.index.local import LocalIndex
from embeddings.manifest import (
    CHECKSUM,
    MANIFEST,
    REPAIR,
    Manifest,
    check_hashes,
    check_sizes,
    describe_files,
    read_manifest,
    write_manifest,
)
from embeddings.records import IndexContents

_TRIES, _PAUSE = 5, 0.02  # seconds


class Artifact:
    """The builds under one directory, which need not exist yet.

    The newest `kept` of them, at least one, stay when a new one is written, and the live one does.
    """

    def __init__(self, directory: Path, kept: int = KEPT_BUILDS) -> None:
        self.directory = directory
        self._kept = max(kept, 1)
        self._builds = directory / "builds"
        self._current = directory / "current"

    @property
    def place(self) -> str:
        """The folder, as it was named."""
        return str(self.directory)

    @property
    def workspace(self) -> Path:
        """The folder itself: what a build works with lies beside the builds."""
        return self.directory

    def live_id(self) -> str:
        """The id of the live build. Raises IndexMissing, IndexDamaged."""
        return self.published_id()

    def published_id(self) -> str:
        """The id of the build that was published last, or gone back to; raises as `live_id`."""
        try:
            build = self._current.read_text(encoding="ascii").strip()
            is_there = build in self.finished()
        except FileNotFoundError as error:
            raise IndexMissing(
                f"{self.directory} holds no index",
                "build one: winnow build FOLDER" + f" --index {self.directory}",
            ) from error
        except (OSError, UnicodeDecodeError) as error:
            raise IndexDamaged(f"{self._current} cannot be read: {error}", REPAIR) from error
        if not is_there:
            raise IndexDamaged(f"{self._current} names a build that is not there", REPAIR)
        return build

    def _find_live(self) -> str | None:
        try:
            return self.live_id()
        except ArtifactError:
            return None

    def finished(self) -> list[str]:
        """The ids of all finished builds, oldest first."""
        if not self._builds.is_dir():
            return []
        return sorted(path.name for path in self._builds.iterdir() if path.name[0] != ".")

    def manifest(self, build: str | None = None) -> Manifest:
        """The manifest of a build (default: the live one), its own hash checked."""
        return read_manifest(self._builds / (build or self.live_id()))

    def is_being_written(self) -> bool:
        """Whether a build is under way: there is an unfinished one, and its writer is alive.

        The lock is tried only where an unfinished build lies, so that no writer finds it taken.
        """
        if not self._builds.is_dir() or not any(self._builds.glob(".*")):
            return False
        try:
            with (self.directory / "lock").open() as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def open(self, build: str | None = None) -> tuple[Manifest, LocalIndex]:
        """Open a build (default: the live one), held until its index is closed.

        After quick checks: manifest hash, format, sizes, a canary query.
        """
        folder = self._builds / (build or self.live_id())
        manifest = read_manifest(folder)
        check_sizes(folder, manifest)
        return manifest, _open_checked(folder)

    def check_files(self, manifest: Manifest) -> None:
        """Whether a build's files are there whole, by their sizes. Raises IndexDamaged."""
        check_sizes(self._builds / manifest.build, manifest)

    def verify(self, build: str | None = None) -> Manifest:
        """Hash every file of a build and try it. Raises IndexDamaged, IndexFormat, IndexMissing."""
        folder = self._builds / (build or self.live_id())
        try:
            with held(folder):
                manifest = read_manifest(folder)
                check_hashes(folder, manifest)
                _open_checked(folder).close()
        except OSError as error:
            raise IndexDamaged(f"{folder} cannot be read: {error.strerror}", REPAIR) from error
        return manifest

    def rollback(self) -> str:
        """Make the build before the live one live; its id.

        Where `current` names no build, the last one finished. Raises ArtifactError where there is
        none.
        """
        if not self.finished():
            self.live_id()  # raises, and says why
        with self._lock():
            live = self._find_live()
            earlier = [build for build in self.finished() if live is None or build < live]
            if not earlier:
                raise ArtifactError(
                    f"{self.directory} holds no build before the live one",
                    "build again from the documents: winnow build FOLDER",
                )
            self.verify(earlier[-1])
            self._point_to(earlier[-1])
            return earlier[-1]

    @contextmanager
    def writer(self) -> Iterator["ArtifactWriter"]:
        """The one writer of this directory; whatever it has not published is gone afterwards."""
        with self._lock():
            writer = ArtifactWriter(self)
            try:
                yield writer
            finally:
                writer.rollback()

    @contextmanager
    def _lock(self) -> Iterator[None]:
        with self._open_lock() as file:
            if not any(map(_try_lock, repeat(file, _TRIES))):
                raise IndexBusy(
                    f"another build is being written to {self.directory}",
                    "wait until it has finished, or choose another folder with --index",
                )
            yield

    def _open_lock(self) -> IO[str]:
        try:
            make_folder(self._builds)
            return (self.directory / "lock").open("w")
        except OSError as error:
            raise IndexUnwritable(
                f"{self.directory} cannot be written: {error.strerror}",
                "choose a folder that can be written with --index",
            ) from error

    def _point_to(self, build: str) -> None:
        aside = self.directory / ".current"
        aside.write_text(f"{build}\n", encoding="ascii")
        sync(aside)
        aside.replace(self._current)
        sync(self.directory)

    def _sweep(self) -> None:
        """Remove unfinished builds, and finished ones beyond those kept that no reader holds."""
        live = self._find_live()
        for build in self.finished()[: -self._kept]:
            if build != live:
                self._set_aside(build)
        for path in self._builds.glob(".*"):
            shutil.rmtree(path, ignore_errors=True)

    def _set_aside(self, build: str) -> None:
        """Take a build that no reader holds out of the finished ones, whole, and remove it."""
        folder = self._builds / build
        with suppress(OSError), alone(folder) as free:
            if free:
                aside = folder.rename(folder.with_name(f".{build}"))
                sync(self._builds)
                shutil.rmtree(aside, ignore_errors=True)


class ArtifactWriter:
    """Writes one build aside and publishes it. Raises IndexUnwritable where the disk is full."""

    def __init__(self, artifact: Artifact) -> None:
        self._artifact = artifact
        self._build = ""

    @property
    def _aside(self) -> Path:
        return self._finished.with_name(f".{self._build}")

    @property
    def _finished(self) -> Path:
        return self._artifact.directory / "builds" / self._build

    def begin(self) -> str:
        now = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")[:-3]
        self._build = f"{now}-{secrets.token_hex(3)}"
        with writing(self._artifact.directory):
            self._artifact._sweep()
            self._aside.mkdir()
        return self._build

    def add(self, contents: IndexContents, least_recall: float) -> Mapping[str, VectorFacts]:
        with writing(self._artifact.directory):
            return write_index(self._aside, contents, least_recall)

    def describe(self) -> Mapping[str, Mapping[str, object]]:
        """Size and hash of each file added, for the manifest."""
        return describe_files(self._aside, list_files(self._aside))

    def verify(self, manifest: Manifest) -> None:
        """Write the manifest, sync, and read everything back."""
        with writing(self._artifact.directory):
            write_manifest(self._aside, manifest)
            for name in (*list_files(self._aside), MANIFEST, CHECKSUM):
                sync(self._aside / name)
            sync(self._aside)
        check_hashes(self._aside, read_manifest(self._aside))
        _open_checked(self._aside).close()

    def publish(self) -> None:
        with writing(self._artifact.directory):
            self._aside.rename(self._finished)
            sync(self._finished.parent)
            self._artifact._point_to(self._build)
        self._build = ""

    def rollback(self) -> None:
        """Remove what was written, unless it was published."""
        if self._build and self._artifact._find_live() != self._build:
            shutil.rmtree(self._aside, ignore_errors=True)
            shutil.rmtree(self._finished, ignore_errors=True)
            (self._artifact.directory / ".current").unlink(missing_ok=True)


def _try_lock(file: IO[str]) -> bool:
    """Once more a little later: who asks whether a build is under way holds it for a moment."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        time.sleep(_PAUSE)
        return False
    return True


def _open_checked(folder: Path) -> LocalIndex:
    return open_checked(lambda: LocalIndex(folder), str(folder))
