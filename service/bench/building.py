"""Where the time of a build goes, and how near it comes to encoding alone."""

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from embeddings.build import build_index
from embeddings.builds import Builds
from embeddings.corpus import Progress
from embeddings.encoders import Encoder, Tokenizer
from embeddings.index import Index

_BATCH = 256
_MOST_BATCHES = 40
_AT_ONCE = 1_000


class StageClock:
    """Gives the time between two reports of progress to the stage that the first one named.

    What a build does between the end of a stage and the beginning of the next is `after` it.
    """

    def __init__(self, tell: Progress) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._tell = tell
        self._stage = "before reading"
        self._since = time.perf_counter()

    def __call__(self, stage: str, done: int, total: int) -> None:
        self._turn(f"after {stage}" if done >= total else stage)
        self._tell(stage, done, total)

    def stop(self) -> float:
        """All seconds until now."""
        self._turn(self._stage)
        return sum(self.seconds.values())

    def _turn(self, stage: str) -> None:
        now = time.perf_counter()
        self.seconds[self._stage] += now - self._since
        self._stage, self._since = stage, now


@dataclass(frozen=True, slots=True)
class BuildTimes:
    """Seconds by stage, what was encoded, and tokens a second of the encoder by itself."""

    stages: dict[str, float]
    seconds: float
    passages: int
    tokens: int
    encoder_rate: float


def time_build(
    folder: Path,
    builds: Builds,
    encoder: Encoder,
    tokenizer: Tokenizer,
    name: str,
    progress: Progress,
) -> BuildTimes:
    """Build a new index of a folder with an encoder that is loaded, then run the encoder alone."""
    encoder.encode_passages(["the first text takes longer than those after it"])
    clock = StageClock(progress)
    report = build_index([folder], builds, lambda: encoder, tokenizer, name, progress=clock)
    seconds = clock.stop()
    _, index = builds.open()
    texts = list_texts(index, encoder.identity.pooled)
    index.close()
    tokens = tokenizer.count_tokens(texts)
    return BuildTimes(
        dict(clock.seconds),
        seconds,
        report.manifest.counts["passages"],
        sum(tokens),
        measure_encoder(encoder, texts, tokens),
    )


def list_texts(index: Index, pooled: bool) -> list[str]:
    """What a build encodes, each text once: every passage, and sentences that are not pooled."""
    texts: dict[str, None] = {}
    for first in range(0, index.passage_count, _AT_ONCE):
        numbers = range(first, min(first + _AT_ONCE, index.passage_count))
        for stored in index.read(numbers):
            text = stored.passage.text
            texts[text] = None
            if pooled:
                continue
            texts |= {text[span.start : span.end]: None for span in stored.passage.sentences}
    return list(texts)


def measure_encoder(encoder: Encoder, texts: Sequence[str], tokens: Sequence[int]) -> float:
    """Tokens a second over batches of texts of like length: all of them, or some chosen evenly."""
    order = sorted(range(len(texts)), key=lambda i: tokens[i])
    batches = [order[first : first + _BATCH] for first in range(0, len(order), _BATCH)]
    step = max(1, len(batches) / _MOST_BATCHES)
    chosen = [batches[int(i * step)] for i in range(min(len(batches), _MOST_BATCHES))]
    ready = [[texts[i] for i in batch] for batch in chosen]
    started = time.perf_counter()
    for batch in ready:
        encoder.encode_passages(batch)
    seconds = time.perf_counter() - started
    return sum(tokens[i] for batch in chosen for i in batch) / seconds
