"""Documents that try to become something else: markup, scripts, templates, formulas, directions.

What is tried stands in texts, headings, titles, authors, addresses, ids and names of files.
"""

import json
from pathlib import Path

from tests.embeddings.building import write_files

SCRIPT = "<script>window.pwned=1</script>"
IMAGE = '"><img src=x onerror=window.pwned=1>'
ADDRESS = "javascript:window.pwned=1"
TEMPLATE = "{{ 7*7 }} {{ 1234*4321 }} {% for one in (1, 2) %}twice{% endfor %}"
PRODUCT = "5332114"  # what a template would make of it
FORMULA = '=HYPERLINK("http://evil.example","click")'
OVERRIDE = "\u202ereversed"  # right to left from here on, never closed
ISOLATE = "\u2067turned"
CONTROLS = "bell\x07 escape\x1b[31m backspace\x08 delete\x7f"
ATTRIBUTE = 'https://example.org/" onmouseover="window.pwned=1'
TRIED = (
    SCRIPT,
    IMAGE,
    ADDRESS,
    ATTRIBUTE,
    TEMPLATE,
    FORMULA,
    "+1",
    "@SUM(A1)",
    OVERRIDE,
    ISOLATE,
    CONTROLS,
)

_ABOUT = "The harbour of the island was closed for nine days after the storm in March."
_MORE = "The pilots went home by sledge, and the keeper of the lamp counted the barrels of oil."
_RIGHT_TO_LEFT = {
    "arabic.txt": "أُغلق الميناء تسعة أيام بعد العاصفة، وعاد البحارة إلى بيوتهم على الجليد.",
    "hebrew.txt": "הנמל נסגר לתשעה ימים אחרי הסערה, והמלחים חזרו לבתיהם על הקרח.",
    "persian.txt": "بندر پس از توفان نه روز بسته بود و ملوانان از روی یخ به خانه‌هایشان بازگشتند.",
}


def write_hostile(folder: Path) -> Path:
    """Put the documents into a folder; the folder."""
    files = {
        f"{IMAGE.replace('/', '')}.txt": _write_text(IMAGE),
        f"{OVERRIDE}.txt": _write_text(OVERRIDE),
        f"{FORMULA.replace('/', '')}.md": _write_markdown(FORMULA),
        "{{ 7*7 }}.md": _write_markdown(TEMPLATE),
        "script.txt": _write_text(SCRIPT),
        "script.md": _write_markdown(SCRIPT),
        "empty <b>bold.txt": "",  # cannot be read, and is named where that is told
        "rows.jsonl": "".join(f"{json.dumps(_make_row(tried))}\n" for tried in TRIED),
    }
    files |= {name: f"{text}\n\n{text} {OVERRIDE}\n" for name, text in _RIGHT_TO_LEFT.items()}
    return write_files(folder, files)


def _write_text(tried: str) -> str:
    return f"{tried} of the harbour\n\n{_ABOUT} {tried} {_MORE}\n\n{_MORE} {ISOLATE}\n"


def _write_markdown(tried: str) -> str:
    return (
        f"# {tried} of the harbour\n\n{_ABOUT}\n\n## Under {tried}\n\n{_MORE} {tried}\n\n"
        f"[{tried}]({ADDRESS}) {_ABOUT}\n\n{SCRIPT}\n"
    )


def _make_row(tried: str) -> dict[str, str]:
    return {
        "_id": tried,
        "title": f"{tried} of the harbour",
        "author": f"{tried} the pilot",
        "url": tried,
        "date": tried,
        "language": tried,
        "text": f"{_ABOUT} {tried}\n\n{_MORE} The row of {tried} ends here.",
    }
