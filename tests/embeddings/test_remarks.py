"""What a build says of searches that do not find enough."""

from embeddings.index import VectorFacts
from embeddings.records import Reading
from embeddings.remarks import remark_on_recall


def _remark(facts: VectorFacts, least: float = 0.99) -> list[str]:
    reading = Reading()
    remark_on_recall({"passages": facts}, least, reading)
    return [notice for _, notice in reading.notices]


def test_a_graph_that_finds_too_little_is_told_with_what_to_do() -> None:
    (notice,) = _remark(VectorFacts("graph", 123_456, recall=0.97, probes=200))
    for part in (
        "123,456",
        "passages",
        "200 wide",
        "97.0%",
        "99.0%",
        "--min-recall",
        "--index DIR",
    ):
        assert part in notice


def test_a_graph_that_finds_enough_is_nothing_to_tell() -> None:
    assert _remark(VectorFacts("graph", 123_456, recall=0.99, probes=200)) == []


def test_lists_that_found_too_little_are_told_as_all_compared() -> None:
    (notice,) = _remark(VectorFacts("flat", 60_000, recall=1.0, missed=0.5))
    assert "all 60,000 vectors of passages are compared" in notice and "50.0%" in notice
    assert _remark(VectorFacts("lists", 60_000, recall=0.995)) == []
