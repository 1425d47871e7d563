"""The command line. Results on standard output, everything else on standard error.

Loads no model, no faiss and no web framework until a command needs it.
"""
# PYTHON_ARGCOMPLETE_OK

import argparse
import os
import sys
from importlib import import_module

from embeddings import __version__
from embeddings.builds import is_address
from embeddings.errors import WinnowError
from service.cli.output import show_error
from service.quoting import FORMS
from service.settings import add_flags, read_settings

_ENCODING = ("encoder", "device")
_RERANKING = ("reranker", "rerank-ms")
_READING = ("text-column", "include", "exclude", "ocr", "ocr-languages")
_WRITING = ("rehash", "replace", "keep-builds", "min-recall", "build-memory")
_LIMITS = ("workers", "concurrency", "queue", "timeout", "max-body", "stop-timeout")
_WATCHING = ("log-format", "log-queries", "telemetry")
_ADMITTING = ("keys", "allow-anonymous", "allowed-hosts", "rate", "trusted-proxy", "user-header")
# command: (flags from the table, positional arguments, what it does)
COMMANDS: dict[str, tuple[tuple[str, ...], tuple[tuple[str, str, str], ...], str]] = {
    "build": (
        (
            *("index", *_ENCODING, "int8", "keep-all", *_READING, *_WRITING),
            *("build-workers", "strict", "log-format", "json"),
        ),
        (("paths", "+", "folders or files of documents"),),
        "build an index of folders or files, and publish it",
    ),
    "serve": (
        (
            *("index", *_ENCODING, *_RERANKING, "host", "port", *_LIMITS, "keep-all", *_READING),
            *_WRITING,
            *("strict", *_ADMITTING, *_WATCHING),
        ),
        (("paths", "*", "folders or files to index first"),),
        "answer by HTTP and on a page",
    ),
    "search": (
        ("index", *_ENCODING, *_RERANKING, "json"),
        (("question", "?", 'what to ask; may hold "phrases", -words and source:, lang:, after:'),),
        "ask one question",
    ),
    "mcp": (
        ("index", *_ENCODING, *_RERANKING, "log-format"),
        (),
        "answer an agent over standard input and output (Model Context Protocol)",
    ),
    "inspect": (
        ("encoder", "keep-all", *_READING, "json"),
        (("paths", "+", "folders or files of documents"),),
        "show what is kept, folded and set aside, and why",
    ),
    "evaluate": (
        (
            *("index", *_ENCODING, *_RERANKING, "signals", "compare"),
            *("fail-under", "fail-over", "json"),
        ),
        (("dataset", "", "a questions.jsonl, or a folder with corpus, queries and qrels"),),
        "measure the answers to questions with known passages, or a judged collection",
    ),
    "bench": (
        ("index", "build", "passages", "encoder", "compare", "json"),
        (),
        "measure how fast an index answers and is built, beside what the machine can do",
    ),
    "verify": (
        ("index", "sources", "all", "json"),
        (),
        "check every file of the live build, and the documents it was made of",
    ),
    "rollback": (("index", "log-format", "json"), (), "make the build before the live one live"),
    "news": (
        ("index", *_ENCODING, *_RERANKING, "seen", "json"),
        (("searches", "", "a file of saved searches"),),
        "ask saved searches, and report what they find that is new",
    ),
    "watch": (
        (
            *("index", *_ENCODING, "int8", "keep-all", *_READING, *_WRITING),
            *("build-workers", "news", "seen", "log-format", "json"),
        ),
        (("paths", "+", "folders or files of documents"),),
        "build an index, and build it again whenever its documents change",
    ),
    "keys": (
        ("index", "keys", "scope", "log-format", "json"),
        (("action", "", "add, list or revoke"), ("name", "?", "whom the key is for")),
        "make, list and revoke the keys that a server asks for",
    ),
    "completion": (
        (),
        (("shell", "", "bash, zsh or fish"),),
        "print the script by which a shell completes this command",
    ),
}

EXIT_CODES: dict[int, str] = {
    0: "done",
    1: "it failed, and the message says why",
    2: "the command, or a value given to it, cannot be used",
    3: "a measure is beyond the limit given (`evaluate --fail-under`, `--fail-over`)",
    4: "the index is intact, but a source file changed or is gone, or a passage is not where it is "
    "cited (`verify --sources`)",
    5: "there are new answers (`news`)",
    130: "interrupted",
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit code."""
    parser = make_parser()
    if "_ARGCOMPLETE" in os.environ:
        _complete(parser)
    parsed = parser.parse_args(arguments)
    try:
        settings = read_settings(parsed, os.environ)
        if is_address(os.environ.get("WINNOW_INDEX", "")):
            # It may hold a password, which is for none of the processes that this one starts.
            del os.environ["WINNOW_INDEX"]
        command = import_module(f"service.cli.{parsed.command}")
        code: int = command.run(parsed, settings)
        sys.stdout.flush()  # so that a closed pipe is met here, and not while Python shuts down
        return code
    except WinnowError as error:
        show_error(error)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of standard output went away, as `head` does: nothing more to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _complete(parser: argparse.ArgumentParser) -> None:
    """Tell the shell that asks how its line may go on, and end."""
    import argcomplete

    argcomplete.autocomplete(parser)


def make_parser() -> argparse.ArgumentParser:
    """What reads the command line, and what the reference is taken from."""
    parser = argparse.ArgumentParser(
        prog="winnow", description="Semantic search over a folder of documents."
    )
    parser.add_argument("--version", action="version", version=f"winnow {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (flags, positionals, meaning) in COMMANDS.items():
        command = commands.add_parser(name, help=meaning, description=meaning)
        for positional, count, text in positionals:
            if count:
                command.add_argument(positional, nargs=count, help=text)
            else:
                command.add_argument(positional, help=text)
        if name == "search":
            command.add_argument("-k", type=int, default=5, help="how many hits (default 5)")
            command.add_argument("--mode", choices=("hybrid", "dense", "lexical"), default="hybrid")
            command.add_argument("--quote", choices=FORMS, help="print the hits as citations")
            command.add_argument("--plain", action="store_true", help="read no operators")
            for way, meaning in (("like", "towards"), ("unlike", "away from")):
                command.add_argument(
                    f"--{way}",
                    action="append",
                    default=[],
                    metavar="PASSAGE",
                    help=f"lean {meaning} a passage, by its id or as a text; repeatable",
                )
        if name == "news":
            text = "how to print what is new (default text)"
            command.add_argument("--format", choices=("text", "markdown"), help=text)
        add_flags(command, flags)
    return parser
