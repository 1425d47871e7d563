"""What a proxy says of those who ask through it, believed from the one that is trusted alone."""

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the command line knows Network, and loads no web framework for it
    from starlette.requests import HTTPConnection

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Proxy:
    """The trusted proxy, if any, and the header in which it names a user it has let in."""

    network: Network | None = None
    user_header: str | None = None

    def find_peer(self, request: "HTTPConnection") -> str:
        """The address that asks: the last one the trusted proxy did not have from itself."""
        peer = request.client.host if request.client else ""
        forwarded = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
        while forwarded and self._trusts(peer):
            told = forwarded.pop().strip()
            if _read_address(told) is None:
                break
            peer = told
        return peer

    def find_user(self, request: "HTTPConnection") -> str | None:
        """The user that the trusted proxy names."""
        if not (self.user_header and request.client and self._trusts(request.client.host)):
            return None
        named = request.headers.getlist(self.user_header)
        return named[0].strip() or None if len(named) == 1 else None  # of two, one is a forgery

    def is_secure(self, request: "HTTPConnection") -> bool:
        """Whether the browser asked by https, here or of the trusted proxy."""
        if request.client and self._trusts(request.client.host):
            told = request.headers.get("x-forwarded-proto")
            if told is not None:
                return told.strip().lower() == "https"
        return request.url.scheme == "https"

    def _trusts(self, peer: str) -> bool:
        address = _read_address(peer)
        return self.network is not None and address is not None and address in self.network


def _read_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
