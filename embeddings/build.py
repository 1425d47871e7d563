"""The pipeline: documents -> passages -> vectors -> a published build. Knows every part above."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embeddings import __version__
from embeddings.budget import Budget
from embeddings.builds import Builds, BuildWriter
from embeddings.changes import Changes
from embeddings.contents import make_contents
from embeddings.corpus import NOTHING, Corpus, Earlier, Progress, is_known, read_corpus
from embeddings.documents import (
    DocumentReader,
    Selection,
    SourceFile,
    list_sources,
)
from embeddings.documents.walking import find_real
from embeddings.durable import make_folder, writing
from embeddings.earlier import (
    LiveBuild,
    holds_all,
    is_made_alike,
    is_sound,
    list_libraries,
    read_live,
    recall,
)
from embeddings.encoders import Encoder, Loss, Tokenizer, find_profile
from embeddings.errors import IndexOfOtherRoots
from embeddings.kept_cuts import KeptCuts
from embeddings.manifest import Manifest
from embeddings.options import BuildOptions
from embeddings.overview import describe_corpus
from embeddings.records import IndexContents, Reading
from embeddings.remarks import describe_empty, remark_on_languages, remark_on_recall
from embeddings.shards.cutting import describe_ways
from embeddings.shards.workers import Workers
from embeddings.splitting import Splitter
from embeddings.vectors import VectorSource

if TYPE_CHECKING:
    from embeddings.shards.made import Made


__all__ = ["BuildOptions", "BuildReport", "build_index"]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. `fresh` is False where the live build already held all this.

    `loss` is that of vectors by weights of 8 bits, where any were encoded.
    """

    manifest: Manifest
    fresh: bool
    changes: Changes
    encoded: int
    seconds: float
    loss: Loss | None = None


def build_index(
    roots: Sequence[Path],
    builds: Builds,
    load_encoder: Callable[[], Encoder],
    tokenizer: Tokenizer,
    encoder_name: str,
    options: BuildOptions | None = None,
    replace: bool = False,
    rehash: bool = False,
    progress: Progress = lambda stage, done, total: None,
    budget: Budget | None = None,
    workers: Workers | None = None,
) -> BuildReport:
    """Build and publish an index of the roots, or find that the live one is the same already.

    With `rehash`, files are told apart by their hashes alone. With workers, they read, take apart
    and encode what is new; the result is the same. The budget of memory decides how the
    work is done, never what comes of it. Raises CorpusMissing, CorpusEmpty,
    IndexOfOtherRoots, IndexBusy, EncoderError. The earlier build stays live whatever is raised.
    """
    started = time.monotonic()
    roots = sorted(set(map(find_real, roots)), key=str)  # neither order nor spelling matter
    live = read_live(builds)
    _refuse_other_roots(live, roots, builds, replace)
    if live is not None and not is_sound(builds):
        live = None
    options = options or BuildOptions()
    listing = Reading()
    selection = Selection(options.include, options.exclude, builds.workspace)
    files = list_sources(roots, listing, selection)
    task = _Task(
        roots,
        builds.workspace,
        files,
        listing,
        tokenizer,
        encoder_name,
        options,
        rehash,
        progress,
        budget or Budget(),
        workers,
    )
    if live is not None and task.is_done_by(live):
        manifest, changes, encoded = live, Changes(0, 0, 0, len(files), 0), 0
    else:
        with builds.writer() as writer, _open_live(builds, live) as earlier:
            with writing(builds.workspace):
                make_folder(builds.workspace)
            manifest, changes, encoded = task.run(writer, earlier, cache(load_encoder))
    fresh = live is None or manifest.build != live.build
    return BuildReport(manifest, fresh, changes, encoded, time.monotonic() - started)


@contextmanager
def _open_live(builds: Builds, live: Manifest | None) -> Iterator[LiveBuild | None]:
    if live is None:
        yield None
        return
    manifest, index = builds.open()
    with closing(index):
        yield manifest, index


