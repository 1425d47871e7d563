"""Which names the server answers to.

A page of another site can be made to reach a local server by a name of its own that leads here (DNS
rebinding); the browser then names that host, and is told that it is the wrong one.
"""

import ipaddress
import re
from collections.abc import Iterable, Sequence

from embeddings.errors import WrongHost

LOCAL = ("localhost", "127.0.0.1", "[::1]")
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?")


class Hosts:
    """The names that are right: this machine's own, and those given; None: any name is."""

    def __init__(self, names: Iterable[str] | None) -> None:
        self._names = None if names is None else {*LOCAL, *(show_host(name) for name in names)}

    def check(self, given: Sequence[str]) -> None:
        """Judge the Host headers of a request. Raises WrongHost."""
        if self._names is None:
            return
        match = _HOST.fullmatch(given[0]) if len(given) == 1 else None
        if match is None or show_host(match[1]) not in self._names:
            raise WrongHost(
                "this server does not answer to the name it was asked by",
                "ask by its own name, or start it with --allowed-hosts NAME",
            )


def show_host(name: str) -> str:
    """A host as a Host header has it: lower case, IPv6 in brackets, no final dot."""
    name = name.lower().removesuffix(".")
    return f"[{name}]" if ":" in name and not name.startswith("[") else name


def is_local(host: str) -> bool:
    """Whether an address to listen on, or a peer's, is of this machine alone."""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
        return (getattr(address, "ipv4_mapped", None) or address).is_loopback
    except ValueError:
        return False


def is_wildcard(host: str) -> bool:
    """Whether this stands for every address of the machine."""
    return host in ("", "0.0.0.0", "::")  # nosec B104  # compared with, not bound to
