"""The rules that hold the code together: who may import what, and what every file looks like."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("embeddings", "service", "client/winnow_client")
MODULES = sorted(path for name in PACKAGES for path in (ROOT / name).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
LONGEST_FILE = 300

# Put together from parts, so that this file does not hold what it looks for.
HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("download", "pytorch", "org"),
        ("huggingface", "co"),
        ("registry", "npmjs", "org"),
        ("deb", "debian", "org"),
        ("docker", "io"),
        ("ghcr", "io"),
        ("quay", "io"),
    )
]
# Where the CPU build of torch comes from when the machine has no source of its own for it.
ALLOWED = {("requirements/install.sh", HOSTS[2])}
MACHINE_PATH = re.compile(r"(?<![\w.~)}\]/-])/(?:work|home|root|Users|mnt|opt)/" + r"\w")


@cache
def _parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _find_imports(path: Path) -> Iterator[str]:
    """Every module a file imports, wherever in it the import stands."""
    for node in ast.walk(_parse(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield node.module or ""


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _importers(*packages: str) -> set[str]:
    """The files that import one of the packages or anything inside it."""
    return {
        _name(path)
        for path in MODULES
        for module in _find_imports(path)
        if module.split(".")[0] in packages
    }


def _tracked_texts() -> Iterator[tuple[str, str]]:
    """Name and text of every text file that git tracks or would."""
    if not (ROOT / ".git").exists():
        pytest.skip("needs a git checkout, to know which files belong to the project")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        try:
            yield name, (ROOT / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue


def test_there_is_something_to_look_at() -> None:
    assert len(MODULES) > 40
    assert len(TESTS) > 20


def test_faiss_is_imported_in_one_file() -> None:
    assert _importers("faiss") == {"embeddings/index/vector_file.py"}


def test_rensa_is_imported_in_one_file() -> None:
    assert _importers("rensa") == {"embeddings/candidates.py"}


def test_asyncpg_is_imported_in_one_file() -> None:
    assert _importers("asyncpg") == {"embeddings/index/postgres/client.py"}


def test_mcp_is_imported_in_one_package_alone() -> None:
    importers = _importers("mcp", "mcp_types")
    assert importers
    assert {name for name in importers if not name.startswith("service/mcp/")} == set()


def test_onnxruntime_is_imported_where_it_is_forbidden_to_report() -> None:
    assert _importers("onnxruntime") == {"embeddings/encoders/runtime.py"}


def test_models_are_loaded_under_encoders_alone() -> None:
    importers = _importers("torch", "sentence_transformers", "transformers", "tokenizers")
    assert importers
    assert {name for name in importers if not name.startswith("embeddings/encoders/")} == set()


def test_embeddings_never_imports_service() -> None:
    assert {name for name in _importers("service") if name.startswith("embeddings/")} == set()


def test_embeddings_knows_no_web_framework_and_no_terminal() -> None:
    importers = _importers("fastapi", "starlette", "pydantic", "jinja2", "uvicorn", "rich")
    assert {name for name in importers if name.startswith("embeddings/")} == set()


def test_api_pages_and_tools_know_the_searcher_and_never_an_index() -> None:
    for path in MODULES:
        if _name(path).startswith(("service/api/", "service/mcp/", "service/pages/")):
            forbidden = ("embeddings.index", "embeddings.artifact", "embeddings.encoders")
            named = [module for module in _find_imports(path) if module.startswith(forbidden)]
            assert named == [], _name(path)


def test_the_environment_is_read_where_settings_are() -> None:
    readers = set()
    for path in MODULES:
        for node in ast.walk(_parse(path)):
            if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "environb"):
                readers.add(_name(path))
    assert readers <= {
        "client/winnow_client/connection.py",  # the key of one who asks
        "service/bench/server.py",  # hands it on to the servers that it starts
        "service/cli/__init__.py",
        "service/settings.py",
        "service/supervisor.py",  # hands it on to the processes that it starts
        # PGSERVICE, PGHOST and the like: those of every client of PostgreSQL, not Winnow's own
        "embeddings/index/postgres/defaults.py",
    }


@pytest.mark.parametrize("path", [*MODULES, *TESTS], ids=_name)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    if path.name == "__init__.py" and not path.read_text(encoding="utf-8").strip():
        assert path in TESTS, "a package says what it is for"
        return
    assert ast.get_docstring(_parse(path))


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_no_file_is_long(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_everything_is_annotated(path: Path) -> None:
    for node in ast.walk(_parse(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.returns is not None, f"{node.name} returns what?"


def test_no_module_is_named_after_nothing() -> None:
    empty = re.compile("util|helper|manager|handler|common|misc")
    assert [_name(path) for path in MODULES if empty.search(path.stem)] == []


def test_no_file_names_a_registry() -> None:
    named = [
        (name, host) for name, text in _tracked_texts() for host in HOSTS if host in text.lower()
    ]
    assert set(named) <= ALLOWED


def test_no_file_names_a_path_of_one_machine() -> None:
    named = [
        (name, match.group())
        for name, text in _tracked_texts()
        if (match := MACHINE_PATH.search(text))
    ]
    assert named == []


def test_nothing_is_unpickled() -> None:
    assert _importers("pickle", "dill", "joblib", "shelve", "marshal") == set()


def _find_calls(name: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call of something that is named so, behind whatever dots."""
    for path in MODULES:
        for node in ast.walk(_parse(path)):
            if isinstance(node, ast.Call) and f".{ast.unparse(node.func)}".endswith(f".{name}"):
                yield _name(path), node


def _says(call: ast.Call, keyword: str) -> str | None:
    return next((ast.unparse(one.value) for one in call.keywords if one.arg == keyword), None)


def test_arrays_are_loaded_without_objects_in_them() -> None:
    calls = list(_find_calls("np.load"))
    assert calls
    assert {name for name, call in calls if _says(call, "allow_pickle") != "False"} == set()


def test_models_are_loaded_from_safetensors_and_bring_no_code() -> None:
    loaded = [*_find_calls("SentenceTransformer"), *_find_calls("CrossEncoder")]
    assert len(loaded) >= 2
    for name, call in loaded:
        assert _says(call, "trust_remote_code") == "False", name
        assert _says(call, "model_kwargs") == "{'use_safetensors': True}", name
    assert [name for name, _ in (*_find_calls("torch.load"), *_find_calls("torch.jit.load"))] == []


def test_nothing_reads_yaml_or_runs_a_text() -> None:
    assert _importers("yaml", "ruamel") == set()
    assert [name for call in ("eval", "exec") for name, _ in _find_calls(call)] == []


def test_databases_are_opened_for_reading_but_where_a_build_is_written() -> None:
    connected = {(name, _says(call, "uri")) for name, call in _find_calls("sqlite3.connect")}
    assert {name for name, uri in connected if uri != "True"} == {
        "embeddings/index/postings.py",
        "embeddings/index/tables.py",
        "service/ledger.py",  # of the server's own, and gone with it
    }
    addressed = {name for name, uri in connected if uri == "True"}
    assert addressed == {"embeddings/index/postings.py", "embeddings/index/store.py"}
    for name in addressed:
        assert "?mode=ro&immutable=1" in (ROOT / name).read_text(encoding="utf-8")
