"""An index of made passages is searched like any other, and its recall is measured."""

from pathlib import Path

import pytest

from embeddings.artifact import Artifact
from tests.benchmarks import enlarge, recall
from tests.browser.serving import publish

ROOT = Path(__file__).parents[2]
MADE = 700


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("many")
    publish(ROOT / "seeds", folder / "index", "hashing")
    enlarge.main(folder / "index", str(folder / "larger"), MADE)
    return folder / "larger"


def test_so_many_passages_are_made_each_of_two_real_sentences(larger: Path) -> None:
    Artifact(larger).verify()
    manifest, index = Artifact(larger).open()
    assert index.passage_count == manifest.counts["passages"] == MADE
    seeds = " ".join(
        " ".join(path.read_text(encoding="utf-8").split()) for path in (ROOT / "seeds").glob("*.*")
    )
    for stored in index.read([0, MADE // 2, MADE - 1]):
        spans = stored.passage.sentences
        assert len(spans) == 2
        for span in spans:
            words = stored.passage.text[span.start : span.end].split()
            assert " ".join(words) in seeds
    index.close()


def test_recall_is_printed_for_every_share_of_filters(
    larger: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    queries = tmp_path / "queries.txt"
    queries.write_text("who kept the lamp?\nwhere is the salt?\n", encoding="utf-8")
    recall.main(larger, queries)
    rows = capsys.readouterr().out.splitlines()[2:]
    assert [row.split(" | ")[0] for row in rows] == ["100.0%", "50.0%", "5.0%", "0.5%"]
    assert all(row.split(" | ")[1:3] == ["1.0000", "1.0000"] for row in rows)  # all are compared
