"""A new build is opened aside and then serves; one that is not whole is refused."""

import gc
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from embeddings.artifact import Artifact
from embeddings.encoders import load_encoder
from embeddings.encoders.hashing import HashingEncoder
from embeddings.errors import ArtifactError, BuildGone, EncoderMismatch, NotReady
from embeddings.holding import alone
from embeddings.manifest import Manifest
from service.app import create_app
from service.live import AGAIN, KEPT_OPEN, Live
from service.query import Query
from tests.embeddings.building import flip_byte
from tests.service.building import build, write_corpus


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_corpus(tmp_path / "corpus")


@pytest.fixture
def directory(tmp_path: Path, folder: Path) -> Path:
    """An index of the folder, of this test alone."""
    build(folder, tmp_path / "index")
    return tmp_path / "index"


class _Clock:
    """Stands still until it is told otherwise."""

    seconds = 0.0

    def tell(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> _Clock:
    return _Clock()


@pytest.fixture
def live(directory: Path, clock: _Clock) -> Iterator[Live]:
    live = Live(Artifact(directory), load_encoder, tell_time=clock.tell)
    yield live
    live.close()


@pytest.fixture
def served(live: Live) -> Iterator[TestClient]:
    with TestClient(create_app(live)) as client:
        yield client


def _publish(folder: Path, directory: Path, text: str) -> str:
    """A build with one more document; its id."""
    (folder / f"{text.split()[0]}.txt").write_text(f"{text}\n", encoding="utf-8")
    return build(folder, directory).build


def _damage(directory: Path, build_id: str) -> None:
    path = directory / "builds" / build_id / "passages.faiss"
    path.write_bytes(path.read_bytes()[:-7])


def _ask(client: TestClient, question: str) -> tuple[str, str]:
    """The build that answered once what was published is settled, and its first hit's source."""
    client.app.state.live.settle()  # type: ignore[attr-defined]
    answer = client.get("/api/search", params={"q": question, "k": 1}).json()
    return answer["build"], answer["hits"][0]["source"]


def test_a_new_build_answers_once_it_is_open(
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


def test_a_searcher_in_hand_answers_from_its_own_build(live: Live, folder: Path) -> None:
    in_hand = live.searcher
    directory = folder.parent / "index"
    published = _publish(folder, directory, "Whatever comes later is none of its business, surely.")
    live.settle()
    assert live.searcher.manifest.build == published
    assert in_hand.documents(0, 1)[0] == live.searcher.documents(0, 1)[0] - 1


class _Waiting(Artifact):
    """An index whose builds are hashed only when the test says so."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.go_on = threading.Event()

    def verify(self, build: str | None = None) -> Manifest:
        assert self.go_on.wait(60)
        return super().verify(build)


def test_no_request_waits_for_a_build_that_is_opened_aside(directory: Path, folder: Path) -> None:
    artifact = _Waiting(directory)
    live = Live(artifact, load_encoder)
    first = live.searcher.manifest.build
    published = _publish(folder, directory, "Another text that is long enough to be a passage.")
    for _ in range(3):
        assert live.searcher.search(Query("the lamp")).build == first
    artifact.go_on.set()
    live.settle()
    assert live.searcher.search(Query("the lamp")).build == published
    live.close()


def test_no_request_is_lost_while_a_build_is_published(live: Live, folder: Path) -> None:
    first = live.searcher.manifest.build
    text = "Volcano ash fell on the vineyards for eleven days and the grapes tasted of smoke."

    def ask(number: int) -> str:
        results = live.searcher.search(Query(f"the lamp and {number} barrels"))
        assert results.hits
        return results.build

    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(ask, number) for number in range(100)]
        published = _publish(folder, folder.parent / "index", text)
        answers += [pool.submit(ask, number) for number in range(100)]
        live.settle()
        answers.append(pool.submit(ask, 200))
        builds = [answer.result() for answer in answers]
    assert set(builds) <= {first, published}
    assert builds[-1] == published


def test_a_link_made_from_the_build_before_works_for_a_minute(
    served: TestClient, folder: Path, directory: Path, clock: _Clock
) -> None:
    first, _ = _ask(served, "lamp")
    hit = served.get("/api/search", params={"q": "lamp", "k": 1}).json()["hits"][0]
    published = _publish(folder, directory, "Another text that is long enough to be a passage.")
    assert _ask(served, "lamp")[0] == published
    document, passage = hit["document_id"], hit["passage_id"]
    paths = [
        "/api/search?q=lamp",
        "/api/search/export?q=lamp&format=json",
        f"/api/passages/{passage}?",
        f"/api/passages/{passage}/similar?",
        f"/api/documents/{document}?",
        "/api/documents?",
        "/api/info?",
        "/?q=lamp",
        f"/documents/{document}?",
        f"/passages/{passage}/cite?",
    ]
    clock.seconds = KEPT_OPEN - 1
    for path in paths:
        answer = served.get(f"{path}&build={first}")
        assert answer.status_code == 200, path
        assert published not in answer.text
    assert served.post("/api/search", params={"build": first}, json={"q": "lamp"}).json()[
        "build"
    ] == (first)
    assert served.get("/api/search", params={"q": "lamp", "build": published}).status_code == 200
    clock.seconds = KEPT_OPEN + 1
    for path in paths:
        answer = served.get(f"{path}&build={first}")
        assert answer.status_code == 410, path
    assert "an earlier index" in served.get(f"/?q=lamp&build={first}").text
    error = served.get(f"/api/search?q=lamp&build={first}").json()["error"]
    assert error["code"] == "gone" and "without `build`" in error["hint"]
    assert published in error["message"]


@pytest.mark.parametrize("build_id", ["nonsense", "../..", "20260101T000000000-abcdef"])
def test_a_build_that_never_was_is_gone(live: Live, build_id: str) -> None:
    with pytest.raises(BuildGone):
        live.pin(build_id)


def test_the_build_before_is_closed_after_a_minute_with_its_last_reader(
    live: Live, folder: Path, directory: Path, clock: _Clock
) -> None:
    in_hand = live.searcher
    before = directory / "builds" / in_hand.manifest.build
    _publish(folder, directory, "Another text that is long enough to be a passage of its own.")
    live.settle()
    clock.seconds = KEPT_OPEN + 1
    assert live.searcher is not in_hand
    assert in_hand.search(Query("the lamp")).hits, "a request that began with it goes on"
    with alone(before) as free:
        assert not free
    del in_hand
    gc.collect()
    with alone(before) as free:
        assert free


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


def test_what_only_hashing_shows_is_refused_too(
    served: TestClient, folder: Path, directory: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first, _ = _ask(served, "lamp")
    damaged = _publish(folder, directory, "Broken builds are never served, whatever they hold.")
    path = directory / "builds" / damaged / "positions.npy"
    flip_byte(path, -1)
    with caplog.at_level(logging.ERROR):
        assert _ask(served, "lamp")[0] == first
    assert "was altered" in caplog.text and "stays" in caplog.text


def test_a_refused_build_that_is_whole_later_is_served(
    served: TestClient, folder: Path, directory: Path, clock: _Clock
) -> None:
    first, _ = _ask(served, "lamp")
    published = _publish(folder, directory, "What could not be read for a moment is read later.")
    path = directory / "builds" / published / "positions.npy"
    away = path.rename(path.with_name("away"))
    assert _ask(served, "lamp")[0] == first
    assert served.app.state.live.is_behind  # type: ignore[attr-defined]
    away.rename(path)
    clock.seconds = AGAIN - 1
    assert _ask(served, "lamp")[0] == first
    clock.seconds = AGAIN + 1
    assert _ask(served, "lamp")[0] == published
    assert not served.app.state.live.is_behind  # type: ignore[attr-defined]


def test_who_follows_goes_on_after_whatever_went_wrong(
    directory: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    live = Live(Artifact(directory), load_encoder)
    first = live.searcher.manifest.build
    failing, failed = threading.Event(), threading.Event()
    failing.set()
    start = threading.Thread.start

    def fail_to_start(thread: threading.Thread) -> None:
        if thread.name == "winnow-reload" and failing.is_set():
            failed.set()
            raise RuntimeError("can't start new thread")
        start(thread)

    live.follow()
    monkeypatch.setattr(threading.Thread, "start", fail_to_start)
    published = _publish(folder, directory, "What could not be opened at first is opened later on.")
    assert failed.wait(60)
    failing.clear()
    while live.searcher.manifest.build == first:
        pass
    assert live.searcher.manifest.build == published
    assert "a look for a new build failed" in caplog.text
    live.close()


def test_a_link_to_what_is_gone_from_the_new_build_works_for_a_minute(
    served: TestClient, folder: Path, directory: Path, clock: _Clock
) -> None:
    first = _ask(served, "lamp")[0]
    hit = served.get("/api/search", params={"q": "bees hive honey", "k": 1}).json()["hits"][0]
    assert hit["source"] == "notes/bees.txt"
    (folder / "notes/bees.txt").unlink()
    published = _publish(folder, directory, "The bees are gone, and with them all of their honey.")
    assert _ask(served, "lamp")[0] == published
    document, passage = hit["document_id"], hit["passage_id"]
    paths = [
        *(f"/api/documents/{document}", f"/api/passages/{passage}"),
        *(f"/documents/{document}", f"/passages/{passage}", f"/passages/{passage}/cite"),
        *(f"/api/passages/{passage}/quote", f"/api/passages/{passage}/similar"),
    ]
    told = served.get(f"/api/documents/{document}").json()
    assert told["build"] == first
    assert [served.get(path).status_code for path in paths] == [200] * len(paths)
    assert served.get("/api/passages/none").status_code == 404
    clock.seconds = KEPT_OPEN + 1
    assert [served.get(path).status_code for path in paths] == [404] * len(paths)


def test_a_build_that_is_named_while_it_is_opened_is_not_gone(
    directory: Path, folder: Path
) -> None:
    artifact = _Waiting(directory)
    live = Live(artifact, load_encoder)
    assert live.searcher
    published = _publish(folder, directory, "Another text that is long enough to be a passage.")
    with pytest.raises(NotReady, match="being opened"):
        live.pin(published)
    artifact.go_on.set()
    live.settle()
    assert live.pin(published).manifest.build == published
    live.close()


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


class _Slow(Artifact):
    """An index that gives no answer until the test says so, and then that it has none."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.away, self.asked, self.answers = (threading.Event() for _ in range(3))

    def live_id(self) -> str:
        if self.away.is_set():
            self.asked.set()
            assert self.answers.wait(60)
            raise ArtifactError("no server answers")
        return super().live_id()

    def is_being_written(self) -> bool:
        raise ArtifactError("no server answers")


def test_no_request_waits_for_an_index_that_is_slow_to_say_what_is_live(
    directory: Path, caplog: pytest.LogCaptureFixture
) -> None:
    artifact = _Slow(directory)
    live = Live(artifact, load_encoder)
    first = live.open().manifest.build
    live.follow()
    artifact.away.set()
    assert artifact.asked.wait(60)
    with ThreadPoolExecutor(1) as asker:  # else it would wait for ever, and the test with it
        answer = asker.submit(lambda: live.find(passage_id="none").search(Query("the lamp")))
        pinned = asker.submit(lambda: live.pin(first))
        assert answer.result(60).build == first
        assert pinned.result(60).manifest.build == first
    assert not live.is_being_replaced
    artifact.answers.set()
    live.settle()
    live.settle()
    assert [line for line in caplog.messages if "stays" in line] == [
        "no server answers; the build in use stays"
    ]
    assert live.searcher.manifest.build == first
    live.close()


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
