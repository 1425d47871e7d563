"""A new build is picked up by the next request; one that cannot be opened is not."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from embeddings.artifact import Artifact
from embeddings.encoders import load_encoder
from embeddings.encoders.hashing import HashingEncoder
from embeddings.errors import EncoderMismatch, NotReady
from service.app import create_app
from service.live import Live
from service.query import Query
from tests.service.building import build, write_corpus


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_corpus(tmp_path / "corpus")


@pytest.fixture
def directory(tmp_path: Path, folder: Path) -> Path:
    """An index of the folder, of this test alone."""
    build(folder, tmp_path / "index")
    return tmp_path / "index"


@pytest.fixture
def served(directory: Path) -> Iterator[TestClient]:
    live = Live(Artifact(directory), load_encoder)
    with TestClient(create_app(live)) as client:
        yield client
    live.close()


def _publish(folder: Path, directory: Path, text: str) -> str:
    """A build with one more document; its id."""
    (folder / f"{text.split()[0]}.txt").write_text(f"{text}\n", encoding="utf-8")
    return build(folder, directory).build


def _damage(directory: Path, build_id: str) -> None:
    path = directory / "builds" / build_id / "passages.faiss"
    path.write_bytes(path.read_bytes()[:-7])


def _ask(client: TestClient, question: str) -> tuple[str, str]:
    """The build that answered, and the source of its first hit."""
    answer = client.get("/api/search", params={"q": question, "k": 1}).json()
    return answer["build"], answer["hits"][0]["source"]


def test_the_next_request_is_answered_by_the_new_build(
    served: TestClient, folder: Path, directory: Path
) -> None:
    before, _ = _ask(served, "volcano ash on the vineyards")
    text = "Volcano ash fell on the vineyards for eleven days and the grapes tasted of smoke."
    published = _publish(folder, directory, text)
    assert published != before
    assert _ask(served, "volcano ash on the vineyards") == (published, "Volcano.txt")
    assert served.get("/readyz").json()["build"] == published
    assert served.get("/api/info").json()["build"] == published


def test_a_rolled_back_build_serves_again(
    served: TestClient, folder: Path, directory: Path
) -> None:
    first, _ = _ask(served, "lamp")
    _publish(folder, directory, "Another text that is long enough to be a passage of its own.")
    assert _ask(served, "lamp")[0] != first
    assert Artifact(directory).rollback() == first
    assert _ask(served, "lamp")[0] == first


def test_a_searcher_in_hand_answers_from_its_own_build(directory: Path, folder: Path) -> None:
    live = Live(Artifact(directory), load_encoder)
    in_hand = live.searcher
    published = _publish(folder, directory, "Whatever comes later is none of its business, surely.")
    assert live.searcher.manifest.build == published
    assert in_hand.documents(0, 1)[0] == live.searcher.documents(0, 1)[0] - 1
    live.close()
    in_hand.close()


def test_no_request_is_lost_while_a_build_is_published(directory: Path, folder: Path) -> None:
    live = Live(Artifact(directory), load_encoder)
    first = live.searcher.manifest.build
    text = "Volcano ash fell on the vineyards for eleven days and the grapes tasted of smoke."

    def ask(number: int) -> str:
        results = live.searcher.search(Query(f"the lamp and {number} barrels"))
        assert results.hits
        return results.build

    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(ask, number) for number in range(100)]
        published = _publish(folder, directory, text)
        answers += [pool.submit(ask, number) for number in range(100)]
        builds = [answer.result() for answer in answers]
    assert set(builds) <= {first, published}
    assert builds[-1] == published
    live.close()


def test_a_damaged_new_build_leaves_the_earlier_one_serving(
    served: TestClient,
    folder: Path,
    directory: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    first, source = _ask(served, "lighthouse keeper ships")
    damaged = _publish(folder, directory, "Broken builds are never served, whatever they hold.")
    _damage(directory, damaged)
    with caplog.at_level(logging.ERROR):
        assert _ask(served, "lighthouse keeper ships") == (first, source)
    assert "passages.faiss" in caplog.text
    assert served.get("/readyz").json()["build"] == first


def test_a_build_after_a_damaged_one_is_served(
    served: TestClient, folder: Path, directory: Path
) -> None:
    first, _ = _ask(served, "lamp")
    damaged = _publish(folder, directory, "Broken builds are never served, whatever they hold.")
    _damage(directory, damaged)
    assert _ask(served, "lamp")[0] == first
    Artifact(directory).rollback()
    whole = _publish(folder, directory, "Repaired at last, the index answers as it did before.")
    assert _ask(served, "lamp")[0] == whole


def test_an_index_that_vanishes_leaves_the_build_in_use_serving(
    served: TestClient, directory: Path
) -> None:
    first, _ = _ask(served, "lamp")
    (directory / "current").unlink()
    assert _ask(served, "lamp")[0] == first


class _OtherEncoder(HashingEncoder):
    """The same arithmetic under another name, as a retrained model would be."""

    identity = replace(HashingEncoder.identity, name="other", weights_sha256="hashing-2")


def test_an_index_of_another_encoder_is_refused_with_advice(directory: Path) -> None:
    live = Live(Artifact(directory), lambda name: _OtherEncoder())
    with pytest.raises(EncoderMismatch) as refused:
        live.open()
    assert "hashing" in refused.value.message and "other" in refused.value.message
    assert "build again" in refused.value.hint


def test_not_ready_gives_the_reason_and_the_advice(directory: Path) -> None:
    live = Live(Artifact(directory), lambda name: _OtherEncoder())
    with pytest.raises(NotReady) as refused:
        _ = live.searcher
    assert "weights_sha256" in refused.value.message
    assert "build again" in refused.value.hint
