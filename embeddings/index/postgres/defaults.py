"""What an address leaves out, from where libpq looks too: its variables and service file.

The one file of this package that reads the environment: those who run a database set PGSERVICE,
PGHOST and PGPASSFILE for all of its clients. PGPASSWORD, PGPASSFILE and PGSSL… are read by asyncpg.
"""

import configparser
import getpass
import os
from pathlib import Path

from embeddings.errors import InvalidInput

_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "dbname": "PGDATABASE",
    "user": "PGUSER",
    "connect_timeout": "PGCONNECT_TIMEOUT",
    "application_name": "PGAPPNAME",
}
_SOCKETS = Path("/run/postgresql")


def complete(settings: dict[str, str]) -> dict[str, str]:
    """The settings of an address, with what it leaves out: the service's first, then variables'.

    Raises InvalidInput for a service that no file describes.
    """
    rest = dict(settings)
    service = rest.pop("service", None) or os.environ.get("PGSERVICE")
    known = {**(_read_service(service) if service else {}), **rest}
    for name, variable in _VARIABLES.items():
        if name not in known and (value := os.environ.get(variable)):
            known[name] = value
    known.setdefault("port", "5432")
    known.setdefault("host", _find_host(known["port"]))
    if "user" not in known:
        known["user"] = getpass.getuser()
    known.setdefault("dbname", known["user"])
    return known


def _find_host(port: str) -> str:
    there = (_SOCKETS / f".s.PGSQL.{port}").exists()
    return str(_SOCKETS) if there else "localhost"


def _read_service(service: str) -> dict[str, str]:
    """What the service file says of a service; libpq's own name for the database."""
    path = Path(os.environ.get("PGSERVICEFILE") or Path.home() / ".pg_service.conf")
    file = configparser.ConfigParser(interpolation=None, delimiters=("=",), strict=False)
    try:
        file.read_string(path.read_text(encoding="utf-8"), source=str(path))
        found = dict(file[service])
    except (OSError, UnicodeDecodeError, configparser.Error, KeyError):
        raise InvalidInput(
            f"no service {service!r} can be read in {path}",
            f"write a section [{service}] there, or name the file in PGSERVICEFILE",
        ) from None
    return found
