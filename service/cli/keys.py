"""`winnow keys`: make, list and revoke the keys that a server asks for."""

import argparse
from pathlib import Path
from typing import Any

from embeddings.errors import InvalidInput
from service.cli.output import print_json, say
from service.keys import Key, KeyFile
from service.locations import locate_keys
from service.logs import set_up_logs
from service.settings import Settings


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """One of `add NAME`, `list`, `revoke NAME`; each change is told in a line of the log too."""
    set_up_logs(settings.log_format)
    file = KeyFile(locate_keys(settings, Path.cwd()))
    action, name = arguments.action, arguments.name
    if action not in ("add", "list", "revoke"):
        raise InvalidInput(f"{action!r} is nothing to do with keys", "use add, list or revoke")
    if action == "list":
        _list(file, settings)
    elif not name:
        raise InvalidInput(f"{action} needs a name", f"winnow keys {action} NAME", "name")
    elif action == "add":
        _add(file, name, settings)
    else:
        key = file.revoke(name)
        if settings.json:
            print_json({"revoked": key.name})
        else:
            print(f"revoked {key.name}")
    return 0


def _add(file: KeyFile, name: str, settings: Settings) -> None:
    key, secret = file.add(name, settings.scope)
    if settings.json:
        print_json({**_describe(key), "key": secret})
        return
    print(secret)
    say(f"This is the key of {key.name}; it is shown this once. {file.path} has its hash alone.")


def _list(file: KeyFile, settings: Settings) -> None:
    keys = file.read()
    if settings.json:
        print_json({"keys": [_describe(key) for key in keys]})
        return
    for key in keys:
        print(f"{key.name}\t{','.join(key.scopes)}\t{key.created}")
    if not keys:
        say(f"no keys in {file.path}; make one: winnow keys add NAME")


def _describe(key: Key) -> dict[str, Any]:
    return {"name": key.name, "scopes": list(key.scopes), "created": key.created}
