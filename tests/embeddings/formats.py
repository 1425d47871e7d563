"""Writes a small index of the present format for the tests that open what was once released.

`python -m tests.embeddings.formats` puts it into `tests/fixtures/` as `format-N.tar.gz`, once for
each format. The file is never written again: an index that somebody has does not change either.
"""

import tarfile
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from embeddings.artifact import Artifact
from embeddings.manifest import FORMAT, write_manifest
from tests.conftest import TINY_CORPUS
from tests.embeddings.building import build, folder_of, write_files

FIXTURES = Path(__file__).parents[1] / "fixtures"


def unpack(number: int, folder: Path) -> Artifact:
    """The index that was kept of a format."""
    with tarfile.open(FIXTURES / f"format-{number}.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    return Artifact(folder / "index")


def _write(folder: Path, target: Path) -> None:
    artifact = Artifact(folder / "index")
    build(write_files(folder / "corpus", TINY_CORPUS), artifact)
    manifest = artifact.manifest()
    write_manifest(folder_of(artifact), replace(manifest, roots=["/corpus"]))
    with tarfile.open(target, "x:gz") as archive:
        archive.add(artifact.directory, "index", filter=_forget_owner)


def _forget_owner(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = member.mtime = 0
    member.uname = member.gname = ""
    return member


if __name__ == "__main__":
    with TemporaryDirectory() as name:
        _write(Path(name), FIXTURES / f"format-{FORMAT}.tar.gz")
