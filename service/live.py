"""The Searcher in use: opened at the start, swapped when a new build is published."""

import logging
import threading
from collections.abc import Callable
from dataclasses import asdict

from embeddings.artifact import Artifact
from embeddings.encoders import Encoder
from embeddings.errors import EncoderMismatch, NotReady, WinnowError
from embeddings.manifest import Manifest
from service.query import Query
from service.reranking import Reranking
from service.search import Searcher

_LOG = logging.getLogger("winnow")
_PROBE = "what does this folder say?"


class Live:
    """Holds the current Searcher. A build that cannot be opened leaves the earlier one in use."""

    def __init__(
        self,
        artifact: Artifact,
        load_encoder: Callable[[str], Encoder],
        load_reranking: Callable[[], Reranking | None] = lambda: None,
    ) -> None:
        self._artifact = artifact
        self._load_encoder = load_encoder
        self._load_reranking = load_reranking
        self._encoder: Encoder | None = None
        self._reranking: Reranking | None = None
        self._searcher: Searcher | None = None
        self._refused = ""
        self._reason: WinnowError | None = None
        self._lock = threading.Lock()

    def open(self) -> Searcher:
        """Open the live build, its encoder and the reranker. Raises ArtifactError, EncoderError."""
        manifest, index = self._artifact.open()
        encoder = self._encoder or self._load_encoder(manifest.encoder["name"])
        _check_encoder(manifest, encoder)
        self._encoder = encoder
        self._reranking = self._reranking or self._load_reranking()
        self._searcher = Searcher(manifest, index, encoder, self._reranking)
        return self._searcher

    @property
    def searcher(self) -> Searcher:
        """The Searcher of the newest build that could be opened. Raises NotReady."""
        self._follow()
        if self._searcher is None:
            raise self._explain()
        return self._searcher

    @property
    def is_being_replaced(self) -> bool:
        """Whether a new build is under way."""
        return self._artifact.is_being_written()

    def check(self) -> str:
        """Ask a real question of the build in use; its id. Raises WinnowError where it fails."""
        searcher = self.searcher
        # First: to read beyond the end of a file that was cut short would end the process.
        self._artifact.check_files(searcher.manifest)
        searcher.search(Query(_PROBE, k=1))
        return searcher.manifest.build

    def close(self) -> None:
        if self._searcher is not None:
            self._searcher.close()

    def _explain(self) -> NotReady:
        if self._reason is None:
            return NotReady("no index is open", "build one: winnow build FOLDER")
        return NotReady(f"no index is open: {self._reason.message}", self._reason.hint)

    def _follow(self) -> None:
        """Swap in a newly published build; requests under way keep the one they began with."""
        with self._lock:
            try:
                build = self._artifact.live_id()
                in_use = self._searcher.manifest.build if self._searcher else ""
                if build not in (in_use, self._refused):
                    self._refused = build
                    self.open()
                    self._refused = ""
                    _LOG.info("now serving build %s", build)
            except WinnowError as error:
                if self._reason is None or self._reason.message != error.message:
                    _LOG.error("%s; the build in use stays", error)
                self._reason = error


def _check_encoder(manifest: Manifest, encoder: Encoder) -> None:
    """Vectors of two encoders cannot be compared. Raises EncoderMismatch."""
    own = asdict(encoder.identity)
    for field in ("weights_sha256", "dimension", "query_prompt", "passage_prompt"):
        if manifest.encoder[field] != own[field]:
            raise EncoderMismatch(
                f"the index was made with {manifest.encoder['name']}, the encoder at hand is "
                f"{encoder.identity.name}: their {field} differ",
                "serve with the encoder of the build, or build again with the other one",
            )
