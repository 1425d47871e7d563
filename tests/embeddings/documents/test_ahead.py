"""Files read several at once give what they give one after the other."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from threading import Event

import pytest

from embeddings.corpus import NOTHING, Corpus, read_corpus
from embeddings.documents import DocumentReader, list_sources, reading
from embeddings.documents.ahead import call_ahead
from embeddings.documents.confinement import Limits
from embeddings.encoders.hashing import HashingEncoder
from embeddings.records import Reading
from embeddings.splitting import Splitter
from tests.embeddings.building import write_files
from tests.embeddings.documents.bombs import make_deflate_bomb, make_pdf
from tests.embeddings.documents.samples import SAMPLES


def _never() -> None:
    raise AssertionError("stopped")


def test_results_come_in_the_order_of_the_calls_whichever_is_done_first() -> None:
    second_is_done = Event()

    def first() -> int:
        assert second_is_done.wait(60)
        return 1

    def second() -> int:
        second_is_done.set()
        return 2

    assert list(call_ahead([first, second], 2, _never)) == [1, 2]


def test_few_calls_are_ahead_of_what_is_asked_for() -> None:
    taken = []

    def calls() -> Iterator[Callable[[], int]]:
        for number in range(100):
            taken.append(number)
            yield partial(int, number)

    results = call_ahead(calls(), 2, _never)
    assert next(results) == 0
    assert len(taken) < 10
    assert list(results) == list(range(1, 100))


def test_an_error_ends_what_is_under_way_and_comes_through() -> None:
    stopped = Event()

    def fail() -> int:
        raise ValueError("broken")

    def wait() -> int:
        assert stopped.wait(60)
        return 1

    with pytest.raises(ValueError, match="broken"):
        list(call_ahead([fail, wait, wait, wait], 2, stopped.set))
    assert stopped.is_set()


def test_many_readers_give_what_one_gives_and_a_file_that_ends_its_reader_costs_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = make_pdf(make_deflate_bomb(1000), "/FlateDecode")
    files = {f"{n}{ending}": SAMPLES[ending] for ending in sorted(SAMPLES) for n in range(2)}
    folder = write_files(tmp_path / "corpus", {**files, "0bomb.pdf": bomb, "1bomb.pdf": bomb})

    def read(cores: int) -> Corpus:
        monkeypatch.setattr(reading, "_count_cores", lambda: cores)
        split = Splitter(HashingEncoder(), "hashing", keep_all=False).split
        with DocumentReader(limits=Limits(memory=256 << 20)) as reader:
            files = list_sources([folder], Reading())
            return read_corpus(files, NOTHING, reader, split, tmp_path)

    one, many = read(1), read(4)
    assert list(one.cuts) == list(many.cuts)
    assert (one.sources, one.reading) == (many.sources, many.reading)
    assert [source for source, _ in many.reading.unreadable] == ["0bomb.pdf", "1bomb.pdf"]
