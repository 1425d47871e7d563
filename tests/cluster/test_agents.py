"""An agent asks an index in PostgreSQL, over standard input and of two processes by HTTP."""

from pathlib import Path
from urllib.parse import quote

import pytest
from mcp import Client

from embeddings.builds import open_builds
from tests.cluster.editions import QUESTIONS, read_editions, write_edition
from tests.cluster.servers import PASSWORD
from tests.embeddings.building import build
from tests.reliability.served import serving
from tests.service.mcp.conversation import read_text, start, talk

pytestmark = pytest.mark.cluster


def test_agents_are_answered_out_of_a_database_and_told_nothing_of_where_it_is(
    database_address: str, tmp_path: Path
) -> None:
    corpus = write_edition(tmp_path / "corpus", "one")
    made = build(corpus, open_builds(database_address, tmp_path / "work")).manifest.build

    async def ask(client: Client) -> str:
        found = await client.call_tool("search", {"query": QUESTIONS[0]})
        answer = found.structured_content
        assert answer["build"] == made
        assert read_editions([hit["text"] for hit in answer["hits"]]) == {"one"}
        for hit in answer["hits"]:
            text = (corpus / hit["source"]).read_text(encoding="utf-8")
            assert text[hit["start"] : hit["end"]] == hit["text"]
        passage = {"passage_id": answer["hits"][0]["passage_id"]}
        results = [
            await client.call_tool("read", passage),
            await client.call_tool("similar", passage),
            await client.call_tool("sources"),
        ]
        assert [one.is_error for one in results] == [False] * 3
        refused = await client.call_tool("read", {"passage_id": "gone"})
        assert refused.is_error
        return "".join(map(read_text, (found, *results, refused)))

    log = tmp_path / "log"
    with serving(database_address, log, 2) as served:
        told = talk(f"{served.address}/mcp", ask)
    told += talk(start(database_address), ask) + log.read_text()
    assert PASSWORD not in told and quote(PASSWORD, safe="") not in told
