"""What Lighthouse says of the pages: performance, accessibility, best practices, of a hundred each.

    python -m tests.measurements.lighthouse

Serves seeds/ on a free port and prints a table of pages, then what costs points. Exits with 1 where
a page misses 100, of performance 98. Needs Node and Chromium (CHROME_PATH names another one);
npx fetches Lighthouse, of one exact version, on the first run. Performance wants a quiet machine.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.browser.serving import publish, serve
from tests.browser.states import QUESTION

LIGHTHOUSE = "lighthouse@12.8.2"
WANTED = {"performance": 98, "accessibility": 100, "best-practices": 100}
SEEDS = Path(__file__).parents[2] / "seeds"
_FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-quic"


def find_pages(server: str) -> dict[str, str]:
    """Name -> address of the pages that are looked at."""
    asked = f"q={quote(QUESTION)}"
    with urllib.request.urlopen(f"{server}/api/search?{asked}") as answer:
        hits = json.load(answer)["hits"]
    assert len(hits) == 10
    return {
        "start": f"{server}/",
        "ten hits": f"{server}/?{asked}",
        "document": f"{server}/documents/{hits[0]['document_id']}?{asked}#{hits[0]['passage_id']}",
        "about": f"{server}/about",
    }


def inspect_page(url: str) -> dict[str, Any]:
    """Lighthouse's report of a page."""
    command = ["npx", "--yes", LIGHTHOUSE, url, "--output=json", "--quiet"]
    command += [f"--only-categories={','.join(WANTED)}", f"--chrome-flags={_FLAGS}"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{LIGHTHOUSE} gave no report of {url}:\n{done.stderr.strip()}")
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def score_page(report: Mapping[str, Any]) -> dict[str, int]:
    """Category -> points of a hundred; none where Lighthouse could not judge."""
    categories = report["categories"]
    return {name: round(100 * (categories[name]["score"] or 0)) for name in WANTED}


def find_costs(report: Mapping[str, Any]) -> Iterator[str]:
    """What costs points, a line each, with the elements it is about."""
    for name in WANTED:
        for reference in report["categories"][name]["auditRefs"]:
            audit = report["audits"][reference["id"]]
            if reference["weight"] and audit["score"] is not None and audit["score"] < 1:
                items = audit.get("details", {}).get("items", [])
                nodes = [item["node"]["snippet"] for item in items if "node" in item]
                said = audit.get("displayValue") or "; ".join(nodes) or "failed"
                yield f"{name}, {reference['id']} ({audit['score']:.2f}): {said}"


def main() -> int:
    """Print a Markdown table and what costs points; 1 where a page is below what is wanted."""
    if shutil.which("npx") is None:
        sys.exit("needs Node with npx: apt install nodejs npm")
    found = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
    if found:
        os.environ.setdefault("CHROME_PATH", found)
    missed, costs = False, []
    print(f"| {LIGHTHOUSE} | {' | '.join(WANTED)} |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder, serve(publish(SEEDS, Path(folder))) as server:
        for name, url in find_pages(server).items():
            report = inspect_page(url)
            scores = score_page(report)
            print(f"| {name} | {' | '.join(map(str, scores.values()))} |", flush=True)
            missed |= any(scores[category] < least for category, least in WANTED.items())
            costs += [f"{name}: {line}" for line in find_costs(report)]
    print("", *costs, sep="\n")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
