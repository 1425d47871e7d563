"""The Dockerfile and .dockerignore as texts: what a build would only show after minutes."""

import json
import re
from pathlib import Path

import pytest

from service.keys import KeyFile
from tests.service.cli.conftest import run_winnow

ROOT = Path(__file__).parents[1]


def read_instructions() -> list[tuple[str, str]]:
    """(instruction, arguments) of each line of the Dockerfile, continued lines joined."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", "").splitlines()
    return [(line.split()[0].upper(), line.partition(" ")[2]) for line in lines if line]


def read_last_stage() -> dict[str, str]:
    """The instructions of the final image; of those given twice, the last, as Docker takes it."""
    instructions = read_instructions()
    start = max(i for i, (name, _) in enumerate(instructions) if name == "FROM")
    return dict(instructions[start:])


def read_ignore_rules() -> list[str]:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_the_container_runs_as_a_user_without_rights() -> None:
    user = read_last_stage()["USER"].partition(":")[0]
    assert user.isdigit() and int(user) > 0  # a number tells an orchestrator that it is not root


def test_health_is_readiness() -> None:
    check = read_last_stage()["HEALTHCHECK"]
    program = json.loads(check[check.index("[") :])[-1]
    compile(program, "HEALTHCHECK", "exec")
    assert "/readyz" in program


def test_the_export_of_the_model_is_found_where_the_build_left_it() -> None:
    homes = [re.findall(r"HF_HOME=(\S+)", rest) for name, rest in read_instructions()]
    assert [home for found in homes for home in found] == ["/app/models"] * 2
    assert ("COPY", "--from=build /app/models models") in read_instructions()


def test_nothing_comes_from_a_url() -> None:
    assert not [rest for name, rest in read_instructions() if name == "ADD"]


def test_every_file_copied_is_let_through() -> None:
    allowed = {rule[1:] for rule in read_ignore_rules() if rule.startswith("!")}
    copied = [rest.split()[:-1] for name, rest in read_instructions() if name == "COPY"]
    assert allowed == {path for paths in copied if "--from=build" not in paths for path in paths}


def test_the_build_context_is_an_allow_list() -> None:
    assert read_ignore_rules()[0] == "*"


@pytest.mark.parametrize("rule", [rule for rule in read_ignore_rules() if rule.startswith("!")])
def test_what_is_let_through_exists(rule: str) -> None:
    assert (ROOT / rule[1:]).exists()


def _start_as_the_image_does(folder: Path, **variables: str) -> str:
    """What `winnow serve` says with the variables of the image, where there is no index."""
    pairs = re.findall(r"(WINNOW_\w+)=(\S+)", read_last_stage()["ENV"])
    refused = run_winnow(folder, "serve", "--index", "none", **{**dict(pairs), **variables})
    assert refused.returncode == 1
    return refused.stderr


def test_the_image_refuses_to_start_without_keys(tmp_path: Path) -> None:
    said = _start_as_the_image_does(tmp_path)
    assert "there are no keys" in said and "winnow keys add NAME" in said


def test_the_image_starts_with_keys_or_when_told_that_anybody_may_ask(tmp_path: Path) -> None:
    KeyFile(tmp_path / "keys.json").add("ann", "search")
    for variables in ({"WINNOW_KEYS": "keys.json"}, {"WINNOW_ALLOW_ANONYMOUS": "1"}):
        said = _start_as_the_image_does(tmp_path, WINNOW_PORT="0", **variables)
        assert "there are no keys" not in said and "holds no index" in said


def test_the_keys_lie_in_a_folder_that_the_user_of_the_image_may_write() -> None:
    keys = re.search(r"WINNOW_KEYS=(\S+)/keys\.json", read_last_stage()["ENV"])
    assert keys
    assert re.search(rf"install .*--owner=winnow .* {keys[1]}\b", read_last_stage()["RUN"])
