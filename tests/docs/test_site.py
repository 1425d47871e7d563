"""The documentation becomes a site whose links lead somewhere, and which asks no other machine."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOREIGN = re.compile(r"^(?:[a-z]+:)?//", re.IGNORECASE)
# What a browser fetches by itself, by element and attribute. Links to follow are none of it.
FETCHED = {
    ("script", "src"), ("link", "href"), ("img", "src"), ("img", "srcset"), ("iframe", "src"),
    ("source", "src"), ("source", "srcset"), ("object", "data"), ("embed", "src"), ("use", "href"),
}  # fmt: skip


def _build(root: Path, site: Path) -> subprocess.CompletedProcess[str]:
    # Not quietly: then nothing is warned of, and nothing is too strict.
    command = [sys.executable, "-m", "mkdocs", "build", "--strict"]
    return subprocess.run(
        [*command, "--config-file", str(root / "mkdocs.yml"), "--site-dir", str(site)],
        capture_output=True,
        text=True,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; whatever mkdocs would warn of fails here."""
    folder = tmp_path_factory.mktemp("site")
    done = _build(ROOT, folder)
    assert done.returncode == 0, done.stderr
    return folder


class _Fetched(HTMLParser):
    """Notes the addresses that a page has fetched."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attrs if (tag, name) in FETCHED]


def _list_fetched(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".css":
        yield from re.findall(r"url\([\"']?([^)\"']+)", text)
        yield from re.findall(r"@import\s+[\"']([^\"']+)", text)
        return
    parser = _Fetched()
    parser.feed(text)
    yield from parser.addresses


def test_every_page_of_the_docs_is_built(site: Path) -> None:
    for page in (ROOT / "docs").rglob("*.md"):
        place = page.relative_to(ROOT / "docs").with_suffix("")
        built = site / ("" if place.name == "index" else place) / "index.html"
        assert built.exists(), place
    assert (site / "search" / "search_index.json").stat().st_size > 10_000


def test_no_page_and_no_style_is_made_of_what_another_machine_holds(site: Path) -> None:
    paths = [path for path in site.rglob("*") if path.suffix in (".html", ".css")]
    fetched = [(path.name, address) for path in paths for address in _list_fetched(path)]
    assert len(fetched) > 50
    assert [one for one in fetched if FOREIGN.match(one[1])] == []


def test_no_page_has_what_the_theme_fetches_a_program_for(site: Path) -> None:
    for page in site.rglob("*.html"):
        assert "mermaid" not in page.read_text(encoding="utf-8"), page


def test_a_link_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    links = ["[x](nowhere.md)", "[x](proxy.md#nowhere)", "[x](/proxy.md)", "[x](../README.md)"]
    with (tmp_path / "docs" / "index.md").open("a", encoding="utf-8") as page:
        page.write("\n".join(links))
    done = _build(tmp_path, tmp_path / "site")
    assert done.returncode == 1
    assert done.stderr.count("Doc file 'index.md' contains") == len(links), done.stderr


def test_a_page_that_the_site_does_not_name_is_refused(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    (tmp_path / "docs" / "forgotten.md").write_text("# Forgotten\n", encoding="utf-8")
    done = _build(tmp_path, tmp_path / "site")
    assert done.returncode == 1
    assert "forgotten.md" in done.stderr
