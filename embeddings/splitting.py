"""Documents -> documents taken apart: a few here, many in processes of their own, one a core.

Documents go out as they lie on the disk and come back taken apart, in their order, whichever
process is done first. So the result is the same whatever the number of processes.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from queue import LifoQueue
from subprocess import Popen
from typing import IO, Any, BinaryIO

from embeddings import processes
from embeddings.documents.ahead import call_ahead
from embeddings.documents.messages import pack, read_message
from embeddings.encoders import Tokenizer, load_tokenizer
from embeddings.errors import CorpusError
from embeddings.passages import cut_document
from embeddings.taken import Taken, pack_cuts, unpack_document

# Of text, in bytes: what two processes save over is more than their start takes.
ENOUGH = 4 << 20
_BATCH = 1 << 16

Split = Callable[[Sequence[bytes], int, Collection[str]], Iterable[Taken]]
"""Takes documents apart, in their order: given packed, with the bytes they have in all, and the
lines that many documents share."""


@dataclass(frozen=True, slots=True)
class Splitter:
    """How the documents of a build are taken apart, and in how many processes at most."""

    tokenizer: Tokenizer
    encoder_name: str
    keep_all: bool
    processes: int = 1
    enough: int = ENOUGH

    def split(
        self, documents: Iterable[bytes], size: int, repeated: Collection[str]
    ) -> Iterator[Taken]:
        """Take documents apart, in their order. Raises CorpusError where a process ends."""
        batches = _gather(documents)
        if self.processes < 2 or size < self.enough:
            for batch in batches:
                yield from _take_apart(batch, self.tokenizer, self.keep_all, repeated)
            return
        ways = {
            "encoder": self.encoder_name,
            "keep_all": self.keep_all,
            "repeated": sorted(repeated),
        }
        crew = [_Process(ways) for _ in range(self.processes)]
        yield from _split_by(crew, batches)


def _gather(documents: Iterable[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    size = 0
    for document in documents:
        batch.append(document)
        size += len(document)
        if size >= _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _take_apart(
    batch: Sequence[bytes], tokenizer: Tokenizer, keep_all: bool, repeated: Collection[str]
) -> list[Taken]:
    count, window = tokenizer.count_tokens, tokenizer.window
    documents = map(unpack_document, batch)
    return pack_cuts([cut_document(one, count, window, keep_all, repeated) for one in documents])


def _split_by(crew: Sequence["_Process"], batches: Iterable[list[bytes]]) -> Iterator[Taken]:
    free: LifoQueue[_Process] = LifoQueue()
    for process in crew:
        free.put(process)

    def split(batch: list[bytes]) -> list[Taken]:
        process = free.get()
        try:
            return process.split(batch)
        finally:
            free.put(process)

    def stop() -> None:
        for process in crew:
            process.kill()

    try:
        calls = (partial(split, batch) for batch in batches)
        for taken in call_ahead(calls, len(crew), stop):
            yield from taken
    finally:
        for process in crew:
            process.close()


class _Process:
    """One that takes documents apart; started for the first of them."""

    def __init__(self, ways: dict[str, Any]) -> None:
        self._ways = ways
        self._process: Popen[bytes] | None = None

    def split(self, batch: Sequence[bytes]) -> list[Taken]:
        requests, replies = processes.pipes(self._process or self._start())
        with suppress(BrokenPipeError):  # the replies tell of its end
            _send(requests, {}, batch)
        found = list(_receive_all(replies))
        if len(found) < len(batch):
            more = f" or one of {len(batch):,} from there on" if len(batch) > 1 else ""
            raise self._describe_end(f"{unpack_document(batch[0]).source}{more}")
        return found

    def kill(self) -> None:
        processes.kill(self._process)

    def close(self) -> None:
        processes.close(self._process)

    def _start(self) -> "Popen[bytes]":
        process = self._process = processes.start(__name__)
        requests, replies = processes.pipes(process)
        with suppress(BrokenPipeError):
            requests.write(pack(self._ways))
            requests.flush()
        if not read_message(replies):
            raise self._describe_end("its start")
        return process

    def _describe_end(self, where: str) -> CorpusError:
        assert self._process is not None
        how = processes.name_end(self._process.wait())
        return CorpusError(
            f"a process that takes documents apart ended at {where} ({how})",
            "mostly memory ran out: free some, and build again; the build that is live stays so",
        )


def _send(pipe: IO[bytes], message: dict[str, Any], parts: Sequence[bytes]) -> None:
    """A message, and bytes behind it, whose sizes it says."""
    pipe.write(pack({**message, "parts": [len(part) for part in parts]}))
    pipe.writelines(parts)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """A message and its bytes; nothing where the other side ended."""
    message = read_message(pipe)
    parts = [pipe.read(size) for size in message.get("parts", ())]
    whole = [len(part) for part in parts] == message.get("parts", [])
    return (message, parts) if whole else ({}, [])


def _receive_all(replies: IO[bytes]) -> Iterator[Taken]:
    """What a batch gave, as far as it came."""
    while True:
        message, parts = _receive(replies)
        if "sizes" not in message:
            return
        own, passages, likeness = parts
        yield Taken(own, [tuple(sizes) for sizes in message["sizes"]], passages, likeness)


def main() -> None:
    """Take documents apart as standard input gives them, until it ends."""
    requests, replies = processes.take_pipes()
    if not (line := requests.readline()):
        return
    processes.end_with_starter()
    ways = json.loads(line.decode("utf-8", "surrogatepass"))
    tokenizer = load_tokenizer(ways["encoder"])
    repeated = frozenset(ways["repeated"])
    tokenizer.count_tokens([""])  # so that it is loaded
    replies.write(pack({"ready": True}))
    replies.flush()
    while batch := _receive(requests)[1]:
        _answer(replies, _take_apart(batch, tokenizer, ways["keep_all"], repeated))


def _answer(replies: BinaryIO, found: Sequence[Taken]) -> None:
    for taken in found:
        parts = (taken.own, taken.passages, taken.likeness)
        _send(replies, {"sizes": taken.sizes}, parts)
    replies.write(pack({"end": True}))
    replies.flush()
