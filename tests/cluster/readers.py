"""Readers who ask servers one question after another, each answer judged, whatever else fails."""

import threading
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle

from httpx2 import Client, HTTPError

from tests.cluster.editions import QUESTIONS, read_editions
from tests.cluster.waiting import wait_for

_LONGEST = 60.0  # seconds


class Readers:
    """Threads that ask until they are stopped; a question that fails is asked once more."""

    def __init__(self, servers: Sequence[str], count: int) -> None:
        self.answers: Counter[tuple[str, str]] = Counter()  # by server and build
        self.editions: defaultdict[str, set[str]] = defaultdict(set)  # by build
        self.faults: list[str] = []
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._read, args=(servers[number % len(servers)],))
            for number in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def _read(self, server: str) -> None:
        with Client(base_url=server, trust_env=False, timeout=_LONGEST) as client:
            for question in cycle(QUESTIONS):
                if self._over.is_set():
                    return
                first = self._ask(client, server, question)
                second = first and self._ask(client, server, question)
                if second:
                    self.faults.append(f"{first}; asked again: {second}")

    def _ask(self, client: Client, server: str, question: str) -> str:
        """What failed; empty where an answer came, which is judged."""
        try:
            answer = client.get("/api/search", params={"q": question, "k": 20})
        except HTTPError as error:
            return repr(error)
        if answer.status_code != 200:
            return answer.text
        told = answer.json()
        found = read_editions([hit["text"] for hit in told["hits"]])
        with self._lock:
            self.answers[server, told["build"]] += 1
            self.editions[told["build"]] |= found
        if len(found) != 1:
            self.faults.append(f"build {told['build']} answered with editions {found}")
        return ""

    def wait_for_more(self, count: int = 60) -> None:
        """Wait until so many more questions were answered."""
        goal = self.answers.total() + count
        wait_for(lambda: self.faults or self.answers.total() >= goal, _LONGEST)
        assert not self.faults, self.faults

    def wait_for_build(self, build: str) -> None:
        """Wait until every server answers from a build, from now on."""
        with self._lock:
            before = Counter(self.answers)
        servers = {server for server, _ in before}

        def answer_all() -> bool:
            return all(self.answers[one, build] > before[one, build] for one in servers)

        wait_for(lambda: self.faults or answer_all(), _LONGEST)
        assert not self.faults, self.faults

    def stop(self) -> None:
        """Ask no more."""
        self._over.set()
        for thread in self._threads:
            thread.join()


@contextmanager
def reading(servers: Sequence[str], count: int = 4) -> Iterator[Readers]:
    """Readers of these servers until the block is left; what was wrong with an answer fails."""
    readers = Readers(servers, count)
    try:
        readers.wait_for_more()
        yield readers
    finally:
        readers.stop()
    assert not readers.faults, readers.faults
    # What answers of one build hold is of one edition, over all of them too.
    assert all(len(found) == 1 for found in readers.editions.values()), readers.editions
