"""What a build says of its corpus: why there is nothing to index, and what its notices tell."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from embeddings.documents import ENDINGS
from embeddings.encoders import Profile
from embeddings.errors import CorpusEmpty
from embeddings.index import VectorFacts
from embeddings.languages import share_unknown
from embeddings.records import Passage, Reading

_UNKNOWN_LANGUAGE_SHARE = 0.1


def describe_empty(roots: Sequence[Path], reading: Reading) -> CorpusEmpty:
    """Why nothing of these roots can be indexed."""
    where = ", ".join(str(root) for root in roots)
    left_out = [*reading.unreadable, *reading.skipped]
    left_out += [pair for pair in reading.notices if not pair[0]]
    if not left_out:
        return CorpusEmpty(f"{where} holds no documents", f"put documents into it ({ENDINGS})")
    first = "; ".join(": ".join(filter(None, pair)) for pair in left_out[:3])
    more = f"; and {len(left_out) - 3} more" if len(left_out) > 3 else ""
    return CorpusEmpty(
        f"{where} holds no document that could be read ({first}{more})",
        f"put documents into it ({ENDINGS})",
    )


def remark_on_languages(passages: Sequence[Passage], profile: Profile, reading: Reading) -> None:
    """Tell of texts in languages that the encoder does not know."""
    share = share_unknown((passage.language for passage in passages), profile.languages)
    if share > _UNKNOWN_LANGUAGE_SHARE:
        reading.notices.append(
            (
                "",
                f"{share:.0%} of the passages are in languages that {profile.name} does not know; "
                "they are found by their words alone",
            )
        )


def remark_on_recall(searched: Mapping[str, VectorFacts], least: float, reading: Reading) -> None:
    """Tell where a search of near vectors alone was not good enough."""
    for name, facts in searched.items():
        if facts.missed is not None:
            reading.notices.append(
                (
                    "",
                    f"all {facts.rows:,} vectors of {name} are compared for each query: lists of "
                    f"near ones find {facts.missed:.1%} of the ten nearest, less than the "
                    f"{least:.1%} of --min-recall",
                )
            )
        if facts.kind == "graph" and facts.recall < least:
            reading.notices.append(
                (
                    "",
                    f"the graph of the {facts.rows:,} vectors of {name}, followed {facts.probes:,} "
                    f"wide, finds {facts.recall:.1%} of the ten nearest, less than the "
                    f"{least:.1%} of --min-recall: give a lower one, or build the index in a "
                    "folder (--index DIR), where all are compared if need be",
                )
            )
