"""What the wheel is: small, typed, on its own, and abreast of the server's OpenAPI document."""

import ast
import email
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import fields
from inspect import signature
from pathlib import Path
from typing import Any, get_type_hints

import pytest

ROOT = Path(__file__).parents[2]
SCHEMAS = json.loads((ROOT / "docs/openapi.json").read_text(encoding="utf-8"))
NAMED = {
    "BatchResponse": "Batch",
    "DocumentOut": "DocumentSummary",
    "DocumentResponse": "Document",
    "DocumentsResponse": "DocumentPage",
    "HealthResponse": "Health",
    "InfoResponse": "Info",
    "SearchResponse": "Answer",
}
METHODS = (
    *("search", "search_batch", "passage", "similar", "quote"),
    *("documents", "document", "all_documents", "info", "ready", "close"),
)


def _find_schemas(node: Any) -> set[str]:
    """The names of all schemas that a part of the document leads to."""
    if isinstance(node, list):
        return set().union(*map(_find_schemas, node))
    if not isinstance(node, dict):
        return set()
    found = set().union(*map(_find_schemas, node.values()))
    if isinstance(node.get("$ref"), str):
        name = node["$ref"].rpartition("/")[2]
        found |= {name, *_find_schemas(SCHEMAS["components"]["schemas"][name])}
    return found


ANSWERS = sorted(
    _find_schemas(
        [
            operation["responses"]["200"]
            for operations in SCHEMAS["paths"].values()
            for operation in operations.values()
        ]
    )
)


def _read_metadata(wheel: Path) -> Any:
    with zipfile.ZipFile(wheel) as archive:
        name = next(one for one in archive.namelist() if one.endswith(".dist-info/METADATA"))
        return email.message_from_bytes(archive.read(name))


def test_it_needs_one_package_and_another_for_its_extra(wheel: Path) -> None:
    metadata = _read_metadata(wheel)
    assert metadata["Name"] == "winnow-client" and metadata["License-Expression"] == "Apache-2.0"
    assert metadata.get_all("Provides-Extra") == ["langchain"]
    assert metadata.get_all("Requires-Dist") == [
        "httpx2<3,>=2.16",
        'langchain-core<2,>=1; extra == "langchain"',
    ]


def test_the_wheel_holds_every_module_its_types_and_its_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
        assert any(name.endswith("/LICENSE") for name in archive.namelist())
    sources = (ROOT / "client/winnow_client").iterdir()
    assert held == {f"winnow_client/{one.name}" for one in sources if one.suffix} and held


def test_its_licence_is_that_of_the_repository() -> None:
    assert (ROOT / "client/LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_the_server_is_installed_without_it() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    included = told["tool"]["setuptools"]["packages"]["find"]["include"]
    assert included == ["embeddings*", "service*"]


def test_it_imports_nothing_but_what_it_needs() -> None:
    outside = {
        module.split(".")[0]
        for path in (ROOT / "client/winnow_client").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for module in _name_modules(node)
    } - sys.stdlib_module_names
    assert outside == {"httpx2", "langchain_core", "pydantic", "winnow_client"}


def _name_modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def test_the_server_does_not_import_it() -> None:
    for folder in ("embeddings", "service"):
        for path in (ROOT / folder).rglob("*.py"):
            assert not re.search(r"import.*winnow_client|from winnow_client", path.read_text()), (
                path
            )


@pytest.mark.parametrize("name", ANSWERS)
def test_every_field_of_an_answer_is_read(library: Any, name: str) -> None:
    schema = SCHEMAS["components"]["schemas"][name]
    kind = _find_kind(library, name)
    hints = {name: hint for name, hint in get_type_hints(kind).items() if name != "raw"}
    assert {one.name for one in fields(kind)} - {"raw"} == set(hints) == set(schema["properties"])
    for field, told in schema["properties"].items():
        may_be_none = {"type": "null"} in told.get("anyOf", [])
        assert may_be_none == (type(None) in getattr(hints[field], "__args__", ())), field


def _find_kind(library: Any, name: str) -> Any:
    named = NAMED.get(name, name.removesuffix("Out"))
    return getattr(library, named, None) or getattr(library.answers, named)


def test_every_field_of_a_question_may_be_given(library: Any) -> None:
    asked = SCHEMAS["components"]["schemas"]["SearchRequest"]["properties"]
    assert set(asked) <= set(get_type_hints(library.Question))


def test_both_clients_take_the_same(library: Any) -> None:
    for name in METHODS:
        one, other = (
            signature(getattr(kind, name)) for kind in (library.Client, library.AsyncClient)
        )
        assert list(one.parameters.values()) == list(other.parameters.values()), name
    for kind in (library.Client, library.AsyncClient):
        assert {one for one in vars(kind) if not one.startswith("_")} == set(METHODS)
        assert list(signature(kind("http://localhost").passage).parameters) == [
            "passage_id",
            "build",
        ]


USE = """
from winnow_client import Answer, AsyncClient, Client, Passage
from winnow_client.langchain import WinnowRetriever

def ask(client: Client) -> Answer:
    client.search_batch(["one", {"q": "two", "k": 3}])
    return client.search("one", k=3, sort="date", facets=True, like=["id"])

async def read(client: AsyncClient) -> Passage:
    async for one in client.all_documents():
        print(one.title)
    return await client.passage("id")

retriever = WinnowRetriever(options={"source": "papers/"})
"""
MISUSE = """
from winnow_client import Client

def ask(client: Client) -> int:
    return client.search("one", kk=3, sort="size")
"""


def test_its_types_are_strict_and_those_who_use_it_have_them(
    installed: Path, tmp_path: Path
) -> None:
    (tmp_path / "use.py").write_text(USE)
    (tmp_path / "misuse.py").write_text(MISUSE)
    kept = f"--cache-dir={ROOT / '.mypy_cache'}"
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", kept, "--config-file=", "use.py", "misuse.py"],
        cwd=tmp_path,
        env={"MYPYPATH": str(installed)},
        capture_output=True,
        text=True,
    )
    errors = [line for line in done.stdout.splitlines() if ": error:" in line]
    assert len(errors) == 3 and all(line.startswith("misuse.py:5:") for line in errors), done.stdout
