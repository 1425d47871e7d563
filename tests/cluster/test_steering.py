"""In a database, phrases, excluded words and what is liked give what they give in files."""

from contextlib import closing
from pathlib import Path

import pytest

from embeddings.artifact import Artifact
from embeddings.builds import open_builds
from embeddings.encoders import load_encoder
from embeddings.records import Filter
from service.live import Live
from service.query import MOST_HITS, Query
from service.wording import Wording
from tests.embeddings.building import build
from tests.service.building import CROWDED, FAR, write_crowd

pytestmark = pytest.mark.cluster
NEAR = 1e-3  # what half precision may change of a score


def test_a_steered_question_has_the_same_answer_in_a_database(
    database_address: str, tmp_path: Path
) -> None:
    corpus = write_crowd(tmp_path / "corpus")
    places = (
        Artifact(tmp_path / "index"),
        open_builds(database_address, tmp_path / "workspace"),
    )
    for place in places:
        build(corpus, place)
    files, stored = (Live(place, load_encoder) for place in places)
    with closing(files), closing(stored):
        [far] = files.open().search(Query("heron", wording=Wording(("grey heron",)))).hits
        for wording, how in (
            (Wording(("grey heron of vlorë",)), {}),
            (Wording(("grey heron",)), {"filter": Filter(source="one.txt")}),
            (Wording(("to it",)), {}),
            (Wording((), ("quartz", "teak")), {}),
            (Wording(), {"like": (far.stored.passage.id,), "unlike": ("oil and gates",)}),
        ):
            query = Query(CROWDED, k=MOST_HITS, wording=wording, **how)  # type: ignore[arg-type]
            own, other = (live.open().search(query) for live in (files, stored))
            assert own.hits and len(other.hits) == len(own.hits)
            if wording.phrases:
                assert [hit.stored.passage.text for hit in other.hits] == [FAR]
            assert all(wording.allows(hit.stored.passage.text) for hit in other.hits)
            assert other.notices == own.notices
            assert [hit.score for hit in other.hits] == [
                pytest.approx(hit.score, abs=NEAR) for hit in own.hits
            ]
