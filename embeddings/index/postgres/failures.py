"""What it means that a database refused or was not reached: for people, and for another try.

It goes by the SQLSTATE, a code of five characters (PostgreSQL's manual, appendix A).
"""

import ssl
from collections.abc import Sequence
from typing import NamedTuple

from embeddings.errors import (
    DatabaseUnfit,
    IndexUnreachable,
    IndexUnwritable,
    InvalidInput,
    WinnowError,
)
from embeddings.index.postgres.addresses import Address


class Failure(NamedTuple):
    """What happened where; `leads` is whether that is the primary, as far as known."""

    place: str
    error: Exception
    leads: bool = False


class MissingTable(Exception):
    """A table or schema that is in no server asked: nothing was built there yet, or it is gone."""


class NoPrimary(Exception):
    """A server that only follows another."""

    def __str__(self) -> str:
        return "a standby, which takes no writes"


# Another server may do what this one did not: connection lost, cancelled (by a timeout, by what the
# primary replayed), short of memory, connections or disk, shut down or starting, damaged, refused
# at the door; or it is behind and has not the table, column, type or function yet.
_ELSEWHERE = (
    "08",
    "57",
    "40",
    "53",
    "58",
    "XX",
    "28",
    "3D",
    "3F",
    "42P01",
    "42703",
    "42704",
    "42883",
    "25006",
)
_MISSING = ("42P01", "3F000")
_LOST = ("08", "57P")
# asyncpg's; the last one comes where a server's farewell was read and not yet the line's end.
_CLOSED = ("InterfaceError", "ConnectionDoesNotExistError", "InternalClientError")


def find_state(error: BaseException) -> str:
    """The SQLSTATE of what a server answered; empty where it did not answer."""
    return str(getattr(error, "sqlstate", None) or "")


def may_pass_elsewhere(error: Exception) -> bool:
    """Whether the same statement may succeed on another server."""
    state = find_state(error)
    if state:
        return state.startswith(_ELSEWHERE)
    if type(error).__name__ == "ClientConfigurationError":  # a file of TLS is not there
        return True
    return isinstance(error, OSError | NoPrimary) or is_closed(error)


def is_missing(error: BaseException) -> bool:
    """Whether a table or schema is not there."""
    return find_state(error) in _MISSING


def is_closed(error: BaseException) -> bool:
    """Whether the client says that its connection is closed, or in no state to be used."""
    return type(error).__name__ in _CLOSED


def is_cut(error: BaseException) -> bool:
    """Whether the line was cut while it was used, which says nothing of the server."""
    return is_closed(error) or isinstance(error, ConnectionResetError | BrokenPipeError)


def mark_stale(error: BaseException) -> None:
    """Note that a connection was lost that had lain open: a new one may succeed at once."""
    vars(error)["is_stale"] = True


def is_stale(error: BaseException) -> bool:
    """Whether `mark_stale` was told of it."""
    return bool(vars(error).get("is_stale"))


def is_lost(error: BaseException) -> bool:
    """Whether the connection is gone, and what ran on it may or may not have been done."""
    return find_state(error).startswith(_LOST) or isinstance(error, OSError) or is_closed(error)


def explain(address: Address, failures: Sequence[Failure]) -> Exception:
    """The error for a question that no server answered, from what each of them did."""
    errors = [failure.error for failure in failures]
    missing = [is_missing(error) for error in errors]
    # What the primary has not, no standby has.
    if any(gone and one.leads for gone, one in zip(missing, failures, strict=True)) or (
        missing and all(missing)
    ):
        return MissingTable(_say(errors[missing.index(True)]))
    for error in errors:
        if isinstance(told := _find_remedy(address, error), DatabaseUnfit | InvalidInput):
            return told
        if not may_pass_elsewhere(error):
            return error  # a statement that is wrong anywhere
    reasons = "; ".join(f"{one.place}: {_say(one.error)}" for one in failures)
    hint = next(filter(None, map(_find_hint, errors)), "see that one of its servers runs")
    return IndexUnreachable(f"no server of {address.shown} answers: {reasons}", hint)


def explain_session(address: Address, where: str, error: Exception) -> Exception:
    """The error for a statement of a writer; as it is where the statement itself is wrong."""
    if is_missing(error):
        return MissingTable(_say(error))
    if is_lost(error) or isinstance(error, TimeoutError):
        return IndexUnreachable(
            f"the connection to {where} of {address.shown} was lost: {_say(error)}",
            "nothing of an unfinished build is seen by anyone; build again when it is back",
        )
    return _find_remedy(address, error) or error


def _find_remedy(address: Address, error: Exception) -> WinnowError | None:
    """The error of the tree for a state that has a remedy of its own."""
    state = find_state(error)
    if state == "42501":
        return DatabaseUnfit(
            f"{address.user} may not do this in {address.shown}: {_say(error)}",
            f"as a superuser: GRANT USAGE ON SCHEMA {address.schema} TO {address.user}; "
            f"GRANT SELECT ON ALL TABLES IN SCHEMA {address.schema} TO {address.user}; "
            f"and for one who builds: CREATE SCHEMA {address.schema} AUTHORIZATION {address.user};",
        )
    if state == "53100":
        return IndexUnwritable(
            f"the disk of {address.shown} is full: {_say(error)}",
            "make room for it, or drop builds that are no longer needed, and build again",
        )
    if state == "53200":
        return IndexUnwritable(
            f"{address.shown} has no memory left: {_say(error)}",
            "set maintenance_work_mem lower there or give the server more memory, and build again",
        )
    if state == "42601":  # of all that Winnow says, the name of the schema alone is not its own
        return InvalidInput(
            f"{_say(error)}: {address.schema} may be a word of SQL",
            "name another schema in the address: schema=NAME",
        )
    if state == "25006":
        return IndexUnreachable(
            f"{address.shown} takes no writes any more: {_say(error)}",
            "its primary changed; build again",
        )
    return None


def _say(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is refused: {error.verify_message}"
    return str(error).split("\n")[0] or type(error).__name__


def _find_hint(error: Exception) -> str:
    """What to set, by what a server or the way to it said."""
    state, said = find_state(error), str(error)
    if isinstance(error, NoPrimary):
        return "promote a standby, or add the primary to the address"
    if state in ("28P01", "28000"):
        if "no encryption" in said or "SSL off" in said:
            return "the server takes encrypted connections alone: add sslmode=require"
        return (
            "put the password into the file that PGPASSFILE names, a line "
            "host:port:database:user:password that its owner alone may read (chmod 600)"
        )
    if state == "3D000":
        return "create the database (CREATE DATABASE …), or name another in the address"
    if state in ("42704", "42883"):
        return "see that pgvector is there: CREATE EXTENSION vector;"
    if isinstance(error, FileNotFoundError):
        return "a file is not there: that of PGSSLROOTCERT or PGSSLCERT, or the server's socket"
    if isinstance(error, ssl.SSLError) or "root certificate" in said:
        return "name the authority that signed the server's certificate: sslrootcert=FILE"
    if "rejected SSL upgrade" in said:
        return "this server speaks no TLS: set ssl = on there, or sslmode=disable on a trusted line"
    return ""
