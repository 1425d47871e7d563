"""One shard: the bytes of its files -> documents taken apart, and the vectors of their texts.

The same order gives the same Parquet file, byte for byte, wherever it is made: by one thread, in
the same batches, with the libraries and the model that the order names.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from embeddings import __version__
from embeddings.budget import LEAST, Budget
from embeddings.documents import DocumentReader, ReadOptions
from embeddings.documents.reading import note_items
from embeddings.earlier import list_libraries
from embeddings.encoders import Encoder, Tokenizer, load_encoder, load_tokenizer
from embeddings.errors import WorkersFailed
from embeddings.passages import cut_document
from embeddings.records import Cut, Document, Reading
from embeddings.shards.cutting import Order
from embeddings.shards.parquet import FileRows, write_shard
from embeddings.taken import pack_cuts, pack_document
from embeddings.vectors import encode_texts


def make_shard(order: Order, contents: Sequence[bytes]) -> bytes:
    """The Parquet file of a shard, of the bytes of its files.

    Raises WorkersFailed where this worker is not like the one that ordered it, EncoderError.
    """
    encoder, tokenizer = _open_alike(json.dumps(order.ways))
    files: list[FileRows] = []
    cuts: list[Cut] = []
    with DocumentReader(ReadOptions(**order.ways["reading"]), budget=Budget(LEAST)) as reader:
        for (source, ending), data in zip(order.names, contents, strict=True):
            reading = Reading()
            found = list(note_items(reader.parse(data, ending, source), source, reading))
            own = [_cut(one, tokenizer, order.ways["keep_all"]) for one in found]
            cuts.extend(own)
            packed = zip(found, map(pack_document, found), pack_cuts(own), strict=True)
            sha256 = found[0].sha256 if found else ""
            files.append(FileRows(source, sha256, reading, [(d.id, p, t) for d, p, t in packed]))
    passages = [passage for cut in cuts for passage in cut.passages]
    with TemporaryDirectory() as folder:
        digests, vectors = encode_texts(passages, encoder, Path(folder))
    return write_shard(order.shard, files, digests, vectors)


def _cut(document: Document, tokenizer: Tokenizer, keep_all: bool) -> Cut:
    """As if no other document shared a line with it: that is for the build to find."""
    return cut_document(document, tokenizer.count_tokens, tokenizer.window, keep_all, ())


@lru_cache(maxsize=1)
def _open_alike(ways: str) -> tuple[Encoder, Tokenizer]:
    """The encoder and its tokenizer, once in a process, which computes by one thread from then on.

    Raises WorkersFailed where another version would make another shard.
    """
    from threadpoolctl import threadpool_limits

    wanted = json.loads(ways)
    have = {"version": __version__, **list_libraries()}
    _require(
        "Winnow and its libraries", {"version": wanted["version"], **wanted["libraries"]}, have
    )
    threadpool_limits(1)
    encoder = load_encoder(wanted["encoder"], device=wanted["device"])
    _require(f"the encoder {wanted['encoder']}", wanted["identity"], asdict(encoder.identity))
    return encoder, load_tokenizer(wanted["encoder"])


def _require(what: str, wanted: Mapping[str, Any], have: Mapping[str, Any]) -> None:
    other = [name for name in wanted if wanted[name] != have.get(name)]
    if other:
        told = ", ".join(f"{name} {have.get(name)} and not {wanted[name]}" for name in other)
        raise WorkersFailed(
            f"a worker has {what} otherwise than the machine that builds: {told}",
            "install the same on all of them, from the same requirements",
        )
