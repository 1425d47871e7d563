"""Threads that ask a database one question after another, and remember what came of it."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from embeddings.index.postgres.client import Database, Statement
from tests.cluster.waiting import wait_for

WHERE: Statement = ("SELECT current_setting('port')::int", ())  # which server answers


class Asking:
    """Counts answers by the port of the server that gave them; keeps every error."""

    def __init__(self, database: Database, threads: int) -> None:
        self.answers: Counter[int] = Counter()
        self.errors: list[Exception] = []
        self._database = database
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def _ask(self) -> None:
        while not self._over.is_set():
            try:
                ports = {rows[0][0] for rows in self._database.ask([WHERE, WHERE])}
                assert len(ports) == 1, "two servers gave one answer"
                self.answers.update(ports)
            except Exception as error:
                self.errors.append(error)

    def wait_for_more(self, count: int = 200) -> None:
        """Wait until so many more questions were answered."""
        goal = self.answers.total() + count
        wait_for(lambda: self.errors or self.answers.total() >= goal)
        assert not self.errors, self.errors

    def wait_for_answers_of(self, port: int) -> None:
        """Wait until that server answered some questions, from now on."""
        goal = self.answers[port] + 10
        wait_for(lambda: self.errors or self.answers[port] >= goal)
        assert not self.errors, self.errors

    def stop(self) -> None:
        """Ask no more."""
        self._over.set()
        for thread in self._threads:
            thread.join()


@contextmanager
def keep_asking(database: Database, threads: int = 6) -> Iterator[Asking]:
    """Threads that ask until the block is left."""
    asking = Asking(database, threads)
    try:
        yield asking
    finally:
        asking.stop()
