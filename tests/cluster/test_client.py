"""The client on one server: values in and out, what a writer does, and every way to be refused."""

import logging
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from embeddings.errors import DatabaseUnfit, IndexUnreachable, IndexUnwritable
from embeddings.index.postgres.client import Database, MissingTable
from tests.cluster.certificates import Authority
from tests.cluster.relays import run_relay
from tests.cluster.servers import PASSWORD, USER, Server, find_free_port
from tests.cluster.waiting import wait_for

pytestmark = pytest.mark.cluster
ONE = [("SELECT 1", ())]


@pytest.fixture
def table(database: Database) -> Database:
    """The database, with an empty table of vectors."""
    with database.session() as session:
        session.execute(
            "CREATE SCHEMA winnow; "
            "CREATE TABLE winnow.rows (number bigint, vector halfvec(3), near int[], said text)"
        )
    return database


def _rows(count: int) -> Iterator[Sequence[object]]:
    for number in range(count):
        vector = np.array([number % 7, 0.25, -1.5], np.float32)
        yield np.int64(number), vector, np.arange(number % 3), f"row {number}"


def _refused(address: str) -> IndexUnreachable:
    client = Database(address)
    try:
        with pytest.raises(IndexUnreachable) as told:
            client.ask(ONE)
        return told.value
    finally:
        client.close()


def _ask(address: str) -> object:
    client = Database(address)
    try:
        return client.ask(ONE)[0][0][0]
    finally:
        client.close()


def test_rows_of_vectors_come_back_as_they_were_copied(table: Database) -> None:
    with table.session() as session:
        columns = ["number", "vector", "near", "said"]
        assert session.copy("winnow.rows", columns, _rows(2500)) == 2500
    ((row,),) = table.ask([("SELECT * FROM winnow.rows WHERE number = $1", (np.int64(2003),))])
    number, vector, near, said = row
    assert (number, near, said) == (2003, [0, 1], "row 2003")
    assert vector.dtype == np.float32 and vector.tolist() == [1.0, 0.25, -1.5]


def test_vectors_and_arrays_are_arguments_of_a_question(table: Database) -> None:
    with table.session() as session:
        session.copy("winnow.rows", ["number", "vector", "near", "said"], _rows(50))
    order = "SELECT number FROM winnow.rows WHERE number = ANY($2) ORDER BY vector <=> $1, number"
    ((first, *rest),) = table.ask([(order, (np.array([3, 0.25, -1.5]), np.arange(5, 13)))])
    assert first[0] == 10 and len(rest) == 7


def test_answers_of_several_statements_stand_in_their_order(database: Database) -> None:
    statements = [(f"SELECT generate_series(1, {count})", ()) for count in (3, 0, 1, 7)]
    assert [len(rows) for rows in database.ask(statements)] == [3, 0, 1, 7]


def test_many_threads_share_one_client(database: Database) -> None:
    answers: dict[int, object] = {}

    def ask(number: int) -> None:
        for _ in range(20):
            answers[number] = database.ask([("SELECT $1::int + 1", (number,))] * 3)[2][0][0]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {number: number + 1 for number in range(24)}
    count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'winnow'"
    assert database.ask([(count, ())])[0][0][0] <= 8


def test_breadth_is_that_of_the_question(database: Database) -> None:
    shown = ("SELECT current_setting('hnsw.ef_search')", ())
    for breadth in (120, 7, 120, 5000):
        assert database.ask([shown], breadth)[0][0][0] == str(min(breadth, 1000))
    scan = ("SELECT current_setting('hnsw.iterative_scan')", ())
    assert database.ask([scan], 10)[0][0][0] == "relaxed_order"


def test_a_transaction_is_kept_whole_or_not_at_all(table: Database) -> None:
    insert = "INSERT INTO winnow.rows (number) VALUES ($1)"
    with table.session() as session:
        with session.transaction():
            session.execute(insert, 1)
        with pytest.raises(KeyError), session.transaction():
            session.execute(insert, 2)
            raise KeyError
        assert [row[0] for row in session.fetch("SELECT number FROM winnow.rows")] == [1]


def test_rows_that_fail_half_way_leave_nothing(table: Database) -> None:
    def fail() -> Iterator[Sequence[object]]:
        yield from ((number,) for number in range(3000))
        raise KeyError("the reader's own")

    with table.session() as session:
        with pytest.raises(KeyError, match="own"):
            session.copy("winnow.rows", ["number"], fail())
        assert session.fetch("SELECT count(*) FROM winnow.rows")[0][0] == 0


def test_rows_are_asked_for_as_they_are_written(table: Database) -> None:
    """A copy that the server refuses takes a few portions of an endless source, no more."""
    taken = 0

    def endless() -> Iterator[Sequence[object]]:
        nonlocal taken
        while True:
            taken += 1
            yield (taken,)

    with table.session() as session, pytest.raises(MissingTable):
        session.copy("winnow.nothing", ["number"], endless())
    assert taken < 10_000