@dataclass(frozen=True, slots=True)
class _Task:
    """Everything a build is told."""

    roots: Sequence[Path]
    workspace: Path
    files: Sequence[SourceFile]
    listing: Reading
    tokenizer: Tokenizer
    encoder_name: str
    options: BuildOptions
    rehash: bool
    progress: Progress
    budget: Budget
    workers: Workers | None

    @property
    def ways(self) -> dict[str, Any]:
        """What the manifest records as options."""
        return self.options.record(self.encoder_name)

    def is_done_by(self, live: Manifest) -> bool:
        """Whether there is nothing to do, as far as sizes and times tell."""
        alike = is_made_alike(live, self.ways, self.tokenizer)
        return alike and not self.rehash and holds_all(live, self.files, self.listing)

    def run(
        self, writer: BuildWriter, live: LiveBuild | None, load_encoder: Callable[[], Encoder]
    ) -> tuple[Manifest, Changes, int]:
        """The manifest of the new build, or of the live one where that is the same after all."""
        manifest, index = live or (None, None)
        earlier = NOTHING
        if manifest and index:
            alike = is_made_alike(manifest, self.ways, self.tokenizer)
            earlier = recall(manifest, index) if alike else NOTHING.among(manifest.sources)
        made = self._hand_out(earlier, load_encoder)
        corpus = self._read(earlier, made)
        if manifest and earlier.documents and self._gave(manifest, corpus):
            return manifest, corpus.changes, 0
        self._refuse_empty(corpus)
        encoder = load_encoder()
        if manifest and manifest.encoder != asdict(encoder.identity):
            index = None
            nothing = NOTHING.among(manifest.sources)
            corpus = self._read(nothing, made) if earlier.documents else corpus
        if manifest and manifest.options.get("int8", False) != self.options.int8:
            index = None
        vectors = VectorSource(encoder, index, self.workspace, self.options.int8, made or ())
        found = self._write(writer, corpus, vectors, encoder)
        if made:
            made.forget()
        return found, corpus.changes, vectors.encoded

    def _hand_out(self, earlier: Earlier, load_encoder: Callable[[], Encoder]) -> "Made | None":
        """What workers make of the files that are new."""
        if self.workers is None:
            return None
        from embeddings.shards.handing_out import hand_out

        files = (file for file in self.files if not is_known(file, earlier, self.rehash))
        ways = partial(describe_ways, load_encoder, self.encoder_name, self.options)
        return hand_out(files, self.workers, ways, self.workspace, self.progress)

    def _read(self, earlier: Earlier, made: "Made | None") -> Corpus:
        with DocumentReader(self.options.reading, budget=self.budget) as reader:
            splitter = Splitter(
                self.tokenizer, self.encoder_name, self.options.keep_all, reader.threads
            )
            return read_corpus(
                self.files,
                earlier,
                reader,
                splitter.split,
                self.workspace,
                self.progress,
                self.rehash,
                self.budget,
                made.corpus if made else NOTHING,
            )

    def _gave(self, live: Manifest, corpus: Corpus) -> bool:
        """Whether the live build is what this corpus gives."""
        reading = self._gather(corpus)
        return (
            corpus.changes.are_none
            and live.unreadable == [list(pair) for pair in reading.unreadable]
            and live.skipped == [list(pair) for pair in reading.skipped]
        )

    def _gather(self, corpus: Corpus) -> Reading:
        return Reading(
            [*self.listing.unreadable, *corpus.reading.unreadable],
            [*self.listing.skipped],
            [*self.listing.notices, *corpus.reading.notices],
        )

    def _refuse_empty(self, corpus: Corpus) -> None:
        if not corpus.cuts.passages:
            raise describe_empty(self.roots, self._gather(corpus))

    def _write(
        self, writer: BuildWriter, corpus: Corpus, vectors: VectorSource, encoder: Encoder
    ) -> Manifest:
        build = writer.begin()
        contents = make_contents(corpus.cuts, vectors, self.workspace, self.budget, self.progress)
        self.progress("writing", 0, 1)
        searched = writer.add(contents, self.options.min_recall)
        profile = find_profile(encoder.identity.name, encoder.identity.weights_sha256)
        reading = self._gather(corpus)
        remark_on_languages(contents.passages, profile, reading)
        remark_on_recall(searched, self.options.min_recall, reading)
        manifest = Manifest(
            build=build,
            version=__version__,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            roots=_name_roots(self.roots),
            counts=_count(contents, corpus.cuts, reading),
            overview=describe_corpus(contents, corpus.cuts.briefs),
            vectors={name: asdict(facts) for name, facts in searched.items()},
            encoder=asdict(encoder.identity),
            languages=list(profile.languages) if profile.languages else None,
            ranking=dict(profile.ranking),
            options=self.ways,
            libraries=list_libraries(),
            sources={name: dict(record) for name, record in corpus.sources.items()},
            unreadable=[list(pair) for pair in reading.unreadable],
            skipped=[list(pair) for pair in reading.skipped],
            notices=[list(pair) for pair in reading.notices],
            files={name: dict(facts) for name, facts in writer.describe().items()},
        )
        writer.verify(manifest)
        writer.publish()
        vectors.forget()
        self.progress("writing", 1, 1)
        return manifest


def _name_roots(roots: Iterable[Path]) -> list[str]:
    return [str(root) for root in roots]


def _refuse_other_roots(
    live: Manifest | None, roots: Sequence[Path], builds: Builds, replace: bool
) -> None:
    if live is not None and live.roots != _name_roots(roots) and not replace:
        raise IndexOfOtherRoots(
            f"{builds.place} is the index of {', '.join(live.roots)}, "
            f"not of {', '.join(_name_roots(roots))}",
            "name another index with --index, or give --replace to put these in its place",
        )


def _count(contents: IndexContents, cuts: KeptCuts, reading: Reading) -> dict[str, int]:
    return {
        "documents": len(cuts),
        "passages": len(contents.passages),
        "sentences": len(contents.sentence_vectors),
        "folded": len(contents.folds),
        "set_aside": sum(brief.marks for brief in cuts.briefs),
        "unreadable": len(reading.unreadable),
        "skipped": len(reading.skipped),
    }
