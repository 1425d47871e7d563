"""The keys that let programs and people in: a small JSON file that holds no key itself.

Of each key the file has a salted SHA-256. A slow hash such as scrypt protects what people make up;
a key here is 256 random bits, which no number of guesses finds, so a fast hash is as safe and costs
a request nothing. The salt keeps equal keys of two files from being seen as equal.

The file is replaced whole, synced, and readable by its owner alone; a damaged one is an error and
never "no keys".
"""

import fcntl
import hashlib
import hmac
import json
import os
import re
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from embeddings.errors import InvalidInput, KeysDamaged, KeysUnwritable
from service.audit import acting

SCOPES = ("search", "admin")
_VERSION = 1
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_HEX = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Key:
    """What is known of a key: who it is for, what it may do (`admin` holds `search`), its hash."""

    name: str
    scopes: tuple[str, ...]
    created: str
    salt: str
    sha256: str


def match_key(keys: Sequence[Key], given: str) -> Key | None:
    """The key that was given, if it is one of these; takes as long whichever it is, or none."""
    found = None
    for key in keys:
        if hmac.compare_digest(key.sha256, _hash(key.salt, given)):
            found = key
    return found


def _hash(salt: str, given: str) -> str:
    return hashlib.sha256(f"{salt}:{given}".encode("utf-8", "surrogatepass")).hexdigest()


class KeyFile:
    """The keys in a file, read again when it has changed. Used from one thread."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, ...] | None = None
        self._keys: tuple[Key, ...] = ()

    def read(self) -> tuple[Key, ...]:
        """The keys; none where there is no file. Raises KeysDamaged."""
        try:
            status = self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            self._seen, self._keys = None, ()
            return ()
        except OSError as error:
            raise _tell_unreadable(self.path, error) from error
        seen = (status.st_ino, status.st_mtime_ns, status.st_size)
        if seen != self._seen:
            self._keys = _read_keys(self.path)
            self._seen = seen
        return self._keys

    def add(self, name: str, scope: str) -> tuple[Key, str]:
        """Make a key; what is known of it, and the key itself, which is kept nowhere.

        Raises InvalidInput where the name is taken or none, KeysDamaged, KeysUnwritable.
        """
        scopes = SCOPES if scope == "admin" else (scope,)
        with acting("key made", keys=str(self.path)) as facts:
            made = self._add(name, scopes)
            facts |= {"name": name, "scopes": ",".join(scopes)}
        return made

    def _add(self, name: str, scopes: tuple[str, ...]) -> tuple[Key, str]:
        if not _NAME.fullmatch(name):
            raise InvalidInput(
                f"{name!r} cannot name a key",
                "use up to 64 letters, digits, dots, dashes and underscores",
                "name",
            )
        with self._changing() as keys:
            if any(key.name == name for key in keys):
                raise InvalidInput(
                    f"there is a key named {name} already",
                    f"choose another name, or revoke it first: winnow keys revoke {name}",
                    "name",
                )
            secret, salt = f"winnow_{secrets.token_urlsafe(32)}", secrets.token_hex(16)
            now = datetime.now(UTC).isoformat(timespec="seconds")
            key = Key(name, scopes, now, salt, _hash(salt, secret))
            _write_keys(self.path, [*keys, key])
        return key, secret

    def revoke(self, name: str) -> Key:
        """Forget a key. Raises InvalidInput where there is none of that name."""
        # What was given becomes a fact once it is known to name a key: it may be the key itself.
        with acting("key revoked", keys=str(self.path)) as facts, self._changing() as keys:
            key = next((one for one in keys if one.name == name), None)
            if key is None:
                raise InvalidInput(
                    f"no key is named {name!r} in {self.path}", "see: winnow keys list", "name"
                )
            _write_keys(self.path, [one for one in keys if one is not key])
            facts |= {"name": name, "scopes": ",".join(key.scopes)}
        return key

    @contextmanager
    def _changing(self) -> Iterator[tuple[Key, ...]]:
        """The keys, with other commands that change them kept waiting."""
        folder = self.path.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield self.read()
                os.fsync(lock)
            finally:
                os.close(lock)
        except OSError as error:
            raise KeysUnwritable(
                f"the keys cannot be written to {self.path}: {error.strerror or error}",
                "name a file in a folder that you may write: --keys FILE",
            ) from error


def _read_keys(path: Path) -> tuple[Key, ...]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["version"] != _VERSION:
            raise ValueError(f"its version is {content['version']!r}, not {_VERSION}")
        keys = tuple(Key(**{**one, "scopes": tuple(one["scopes"])}) for one in content["keys"])
        for key in keys:
            _check_key(key)
    except OSError as error:
        raise _tell_unreadable(path, error) from error
    except (ValueError, KeyError, TypeError) as error:
        raise KeysDamaged(
            f"the file of keys {path} is damaged: {error}",
            "put back a copy, or remove it and make new keys: winnow keys add NAME",
        ) from error
    return keys


def _tell_unreadable(path: Path, error: OSError) -> KeysDamaged:
    return KeysDamaged(
        f"the file of keys {path} cannot be read: {error.strerror or error}",
        "let the user that runs this read it",
    )


def _check_key(key: Key) -> None:
    """Raises ValueError where what was read is no key."""
    known = set(key.scopes) <= set(SCOPES) and key.scopes
    if not (known and _NAME.fullmatch(key.name) and _HEX.fullmatch(key.sha256) and key.salt):
        raise ValueError(f"what it says of key {key.name!r} cannot be used")


def _write_keys(path: Path, keys: Sequence[Key]) -> None:
    """Replace the file whole; a reader sees the old one or the new one."""
    text = json.dumps({"version": _VERSION, "keys": [asdict(key) for key in keys]}, indent=1)
    handle, aside = tempfile.mkstemp(prefix=".keys-", dir=path.parent)  # for its owner alone
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(f"{text}\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
