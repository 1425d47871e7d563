"""Fuzzes one target in this process, under limits of time and memory; `__main__.py` starts it."""

import hashlib
import os
import resource
import sys
from functools import partial
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["embeddings"], enable_loader_override=False):
    from tests.fuzzing.targets import TARGETS, Target
    from tests.fuzzing.test_found import MEMORY, SECONDS

LONGEST_INPUT = 1 << 20


def main(name: str, grown: str, found: str, seconds: str) -> None:
    """Inputs that reach new code go to the folder `grown`, what fails to `found`."""
    target = TARGETS[name]
    for seed in target.seeds():
        (Path(grown) / hashlib.sha1(seed).hexdigest()).write_bytes(seed)
    target.use(target.seeds()[0])  # whatever is loaded once is, before memory is limited
    _limit_memory()
    options = {
        "max_total_time": seconds,
        "timeout": SECONDS,
        "max_len": LONGEST_INPUT,
        "len_control": 100,  # short ones first, which a mutator of one's own turns off
        "keep_seed": 1,  # each file of a build is one, though they all reach the same code
        "rss_limit_mb": 0,  # the system limits it, and then Python says where it was
        "artifact_prefix": f"{found}/",
    }
    flags = [f"-{key}={value}" for key, value in options.items()]
    change = partial(_change, target)
    atheris.Setup([sys.argv[0], *flags, grown, found], target.use, custom_mutator=change)
    atheris.Fuzz()


def _change(target: Target, data: bytes, longest: int, seed: int) -> bytes:
    """An input like another one: what names a part of it is left as it is."""
    pieces = target.divide(data) or [data]
    at = 2 * (seed % (len(pieces) // 2)) + 1 if len(pieces) > 1 else 0
    room = longest - len(data) + len(pieces[at])
    pieces[at] = bytes(atheris.Mutate(pieces[at], max(room, 1)))
    return b"".join(pieces)[:longest]


def _limit_memory() -> None:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    most = int(pages) * os.sysconf("SC_PAGE_SIZE") + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    main(*sys.argv[1:])