def test_a_table_is_read_out_in_portions_and_may_be_left_early(table: Database) -> None:
    query = "SELECT number, repeat('x', 1000) FROM generate_series(1, 20000) AS number"
    with table.session() as session:
        parts = list(session.read_out(query))
        assert len(parts) > 10 and sum(map(len, parts)) > 20_000_000
        assert parts[0].startswith(b"PGCOPY\n\xff\r\n")
        reading = session.read_out(query)
        next(reading)
        reading.close()  # type: ignore[attr-defined]
        assert session.fetch("SELECT 1")[0][0] == 1


def test_a_wrong_password_is_told_with_its_remedy(
    postgres: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = "not-the-password"
    told = _refused(f"postgresql://{USER}:{wrong}@{postgres.place}/postgres")
    assert postgres.place in told.message and "authentication failed" in told.message
    assert "PGPASSFILE" in told.hint
    assert wrong not in f"{told.message} {told.hint} {told!r} {caplog.text}"


def test_no_password_is_ever_shown(database_address: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client = Database(database_address)
    client.ask(ONE)
    with client.session() as session:
        session.execute("SELECT 1")
    client.close()
    for text in (client.shown, repr(client), caplog.text, repr(vars(client))):
        assert PASSWORD not in text and database_address not in text


def test_an_unknown_database_is_told_by_its_name(postgres: Server) -> None:
    told = _refused(postgres.address("nowhere"))
    assert '"nowhere" does not exist' in told.message and "CREATE DATABASE" in told.hint


def test_nobody_listening_is_told_by_the_place() -> None:
    port = find_free_port()
    assert f"127.0.0.1:{port}" in _refused(f"postgresql://a@127.0.0.1:{port}/b").message


def test_a_parameter_of_the_server_s_own_is_refused_by_it(postgres: Server) -> None:
    assert "nonsense" in _refused(postgres.address("postgres", "options=-cnonsense%3D1")).message


def test_a_database_without_pgvector_is_unfit(postgres: Server) -> None:
    client = Database(postgres.address("template1"))
    with pytest.raises(DatabaseUnfit, match="pgvector") as told:
        client.check_fitness()
    assert told.value.hint.endswith("CREATE EXTENSION vector;")
    client.close()


def test_a_database_with_pgvector_is_fit(database: Database) -> None:
    database.check_fitness()


def test_pgvector_is_found_once_it_is_there(postgres: Server, database: Database) -> None:
    with database.session() as session:
        session.execute("DROP EXTENSION vector")
    with pytest.raises(DatabaseUnfit):
        database.check_fitness()
    with database.session() as session:
        session.execute("CREATE EXTENSION vector")
    vector = np.array([1.0, 0.5], np.float32)
    wait_for(lambda: database.ask([("SELECT $1::halfvec(2)", (vector,))])[0][0][0][1] == 0.5)


def test_old_pgvector_is_unfit(postgres: Server, database: Database, database_name: str) -> None:
    postgres.sql(
        "UPDATE pg_extension SET extversion = '0.7.4' WHERE extname = 'vector'", database_name
    )
    with pytest.raises(DatabaseUnfit, match=r"0\.7\.4") as told:
        database.check_fitness()
    assert "ALTER EXTENSION vector UPDATE" in told.value.hint


def test_missing_rights_are_told_with_what_grants_them(
    table: Database, postgres: Server, database_name: str
) -> None:
    postgres.sql("DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN PASSWORD 'r'")
    reader = Database(f"postgresql://reader:r@{postgres.place}/{database_name}")
    with pytest.raises(DatabaseUnfit, match="permission denied") as told:
        reader.ask([("SELECT * FROM winnow.rows", ())])
    assert "GRANT SELECT ON ALL TABLES IN SCHEMA winnow TO reader" in told.value.hint
    with pytest.raises(DatabaseUnfit) as told, reader.session() as session:
        session.execute("CREATE SCHEMA mine")
    assert "CREATE SCHEMA winnow AUTHORIZATION reader" in told.value.hint
    reader.close()


def test_a_missing_table_is_told_apart(database: Database) -> None:
    with pytest.raises(MissingTable, match="winnow"):
        database.ask([("SELECT * FROM winnow.rows", ())])
    with pytest.raises(MissingTable), database.session() as session:
        session.fetch("SELECT * FROM winnow.rows")


def test_a_statement_that_is_wrong_is_no_failure_of_the_server(database: Database) -> None:
    with pytest.raises(Exception, match="syntax") as told:
        database.ask([("SELEC", ())])
    assert not isinstance(told.value, IndexUnreachable)
    assert database.ask(ONE)[0][0][0] == 1


@pytest.mark.parametrize(
    ("state", "said"), [("53100", "disk .* full"), ("53200", "no memory left")]
)
def test_a_server_without_room_is_told_as_such(database: Database, state: str, said: str) -> None:
    raising = f"DO $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '{state}'; END $$"
    with pytest.raises(IndexUnwritable, match=said), database.session() as session:
        session.execute(raising)


def test_a_connection_lost_in_the_middle_ends_a_session_alone(database: Database) -> None:
    with database.session() as session:
        (own,) = session.fetch("SELECT pg_backend_pid()")
        database.ask([("SELECT pg_terminate_backend($1)", (own[0],))])
        with pytest.raises(IndexUnreachable, match="lost"):
            wait_for(lambda: session.fetch("SELECT 1") is None)
        assert session.is_lost
    assert database.ask(ONE)[0][0][0] == 1


def test_connections_that_lay_open_are_replaced(own_server: Server) -> None:
    client = Database(own_server.address())
    assert client.ask(ONE * 4)[3][0][0] == 1
    own_server.kill()
    own_server.start()
    assert client.ask(ONE * 4)[3][0][0] == 1
    client.close()


def test_the_only_server_is_asked_again_when_its_connections_are_lost(
    postgres: Server, database_name: str
) -> None:
    with run_relay(postgres.port) as relay:
        client = Database(postgres.address(database_name, "", relay.place))
        for _ in range(5):
            assert client.ask(ONE * 3) == [[(1,)]] * 3
            relay.forget()
        client.close()


def test_a_closed_client_lets_those_who_wait_go(database_address: str) -> None:
    client = Database(database_address)
    heard: list[BaseException] = []

    def ask() -> None:
        try:
            client.ask([("SELECT pg_sleep(60)", ())])
        except BaseException as error:
            heard.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    count = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'"
    with client.session() as session:
        wait_for(lambda: session.fetch(count)[0][0] == 1)
    client.close()
    thread.join()
    assert heard
    with pytest.raises(RuntimeError, match="closed"):
        client.ask(ONE)


def test_the_password_is_taken_from_a_file(
    postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host, port = postgres.place.split(":")
    file = tmp_path / "passwords"
    file.write_text(f"{host}:1:*:{USER}:other\n{host}:{port}:*:{USER}:{PASSWORD}\n")
    file.chmod(0o600)
    address = f"postgresql://{USER}@{postgres.place}/postgres"
    assert _ask(f"{address}?passfile={file}") == 1
    monkeypatch.setenv("PGPASSFILE", str(file))
    assert _ask(address) == 1


def test_a_service_gives_what_the_address_leaves_out(
    postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host, port = postgres.place.split(":")
    file = tmp_path / "services"
    file.write_text(
        f"[texts]\nhost={host}\nport={port}\nuser={USER}\npassword={PASSWORD}\ndbname=template1\n"
    )
    monkeypatch.setenv("PGSERVICEFILE", str(file))
    assert _ask("postgresql://?service=texts") == 1
    monkeypatch.setenv("PGSERVICE", "texts")
    client = Database("postgresql:///postgres")
    assert client.ask([("SELECT current_database()", ())])[0][0][0] == "postgres"
    client.close()


@pytest.mark.parametrize("mode", ["require", "verify-ca", "verify-full", "prefer", "allow"])
def test_tls_is_spoken_with_a_server_of_the_right_name(
    postgres: Server, tmp_path: Path, mode: str
) -> None:
    authority = Authority(tmp_path)
    with run_relay(postgres.port, authority.make_context("127.0.0.1")) as relay:
        parameters = f"sslmode={mode}&sslrootcert={authority.file}"
        assert _ask(postgres.address("postgres", parameters, relay.place)) == 1


def test_a_server_of_another_name_is_refused(postgres: Server, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with run_relay(postgres.port, authority.make_context("elsewhere.example")) as relay:
        parameters = f"sslmode=verify-full&sslrootcert={authority.file}"
        told = _refused(postgres.address("postgres", parameters, relay.place))
        assert "certificate is refused" in told.message and "sslrootcert" in told.hint
        parameters = f"sslmode=verify-ca&sslrootcert={authority.file}"
        assert _ask(postgres.address("postgres", parameters, relay.place)) == 1


def test_a_certificate_of_another_authority_is_refused(postgres: Server, tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    known, other = Authority(tmp_path / "one"), Authority(tmp_path / "other")
    with run_relay(postgres.port, other.make_context("127.0.0.1")) as relay:
        parameters = f"sslmode=verify-ca&sslrootcert={known.file}"
        told = _refused(postgres.address("postgres", parameters, relay.place))
        assert "certificate is refused" in told.message


def test_tls_that_a_server_lacks_is_told(postgres: Server) -> None:
    told = _refused(postgres.address("postgres", "sslmode=require"))
    assert "rejected SSL" in told.message and "sslmode=disable" in told.hint
    assert _ask(postgres.address("postgres", "sslmode=disable")) == 1


def test_an_authority_whose_file_is_not_there_is_told(
    postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGSSLROOTCERT", str(tmp_path / "gone.pem"))
    told = _refused(postgres.address("postgres", "sslmode=verify-ca"))
    assert "PGSSLROOTCERT" in told.hint
