"""`winnow serve` with keys, as a process: who gets an answer, and what its log says."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from service.keys import KeyFile
from service.rates import WRONG_KEYS
from tests.service.asking import bear
from tests.service.cli.conftest import make_environment


class Served(NamedTuple):
    address: str
    secret: str
    process: subprocess.Popen[str]

    def ask(self, path: str, headers: dict[str, str], body: bytes | None = None) -> int:
        request = Request(f"{self.address}{path}", body, headers)
        try:
            with urlopen(request, timeout=60) as answer:
                return int(answer.status)
        except HTTPError as error:
            error.close()
            return error.code

    def stop(self) -> str:
        """End it; what it wrote after its address."""
        self.process.terminate()
        return "".join(self.process.communicate(timeout=60))


Serve = Callable[..., Served]


@pytest.fixture
def serve(index: Path, tmp_path: Path) -> Iterator[Serve]:
    """Start a server that asks for keys, with these flags."""
    _, secret = KeyFile(tmp_path / "keys.json").add("ann", "search")
    with ExitStack() as running:

        def start(*more: str) -> Served:
            flags = ("--index", index, "--host", "0.0.0.0", "--port", "0", "--keys", "keys.json")
            process = subprocess.Popen(
                [sys.executable, "-m", "service", "serve", *map(str, flags), *more],
                cwd=tmp_path,
                env=make_environment(),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            running.callback(process.communicate)
            running.callback(process.kill)
            assert process.stderr
            said = next(line for line in process.stderr if "serving on" in line)
            port = said.split()[2].rpartition(":")[2]
            return Served(f"http://127.0.0.1:{port}", secret, process)

        yield start


def _ask_everywhere(served: Served) -> None:
    key = bear(served.secret)
    body = {**key, "Content-Type": "application/json"}
    asked = json.dumps({"q": "swordfish in the fog"}).encode()
    both = json.dumps({"queries": [{"q": "swordfish"}, {"q": "ships and swordfish"}]}).encode()
    assert served.ask("/api/search?q=swordfish", {}) == 401
    assert served.ask("/api/search?q=swordfish", bear("winnow_swordfish")) == 401
    assert served.ask("/login", {}, b"key=swordfish&next=/?q=swordfish") == 401
    assert served.ask("/api/search?q=swordfish", key) == 200
    assert served.ask("/?q=swordfish", key) == 200
    assert served.ask("/api/search", body, asked) == 200
    assert served.ask("/api/search?q=swordfish&k=many", key) == 422
    assert served.ask("/api/search?q=swordfish&source=swordfish/..", key) in (200, 422)
    assert served.ask("/documents/swordless?q=swordfish", key) == 404
    for form in ("csv", "json", "markdown", "bibtex"):
        assert served.ask(f"/api/search/export?q=swordfish&format={form}", key) == 200
    assert served.ask("/about?q=swordfish", key) == 200
    assert served.ask("/api/search/batch", body, both) == 200
    assert served.ask("/api/search/batch", body, both[:-2]) == 422
    assert served.ask("/api/search", body, b'{"q": "swordfish", "k": 0}') == 422
    assert served.ask("/api/search?q=swordfish", key, b"swordfish") in (400, 422)
    assert served.ask("/api/search/batch?q=swordfish", key) == 405
    assert served.ask("/no/such/place?q=swordfish", key) == 404
    assert served.ask("/api/search?q=swordfish&build=none", key) == 410
    assert served.ask(f"/api/search?q={'swordfish' * 300}", key) == 422


def test_no_question_and_no_key_is_written_to_the_log(serve: Serve) -> None:
    served = serve()
    _ask_everywhere(served)
    said = served.stop()
    assert "outcome=done names=ann" in said  # so what is looked through is the log
    assert "swordfish" not in said and served.secret not in said


def test_questions_are_written_to_the_log_where_that_is_asked_for(serve: Serve) -> None:
    served = serve("--log-queries", "--log-format", "json")
    _ask_everywhere(served)
    lines = [json.loads(line) for line in served.stop().splitlines()]
    asked = [(line["path"], line.get("questions")) for line in lines if "request" in line]
    for path in ("/", "/api/search/export", "/about", "/no/such/place"):
        assert (path, ["swordfish"]) in asked
    assert ("/api/search", ["swordfish in the fog"]) in asked
    assert ("/api/search/batch", ["swordfish", "ships and swordfish"]) in asked
    assert ("/login", None) in asked
    assert served.secret not in json.dumps(lines)


def test_an_address_cannot_be_made_up_without_a_trusted_proxy(serve: Serve) -> None:
    served = serve()
    told: list[int] = []
    while 429 not in told and len(told) < 10 * WRONG_KEYS:  # on a slow machine a few more are free
        made_up = {**bear("x"), "X-Forwarded-For": f"192.0.2.{len(told)}"}
        told.append(served.ask("/api/info", made_up))
    assert len(told) > WRONG_KEYS and told == [401] * (len(told) - 1) + [429]
