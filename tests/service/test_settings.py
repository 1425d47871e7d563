"""Every setting comes from its flag, else its environment variable, else its default."""

import argparse
from dataclasses import asdict, fields
from ipaddress import ip_network

import pytest

from embeddings.errors import InvalidInput
from service.settings import SETTINGS, Settings, add_flags, read_settings

GIVEN = {
    "index": ("here", "here"),
    "build": ("texts", "texts"),
    "passages": ("40", 40),
    "encoder": ("hashing", "hashing"),
    "device": ("cuda:1", "cuda:1"),
    "reranker": ("judge", "judge"),
    "rerank-ms": ("50", 50),
    "host": ("0.0.0.0", "0.0.0.0"),
    "port": ("8123", 8123),
    "workers": ("2", 2),
    "concurrency": ("3", 3),
    "queue": ("5", 5),
    "timeout": ("7", 7),
    "max-body": ("2000", 2000),
    "stop-timeout": ("9", 9),
    "log-format": ("json", "json"),
    "log-queries": ("1", True),
    "telemetry": ("1", True),
    "int8": ("1", True),
    "keep-all": ("yes", True),
    "text-column": ("abstract", "abstract"),
    "include": ("a/*.txt", ("a/*.txt",)),
    "exclude": ("*.log", ("*.log",)),
    "ocr": ("1", True),
    "ocr-languages": ("eng+rus", "eng+rus"),
    "replace": ("1", True),
    "keep-builds": ("5", 5),
    "min-recall": ("0.95", 0.95),
    "build-memory": ("256", 256),
    "strict": ("ON", True),
    "rehash": ("on", True),
    "sources": ("1", True),
    "signals": ("1", True),
    "compare": ("run.json", "run.json"),
    "fail-under": ("ndcg@10=0.7", (("ndcg@10", 0.7),)),
    "fail-over": ("refused_wrongly=2", (("refused_wrongly", 2.0),)),
    "seen": ("seen.json", "seen.json"),
    "news": ("s.toml", "s.toml"),
    "keys": ("who.json", "who.json"),
    "scope": ("admin", "admin"),
    "allow-anonymous": ("1", True),
    "allowed-hosts": ("a.example", ("a.example",)),
    "rate": ("60", 60),
    "build-workers": ("ray://10.0.0.1:10001", "ray://10.0.0.1:10001"),
    "trusted-proxy": ("10.0.0.0/8", ip_network("10.0.0.0/8")),
    "user-header": ("X-User", "X-User"),
    "all": ("yes", True),
    "json": ("true", True),
}
FLAGS = {setting.key: setting.flag for setting in SETTINGS}


def _parse(*arguments: str, key: str = "") -> argparse.Namespace:
    """With all settings; of two with one flag the first, or the one of this key."""
    keys = {flag: key for key, flag in reversed(FLAGS.items())}
    if key:
        keys[FLAGS[key]] = key
    parser = argparse.ArgumentParser()
    add_flags(parser, keys.values())
    return parser.parse_args(arguments)


def test_the_table_and_the_record_hold_the_same_settings_and_defaults() -> None:
    assert [setting.name for setting in SETTINGS] == [field.name for field in fields(Settings)]
    assert {setting.name: setting.default for setting in SETTINGS} == asdict(Settings())


def test_nothing_given_is_the_defaults() -> None:
    assert read_settings(_parse(), {}) == Settings()


@pytest.mark.parametrize("key", FLAGS)
def test_a_variable_does_what_its_flag_does(key: str) -> None:
    text, value = GIVEN[key]
    given = [f"--{FLAGS[key]}", *([] if isinstance(value, bool) else [text])]
    by_flag = read_settings(_parse(*given, key=key), {})
    name = key.replace("-", "_")
    by_variable = read_settings(_parse(key=key), {f"WINNOW_{name.upper()}": text})
    assert by_flag == by_variable
    assert getattr(by_flag, name) == value != getattr(Settings(), name)


@pytest.mark.parametrize("flag", ["index", "encoder", "host", "port"])
def test_a_flag_wins_over_its_variable(flag: str) -> None:
    text, value = GIVEN[flag]
    variable = f"WINNOW_{flag.upper()}"
    settings = read_settings(_parse(f"--{flag}", text), {variable: "7"})
    assert getattr(settings, flag) == value


def test_what_may_be_repeated_is_divided_in_its_variable() -> None:
    both = ("a b/*.txt", "*.md")
    by_flag = read_settings(_parse("--include", both[0], "--include", both[1]), {})
    assert by_flag == read_settings(_parse(), {"WINNOW_INCLUDE": "a b/*.txt:*.md:"})
    assert by_flag.include == both
    assert read_settings(_parse("--exclude", "a:b"), {"WINNOW_EXCLUDE": "c"}).exclude == ("a:b",)


@pytest.mark.parametrize("text", ["0", "65", "two", "rays", "ray:/a", "ray://a b", "ray://a:b"])
def test_workers_of_a_build_that_are_neither_a_number_nor_a_cluster_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="--workers"):
        read_settings(_parse("--workers", text, key="build-workers"), {})


def test_a_number_of_workers_is_one() -> None:
    settings = read_settings(_parse("--workers", "8", key="build-workers"), {})
    assert (settings.build_workers, settings.workers) == (8, 1)


def test_an_empty_glob_is_refused() -> None:
    with pytest.raises(InvalidInput, match="--exclude"):
        read_settings(_parse("--exclude", ""), {})


@pytest.mark.parametrize("text", ["ndcg@10", "ndcg@10=", "=1", "ndcg@10=nan", "ndcg@10=good"])
def test_a_limit_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="--fail-under"):
        read_settings(_parse("--fail-under", text), {})


@pytest.mark.parametrize("text", ["0", "false", "No", "OFF", ""])
def test_a_switch_can_be_off_by_its_variable(text: str) -> None:
    assert read_settings(_parse(), {"WINNOW_STRICT": text}).strict is False


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("WINNOW_PORT", "abc"),
        ("WINNOW_PORT", "65536"),
        ("WINNOW_PORT", "-1"),
        ("WINNOW_PORT", "80.5"),
        ("WINNOW_STRICT", "maybe"),
        ("WINNOW_JSON", "2"),
    ],
)
def test_a_bad_variable_is_named_with_its_value_and_the_remedy(variable: str, text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_settings(_parse(), {variable: text})
    assert variable in refused.value.message
    assert text in refused.value.message
    remedy = next(one.remedy for one in SETTINGS if one.variable == variable)
    assert refused.value.hint == remedy


def test_a_bad_variable_that_the_command_does_not_take_is_left_alone() -> None:
    parser = argparse.ArgumentParser()
    add_flags(parser, ["index"])
    assert read_settings(parser.parse_args([]), {"WINNOW_PORT": "abc"}) == Settings()


def test_a_bad_flag_is_named_and_not_its_variable() -> None:
    with pytest.raises(InvalidInput) as refused:
        read_settings(_parse("--port", "abc"), {"WINNOW_PORT": "8000"})
    assert "--port" in refused.value.message
    assert "WINNOW_PORT" not in refused.value.message


def test_variables_of_others_are_left_alone() -> None:
    assert read_settings(_parse(), {"PORT": "1", "WINNOW_COLOUR": "red"}) == Settings()
