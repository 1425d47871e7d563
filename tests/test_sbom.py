"""The list of what a release runs with holds every pin, with its hashes and licence."""

import json
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from embeddings import __version__
from tests.test_dependencies import PINS, REQUIREMENTS


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `make sbom` writes."""
    target = tmp_path_factory.mktemp("dist") / "new" / "winnow-sbom.json"
    subprocess.run([sys.executable, str(REQUIREMENTS / "sbom.py"), str(target)], check=True)
    found: dict[str, Any] = json.loads(target.read_text(encoding="utf-8"))
    return found


def _is_installed(name: str) -> bool:
    try:
        return bool(version(name))
    except PackageNotFoundError:
        return False


def test_it_lists_every_pin_with_all_its_hashes(listed: dict[str, Any]) -> None:
    found = [
        (one["name"], one["version"], sum(len(x["hashes"]) for x in one["externalReferences"]))
        for one in listed["components"]
    ]
    assert sorted(found) == sorted(PINS["run.txt"] + PINS["torch.txt"])


def test_what_is_installed_has_a_licence(listed: dict[str, Any]) -> None:
    here = [one for one in listed["components"] if _is_installed(one["name"])]
    assert len(here) > 80
    assert [one["name"] for one in here if not one.get("licenses")] == []


def test_it_is_of_this_version_and_of_cyclonedxs_form(listed: dict[str, Any]) -> None:
    assert listed["metadata"]["component"]["version"] == __version__
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(listed)) is None
