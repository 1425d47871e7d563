"""Every setting of Winnow, a row each: flag = environment variable = documentation row.

How they are read, and what they are in force as: `settings.py`.
"""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from embeddings.budget import DEFAULT, LEAST
from service.setting_values import (
    LONGEST,
    make_reader,
    read_device,
    read_glob,
    read_header,
    read_host,
    read_limit,
    read_log_format,
    read_scope,
    read_share,
    read_switch,
    read_workers,
)


@dataclass(frozen=True, slots=True)
class Setting:
    """One row: `flag` without its dashes, how to read it, its default, and what it means.

    One that `repeats` may be given several times; its variable holds all of them, `:` between two.
    `of` is the command that it belongs to where another has a flag of the same name.
    """

    flag: str
    read: Callable[[str], Any]
    default: Any
    meaning: str
    expects: str = ""
    repeats: bool = False
    of: str = ""

    @property
    def key(self) -> str:
        """What commands list it by."""
        return f"{self.of}-{self.flag}" if self.of else self.flag

    @property
    def name(self) -> str:
        return self.key.replace("-", "_")

    @property
    def variable(self) -> str:
        return f"WINNOW_{self.name.upper()}"

    @property
    def remedy(self) -> str:
        """What to do about a value that cannot be read."""
        if self.read is read_switch:
            return "use 1 for on, 0 for off"
        return f"give the {self.meaning}"


