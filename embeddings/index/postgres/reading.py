"""Asks the tables of one build, wherever they can be read."""

from collections.abc import Sequence

from embeddings.errors import BuildGone
from embeddings.index.postgres.client import Database, MissingTable, Row, Statement
from embeddings.index.postgres.schema import Tables


class BuildReader:
    """The tables of a build, which nothing changes until they are swept."""

    def __init__(self, database: Database, build: str) -> None:
        self.tables = Tables(database.schema, build)
        self._database = database
        self._build = build

    def ask(self, statements: Sequence[Statement], breadth: int = 0) -> list[list[Row]]:
        """The rows of each statement. Raises BuildGone, IndexUnreachable."""
        try:
            return self._database.ask(statements, breadth)
        except MissingTable as error:
            raise BuildGone(
                f"build {self._build} is no longer in {self._database.shown}",
                "ask again: another build is live",
            ) from error

    def ask_one(self, statement: str, *arguments: object) -> list[Row]:
        """The rows of one statement."""
        return self.ask([(statement, arguments)])[0]
