"""How well the map keeps neighbours, by layout: trustworthiness over 5 and 10 neighbours, and time.

`python -m tests.measurements.projection INDEX...` takes folders of indexes. Trustworthiness is 1
where none of a passage's neighbours on the map is a stranger by its vector; it is taken over at
most 3,000 passages.
"""

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness

from embeddings import projection
from embeddings.artifact import Artifact
from embeddings.projection import choose_evenly, lay_out, project
from embeddings.records import Vectors

MOST = 3000
SMALL = (10, 20, 40)
DRAWS = 20


def read_vectors(folder: Path) -> Vectors:
    """The passage vectors of the live build."""
    _, index = Artifact(folder).open()
    vectors = np.stack([index.passage_vector(number) for number in range(index.passage_count)])
    index.close()
    return vectors


def lay_out_flat(vectors: Vectors) -> Vectors:
    """The two principal components."""
    return np.asarray(PCA(2, random_state=0).fit_transform(vectors))


def measure(vectors: Vectors, layout: Callable[[Vectors], Vectors]) -> str:
    """A row of the table, its name aside."""
    started = time.perf_counter()
    places = layout(vectors)
    seconds = time.perf_counter() - started
    some = choose_evenly(len(vectors), MOST)
    kept = [trustworthiness(vectors[some], places[some], n_neighbors=k) for k in (5, 10)]
    return f"{kept[0]:.4f} | {kept[1]:.4f} | {seconds:.1f} |"


def measure_few(vectors: Vectors, count: int) -> str:
    """The mean over random choices of a few passages, over 4 neighbours, both ways."""
    random = np.random.default_rng(0)
    choices = [vectors[random.choice(len(vectors), count, replace=False)] for _ in range(DRAWS)]
    means = [
        np.mean([trustworthiness(some, layout(some), n_neighbors=4) for some in choices])
        for layout in (lay_out_flat, lay_out)
    ]
    return f"{means[0]:.4f} | {means[1]:.4f} |"


def main(folders: Sequence[str]) -> None:
    """Print both tables."""
    indexes = {Path(folder).name: read_vectors(Path(folder)) for folder in folders}
    print("| index, passages | layout | of 5 | of 10 | seconds |\n|---|---|---|---|---|")
    for name, vectors in indexes.items():
        for layout, made in (("two components", lay_out_flat), ("the map", project)):
            print(f"| {name}, {len(vectors):,} | {layout} | {measure(vectors, made)}", flush=True)
    projection.FEW = 4  # show what the map would be where it is two components now
    print("| passages of each | two components | laid out |\n|---|---|---|")
    for name, vectors in indexes.items():
        for count in SMALL:
            print(f"| {count} of {name} | {measure_few(vectors, count)}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
