"""A large index made of a real one: so many passages that none of them was ever written.

    python -m tests.benchmarks.enlarge INDEX LARGER PASSAGES

INDEX is a folder of builds, LARGER another one, or the address of a database (`postgresql://…`).
The vector of each made passage lies between those of two passages that are both among the 20
nearest to a real one, 0.3 to 0.7 of the way; its text is a sentence of either, and the vectors of
its two sentences lie between theirs. Nothing is folded. What a build does after encoding is timed.
"""

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import numpy as np

from embeddings.artifact import Artifact
from embeddings.budget import Budget
from embeddings.builds import Builds, StoredIndex, open_builds
from embeddings.contents import make_contents
from embeddings.corpus import Progress
from embeddings.encoders import Encoder, load_encoder
from embeddings.kept_cuts import KeptCuts
from embeddings.manifest import Manifest
from embeddings.mapped import map_vectors
from embeddings.overview import describe_corpus
from embeddings.records import Cut, Document, Fold, Numbers, Passage, Span, Vectors, make_id
from embeddings.taken import LIKENESS, Likeness
from embeddings.vectors import VectorSource
from tests.embeddings.building import keep_cuts

_NEAREST = 20
_BASES = 40_000
_AT_ONCE = 500
_IN_DOCUMENT = 10


@dataclass(frozen=True, slots=True)
class Real:
    """The passages of a real index: their vectors, and the texts and vectors of their sentences."""

    vectors: Vectors
    sentences: list[list[str]]
    sentence_vectors: list[Vectors]


def read_real(index: StoredIndex) -> Real:
    """Everything that is made something of."""
    numbers = np.arange(index.passage_count)
    found = [one.passage for one in index.read(numbers.tolist())]
    texts = [[one.text[span.start : span.end] for span in one.sentences] for one in found]
    whole, parts = [], []
    for recalled in index.recall_vectors():
        whole.append(np.array(recalled.vectors))
        ends = np.cumsum(list(map(len, recalled.sentences)))[:-1]
        parts += np.split(recalled.sentence_vectors, ends)
    return Real(np.concatenate(whole), texts, parts)


def find_near(vectors: Vectors, bases: Numbers) -> Numbers:
    """The rows nearest to each of some rows [n, 20], themselves aside."""
    near = np.empty((len(bases), _NEAREST), dtype=np.int64)
    for start in range(0, len(bases), _AT_ONCE):
        some = bases[start : start + _AT_ONCE]
        products = vectors[some] @ vectors.T
        products[np.arange(len(some)), some] = -2
        near[start : start + len(some)] = np.argpartition(-products, _NEAREST, 1)[:, :_NEAREST]
    return near


@dataclass(frozen=True, slots=True)
class Mixture:
    """Which two passages each made one lies between, which sentences of theirs, and how far."""

    pairs: Numbers
    sentences: Numbers
    shares: Vectors


def mix(real: Real, count: int) -> Mixture:
    """Draw so many, the same each time."""
    random = np.random.default_rng(5)
    bases = random.choice(len(real.vectors), min(_BASES, len(real.vectors)), replace=False)
    near = find_near(real.vectors, bases)
    base = random.integers(len(bases), size=count)
    places = random.integers(_NEAREST, size=(count, 2))
    pairs = near[base[:, None], places]
    sizes = np.array([len(own) for own in real.sentences])
    sentences = (random.random((count, 2)) * sizes[pairs]).astype(np.int64)
    return Mixture(pairs, sentences, random.uniform(0.3, 0.7, (count, 3)).astype(np.float32))


def make_cuts(real: Real, mixture: Mixture) -> Iterator[Cut]:
    """Documents of ten made passages each, the passages in the order of the mixture."""
    count = len(mixture.pairs)
    for first in range(0, count, _IN_DOCUMENT):
        source = f"made-{first // _IN_DOCUMENT:07}.txt"
        document_id = make_id("document", source)
        text, passages = "", []
        for number in range(first, min(first + _IN_DOCUMENT, count)):
            places = zip(mixture.pairs[number], mixture.sentences[number], strict=True)
            one, other = (real.sentences[passage][sentence] for passage, sentence in places)
            own, start = f"{one} {other}", len(text)
            spans = (Span(0, len(one)), Span(len(one) + 1, len(own)))
            # The number in front keeps the order of ids, which is that of passages in an index.
            passage_id = f"{number:08}"
            passages.append(
                Passage(passage_id, document_id, start, start + len(own), own, spans, language="en")
            )
            text += own + "\n\n"
        document = Document(source, text, sha256=f"{first:064x}", file=source)
        yield Cut(document, source, "en", tuple(passages), (), ())


