"""axe-core over a page, its findings in words."""

from collections.abc import Iterator
from importlib.resources import files
from itertools import product
from typing import Any, Literal

from playwright.sync_api import Page

# Up to level AA; a rule that has a tag runs even where it is off by default.
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = (1280, 320)
_AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
_LONGEST_URL = 160
_RUN = """tags => axe.run({
    runOnly: {type: "tag", values: tags}, resultTypes: ["violations"], preload: false})"""


def find_violations(page: Page) -> list[str]:
    """One line for each rule and element. A page's policy forbids script elements, not this."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE)
    return list(_tell(page.url, page.evaluate(_RUN, TAGS)))


def find_all_violations(page: Page) -> list[str]:
    """Those in light and dark, on a wide and on a narrow window."""
    found = []
    for scheme, width in product(SCHEMES, WIDTHS):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 800})
        found += [f"{scheme}, {width} wide: {line}" for line in find_violations(page)]
    return found


def _tell(url: str, found: dict[str, Any]) -> Iterator[str]:
    for violation in found["violations"]:
        for node in violation["nodes"]:
            rule = f"{violation['id']} ({violation['impact']}): {violation['help']}"
            element = " ".join(map(str, node["target"]))
            yield f"{rule}; {element} on {url[:_LONGEST_URL]}: {node['failureSummary']}"