_AGAIN = "; may be repeated (in the variable: divided by `:`)"
SETTINGS: tuple[Setting, ...] = (
    Setting("index", str, "", "folder that holds the builds of an index, or postgresql://…", "DIR"),
    Setting("encoder", str, "", "encoder: its name, a model folder, or a hub name", "NAME"),
    Setting(
        "device",
        read_device,
        "auto",
        "device that runs the encoder: auto, cpu, cuda, cuda:1, mps; auto has passages encoded by "
        "a GPU of the kind cuda where torch finds one, all else by the CPU",
        "DEVICE",
    ),
    Setting(
        "reranker",
        str,
        None,
        "cross-encoder that reads the first passages again: a model folder, or a hub name",
        "NAME",
    ),
    Setting(
        "rerank-ms",
        make_reader(0, LONGEST),
        300,
        "milliseconds that the reranker may take for a query",
        "N",
    ),
    Setting("host", str, "127.0.0.1", "address to listen on", "ADDRESS"),
    Setting(
        "port", make_reader(0, 65_535), 8000, "port to listen on; 0 takes any free one", "PORT"
    ),
    Setting(
        "concurrency",
        make_reader(0, 32),
        0,
        "requests answered at once, up to 32; 0: one a core, or eight for each of several workers",
        "N",
    ),
    Setting("workers", make_reader(1, 64), 1, "processes that answer, sharing one index", "N"),
    Setting(
        "workers",
        read_workers,
        1,
        "processes that read, take apart and encode documents, 1 to 64, or the Ray cluster that "
        "does: `ray://HOST:PORT`, or `ray` for the one this machine has joined",
        "N",
        of="build",
    ),
    Setting("queue", make_reader(0, 10_000), 8, "requests that may wait for their turn", "N"),
    Setting(
        "timeout",
        make_reader(1, 3600),
        30,
        "seconds that a request may wait and run, 1 to 3600",
        "SECONDS",
    ),
    Setting(
        "max-body",
        make_reader(1, 1_000_000_000),
        1_000_000,
        "bytes that the body of a request may have",
        "BYTES",
    ),
    Setting(
        "stop-timeout",
        make_reader(1, 3600),
        30,
        "seconds that a server told to stop may take to finish what runs, 1 to 3600",
        "SECONDS",
    ),
    Setting(
        "log-format",
        read_log_format,
        "plain",
        "form of the log: `plain` lines, or `json`, one object a line",
        "FORM",
    ),
    Setting("log-queries", read_switch, False, "write what was asked to the log of requests too"),
    Setting(
        "telemetry",
        read_switch,
        False,
        "send traces by OpenTelemetry, whose own variables say where: OTEL_EXPORTER_OTLP_ENDPOINT",
    ),
    Setting(
        "int8",
        read_switch,
        False,
        "encode passages by weights rounded to 8 bits: faster, and the loss is printed",
    ),
    Setting("keep-all", read_switch, False, "index page furniture too, as if it were text"),
    Setting("text-column", str, "", "column of a .csv or .jsonl that holds the text", "NAME"),
    Setting("include", read_glob, (), f"glob of files to read, no others{_AGAIN}", "GLOB", True),
    Setting("exclude", read_glob, (), f"glob of files to leave out{_AGAIN}", "GLOB", True),
    Setting("ocr", read_switch, False, "read scanned PDFs, by tesseract"),
    Setting(
        "ocr-languages", str, "eng", "the languages of scans, as tesseract names them", "NAMES"
    ),
    Setting("rehash", read_switch, False, "look into every file, whatever its size and time say"),
    Setting("replace", read_switch, False, "let an index take other folders than it held"),
    Setting(
        "keep-builds",
        make_reader(1, LONGEST),
        3,
        "number of earlier builds to keep, 1 at least",
        "N",
    ),
    Setting(
        "min-recall",
        read_share,
        0.99,
        "share of the ten nearest vectors that a search must find, 0 to 1 (1: compare all)",
        "SHARE",
    ),
    Setting(
        "build-memory",
        make_reader(LEAST, LONGEST),
        DEFAULT,
        "megabytes of memory that a build's own data may take beside the program and its encoder, "
        f"{LEAST} at least",
        "MB",
    ),
    Setting("strict", read_switch, False, "exit 1 when a document could not be read"),
    Setting(
        "sources",
        read_switch,
        False,
        "verify each passage in its source too, and exit 4 if one moved",
    ),
    Setting(
        "signals",
        read_switch,
        False,
        "measure the ranking without each signal too, and by each alone",
    ),
    Setting(
        "compare", str, None, "what an earlier `--json` of this command printed, to compare", "RUN"
    ),
    Setting(
        "fail-under",
        read_limit,
        (),
        f"least value of a measure of which more is better, as ndcg@10=0.7, else exit 3{_AGAIN}",
        "NAME=VALUE",
        True,
    ),
    Setting(
        "fail-over",
        read_limit,
        (),
        f"most of one of which less is better, as refused_wrongly=2, else exit 3{_AGAIN}",
        "NAME=VALUE",
        True,
    ),
    Setting("seen", str, "", "file of what was reported, else beside the searches", "FILE"),
    Setting("news", str, "", "file of saved searches to ask after each build", "SEARCHES"),
    Setting("keys", str, "", "file of keys, else keys.json beside the index folder", "FILE"),
    Setting("scope", read_scope, "search", "what a new key may do: search or admin", "SCOPE"),
    Setting("allow-anonymous", read_switch, False, "let other machines ask without keys"),
    Setting(
        "allowed-hosts",
        read_host,
        (),
        f"name that the server may be asked by, beside those of this machine{_AGAIN}",
        "NAME",
        True,
    ),
    Setting(
        "rate",
        make_reader(1, LONGEST),
        1200,
        "requests a minute that one key, and one address, may send",
        "N",
    ),
    Setting(
        "trusted-proxy",
        ipaddress.ip_network,
        None,
        "address or network of the proxy whose X-Forwarded-For is believed",
        "ADDRESS",
    ),
    Setting(
        "user-header",
        read_header,
        None,
        "header in which that proxy names a user it let in; needs no key",
        "NAME",
    ),
    Setting("all", read_switch, False, "verify every build that is kept, not the live one alone"),
    Setting("build", str, "", "folder to build an index of and measure that", "FOLDER"),
    Setting("passages", make_reader(0, LONGEST), 0, "make up so many texts, measure those", "N"),
    Setting("json", read_switch, False, "print JSON on standard output"),
)