class MadeVectors(VectorSource):
    """The vectors of a mixture, in its order."""

    def __init__(self, real: Real, mixture: Mixture, encoder: Encoder, directory: Path) -> None:
        super().__init__(encoder, None, directory, int8=False)
        self._real, self._mixture, self._folder = real, mixture, directory
        self.found = 0.0

    def find(
        self, passages: object, sentences: object, progress: Progress
    ) -> tuple[Vectors, Vectors]:
        mixture, dimension = self._mixture, self._real.vectors.shape[1]
        count = len(mixture.pairs)
        whole = map_vectors(self._folder, count, dimension)
        parts = map_vectors(self._folder, 2 * count, dimension)
        for start in range(0, count, 10_000):
            some = slice(start, start + 10_000)
            pairs, shares = mixture.pairs[some], mixture.shares[some]
            own = self._real.vectors
            whole[some] = _blend(own[pairs[:, 0]], own[pairs[:, 1]], shares[:, 0])
            one, other = (
                np.array(
                    [
                        self._real.sentence_vectors[passage][sentence]
                        for passage, sentence in zip(
                            pairs[:, at], mixture.sentences[some, at], strict=True
                        )
                    ]
                )
                for at in (0, 1)
            )
            two = parts[2 * start : 2 * start + 2 * len(pairs)]
            two[0::2] = _blend(one, other, 0.5 + shares[:, 1] / 2)
            two[1::2] = _blend(other, one, 0.5 + shares[:, 2] / 2)
        self.found = time.perf_counter()
        return whole, parts


def _blend(one: Vectors, other: Vectors, share: Vectors) -> Vectors:
    between = share[:, None] * one + (1 - share[:, None]) * other
    blended: Vectors = between / np.linalg.norm(between, axis=1, keepdims=True)
    return blended


def _compare_nothing(passages: Sequence[Passage], _: object) -> Likeness:
    return np.zeros(len(passages), dtype=LIKENESS)


def _fold_nothing(cuts: KeptCuts, _: Budget) -> tuple[Numbers, list[Fold]]:
    return np.arange(len(cuts.passages)), []


def enlarge(source: Builds, target: Builds, count: int) -> tuple[Manifest, dict[str, float]]:
    """Publish so many made passages; the manifest, and the seconds of each stage after encoding."""
    manifest, index = source.open()
    real = read_real(index)
    index.close()
    mixture = mix(real, count)
    folder = target.workspace
    folder.mkdir(parents=True, exist_ok=True)
    with patch("embeddings.taken._find_likeness", _compare_nothing):
        cuts = keep_cuts(make_cuts(real, mixture), folder)
    vectors = MadeVectors(real, mixture, load_encoder(manifest.encoder["name"]), folder)
    stages: dict[str, float] = {}

    def tell(stage: str, done: int, total: int) -> None:
        stages.setdefault(stage, time.perf_counter())

    with target.writer() as writer:
        build = writer.begin()
        with patch("embeddings.contents.fold_cuts", _fold_nothing):
            contents = make_contents(cuts, vectors, folder, Budget(), tell)
        stages["writing"] = time.perf_counter()
        searched = writer.add(contents, 0.99)
        stages["verifying"] = time.perf_counter()
        counts = {**manifest.counts, "documents": len(cuts), "passages": count, "folded": 0}
        made = replace(
            manifest,
            build=build,
            roots=[f"made of {source.place}"],
            sources={},
            counts={**counts, "sentences": 2 * count, "set_aside": 0, "unreadable": 0},
            overview=describe_corpus(contents, cuts.briefs),
            vectors={name: asdict(facts) for name, facts in searched.items()},
            files={name: dict(facts) for name, facts in writer.describe().items()},
        )
        writer.verify(made)
        writer.publish()
    stages["end"] = time.perf_counter()
    times = [(name, at) for name, at in stages.items() if at >= vectors.found]
    seconds = {name: after - at for (name, at), (_, after) in pairwise(times)}
    return made, {**seconds, "all after encoding": stages["end"] - vectors.found}


def main(source: Path, target: str, count: int) -> None:
    with TemporaryDirectory() as workspace:
        builds = open_builds(target, Path(workspace))
        manifest, seconds = enlarge(Artifact(source), builds, count)
    for name, taken in seconds.items():
        print(f"{name}: {taken:.0f} s")
    for name, facts in manifest.vectors.items():
        print(f"{name}: {facts}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3].replace("_", "")))
