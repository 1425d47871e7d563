"""`winnow serve` with keys, as a process: who gets an answer, and what its log says."""

import json
import subprocess
import sys
from collections.abc import Iterator
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


@pytest.fixture
def served(index: Path, tmp_path: Path) -> Iterator[Served]:
    _, secret = KeyFile(tmp_path / "keys.json").add("ann", "search")
    flags = ("--index", index, "--host", "0.0.0.0", "--port", "0", "--keys", "keys.json")
    process = subprocess.Popen(
        [sys.executable, "-m", "service", "serve", *map(str, flags)],
        cwd=tmp_path,
        env=make_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr
        said = next(line for line in process.stderr if "serving on" in line)
        yield Served(f"http://127.0.0.1:{said.split()[2].rpartition(':')[2]}", secret, process)
    finally:
        process.kill()
        process.communicate()


def test_no_question_and_no_key_is_written_to_the_log(served: Served) -> None:
    key, asked = bear(served.secret), json.dumps({"q": "swordfish in the fog"}).encode()
    body = {**key, "Content-Type": "application/json"}
    assert served.ask("/api/search?q=swordfish", {}) == 401
    assert served.ask("/api/search?q=swordfish", bear("winnow_swordfish")) == 401
    assert served.ask("/login", {}, b"key=swordfish&next=/?q=swordfish") == 401
    assert served.ask("/api/search?q=swordfish", key) == 200
    assert served.ask("/?q=swordfish", key) == 200
    assert served.ask("/api/search", body, asked) == 200
    assert served.ask("/api/search?q=swordfish&k=many", key) == 422
    assert served.ask("/api/search?q=swordfish&source=swordfish/..", key) in (200, 422)
    assert served.ask("/documents/nothing?q=swordfish", key) == 404
    said = served.stop()
    assert "keys in force: ann" in said  # so what is looked through is the log
    assert "swordfish" not in said and served.secret not in said


def test_an_address_cannot_be_made_up_without_a_trusted_proxy(served: Served) -> None:
    told = [
        served.ask("/api/info", {**bear("x"), "X-Forwarded-For": f"192.0.2.{number}"})
        for number in range(WRONG_KEYS + 1)
    ]
    assert told == [401] * WRONG_KEYS + [429]
