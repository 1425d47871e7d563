"""Settings reach another process as they are."""

import json
from dataclasses import fields
from ipaddress import ip_network

from service.packed_settings import pack_settings, unpack_settings
from service.settings import Settings


def test_settings_come_out_as_they_went_in() -> None:
    settings = Settings(
        index="an index",
        reranker="a model",
        port=0,
        ocr=True,
        include=("*.txt", "a:b"),
        allowed_hosts=("search.example",),
        trusted_proxy=ip_network("10.0.0.0/8"),
        user_header="X-User",
    )
    assert unpack_settings(json.loads(json.dumps(pack_settings(settings)))) == settings


def test_only_what_differs_is_told() -> None:
    assert pack_settings(Settings()) == {}
    assert set(pack_settings(Settings(rate=7))) == {"rate"}


def test_each_number_and_switch_can_be_told() -> None:
    for field in fields(Settings):
        default = getattr(Settings(), field.name)
        if isinstance(default, int):
            changed = not default if isinstance(default, bool) else default + 1
            settings = Settings(**{field.name: changed})
            assert unpack_settings(json.loads(json.dumps(pack_settings(settings)))) == settings
