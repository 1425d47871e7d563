"""A judged collection: how it is read, how its documents are ranked, and what is measured."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from embeddings.artifact import Artifact
from embeddings.encoders.hashing import HashingEncoder
from embeddings.errors import InvalidInput
from embeddings.records import Passage, Place, StoredPassage
from service.evaluation.collections import Collection, read_collection
from service.evaluation.ranking import (
    answer_collection,
    find_lost,
    measure_run,
    rank_collection,
    rank_documents,
)
from service.live import Live
from service.query import Query
from service.search import Searcher
from tests.embeddings.building import build, write_files

BEES = "Honey bees keep the middle of their hive at thirty-five degrees, in summer and in winter."
SALT = "Salt was carried across the desert to the market by camels, in slabs as long as an arm."
TIDE = "The tide of the bay rises by sixteen metres and falls again within half of the day."
DOCUMENTS = {"a": BEES, "b": SALT, "c": TIDE, "d": SALT, "q3": TIDE, "e": "- - -"}
QUERIES = {
    "q1": "how warm is a hive of honey bees",
    "q2": "who carried salt across the desert",
    "q3": TIDE,
    "q4": "never judged",
}
QRELS = "query-id\tcorpus-id\tscore\nq1\ta\t2\nq1\tb\t0\nq2\td\t1\nq3\tc\t1\nq5\ta\t1\n"


def write_collection(folder: Path, **files: str) -> Path:
    rows = [{"_id": name, "title": "", "text": text} for name, text in DOCUMENTS.items()]
    own = {
        "corpus.jsonl": "".join(f"{json.dumps(row)}\n" for row in rows),
        "queries.jsonl": "".join(
            f"{json.dumps({'_id': name, 'text': text})}\n" for name, text in QUERIES.items()
        ),
        "qrels.tsv": QRELS,
    }
    given = {name.replace("_", "."): text for name, text in files.items()}
    return write_files(folder, own | given)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_collection(tmp_path_factory.mktemp("collection"))


@pytest.fixture(scope="module")
def collection(folder: Path) -> Collection:
    return read_collection(folder)


@pytest.fixture(scope="module")
def searcher(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    artifact = Artifact(tmp_path_factory.mktemp("index"))
    build(folder, artifact)
    live = Live(artifact, lambda name: HashingEncoder())
    yield live.open()
    live.close()


def test_only_queries_with_judgements_are_asked(collection: Collection) -> None:
    assert list(collection.queries) == ["q1", "q2", "q3"]
    assert collection.judgements["q1"] == {"a": 2, "b": 0}
    assert collection.relevant == {"a", "c", "d"}


@pytest.mark.parametrize(
    ("name", "text", "named"),
    [
        ("queries.jsonl", "{}\n", "queries.jsonl:1 is no query"),
        ("queries.jsonl", '\n{"_id": "q1", "text": "x"}\n[]\n', "queries.jsonl:3 is no query"),
        ("qrels.tsv", "query-id\tcorpus-id\tscore\nq1 a 1\n", "qrels.tsv:2 is no judgement"),
        ("qrels.tsv", "query-id\tcorpus-id\tscore\nq1\ta\tyes\n", "qrels.tsv:2 is no judgement"),
        ("qrels.tsv", "query-id\tcorpus-id\tscore\nq9\ta\t1\n", "has no judged query"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_line(
    tmp_path: Path, name: str, text: str, named: str
) -> None:
    write_files(write_collection(tmp_path), {name: text})
    with pytest.raises(InvalidInput, match=named) as caught:
        read_collection(tmp_path)
    assert caught.value.hint


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels.tsv"])
def test_a_part_that_is_missing_is_named(tmp_path: Path, name: str) -> None:
    (write_collection(tmp_path) / name).unlink()
    with pytest.raises(InvalidInput, match=name):
        read_collection(tmp_path)


def _stored(source: str, *also_in: str) -> StoredPassage:
    passage = Passage("p", "d", 0, 1, "x", ())
    places = tuple(Place("p", "d", "", f"corpus.jsonl#{name}", 0, 1) for name in also_in)
    return StoredPassage(0, passage, "", f"corpus.jsonl#{source}", None, places)


def test_a_document_ranks_by_its_best_passage_and_a_folded_one_where_it_was_folded() -> None:
    ranked = [(_stored("b", "c"), 3.0), (_stored("a"), 2.0), (_stored("b"), 1.0)]
    scores = rank_documents(ranked)
    assert scores == {"b": 3.0, "c": 3.0, "a": 2.0}
    assert list(scores) == ["b", "c", "a"]


def test_the_query_itself_is_left_out_where_id_and_text_are_its_own(
    searcher: Searcher, collection: Collection
) -> None:
    run = rank_collection(searcher, collection)
    assert "q3" not in run["q3"]
    assert next(iter(run["q3"])) == "c"
    assert {"b", "d"} <= run["q2"].keys()  # the same text, folded


def test_every_candidate_is_ranked(searcher: Searcher) -> None:
    found = rank_collection(searcher, Collection(Path(), {"x": "the"}, {"x": {"a": 1}}))
    assert found["x"].keys() == DOCUMENTS.keys()


def test_measures_are_those_of_the_field() -> None:
    judged = Collection(Path(), {"1": "x", "2": "y"}, {"1": {"a": 1, "b": 1}, "2": {"c": 1}})
    quality = measure_run({"1": {"x": 3.0, "a": 2.0, "b": 1.0}, "2": {}}, judged)
    assert quality.queries["1"]["mrr@10"] == 0.5
    assert quality.means["mrr@10"] == 0.25
    # (1/log2(3) + 1/log2(4)) / (1 + 1/log2(3)) for the first query, 0 for the second.
    assert quality.means["ndcg@10"] == pytest.approx(0.3467, abs=1e-4)
    assert quality.means["recall@100"] == 0.5
    assert quality.means["hit@1"] == 0.0
    assert quality.means["hit@3"] == 0.5


def test_equal_scores_stay_in_the_order_they_were_ranked() -> None:
    judged = Collection(Path(), {"1": "x"}, {"1": {"a": 1}})
    assert measure_run({"1": {"a": 1.0, "z": 1.0}}, judged).means["hit@1"] == 1.0
    assert measure_run({"1": {"z": 1.0, "a": 1.0}}, judged).means["hit@1"] == 0.0


def test_a_relevant_document_that_cannot_be_found_is_named(
    searcher: Searcher, collection: Collection
) -> None:
    assert list(find_lost(searcher, collection)) == []
    judged = Collection(Path(), {"q1": "x"}, {"q1": {"a": 1, "d": 1, "nowhere": 1, "b": 0}})
    assert list(find_lost(searcher, judged)) == ["nowhere"]


def test_an_answer_is_right_where_its_first_document_is_relevant(searcher: Searcher) -> None:
    text = QUERIES["q1"]
    judged = {"right": {"a": 1, "b": 0}, "wrong": {"a": 0, "b": 1}, "nothing": {"a": 0}}
    asked = Collection(Path(), dict.fromkeys(judged, text), judged)
    found = answer_collection(searcher, asked)
    assert [found[one].right for one in judged] == [True, False, False]
    assert [found[one].answerable for one in judged] == [True, True, False]
    hit = searcher.search(Query(text)).hits[0]
    assert {(one.answered, one.confidence) for one in found.values()} == {
        (hit.answer, hit.confidence)
    }


def test_a_folded_document_is_a_right_answer(searcher: Searcher) -> None:
    for name in ("b", "d"):  # one text, of which one is folded into the other
        asked = Collection(Path(), {"q2": QUERIES["q2"]}, {"q2": {name: 1}})
        assert answer_collection(searcher, asked)["q2"].right


def test_a_document_never_answers_itself(searcher: Searcher, collection: Collection) -> None:
    found = answer_collection(searcher, collection)
    assert found["q3"].right
    own = Collection(Path(), {"a": BEES}, {"a": {"a": 1}})
    answer = answer_collection(searcher, own)["a"]
    assert not answer.right
    assert answer.confidence < searcher.search(Query(BEES)).hits[0].confidence


def test_another_document_with_the_text_of_the_query_answers_it(searcher: Searcher) -> None:
    for name, right in (("b", True), ("d", False)):
        own = Collection(Path(), {"d": SALT}, {"d": {name: 1}})
        assert answer_collection(searcher, own)["d"].right is right
