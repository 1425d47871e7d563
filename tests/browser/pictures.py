"""Pictures of pages, kept where WINNOW_SCREENSHOTS names a folder, and whether they show much."""

import os
import struct
import zlib
from pathlib import Path

from playwright.sync_api import Page, ViewportSize

SIZES: dict[str, ViewportSize] = {
    "desktop": {"width": 1280, "height": 800},
    "phone": {"width": 390, "height": 844},
}


def take_picture(page: Page, name: str, otherwise: Path) -> int:
    """Take one; how many different rows of pixels it has."""
    folder = Path(os.environ.get("WINNOW_SCREENSHOTS") or otherwise)
    return count_rows(page.screenshot(path=folder / f"{name}.png"))


def count_rows(png: bytes) -> int:
    """How many different rows of pixels a picture has, as PNG writes them: blank has one or two."""
    packed, place = b"", 8
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        if png[place + 4 : place + 8] == b"IDAT":
            packed += png[place + 8 : place + 8 + length]
        place += length + 12
    height = struct.unpack(">I", png[20:24])[0]
    rows = zlib.decompress(packed)
    step = len(rows) // height
    return len({rows[start : start + step] for start in range(0, len(rows), step)})
