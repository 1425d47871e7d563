"""LangChain's retriever gives the passages that answer, each with what it takes to cite it."""

import importlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from embeddings.artifact import Artifact
from service.access import Access
from service.keys import KeyFile
from tests.browser.serving import serve
from tests.client.asking import Reply, answering
from tests.client.conftest import Fetch
from tests.service.waiting import run_alone

QUESTION = "How many fighters does KIB command?"
NOTHING = "How is sourdough bread baked?"

Retrieve = Callable[..., list[Any]]


def _invoke(retriever: Any, question: str) -> list[Any]:
    documents: list[Any] = retriever.invoke(question)
    return documents


def _ainvoke(retriever: Any, question: str) -> list[Any]:
    return run_alone(lambda: retriever.ainvoke(question))


@pytest.fixture(scope="module")
def make(library: Any) -> Any:
    return importlib.import_module("winnow_client.langchain").WinnowRetriever


@pytest.fixture(params=[_invoke, _ainvoke])
def retrieve(request: pytest.FixtureRequest, make: Any, no_key_set: None) -> Retrieve:
    """Asks a retriever that is made with these fields, and gives its documents."""
    return lambda question, **fields: request.param(make(**fields), question)


def test_documents_are_the_hits_of_a_search(retrieve: Retrieve, address: str, fetch: Fetch) -> None:
    documents = retrieve(QUESTION, address=address)
    sent = fetch("/api/search", {"q": QUESTION, "k": 4})
    assert [(one.id, one.page_content) for one in documents] == [
        (hit["passage_id"], hit["text"]) for hit in sent["hits"]
    ]
    for one, hit in zip(documents, sent["hits"], strict=True):
        own = {"highlights", "passage_id", "signals", "text"}
        given = {name: value for name, value in one.metadata.items() if name in hit}
        assert given == {name: value for name, value in hit.items() if name not in own}
        assert one.metadata["build"] == sent["build"]
        assert all(sentence in hit["text"] for sentence in one.metadata["marked"])
        json.dumps(one.metadata)


def test_answers_only_leaves_out_what_is_no_answer(retrieve: Retrieve, address: str) -> None:
    every = retrieve(QUESTION, address=address, k=100)
    answers = retrieve(QUESTION, address=address, k=100, answers_only=True)
    assert answers == [one for one in every if one.metadata["answer"]]
    assert 0 < len(answers) < len(every)
    assert len(retrieve(NOTHING, address=address)) == 4
    assert retrieve(NOTHING, address=address, answers_only=True) == []


def test_options_are_those_of_a_search(retrieve: Retrieve, address: str, library: Any) -> None:
    one = "islamic-jihad-union-raid-video.txt"
    found = retrieve(QUESTION, address=address, k=3, options={"source": one, "mode": "dense"})
    assert len(found) == 3 and {document.metadata["source"] for document in found} == {one}
    with pytest.raises(library.Invalid, match="mode"):
        retrieve(QUESTION, address=address, options={"mode": "loudest"})


def test_a_key_is_sent_and_never_shown(
    retrieve: Retrieve, make: Any, tiny_artifact: Artifact, keys: KeyFile, secret: str
) -> None:
    with serve(tiny_artifact, access=Access(keys)) as address:
        assert retrieve("honey", address=address, key=secret)
    assert secret not in repr(make(key=secret)) and secret not in make(key=secret).model_dump_json()


def test_an_error_is_that_of_the_client(retrieve: Retrieve, library: Any) -> None:
    with answering(Reply(422, {})) as server, pytest.raises(library.Invalid):
        retrieve(QUESTION, address=server.address)


def test_without_langchain_the_import_says_what_to_install(installed: Path) -> None:
    text = (
        "import sys; sys.modules['langchain_core'] = None\n"
        "import winnow_client\n"
        "import winnow_client.langchain\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", text],
        env={"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.endswith("pip install 'winnow-client[langchain]'\n")
    assert "line 3" in done.stderr
