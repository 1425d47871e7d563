"""The image as it is meant to run: another user, nothing to write to, no network, no rights.

Run by `make image-test` alone, since it takes minutes; needs Docker. What the variable IMAGE_BUILD
holds goes to `docker build`.
"""

import json
import os
import secrets
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

import pytest
from fpdf import FPDF

pytestmark = pytest.mark.image
ROOT = Path(__file__).parents[1]
LOCKED = shlex.split(
    "--read-only --network none --cap-drop ALL --security-opt no-new-privileges --tmpfs /tmp "
    "--pids-limit 128 --memory 2g"
)
# Asks from inside the container, since no network leads into it.
ASK = """
import sys, urllib.error, urllib.parse, urllib.request as r
path, key = sys.argv[1:]
question = r.Request("http://127.0.0.1:8000" + path)
if key:
    question.add_header("Authorization", "Bearer " + key)
try:
    answer = r.build_opener(r.ProxyHandler({})).open(question)
except urllib.error.HTTPError as error:
    answer = error
print(answer.status, answer.read().decode(), end="")
"""
STOP = 20  # seconds that a stop may take


def docker(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["docker", *arguments],
        cwd=ROOT,
        env={**os.environ, "DOCKER_BUILDKIT": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def image() -> str:
    if not which("docker") or docker("info").returncode:
        pytest.skip("needs Docker, running")
    extra = shlex.split(os.environ.get("IMAGE_BUILD", ""))
    built = docker("build", "--quiet", *extra, ".")
    assert built.returncode == 0, built.stderr
    return built.stdout.strip()


@pytest.fixture
def volume() -> Iterator[str]:
    name = f"winnow-test-{secrets.token_hex(4)}"
    assert docker("volume", "create", name).returncode == 0
    yield name
    docker("volume", "rm", name)


@pytest.fixture
def papers() -> Iterator[Path]:
    """A folder with a PDF, which the user of the container may read."""
    page = FPDF()
    page.add_page()
    page.set_font("helvetica", size=12)
    page.multi_cell(0, text="The keeper weighs each hive in October to learn whether to feed it.")
    with TemporaryDirectory() as name:
        page.output(f"{name}/hives.pdf")
        Path(name, "hives.pdf").chmod(0o644)
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def key(image: str, volume: str) -> str:
    """A key, kept in the volume."""
    made = run(image, "-v", f"{volume}:/keys", command=("keys", "add", "me"))
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


def run(
    image: str, *options: str, command: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    return docker("run", "--rm", *LOCKED, *options, image, *command)


@contextmanager
def serve(image: str, *options: str) -> Iterator[str]:
    """The id of a container that answers, stopped in time with exit code 0 in the end."""
    started = docker("run", "--detach", "--health-interval=1s", *LOCKED, *options, image)
    assert started.returncode == 0, started.stderr
    name = started.stdout.strip()
    try:
        assert wait_for_health(name) == "health_status: healthy", docker("logs", name).stderr
        yield name
        docker("stop", f"--time={STOP}", name)
        assert inspect(name)["ExitCode"] == 0, docker("logs", name).stderr
    finally:
        docker("rm", "--force", name)


def wait_for_health(name: str) -> str:
    """The first that Docker says of it, or that it ended."""
    told = ("health_status", "die")
    filters = [f"--filter=event={event}" for event in told]
    command = ["docker", "events", "--since=1h", f"--filter=container={name}", *filters]
    with subprocess.Popen(
        [*command, "--format={{.Action}}"], stdout=subprocess.PIPE, text=True
    ) as events:
        assert events.stdout
        first = events.stdout.readline().strip()
        events.kill()
    return first


def inspect(name: str) -> dict[str, dict[str, str]]:
    state: dict[str, dict[str, str]] = json.loads(docker("inspect", name).stdout)[0]["State"]
    return state


def ask(name: str, path: str, key: str = "") -> tuple[str, str]:
    """Status and body of an answer."""
    asked = docker("exec", name, "python", "-c", ASK, path, key)
    assert asked.returncode == 0, asked.stderr
    status, _, body = asked.stdout.partition(" ")
    return status, body


def test_it_refuses_to_start_without_keys(image: str) -> None:
    refused = run(image)
    assert refused.returncode == 1
    assert "there are no keys" in refused.stderr


def test_with_keys_it_answers_whoever_has_one(image: str, volume: str, key: str) -> None:
    with serve(image, "-v", f"{volume}:/keys:ro") as name:
        assert ask(name, "/api/search?q=KIB")[0] == "401"
        assert ask(name, "/api/search?q=KIB", "wrong")[0] == "401"
        status, body = ask(name, "/api/search?q=KIB", key)
        assert status == "200" and json.loads(body)["hits"]
        assert key not in docker("logs", name).stderr


def test_told_so_it_answers_anybody(image: str) -> None:
    with serve(image, "-e", "WINNOW_ALLOW_ANONYMOUS=1") as name:
        status, body = ask(name, "/api/search?q=KIB")
        assert status == "200" and json.loads(body)["hits"]
        assert json.loads(ask(name, "/api/info")[1])["encoder"]["runtime"] == "onnx"


def test_it_runs_as_a_user_without_rights_who_can_write_nothing(image: str) -> None:
    look = (
        "import os; print(os.getuid(), os.getgid(), open('/proc/self/status').read()); "
        "os.open('/app/index/x', os.O_CREAT | os.O_WRONLY)"
    )
    looked = run(image, "--entrypoint", "python", command=("-c", look))
    assert looked.stdout.startswith("10001 10001")
    assert "CapEff:\t0000000000000000" in looked.stdout
    assert "NoNewPrivs:\t1" in looked.stdout
    assert "Read-only file system" in looked.stderr


def test_it_builds_an_index_of_a_pdf_read_by_a_confined_process(
    image: str, volume: str, papers: Path
) -> None:
    places = ("-v", f"{papers}:/papers:ro", "-v", f"{volume}:/index")
    built = run(image, *places, command=("build", "/papers", "--index", "/index", "--strict"))
    assert built.returncode == 0, built.stderr
    again = run(image, *places, command=("verify", "--index", "/index", "--sources"))
    assert again.returncode == 0, again.stderr
    asked = ("search", "Who weighed the hives?", "--index", "/index", "--json")
    found = run(image, *places, command=asked)
    assert found.returncode == 0, found.stderr
    assert "weighs each hive in October" in json.loads(found.stdout)["hits"][0]["text"]
