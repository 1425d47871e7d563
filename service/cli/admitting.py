"""What the settings say about who may ask a server."""

from pathlib import Path

from embeddings.errors import InvalidInput, KeysMissing
from service.access import KEYED, Access
from service.hosts import Hosts, is_local, is_wildcard
from service.keys import KeyFile
from service.ledger import Ledger
from service.locations import locate_keys
from service.proxies import Proxy
from service.settings import Settings


def make_access(settings: Settings, ledger: Ledger | None = None) -> Access:
    """Raises KeysMissing where other machines could ask and nothing says who may, KeysDamaged,
    and InvalidInput where a user is to be named by a proxy that is not.
    """
    file = KeyFile(locate_keys(settings, Path.cwd()))
    if settings.user_header and not settings.trusted_proxy:
        raise InvalidInput(
            "--user-header names a header that anybody could send",
            "say which proxy sends it: --trusted-proxy ADDRESS",
            "user_header",
        )
    ledger = ledger or Ledger()
    keyed = bool(file.read() or settings.user_header or ledger.is_noted(KEYED))
    by = "the proxy" if settings.trusted_proxy else settings.host or "this address"
    is_near = is_local(settings.host) and not settings.trusted_proxy
    if not (keyed or is_near or settings.allow_anonymous):
        raise KeysMissing(
            f"other machines can ask by {by}, and there are no keys in {file.path}",
            "make one: winnow keys add NAME; or serve on 127.0.0.1 alone, without a proxy; or let "
            "anybody ask: --allow-anonymous",
        )
    return Access(
        file,
        _choose_hosts(settings, keyed),
        is_open=not keyed,
        rate=settings.rate,
        proxy=Proxy(settings.trusted_proxy, settings.user_header),
        ledger=ledger,
    )


def _choose_hosts(settings: Settings, keyed: bool) -> Hosts:
    """Any name is right only where keys protect what listens on every address."""
    if settings.allowed_hosts:
        return Hosts(settings.allowed_hosts)
    if keyed and is_wildcard(settings.host):
        return Hosts(None)
    return Hosts([settings.host])
