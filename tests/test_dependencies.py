"""Every dependency has a licence that the project can live with, and a pin with a hash."""

import json
import re
import subprocess
import sys
from importlib.metadata import Distribution, distributions
from itertools import chain
from pathlib import Path

import pytest

REQUIREMENTS = Path(__file__).parents[1] / "requirements"
OWN = {"winnow-search", "pip"}  # pip comes with Python

# Permissive licences, as SPDX names them and as classifiers do.
PERMISSIVE = {
    *("MIT", "MIT-0", "MIT-CMU", "0BSD", "BSD-2-Clause", "BSD-3-Clause", "ISC", "Zlib", "BSL-1.0"),
    *("Apache-2.0", "Apache-2.0 WITH LLVM-exception", "PSF-2.0", "CNRI-Python", "CC0-1.0"),
    *("MIT License", "BSD License", "Apache Software License", "Apache 2.0", "Apache 2.0 License"),
    *("3-Clause BSD License", "ISC License (ISCL)", "Python Software Foundation License"),
}
# The others, by name: what each says of itself, and why it may stay.
NAMED = {
    "certifi": "Mozilla Public License 2.0 (MPL 2.0)",  # a file of certificates, unchanged
    "pathspec": "Mozilla Public License 2.0 (MPL 2.0)",  # mypy's, unchanged
    "tqdm": "MPL-2.0 AND MIT",  # huggingface_hub's, unchanged
    "hypothesis": "MPL-2.0",  # tests alone
    "fqdn": "MPL-2.0",  # tests alone, by way of jsonschema's formats; unchanged
    "orjson": "MPL-2.0 AND (Apache-2.0 OR MIT)",  # langsmith's, tests alone, unchanged
    "tld": "MPL-1.1 OR GPL-2.0-only OR LGPL-2.1-or-later",  # trafilatura's, under the MPL
    "fpdf2": "LGPL-3.0-only",  # tests alone, unchanged
    "atheris": "",  # Apache-2.0 by the LICENSE it carries; tests
    "axe-playwright-python": "",  # MIT by its repository, axe.min.js MPL-2.0; tests
}


def _normalize(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _read_licence(distribution: Distribution) -> str:
    """Its expression, else its classifiers, else its licence field if that is a name."""
    said = distribution.metadata
    if expression := said.get("License-Expression"):
        return expression
    classifiers = said.get_all("Classifier") or []
    kinds = [line.split(" :: ")[-1] for line in classifiers if line.startswith("License ::")]
    lines = (said.get("License") or "").splitlines()
    return " AND ".join(kinds) or (lines[0] if len(lines) == 1 else "")


def _is_permissive(licence: str) -> bool:
    """All that it joins with AND, and of each of these one that it joins with OR."""
    plain = licence if licence in PERMISSIVE else licence.replace("(", "").replace(")", "")
    return all(
        any(choice.strip() in PERMISSIVE for choice in part.split(" OR "))
        for part in plain.split(" AND ")
    )


def _read_pins(name: str) -> list[tuple[str, str, int]]:
    """Name, version and number of hashes of each requirement of a file."""
    text = (REQUIREMENTS / name).read_text(encoding="utf-8").replace("\\\n", " ")
    pins = []
    for line in filter(None, (line.partition("#")[0].strip() for line in text.splitlines())):
        found = re.match(r"([\w.-]+)==([\w.+!-]+)(?=\s|;)", line)
        assert found, f"{name} does not pin: {line[:60]}"
        hashes = re.findall(r"--hash=sha256:[0-9a-f]{64}\b", line)
        pins.append((_normalize(found[1]), found[2], len(hashes)))
    return pins


PINS = {path.name: _read_pins(path.name) for path in sorted(REQUIREMENTS.glob("*.txt"))}
INSTALLED = {
    _normalize(one.metadata["Name"]): one
    for one in distributions()
    if _normalize(one.metadata["Name"]) not in OWN
}


def test_every_requirement_has_a_pin_and_a_hash() -> None:
    assert set(PINS) == {"run.txt", "dev.txt", "torch.txt", "uv.txt"}
    for file, pins in PINS.items():
        assert pins
        assert [name for name, _, hashes in pins if not hashes] == [], file


def test_what_is_installed_is_what_is_pinned() -> None:
    pinned = {(name, version) for name, version, _ in chain.from_iterable(PINS.values())}
    assert {(name, one.version) for name, one in INSTALLED.items()} - pinned == set()


@pytest.mark.parametrize("name", sorted(INSTALLED))
def test_the_licence_is_permissive_or_named_here(name: str) -> None:
    licence = _read_licence(INSTALLED[name])
    if name in NAMED:
        assert licence == NAMED[name], "look at it anew, and name what it says now"
    else:
        assert _is_permissive(licence), licence


def test_no_licence_is_named_that_nothing_has() -> None:
    assert set(NAMED) <= {name for name, *_ in chain.from_iterable(PINS.values())}


@pytest.mark.parametrize(
    ("licence", "permissive"),
    [
        ("MIT", True),
        ("ISC License (ISCL)", True),
        ("MIT AND (Apache-2.0 OR GPL-3.0-only)", True),
        ("MIT AND GPL-3.0-only", False),
        ("GNU General Public License v3 (GPLv3)", False),
        ("", False),
    ],
)
def test_a_licence_is_taken_at_its_word(licence: str, permissive: bool) -> None:
    assert _is_permissive(licence) is permissive


def test_what_a_server_loads_has_its_bytecode() -> None:
    """Without it each start compiles thousands of functions, which takes longer than all else."""
    listed = (
        "import json, sys, service.app, service.cli.serve, service.serving; "
        "print(json.dumps([m.__cached__ for m in sys.modules.values() if "
        "getattr(m, '__cached__', None) and 'site-packages' in m.__cached__]))"
    )
    done = subprocess.run([sys.executable, "-c", listed], capture_output=True, check=True)
    cached = [Path(name) for name in json.loads(done.stdout)]
    assert len(cached) > 300
    assert [path for path in cached if not path.exists()] == []
