"""The address of a database: what it names, read once; shown without a password.

    postgresql://user:password@host:port,host:port/database?sslmode=…&schema=…&connect_timeout=…

What it leaves out comes from where libpq looks (defaults.py). Nothing here connects. No message
quotes a part that could be a password, or hold half of one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from embeddings.errors import InvalidInput
from embeddings.index.postgres.defaults import complete

SCHEMES = ("postgresql", "postgres")
_FORM = "postgresql://user@host:5432/database?sslmode=verify-full&schema=winnow"
_SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
# What asyncpg is told as it stands.
_PASSED = {
    *("sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "sslpassword", "sslnegotiation"),
    *("ssl_min_protocol_version", "ssl_max_protocol_version", "passfile", "krbsrvname", "gsslib"),
    "options",
}
_FILES = {"sslrootcert", "sslcert", "sslkey", "sslcrl"}
_OWN = {"host", "port", "dbname", "user", "password", "service", "schema", "connect_timeout"}
# Which server takes writes is found out here, so the client is never asked to choose.
_PARAMETERS = _PASSED | _OWN | {"application_name", "target_session_attrs"}
_IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]{0,62}\Z")
_CONNECT_SECONDS = "3"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is and as whom to ask: `hosts` are names or socket folders, with ports."""

    hosts: tuple[tuple[str, int], ...]
    database: str
    user: str
    schema: str
    connect_seconds: float
    application: str
    password: str | None = field(default=None, repr=False)
    passed: str = field(default="", repr=False)  # as a query; `sslpassword` may be in it

    @property
    def shown(self) -> str:
        """The address for people and logs: without password."""
        hosts = ",".join(show_host(*host) for host in self.hosts)
        start = f"{SCHEMES[0]}://{quote(self.user, safe='')}@{hosts}"
        return f"{start}/{quote(self.database, safe='')}?schema={self.schema}"


def show_host(host: str, port: int) -> str:
    """A host and its port as they stand in an address."""
    if host.startswith("/"):
        return f"{quote(host, safe='')}:{port}"
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def read_address(text: str) -> Address:
    """The address that a text gives, completed. Raises InvalidInput."""
    settings = complete(_split(text))
    schema = settings.get("schema", "winnow")
    if not _IDENTIFIER.match(schema) or schema.startswith("pg_"):
        raise InvalidInput(
            f"the schema {schema!r} of the database's address is not a plain name",
            "use lower-case letters, digits and _, at most 63: first a letter, and not pg_",
        )
    mode = settings.get("sslmode")
    if mode is not None and mode not in _SSL_MODES:
        raise InvalidInput(
            f"sslmode={mode} is none that PostgreSQL knows", f"use one of {', '.join(_SSL_MODES)}"
        )
    for name in _FILES & settings.keys():
        if not Path(settings[name]).is_file():
            raise InvalidInput(
                f"{name} in the database's address names {settings[name]}, which is no file",
                "name a file in PEM format that can be read",
            )
    return Address(
        hosts=tuple(_find_hosts(settings["host"], settings["port"])),
        database=settings["dbname"],
        user=settings["user"],
        schema=schema,
        connect_seconds=_read_seconds(settings.get("connect_timeout", _CONNECT_SECONDS)),
        application=settings.get("application_name", "winnow"),
        password=settings.get("password"),
        passed=urlencode({name: settings[name] for name in settings.keys() & _PASSED}),
    )


def _split(text: str) -> dict[str, str]:
    """The parts that the address itself gives, by libpq's names."""
    scheme, separator, rest = text.partition("://")
    if scheme not in SCHEMES or not separator:
        raise InvalidInput("this is no address of a PostgreSQL database", f"write {_FORM}")
    try:
        parts = urlsplit(f"postgresql://{rest}")
        parameters = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    except ValueError:
        raise _unreadable() from None
    # A password with one of / ? # in it, unescaped, would end the part before the host too early.
    if "@" in parts.path + parts.query + parts.fragment or "/" in parts.path[1:] or parts.fragment:
        raise _unreadable()
    who, _, hosts = parts.netloc.rpartition("@")
    user, _, password = who.partition(":")
    given = {"host": hosts, "user": unquote(user), "password": unquote(password)}
    given["dbname"] = unquote(parts.path[1:])
    if unknown := sorted(parameters.keys() - _PARAMETERS):
        raise InvalidInput(
            f"the database's address has a parameter {unknown[0]!r}, which is not known",
            f"use {', '.join(sorted(_PARAMETERS))}",
        )
    return {**{name: value for name, value in given.items() if value}, **parameters}


def _find_hosts(hosts: str, ports: str) -> Iterator[tuple[str, int]]:
    """Each host with its own port, the one of its place in `ports`, or the only one there."""
    names, numbers = hosts.split(","), ports.split(",")
    if len(numbers) not in (1, len(names)):
        raise InvalidInput(
            f"the database's address names {len(names)} hosts and {len(numbers)} ports",
            "give one port, or one for each host",
        )
    numbers = numbers * len(names) if len(numbers) == 1 else numbers
    for name, number in zip(names, numbers, strict=True):
        match = re.fullmatch(r"(\[[^\]]+\]|[^:\[\]]*)(?::([^:]*))?", name)
        if match is None:
            raise _unreadable()
        port = match[2] or number or "5432"
        if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise _unreadable()
        yield unquote(match[1].strip("[]")) or "localhost", int(port)


def _read_seconds(text: str) -> float:
    if not (text.isascii() and text.isdigit()):
        raise InvalidInput(
            "connect_timeout in the database's address is not a number", "give whole seconds"
        )
    return float(text) or float(_CONNECT_SECONDS)


def _unreadable() -> InvalidInput:
    return InvalidInput(
        "the address of the database cannot be read",
        f"write {_FORM}, with % and two digits for special characters (@ is %40, / is %2F), and "
        "the password better in the file that PGPASSFILE names",
    )
