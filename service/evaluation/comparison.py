"""Two runs of `winnow evaluate` over one dataset: what changed, and whether by more than chance."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.errors import InvalidInput

FLIPS = 10_000
TEST = f"paired randomisation test, two-sided, {FLIPS:,} random sign flips"
_BATCH = 500
_SEED = 20
_MOST_MOVED = 10
_REMEDY = "give what `winnow evaluate --json` printed of this dataset, by this version"


@dataclass(frozen=True, slots=True)
class Run:
    """What is compared of a report: its measures, and by query its text and one value.

    `compared` names that value: nDCG@10 of a collection's queries, the reciprocal rank of the first
    right hit of a question that has an answer.
    """

    dataset: Mapping[str, str]
    measures: Mapping[str, float]
    compared: str
    texts: Mapping[str, str]
    values: Mapping[str, float]


def identify(path: Path, rows: object) -> dict[str, str]:
    """A dataset by where it lies and a hash of its questions with what is right."""
    return {"path": str(path), "sha256": hashlib.sha256(json.dumps(rows).encode()).hexdigest()}


def read_run(path: Path) -> Run:
    """Raises InvalidInput that says what the file lacks."""
    try:
        return make_run(json.loads(path.read_text(encoding="utf-8-sig")))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path} cannot be read: {error}", _REMEDY) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidInput(f"{path} is no run of winnow evaluate: {error!r}", _REMEDY) from error


def make_run(report: Mapping[str, Any]) -> Run:
    """A run from its report. Raises KeyError, TypeError or ValueError where that is none."""
    if "questions" in report:
        rows = {row["id"]: row for row in report["questions"] if row["answerable"]}
        values = {name: 1 / row["rank"] if row["rank"] else 0.0 for name, row in rows.items()}
        compared = "reciprocal rank"
    else:
        rows = report["queries"]
        values = {name: float(row["ndcg@10"]) for name, row in rows.items()}
        compared = "ndcg@10"
    return Run(
        dataset={name: str(report["dataset"][name]) for name in ("path", "sha256")},
        measures={name: float(value) for name, value in report["measures"].items()},
        compared=compared,
        texts={name: str(row["question"]) for name, row in rows.items()},
        values=values,
    )


def check_run(before: Run, dataset: Mapping[str, str], names: Sequence[str], place: str) -> None:
    """Raises InvalidInput where a run is one over another dataset, or lacks a measure."""
    if before.dataset["sha256"] != dataset["sha256"]:
        raise InvalidInput(
            f"{place} measured {_name(before.dataset)}, this is {_name(dataset)}: their questions "
            "or what is right differ",
            "compare two runs over one dataset",
        )
    missing = [name for name in names if name not in before.measures]
    if missing:
        raise InvalidInput(f"{place} has no measure {', '.join(missing)}", _REMEDY)


def _name(dataset: Mapping[str, str]) -> str:
    return f"{dataset['path']} ({dataset['sha256'][:8]})"


def compare(before: Run, now: Run, names: Sequence[str], place: str) -> dict[str, Any]:
    """The measures before and now, and the queries that moved most. Raises InvalidInput."""
    if before.values.keys() != now.values.keys():
        raise InvalidInput(f"{place} has not the values of all questions", _REMEDY)
    ids = list(now.values)
    own = np.array([now.values[one] for one in ids])
    differences = own - np.array([before.values[one] for one in ids])
    return {
        "before": place,
        "measures": {
            name: _set_beside(before.measures[name], now.measures[name]) for name in names
        },
        "compared": now.compared,
        "queries": len(ids),
        "better": int((differences > 0).sum()),
        "worse": int((differences < 0).sum()),
        "mean_difference": round(float(differences.mean()), 4) if ids else 0.0,
        "p_value": round(find_chance(differences), 4),
        "test": TEST,
        "moved": _list_moved(before, now),
    }


def find_chance(differences: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    """How likely a mean as far from 0 is where either run might as well have got either value.

    The paired randomisation test (Smucker, Allan and Carterette, CIKM 2007), its flips drawn with a
    fixed seed; never below 1 / (FLIPS + 1).
    """
    moved = differences[differences != 0]
    observed = abs(moved.sum())
    generator = np.random.default_rng(_SEED)
    as_far = 0
    for _ in range(FLIPS // _BATCH):
        signs = generator.choice((-1.0, 1.0), size=(_BATCH, len(moved)))
        # A little less than observed, so that sums in another order count as equal.
        as_far += int((np.abs(signs @ moved) >= observed - 1e-9).sum())
    return (as_far + 1) / (FLIPS + 1)


def _set_beside(before: float, now: float) -> dict[str, float]:
    return {"before": before, "now": now, "difference": round(now - before, 4)}


def _list_moved(before: Run, now: Run) -> list[dict[str, Any]]:
    moved = [one for one, value in now.values.items() if value != before.values[one]]
    moved.sort(key=lambda one: (-abs(now.values[one] - before.values[one]), one))
    return [
        {
            "id": one,
            "question": now.texts[one],
            "before": round(before.values[one], 4),
            "now": round(now.values[one], 4),
        }
        for one in moved[:_MOST_MOVED]
    ]
