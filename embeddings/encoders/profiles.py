"""What is known of each encoder beside its weights: languages, ranking weights, confidence.

The numbers live in `profiles.json`, each with the data it came from, and go into every build made
with the encoder. An encoder that is not listed takes the numbers of the default, and says so.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

DEFAULT_ENCODER = "all-MiniLM-L6-v2"
MODES = ("hybrid", "dense", "lexical")


@dataclass(frozen=True, slots=True)
class Profile:
    """`languages` None means any or not known; `ranking` is stored in the build as it is.

    With `pooled`, sentences' vectors are pooled from the tokens of their passages: measured of this
    encoder, it finds as well (`tests/measurements/pooled.py`).

    `hub` is the name the model has there; `prompts` are put before queries and passages where the
    model's own files name none.

    `ranking` holds `weights` (of the signals, in the sum), `shares` (of what makes up the lexical
    one), `confidence` (by mode: the two curves that make it of a score, and the least score of an
    answer), `status` (fitted, or uncalibrated for an encoder without numbers of its own) and
    `fitted_on`.
    """

    name: str
    names: tuple[str, ...]
    languages: tuple[str, ...] | None
    weights_sha256: str | None
    ranking: Mapping[str, Any]
    hub: str = ""
    prompts: tuple[str, str] = ("", "")
    pooled: bool = False


@cache
def _load_profiles() -> tuple[Profile, ...]:
    raw = json.loads(files(__package__).joinpath("profiles.json").read_text(encoding="utf-8"))
    return tuple(
        Profile(
            name=entry["name"],
            names=tuple(entry["names"]),
            languages=tuple(entry["languages"]) if entry["languages"] else None,
            weights_sha256=entry["weights_sha256"],
            ranking=entry["ranking"],
            hub=entry["hub"],
            prompts=(entry["prompts"]["query"], entry["prompts"]["passage"]),
            pooled=entry["pooled"],
        )
        for entry in raw
    )


def list_names() -> list[str]:
    """The encoders that are known by name, the default first."""
    return [profile.name for profile in _load_profiles()]


def find_profile(name: str, weights_sha256: str | None = None) -> Profile:
    """The profile of an encoder by name or weights, or the default's numbers as uncalibrated."""
    profiles = _load_profiles()
    for profile in profiles:
        if name in (profile.name, *profile.names):
            return profile
        if weights_sha256 and weights_sha256 == profile.weights_sha256:
            return profile
    default = next(profile for profile in profiles if profile.name == DEFAULT_ENCODER)
    return Profile(name, (), None, None, {**default.ranking, "status": "uncalibrated"})
