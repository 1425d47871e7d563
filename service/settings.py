"""The settings in force, read once at the start (flag before environment before default).

They are passed on; nothing else reads the environment. What each means: `setting_table.py`.
"""

import argparse
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from embeddings.encoders import DEFAULT_ENCODER
from embeddings.errors import InvalidInput
from service.proxies import Network
from service.setting_table import SETTINGS, Setting
from service.setting_values import read_switch

_BY_KEY = {setting.key: setting for setting in SETTINGS}

DEFAULT_CORPUS = "seeds"
INDEX_HOME = "index"
__all__ = ["DEFAULT_CORPUS", "DEFAULT_ENCODER", "INDEX_HOME", "SETTINGS", "Setting", "Settings"]


@dataclass(frozen=True, slots=True)
class Settings:
    """The values in force. An empty `index` or `encoder` means: the one that fits."""

    index: str = ""
    encoder: str = ""
    device: str = "auto"
    reranker: str | None = None
    rerank_ms: int = 300
    host: str = "127.0.0.1"
    port: int = 8000
    concurrency: int = 0
    workers: int = 1
    build_workers: int | str = 1
    queue: int = 8
    timeout: int = 30
    max_body: int = 1_000_000
    stop_timeout: int = 30
    log_format: str = "plain"
    log_queries: bool = False
    telemetry: bool = False
    int8: bool = False
    keep_all: bool = False
    text_column: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    ocr: bool = False
    ocr_languages: str = "eng"
    rehash: bool = False
    replace: bool = False
    keep_builds: int = 3
    min_recall: float = 0.99
    build_memory: int = 1024
    strict: bool = False
    sources: bool = False
    signals: bool = False
    compare: str | None = None
    fail_under: tuple[tuple[str, float], ...] = ()
    fail_over: tuple[tuple[str, float], ...] = ()
    seen: str = ""
    news: str = ""
    keys: str = ""
    scope: str = "search"
    allow_anonymous: bool = False
    allowed_hosts: tuple[str, ...] = ()
    rate: int = 1200
    trusted_proxy: Network | None = None
    user_header: str | None = None
    all: bool = False
    build: str = ""
    passages: int = 0
    json: bool = False


def show_flag(key: str) -> str:
    """How the setting that a command lists by this key is written."""
    return f"--{_BY_KEY[key].flag}"


def add_flags(parser: argparse.ArgumentParser, keys: Iterable[str]) -> None:
    """Give a command the settings it takes, each with its environment variable in the help."""
    for key in keys:
        setting, flag = _BY_KEY[key], show_flag(key)
        text, name = f"{setting.meaning} [{setting.variable}]", setting.name
        if setting.read is read_switch:
            parser.add_argument(flag, action="store_const", const="1", help=text, dest=name)
        else:
            action, expects = "append" if setting.repeats else "store", setting.expects
            parser.add_argument(flag, action=action, metavar=expects, help=text, dest=name)


def read_settings(arguments: argparse.Namespace, environment: Mapping[str, str]) -> Settings:
    """Flag before environment before default. Raises InvalidInput that names the place."""
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        if not hasattr(arguments, setting.name):
            continue  # the command does not take it, so a bad variable does not matter to it
        given = getattr(arguments, setting.name)
        place = f"--{setting.flag}"
        if given is None:
            given, place = environment.get(setting.variable), setting.variable
            if given is not None and setting.repeats:
                given = [one for one in given.split(":") if one]
        if given is None:
            continue
        try:
            values[setting.name] = _read(setting, given)
        except ValueError as error:
            raise InvalidInput(f"{place} is {given!r}", setting.remedy, setting.name) from error
    return Settings(**values)


def _read(setting: Setting, given: Any) -> Any:
    return tuple(map(setting.read, given)) if setting.repeats else setting.read(given)
