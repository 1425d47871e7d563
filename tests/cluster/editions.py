"""A folder of documents that name their edition, in every passage, and who asks about them.

So an answer that holds passages of two builds shows it.
"""

import re
from pathlib import Path

from tests.embeddings.building import write_files

QUESTIONS = [
    f"Who built the {subject}, and when?"
    for subject in ("bridge", "granary", "orchard", "foundry", "chapel", "quarry")
]
_SUBJECTS = (
    *("bridge", "granary", "orchard", "foundry", "chapel", "quarry", "bakery", "tannery"),
    *("station", "library", "windmill", "brewery", "harbour", "sawmill", "theatre", "market"),
)
_EDITION = re.compile(r"in edition (\w+)")


def write_edition(folder: Path, edition: str) -> Path:
    """Sixteen documents of two passages each; the folder."""
    return write_files(
        folder,
        {
            f"{subject}.txt": f"The {subject}\n\nThe {subject} was finished in the summer of "
            f"18{number + 20} by {number + 3} masons from the valley, as it says in edition "
            f"{edition} of the town's chronicle.\n\nIn winter the {subject} stood empty for "
            f"{number + 2} weeks, because the river froze, according to page {number + 7} in "
            f"edition {edition} of the same book.\n"
            for number, subject in enumerate(_SUBJECTS)
        },
    )


def read_editions(texts: list[str]) -> set[str]:
    """The editions that passages are of."""
    return {found for text in texts for found in _EDITION.findall(text)}
