"""What a build is told that changes its index."""

from dataclasses import asdict, dataclass
from typing import Any

from embeddings.documents import ReadOptions
from embeddings.index.files import LEAST_RECALL


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """What changes an index beside its documents and encoder; recorded in the manifest."""

    keep_all: bool = False
    text_column: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    ocr: str = ""  # the languages of pictures of text, as tesseract names them
    min_recall: float = LEAST_RECALL  # of the ten nearest vectors, the share a search must find
    int8: bool = False  # vectors by weights rounded to 8 bits

    def record(self, encoder_name: str) -> dict[str, Any]:
        """What the manifest says of them, as JSON has it; the order of globs does not matter."""
        globs = {"include": sorted(set(self.include)), "exclude": sorted(set(self.exclude))}
        return {**asdict(self), **globs, "encoder": encoder_name}

    @property
    def reading(self) -> ReadOptions:
        """Those of them that readers are told."""
        return ReadOptions(self.text_column, self.ocr)
