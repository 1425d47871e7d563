"""Saved searches of an index in a database: what is new is told once, as out of a folder."""

import json
from pathlib import Path

import pytest

from tests.embeddings.building import write_files
from tests.service.building import KEEPER
from tests.service.cli.conftest import run_winnow

pytestmark = pytest.mark.cluster
QUESTION = "How many ships did the lighthouse keeper count?"


def test_news_out_of_a_database_are_told_once(database_address: str, tmp_path: Path) -> None:
    again = KEEPER.replace("nineteen", "forty").replace("Tuesday", "Friday")
    bees = "The bees left the hive in May and settled in a hollow pear tree beside the chapel."
    search = f'[[search]]\nquestion = "{QUESTION}"\nmin_confidence = 0.3\n'
    write_files(tmp_path, {"s.toml": search, "docs/a.txt": KEEPER, "docs/b.txt": bees})
    told = []
    for files in ({}, {}, {"docs/c.txt": again}):
        write_files(tmp_path, files)
        flags = ("--index", database_address)
        built = run_winnow(tmp_path, "build", "docs", "--encoder", "hashing", *flags)
        assert built.returncode == 0, built.stderr
        news = run_winnow(tmp_path, "news", "s.toml", "--json", *flags)
        hits = json.loads(news.stdout)["new"]
        told.append((news.returncode, [hit["text"] for hit in hits]))
    assert told == [(5, [KEEPER]), (0, []), (5, [again])]
