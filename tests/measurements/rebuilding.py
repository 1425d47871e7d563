"""How much less does a second build cost? Many small files, built twice, then with few changes.

    python -m tests.measurements.rebuilding PASSAGES.jsonl.gz [FILES]

Each file (10,000 of them unless told) holds two of the passages, rows with a `text`. Prints the
seconds and the share of the first build for: nothing changed, one file changed, one in a hundred
changed, and every file touched (another time, the same bytes).
"""

import gzip
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from embeddings.artifact import Artifact
from embeddings.build import BuildReport, build_index
from embeddings.encoders import DEFAULT_ENCODER, load_encoder, load_tokenizer

_FILES = 10_000
_A_FOLDER = 100


def _read_texts(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8") as rows:
        for row in rows:
            yield json.loads(row)["text"]


def _write(folder: Path, texts: Iterator[str], files: int) -> list[Path]:
    paths = []
    for number in range(files):
        path = folder / str(number // _A_FOLDER) / f"{number}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n\n".join(islice(texts, 2)), encoding="utf-8")
        paths.append(path)
    return paths


def main(passages: Path, files: int) -> None:
    """Print a Markdown table."""
    texts = _read_texts(passages)
    tokenizer = load_tokenizer()
    encoder = load_encoder()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "corpus")
        folder.mkdir()
        paths = _write(folder, texts, files)
        artifact = Artifact(Path(name, "index"))

        def build() -> BuildReport:
            return build_index([folder], artifact, lambda: encoder, tokenizer, DEFAULT_ENCODER)

        first = build().seconds
        print(f"| {files:,} files | seconds | of the first | texts encoded |\n|---|---|---|---|")
        print(f"| first build | {first:.1f} | | |")
        for what, some in (
            ("nothing changed", []),
            ("one file changed", paths[:1]),
            ("one file in 100 changed", paths[::100]),
        ):
            for path in some:
                path.write_text(f"{path.read_text(encoding='utf-8')} {next(texts)}", "utf-8")
            report = build()
            share = report.seconds / first
            print(f"| {what} | {report.seconds:.1f} | {share:.1%} | {report.encoded} |")
        for path in paths:
            os.utime(path)
        report = build()
        print(f"| every file touched | {report.seconds:.1f} | {report.seconds / first:.1%} | 0 |")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else _FILES)
