"""Settings as one process tells them to another: JSON values, and only those that differ."""

from collections.abc import Mapping
from typing import Any

from service.settings import SETTINGS, Settings


def pack_settings(settings: Settings) -> dict[str, Any]:
    """What `unpack_settings` makes the same settings of."""
    default, packed = Settings(), {}
    for setting in SETTINGS:
        value = getattr(settings, setting.name)
        if value != getattr(default, setting.name):
            packed[setting.name] = value if isinstance(value, int | tuple) else str(value)
    return packed


def unpack_settings(packed: Mapping[str, Any]) -> Settings:
    """Texts are read as they are read of a flag."""
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        if setting.name in packed:
            value = packed[setting.name]
            if isinstance(value, str):
                value = setting.read(value)
            values[setting.name] = tuple(value) if setting.repeats else value
    return Settings(**values)
