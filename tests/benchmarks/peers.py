"""Winnow beside a straightforward service, txtai's server and Chroma's: same texts, same queries.

    python -m tests.benchmarks.peers [FOLDER]

FOLDER (seeds/, and the passages of ../shared where they are) is built into an index of Winnow, and
its passages are what the others hold, with the same weights of all-MiniLM-L6-v2; each is asked
distinct queries, which it encodes. Prints a Markdown table for each folder: queries a second of 16
clients, the p50 of one client, and the memory of the server. What cannot run here is said.
"""

import gzip
import hashlib
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np

from embeddings.artifact import Artifact
from embeddings.build import build_index
from embeddings.encoders import DEFAULT_ENCODER, load_encoder, load_tokenizer
from service.bench.machine import count_usable_cores, describe_machine, read_load
from service.bench.queries import make_queries
from service.bench.server import measure_memory
from service.cli.output import ProgressBar, say
from tests.benchmarks.environments import HOME, ROOT, NotHere
from tests.benchmarks.services import Corpus, Running, chroma, straightforward, txtai, winnow
from tests.benchmarks.texts import find_model, write_texts

CLIENTS, SECONDS = 16, 10.0
ONE, MANY = 200, 8_000
WARMING = 20
SCALE = ROOT.parent / "shared" / "datasets" / "scale-passages.jsonl.gz"
SCALED = 20_000
Service = Callable[[Corpus], AbstractContextManager[Running]]


def list_services() -> dict[str, Service]:
    """Name -> how it is run."""
    cores = count_usable_cores()
    services: dict[str, Service] = {"Winnow, 1 worker": partial(winnow, workers=1)}
    if cores > 1:
        services[f"Winnow, {cores} workers"] = partial(winnow, workers=cores)
    return {
        **services,
        "straightforward": straightforward,
        "txtai": txtai,
        "Chroma (encoded by its client)": chroma,
    }


def prepare(folder: Path, home: Path, encoder: str = DEFAULT_ENCODER) -> tuple[Corpus, list[str]]:
    """The texts in every form, and the queries; made once for a folder."""
    place = home / hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
    artifact = Artifact(place / "index")
    with ProgressBar() as progress:
        report = build_index(
            [folder],
            artifact,
            lambda: load_encoder(encoder),
            load_tokenizer(encoder),
            encoder,
            progress=progress,
        )
    texts = place / report.manifest.build
    if not texts.exists():
        write_texts(artifact, texts)
    corpus = Corpus(artifact.directory, texts, find_model())
    return corpus, make_queries(artifact, WARMING + ONE + MANY)


def measure(service: Service, corpus: Corpus, queries: list[str]) -> tuple[float, float, float]:
    """Queries a second of many clients, the p50 of one in milliseconds, megabytes of memory."""
    with service(corpus) as running:
        running.ask(queries[:WARMING], 1, SECONDS)
        one = running.ask(queries[WARMING : WARMING + ONE], 1, 6 * SECONDS)
        many = running.ask(queries[WARMING + ONE :], CLIENTS, SECONDS)
        memory = measure_memory(running.process)
    held = memory.anonymous + memory.mapped if memory else float("nan")
    return many.rate, float(np.percentile(one.milliseconds, 50)), held


def make_rows(corpus: Corpus, queries: list[str]) -> Iterator[str]:
    """A row for each service, or why there is none."""
    for name, service in list_services().items():
        say(f"measuring {name}")
        try:
            rate, middle, memory = measure(service, corpus, queries)
        except (NotHere, OSError) as error:
            yield f"| {name} | not run here: {error} | | |"
        else:
            yield f"| {name} | {rate:,.1f} | {middle:.1f} | {memory:,.0f} |"


def unpack_scale(home: Path) -> Path:
    """A folder with the first passages of the shared collection."""
    folder = home / "scale-passages"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "passages.jsonl"
    if not path.exists():
        with gzip.open(SCALE, "rt", encoding="utf-8") as lines:
            path.write_text("".join(islice(lines, SCALED)), encoding="utf-8")
    return folder


def main(arguments: list[str]) -> int:
    home = HOME / "peers"
    folders = [Path(one) for one in arguments]
    if not folders:
        folders = [ROOT / "seeds", *([unpack_scale(home)] if SCALE.exists() else [])]
    machine = describe_machine()
    print(f"{machine['processor']}, {machine['cores']} cores; load before {read_load()}")
    for folder in folders:
        corpus, queries = prepare(folder, home)
        print(f"\n| {folder.name} | queries/s, {CLIENTS} clients | p50 ms, 1 client | memory MB |")
        print("|---|---|---|---|", flush=True)
        for row in make_rows(corpus, queries):
            print(row, flush=True)
    print(f"\nload after {read_load()}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
