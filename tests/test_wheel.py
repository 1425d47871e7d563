"""What ships: the wheel, in an empty environment, run outside the repository and offline.

With root the commands run in a network of their own that leads nowhere; without, proxies do.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import ProxyHandler, build_opener
from zipfile import ZipFile

import pytest
from huggingface_hub import constants

from embeddings import __version__
from tests.cluster import namespaces

ROOT = Path(__file__).parents[1]
PACKAGES = ("embeddings", "service")
NOWHERE = "http://127.0.0.1:9"
QUESTION = "How many fighters does KIB command?"
PAGE = "/?q=How+many+fighters+does+KIB+command"
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, since a build leaves its folders beside the sources."""
    source, made = (tmp_path_factory.mktemp(name) for name in ("source", "wheels"))
    for name in PACKAGES:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "LICENSE"):
        shutil.copy(ROOT / name, source)
    build = ["-m", "build", "--wheel", "--no-isolation", "--outdir", str(made), str(source)]
    subprocess.run([sys.executable, *build], check=True, capture_output=True)
    (found,) = made.iterdir()
    return found


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with what run.txt and torch.txt pin, and the wheel."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    install = ["sh", str(ROOT / "requirements" / "install.sh"), "run", str(folder), str(wheel)]
    done = subprocess.run(
        install,
        env={**os.environ, "PYTHON": sys.executable},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def offline() -> Iterator[ThreadPoolExecutor]:
    """A thread that has no network, nor has what it starts."""
    initializer = namespaces.leave_networks if namespaces.CAN_BE_MADE else None
    with ThreadPoolExecutor(1, initializer=initializer) as pool:
        yield pool


@pytest.fixture(scope="module")
def variables(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Those of somebody who has just logged in; the model's export is kept where this one's is."""
    return {
        "PATH": f"{environment / 'bin'}:{os.defpath}",
        "HOME": str(tmp_path_factory.mktemp("home")),
        "HF_HOME": str(Path(constants.HF_HOME).resolve()),
        "HTTP_PROXY": NOWHERE,
        "HTTPS_PROXY": NOWHERE,
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder outside the repository, with documents and questions."""
    away = tmp_path_factory.mktemp("away")
    shutil.copytree(ROOT / "seeds", away / "papers")
    questions = (away / "papers" / "questions.jsonl").rename(away / "questions.jsonl")
    some = questions.read_text(encoding="utf-8").splitlines(keepends=True)[:5]
    questions.write_text("".join(some), encoding="utf-8")
    return away


@pytest.fixture(scope="module")
def run(variables: dict[str, str], folder: Path, offline: ThreadPoolExecutor) -> Run:
    """Run a command of the environment there to its end; it must not fail."""

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        done = offline.submit(
            subprocess.run, command, cwd=folder, env=variables, capture_output=True, text=True
        ).result()
        assert done.returncode == 0, done.stderr
        return done

    return run


@pytest.fixture(scope="module")
def index(run: Run) -> str:
    run("winnow", "build", "papers", "--index", "ix", "--strict")
    return "ix"


def _list_shipped() -> set[str]:
    """The files of both packages that git tracks or would, by their paths."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *PACKAGES],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("needs a git checkout, to know which files belong to the project")
    return {name for name in listed.stdout.splitlines() if (ROOT / name).is_file()}


def test_the_wheel_holds_every_file_of_both_packages_and_no_other(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    shipped = _list_shipped()
    assert {Path(name).suffix for name in shipped} >= {".py", ".json", ".html", ".css", ".js"}
    assert held == shipped


def test_its_version_is_that_of_the_code(wheel: Path) -> None:
    assert wheel.name == f"winnow_search-{__version__}-py3-none-any.whl"


def test_it_runs_from_the_environment_alone(run: Run, environment: Path) -> None:
    assert run("winnow", "--version").stdout == f"winnow {__version__}\n"
    where = run("python", "-c", "import service; print(service.__file__)").stdout
    assert Path(where.strip()).is_relative_to(environment)


def test_all_that_it_needs_is_pinned(run: Run) -> None:
    assert "No broken requirements" in run("python", "-m", "pip", "check").stdout


def test_the_network_leads_nowhere(run: Run) -> None:
    """Else the other tests say nothing of a machine without one."""
    ask = "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
    ask += "try: s.connect(('192.0.2.1', 9)); print('a way out')\nexcept OSError: print('none')"
    if not namespaces.CAN_BE_MADE:
        pytest.skip("takes root and the program ip")
    assert run("python", "-c", ask).stdout == "none\n"


def test_it_answers(run: Run, index: str) -> None:
    answer = json.loads(run("winnow", "search", QUESTION, "--index", index, "--json").stdout)
    assert answer["answered"]
    assert "as many as 500" in answer["hits"][0]["text"]


def test_it_measures(run: Run, index: str) -> None:
    found = run("winnow", "evaluate", "questions.jsonl", "--index", index, "--json").stdout
    assert json.loads(found)["measures"]


def test_it_verifies(run: Run, index: str) -> None:
    run("winnow", "verify", "--index", index, "--sources")


def test_it_serves_pages_and_all_that_they_load(
    environment: Path,
    variables: dict[str, str],
    folder: Path,
    index: str,
    offline: ThreadPoolExecutor,
) -> None:
    command = [str(environment / "bin" / "winnow"), "serve", "--index", index, "--port", "0"]
    pages = offline.submit(_serve_and_read, command, folder, variables).result()
    assert json.loads(pages["/readyz"])
    assert json.loads(pages["/api/search?q=ships"])["hits"]
    assert b"<style" in pages["/"] and b"<mark" in pages[PAGE]
    assert {"/static/page.js", "/static/icon.svg"} <= pages.keys()


def _serve_and_read(
    command: list[str], folder: Path, variables: dict[str, str]
) -> dict[str, bytes]:
    """What a server answers at some addresses, and at those of the files that its pages load."""
    process = subprocess.Popen(
        command, cwd=folder, env=variables, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr
    try:
        said = ""
        while not (place := re.search(r"http://127\.0\.0\.1:\d+", said)):
            line = process.stderr.readline()
            assert line, said
            said += line
        return _read(place[0], ["/readyz", "/api/search?q=ships", "/", PAGE, "/docs"])
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


def _read(place: str, addresses: list[str]) -> dict[str, bytes]:
    browser = build_opener(ProxyHandler({}))
    pages: dict[str, bytes] = {}
    while addresses:
        with browser.open(place + (address := addresses.pop())) as answer:
            pages[address] = answer.read()
        for found in re.findall(
            rb'(?:src|href)="(/[\w./?=&;-]*\.(?:css|js|svg|png|ico)[^"]*)"', pages[address]
        ):
            if (linked := found.decode()) not in pages:
                addresses.append(linked)
    return pages


def test_nothing_is_left_in_the_home_folder(variables: dict[str, str], index: str) -> None:
    assert list(Path(variables["HOME"]).iterdir()) == []
