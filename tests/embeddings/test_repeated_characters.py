"""No regular expression takes the square of its text's length, over texts made for that.

Each text is 100 KB of one pattern, over which an expression that backtracks takes minutes or years.
What is limited is CPU time, by the system, in a process of its own.
"""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATTERNS = [
    *("a", "A", "1", "é", "я", "ا", "日", "_", "'", "’", '"', "“", "…", ".", "-", "*", "=", "#"),
    *("(", "[", "{", "<", ")", "&", "/", "\\\\", ":", ",", "|", "\u200c", "\u0301", "\u0640", "a "),
    *(
        "A ",
        "Aa ",
        "Aa-",
        "al ",
        "Al-",
        "a-",
        "a'",
        "a.",
        "1.",
        "1,",
        "(a",
        "[a] ",
        "... [",
        "(a. ",
    ),
    *("Of ", "! ", "d'", "-- ", "a:", "a: ", "1 comment ", "© 2001 ", "a\n", "\n \n", "- a\n"),
    *("\u202e", "&a", "<!--", "<meta ", "<?xml ", "---\n", "a: b\n", "+", "'=", "(also known as "),
]
BEGIN = """
import resource, sys

def allow(seconds):
    used = resource.getrusage(resource.RUSAGE_SELF)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds, -1))

length = 100_000
"""
# Each uses `text`; what is made once stands before the loop.
STAGES = {
    "cutting": ("from tests.embeddings.building import cut", "cut(text)"),
    "terms": (
        "from embeddings.analysis import find_terms",
        "[find_terms(text, language) for language in (None, 'en', 'fr', 'it', 'tr')]",
    ),
    "aliases": ("from embeddings.aliases import find_aliases", "find_aliases([text])"),
    "spellings": (
        "from embeddings.transliteration import find_spellings",
        "list(find_spellings([text]))",
    ),
    "wording": ("from embeddings.wording import normalize", "normalize(text)"),
    "escaping": (
        "from service.escaping import *",
        "[f(text) for f in (join_words, join_line, close_directions, escape_markdown, escape_line,"
        " escape_address, escape_bibtex, escape_comment, escape_cell)]",
    ),
    "naming": ("from service.exporting import name_file", "name_file(text, 'csv')"),
    "text": (
        "from embeddings.documents.formats import ReadOptions, read_bytes",
        "list(read_bytes(text.encode(), '.txt', 'a', '', ReadOptions()))",
    ),
    "markdown": (
        "from embeddings.documents.formats import ReadOptions, read_bytes",
        "list(read_bytes(text.encode(), '.md', 'a', '', ReadOptions()))",
    ),
}


def run(prepare: str, use: str, *patterns: str, seconds: int = 10) -> subprocess.Popen[bytes]:
    """Use each text, with so much CPU time for each; the process that was ended names the last."""
    program = (
        f"{BEGIN}{prepare}\nfor pattern in sys.argv[1:]:\n    print(repr(pattern), flush=True)\n"
        f"    allow({seconds})\n    text = (pattern * length)[:length] + '\\x01!'\n    {use}\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", program, *patterns], cwd=ROOT, stdout=subprocess.PIPE
    )


@pytest.mark.parametrize("stage", STAGES)
def test_a_text_of_one_pattern_takes_time_by_its_length(stage: str) -> None:
    with run(*STAGES[stage], *PATTERNS) as process:
        said, _ = process.communicate()
    assert process.returncode == 0, f"ended by {process.returncode} at {said.splitlines()[-1:]}"


def test_an_expression_that_backtracks_is_noticed() -> None:
    with run("import re", "re.search(r'(a|a)+$', text)", "a", seconds=1) as process:
        process.communicate()
    assert process.returncode == -signal.SIGXCPU
