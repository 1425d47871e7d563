"""Builds in a database are published at once or not at all, kept, verified and gone back to."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from embeddings.builds import Builds, open_builds
from embeddings.errors import (
    ArtifactError,
    BuildGone,
    DatabaseUnfit,
    IndexBusy,
    IndexDamaged,
    IndexFormat,
    IndexMissing,
    InvalidInput,
)
from embeddings.index.postgres.client import Database
from embeddings.index.postgres.schema import KEYS, Tables, escape, unescape
from embeddings.records import IndexContents
from tests.cluster.publishing import make_manifest, publish
from tests.cluster.servers import Server
from tests.contracts.contents import make_contents

pytestmark = pytest.mark.cluster
Run = Callable[..., None]


@pytest.fixture
def builds(database_address: str, tmp_path: Path) -> Builds:
    return open_builds(database_address, tmp_path, kept=2)


@pytest.fixture
def run(database_address: str) -> Run:
    """Runs a statement as one who has the database's password."""

    def run_one(statement: str, *arguments: object) -> None:
        database = Database(database_address)
        with database.session() as session:
            session.execute(statement.format(schema=database.schema), *arguments)
        database.close()

    return run_one


def test_an_empty_database_holds_no_index(builds: Builds) -> None:
    with pytest.raises(IndexMissing, match="holds no index"):
        builds.live_id()
    assert not builds.is_being_written()


def test_what_is_published_is_found_and_verified(builds: Builds) -> None:
    contents = make_contents(seed=1)
    manifest, index = publish(builds, contents)
    assert builds.live_id() == builds.published_id() == manifest.build
    assert builds.finished() == [manifest.build]
    assert builds.verify() == manifest
    assert [one.passage for one in index.read([0, 5])] == [contents.passages[n] for n in (0, 5)]


def test_a_build_that_is_not_published_is_gone(builds: Builds, database_address: str) -> None:
    first, _ = publish(builds, make_contents(seed=1))
    with builds.writer() as writer:
        build = writer.begin()
        writer.add(make_contents(seed=2), 0.99)
        assert builds.is_being_written()
        assert builds.live_id() == first.build
    assert not builds.is_being_written()
    assert builds.finished() == [first.build]
    assert _list_tables(database_address) == _name_tables(database_address, first.build)
    assert build != first.build


def test_what_a_lost_writer_left_is_swept_by_the_next(
    builds: Builds, database_address: str
) -> None:
    database = Database(database_address)
    with builds.writer() as writer:
        writer.begin()
        writer.add(make_contents(seed=2), 0.99)
        database.ask_primary(
            [
                (
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
                    " AND pid <> pg_backend_pid()",
                    (),
                )
            ]
        )
        with pytest.raises(ArtifactError):
            writer.publish()
    manifest, _ = publish(builds, make_contents(seed=3))
    assert builds.finished() == [manifest.build]
    assert _list_tables(database_address) == _name_tables(database_address, manifest.build)
    database.close()


def test_there_is_one_writer_at_a_time(
    builds: Builds, tmp_path: Path, database_address: str
) -> None:
    other = open_builds(database_address, tmp_path)
    with (
        builds.writer() as writer,
        pytest.raises(IndexBusy, match="another build is being written"),
        other.writer(),
    ):
        writer.begin()
    publish(other, make_contents(seed=1))


def test_so_many_builds_are_kept_and_no_more(builds: Builds, database_address: str) -> None:
    made = [publish(builds, make_contents(seed=seed))[0].build for seed in range(4)]
    assert builds.finished() == made[1:]  # two, and the one that was written
    expected = {name for build in made[1:] for name in _name_tables(database_address, build)}
    assert _list_tables(database_address) == expected


def test_a_build_that_was_swept_says_that_it_is_gone(builds: Builds) -> None:
    _, index = publish(builds, make_contents(seed=0))
    for seed in range(1, 4):
        publish(builds, make_contents(seed=seed))
    with pytest.raises(BuildGone, match="no longer"):
        index.read([0])


def test_two_builds_are_kept_at_least(database_address: str, tmp_path: Path) -> None:
    builds = open_builds(database_address, tmp_path, kept=1)
    made = [publish(builds, make_contents(seed=seed))[0].build for seed in range(4)]
    assert builds.finished() == made[1:]


def test_a_word_of_sql_is_no_name_for_a_schema(database_address: str, tmp_path: Path) -> None:
    builds = open_builds(f"{database_address}?schema=order", tmp_path)
    with pytest.raises(InvalidInput, match="may be a word of SQL"):
        builds.live_id()


def test_a_database_of_few_characters_is_refused(
    postgres: Server, database_name: str, tmp_path: Path
) -> None:
    name = f"{database_name}latin"
    options = "ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0"
    postgres.sql(f"CREATE DATABASE {name} {options}")
    postgres.sql("CREATE EXTENSION vector", name)
    builds = open_builds(postgres.address(name), tmp_path)
    with pytest.raises(DatabaseUnfit, match="LATIN1"), builds.writer():
        pass


