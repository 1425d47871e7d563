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
from schemathesis.config import SchemathesisConfig
from starlette.testclient import TestClient

from embeddings.artifact import Artifact
from embeddings.encoders import load_encoder
from service.access import Access
from service.app import create_app
from service.keys import KeyFile
from service.live import Live

DOCUMENT = Path(__file__).parents[2] / "docs/openapi.json"
MEMORY = 2 << 30
_REFUSED = [400, 401, 404, 405, 410, 422]
_CONFIG = SchemathesisConfig.from_dict(
    {
        "seed": 1,
        "generation": {"deterministic": True, "max-examples": 25},
        "checks": {"negative_data_rejection": {"expected-statuses": _REFUSED}},
    }
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


@pytest.fixture(scope="module")
def keyed(index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client, without a key, of a server that has one."""
    keys = KeyFile(tmp_path_factory.mktemp("keys") / "keys.json")
    keys.add("ann", "search")
    live = Live(Artifact(index), load_encoder)
    yield TestClient(create_app(live, access=Access(keys)))
    live.close()


ALWAYS_THE_SAME = settings(
    max_examples=25,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
# No schema says that a day must be in the calendar, or a question hold a word.
NOT_SAID = CHECKS.get_one("positive_data_acceptance")
OPEN = CHECKS.get_one("ignored_auth")  # a server without keys looks at none


@schema.parametrize()
@ALWAYS_THE_SAME
def test_every_answer_is_as_documented(case: schemathesis.Case, client: TestClient) -> None:
    case.call_and_validate(app=client.app, excluded_checks=[NOT_SAID, OPEN])


@schema.include(path_regex="_id}").parametrize()
@ALWAYS_THE_SAME
def test_so_is_every_answer_about_what_is_there(
    case: schemathesis.Case, client: TestClient, ids: dict[str, str]
) -> None:
    case.path_parameters = {name: ids[name] for name in case.path_parameters}
    no_longer_so = CHECKS.get_one("negative_data_rejection")  # its path was the broken part
    case.call_and_validate(app=client.app, excluded_checks=[NOT_SAID, OPEN, no_longer_so])


@pytest.mark.parametrize("given", [None, "winnow_guessed"])
@pytest.mark.parametrize(
    "operation",
    [one.ok() for one in schema.include(path_regex="^/api").get_all_operations()],
    ids=lambda one: one.label,
)
def test_a_server_with_keys_answers_nobody_else(
    operation: schemathesis.schemas.APIOperation, given: str | None, keyed: TestClient
) -> None:
    headers = {"X-API-Key": given} if given else {}
    answer = keyed.request(operation.method, operation.path, headers=headers)
    assert answer.status_code == 401
    operation.validate_response(answer)


@pytest.mark.parametrize("path", [operation.ok().path for operation in schema.get_all_operations()])
def test_every_number_that_may_be_sent_has_a_limit(path: str) -> None:
    for operation in json.loads(DOCUMENT.read_text(encoding="utf-8"))["paths"][path].values():
        for parameter in operation.get("parameters", []):
            said = parameter["schema"]
            for kind in said.get("anyOf", [said]):
                if kind["type"] in ("integer", "number"):
                    assert {"minimum", "maximum"} <= set(kind), parameter["name"]
