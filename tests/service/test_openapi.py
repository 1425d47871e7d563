"""Whatever the OpenAPI document allows or forbids, every answer is one that it describes.

schemathesis makes the requests, sound ones and broken ones, the same on every run. Memory is
limited meanwhile: a number taken at its word fails here, and does not fill the machine.
"""

import json
import os
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from starlette.testclient import TestClient

DOCUMENT = Path(__file__).parents[2] / "docs/openapi.json"
MEMORY = 2 << 30
_CONFIG = SchemathesisConfig(
    seed=1,
    projects=ProjectsConfig(
        default=ProjectConfig(generation=GenerationConfig(deterministic=True, max_examples=25))
    ),
)
schema = schemathesis.openapi.from_dict(
    json.loads(DOCUMENT.read_text(encoding="utf-8")), config=_CONFIG
)


@pytest.fixture(scope="module", autouse=True)
def _limited_memory() -> Iterator[None]:
    """At most so much more than now, where the system tells how much that is."""
    before, status = resource.getrlimit(resource.RLIMIT_AS), Path("/proc/self/statm")
    if not status.exists():
        yield
        return
    used = int(status.read_text(encoding="ascii").split()[0])
    most = used * os.sysconf("SC_PAGE_SIZE") + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.fixture(scope="module")
def ids(client: TestClient) -> dict[str, str]:
    """What stands in an address, of something that is there."""
    answer = client.get("/api/search", params={"q": "whale oil"}).json()
    return {name: answer["hits"][0][name] for name in ("passage_id", "document_id")}


ALWAYS_THE_SAME = settings(
    max_examples=25,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
# No schema says that a day must be in the calendar, or a question hold a word.
NOT_SAID = CHECKS.get_one("positive_data_acceptance")


@schema.parametrize()
@ALWAYS_THE_SAME
def test_every_answer_is_as_documented(case: schemathesis.Case, client: TestClient) -> None:
    case.call_and_validate(app=client.app, excluded_checks=[NOT_SAID])


@schema.include(path_regex="_id}").parametrize()
@ALWAYS_THE_SAME
def test_so_is_every_answer_about_what_is_there(
    case: schemathesis.Case, client: TestClient, ids: dict[str, str]
) -> None:
    case.path_parameters = {name: ids[name] for name in case.path_parameters}
    no_longer_so = CHECKS.get_one("negative_data_rejection")  # its path was the broken part
    case.call_and_validate(app=client.app, excluded_checks=[NOT_SAID, no_longer_so])


@pytest.mark.parametrize("path", [operation.ok().path for operation in schema.get_all_operations()])
def test_every_number_that_may_be_sent_has_a_limit(path: str) -> None:
    for operation in json.loads(DOCUMENT.read_text(encoding="utf-8"))["paths"][path].values():
        for parameter in operation.get("parameters", []):
            said = parameter["schema"]
            for kind in said.get("anyOf", [said]):
                if kind["type"] in ("integer", "number"):
                    assert {"minimum", "maximum"} <= set(kind), parameter["name"]