def test_the_build_before_is_live_again(builds: Builds) -> None:
    first, _ = publish(builds, make_contents(seed=1))
    second, _ = publish(builds, make_contents(seed=2))
    assert builds.rollback() == first.build == builds.live_id()
    with pytest.raises(ArtifactError, match="no build before"):
        builds.rollback()
    assert builds.finished() == [first.build, second.build]


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("passages", "SET text = text || '.' WHERE number = 3"),
        ("sentences", "SET vector = vector + vector WHERE passage = 2 AND place = 0"),
        ("postings", "SET weights = weights || '\\x00000000' WHERE part = 0"),
        ("documents", "SET title = 'Another' WHERE number = 0"),
    ],
)
def test_an_altered_row_is_found(builds: Builds, run: Run, table: str, change: str) -> None:
    manifest, _ = publish(builds, make_contents(seed=1))
    run(f"UPDATE {Tables('{schema}', manifest.build)[table]} {change}")
    with pytest.raises(IndexDamaged, match=f"{table}_.* was altered"):
        builds.verify()


def test_a_missing_table_is_found_at_once(builds: Builds, run: Run) -> None:
    manifest, _ = publish(builds, make_contents(seed=1))
    run(f"DROP TABLE {Tables('{schema}', manifest.build)['terms']}")
    with pytest.raises(IndexDamaged, match="is not whole"):
        builds.open()


def test_an_altered_manifest_is_found(builds: Builds, run: Run) -> None:
    publish(builds, make_contents(seed=1))
    run("UPDATE {schema}.builds SET manifest = manifest || ' '::bytea")
    with pytest.raises(IndexDamaged, match="its hash differs"):
        builds.manifest()


def test_a_schema_of_a_later_version_is_left_alone(builds: Builds, run: Run) -> None:
    publish(builds, make_contents(seed=1))
    run("UPDATE {schema}.version SET number = 99")
    with pytest.raises(IndexFormat, match="version 99"):
        builds.open()
    with pytest.raises(IndexFormat, match="version 99"), builds.writer():
        pass


def test_a_schema_that_is_half_made_is_left_alone(builds: Builds, run: Run) -> None:
    publish(builds, make_contents(seed=1))
    run("DELETE FROM {schema}.version")
    with pytest.raises(IndexDamaged, match="half made"), builds.writer():
        pass


def test_texts_that_a_database_cannot_hold_come_back_as_they_were(builds: Builds) -> None:
    contents = make_contents(seed=5)
    odd = "a\x00b\x1ac\ud800d"
    cuts = [
        replace(cut, document=replace(cut.document, text=cut.document.text + odd))
        for cut in contents.cuts
    ]
    _, index = publish(builds, replace(contents, cuts=cuts))
    found = index.document(cuts[0].document.id)
    assert found is not None
    assert found.text == cuts[0].document.text
    assert unescape(escape(odd)) == odd


def test_what_a_build_holds_can_be_taken_over(builds: Builds) -> None:
    contents = make_contents(seed=6, exact=False)
    _, index = publish(builds, contents)
    ids = [cut.document.id for cut in contents.cuts]
    assert sorted(index.list_documents()) == sorted(
        (cut.document.file, cut.document.id) for cut in contents.cuts
    )
    assert sorted(index.recall_texts()) == sorted(cut.document.text for cut in contents.cuts)
    assert [cut.passages for cut in index.recall_cuts(ids)] == [c.passages for c in contents.cuts]
    recalled = list(index.recall_vectors())
    assert [text for one in recalled for text in one.texts] == [p.text for p in contents.passages]
    _check_vectors(contents, recalled[0].vectors.tolist(), recalled[0].sentence_vectors.tolist())


def _check_vectors(contents: IndexContents, passages: object, sentences: object) -> None:
    assert passages == contents.passage_vectors.tolist()
    assert sentences == contents.sentence_vectors.tolist()


def test_a_manifest_that_was_never_published_is_not_read(builds: Builds) -> None:
    publish(builds, make_contents(seed=1))
    contents = make_contents(seed=2)
    with builds.writer() as writer:
        manifest = make_manifest(writer.begin(), contents)
        writer.add(contents, 0.99)
        writer.verify(manifest)
        with pytest.raises(IndexDamaged, match="is not there"):
            builds.manifest(manifest.build)


def _name_tables(address: str, build: str) -> set[str]:
    schema = Database(address).schema
    return {Tables(schema, build)[name] for name in KEYS}


def _list_tables(address: str) -> set[str]:
    """The tables of builds that there are."""
    database = Database(address)
    statement = "SELECT tablename FROM pg_tables WHERE schemaname = $1"
    rows = database.ask_primary([(statement, (database.schema,))])[0]
    database.close()
    registry = {"builds", "live", "version"}
    return {f"{database.schema}.{name}" for (name,) in rows if name not in registry}
