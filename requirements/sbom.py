"""Writes what Winnow runs with, for a release: `python requirements/sbom.py FILE` (`make sbom`).

CycloneDX's own program lists the pins of run.txt and torch.txt with their hashes. The licences are
added here, as the installed packages state them; one that is for another platform alone has none.
"""

import json
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
PINS = ("run.txt", "torch.txt")


def main(target: Path) -> None:
    """Write the list, sorted, with nothing in it that changes from run to run."""
    listed = _list_pins()
    for component in listed["components"]:
        if licences := _read_licences(component["name"]):
            component["licenses"] = licences
        del component["description"]  # the line of the pin, hashes and all
    listed["dependencies"] = [
        {
            "ref": listed["metadata"]["component"]["bom-ref"],
            "dependsOn": [component["bom-ref"] for component in listed["components"]],
        }
    ]
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(listed, indent=1) + "\n", encoding="utf-8")


def _list_pins() -> dict[str, Any]:
    pins = "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in PINS)
    project = str(FOLDER.parent / "pyproject.toml")
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", "--pyproject", project]
    done = subprocess.run(
        [*command, "--output-reproducible", "--no-validate", "-"],
        input=pins,
        capture_output=True,
        text=True,
        check=True,
    )
    listed: dict[str, Any] = json.loads(done.stdout)
    return listed


def _read_licences(name: str) -> list[dict[str, Any]]:
    """An expression, else classifiers, else the field where it is a name and not a whole text."""
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return []
    if expression := said.get("License-Expression"):
        return [{"expression": expression, "acknowledgement": "declared"}]
    classifiers = said.get_all("Classifier") or []
    kinds = [line.split(" :: ")[-1] for line in classifiers if line.startswith("License ::")]
    stated = (said.get("License") or "").strip()
    if not kinds and stated:
        kinds = [stated.splitlines()[0]]
    return [{"license": {"name": kind, "acknowledgement": "declared"}} for kind in kinds]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
