"""A primary and two standbys under questions, while servers and lines fail."""

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from functools import partial

import pytest

from embeddings.errors import IndexUnreachable
from embeddings.index.postgres.client import Database, MissingTable, Row
from tests.cluster.asking import WHERE, keep_asking
from tests.cluster.relays import Relay, run_relay
from tests.cluster.servers import Cluster
from tests.cluster.waiting import wait_for

pytestmark = pytest.mark.cluster
_TABLE = "CREATE TABLE kept (number int); INSERT INTO kept VALUES (1)"
_COUNT = [("SELECT count(*) FROM kept", ())]


@contextmanager
def _client(address: str) -> Iterator[Database]:
    client = Database(address)
    try:
        yield client
    finally:
        client.close()


@contextmanager
def _behind_relays(cluster: Cluster) -> Iterator[tuple[Database, list[Relay]]]:
    """A client that reaches the primary and each standby by a relay of its own."""
    with ExitStack() as stack:
        relays = [stack.enter_context(run_relay(one.port)) for one in cluster.servers]
        places = ",".join(relay.place for relay in relays)
        address = cluster.primary.address("postgres", "connect_timeout=2", places)
        yield stack.enter_context(_client(address)), relays


def test_every_server_answers_in_turn(steady_cluster: Cluster) -> None:
    with _client(steady_cluster.address()) as client:
        ports = {client.ask([WHERE])[0][0][0] for _ in range(6)}
        assert ports == {one.port for one in steady_cluster.servers}


def test_the_primary_alone_is_asked_where_that_is_wanted(steady_cluster: Cluster) -> None:
    with _client(steady_cluster.address()) as client:
        primary = steady_cluster.primary.port
        assert {client.ask_primary([WHERE, WHERE])[1][0][0] for _ in range(6)} == {primary}
        with client.session() as session:
            assert session.fetch(WHERE[0])[0][0] == primary


def test_standbys_alone_take_no_session_and_answer_all_the_same(steady_cluster: Cluster) -> None:
    (first, second) = steady_cluster.standbys
    with _client(first.address("postgres", "", f"{first.place},{second.place}")) as client:
        assert client.ask([WHERE])
        with pytest.raises(IndexUnreachable, match="standby") as told, client.session():
            pass
        assert "promote" in told.value.hint
        with pytest.raises(IndexUnreachable):
            client.ask_primary([WHERE])


def test_a_cut_line_fails_no_question(steady_cluster: Cluster) -> None:
    with _behind_relays(steady_cluster) as (client, relays), keep_asking(client) as asking:
        asking.wait_for_more()
        for relay, server in zip(relays, steady_cluster.servers, strict=True):
            relay.cut()
            asking.wait_for_more()
            relay.mend()
            asking.wait_for_answers_of(server.port)
        asking.wait_for_more()


def test_dropped_connections_fail_no_question(steady_cluster: Cluster) -> None:
    with _behind_relays(steady_cluster) as (client, relays), keep_asking(client) as asking:
        for _ in range(5):
            asking.wait_for_more(50)
            for relay in relays:
                relay.drop()
                asking.wait_for_more(20)


def test_a_silent_line_fails_no_question(steady_cluster: Cluster) -> None:
    with _behind_relays(steady_cluster) as (client, relays), keep_asking(client) as asking:
        asking.wait_for_more()
        relays[1].swallow()
        asking.wait_for_more(2000)


def test_a_slow_server_is_asked_last(steady_cluster: Cluster) -> None:
    with _behind_relays(steady_cluster) as (client, relays):
        for _ in range(12):
            client.ask([WHERE])
        relays[2].delay = 0.4
        for _ in range(4):
            client.ask([WHERE])
        asked = relays[2].asked
        ports = {client.ask([WHERE])[0][0][0] for _ in range(30)}
        assert steady_cluster.standbys[1].port not in ports
        assert relays[2].asked - asked <= 2  # a trial, at most
        relays[2].mend()
        wait_for(lambda: client.ask([WHERE])[0][0][0] == steady_cluster.standbys[1].port)


def test_a_slow_server_is_asked_when_it_is_the_only_one(steady_cluster: Cluster) -> None:
    with _behind_relays(steady_cluster) as (client, relays):
        client.ask([WHERE])
        relays[1].delay = 0.1
        relays[0].cut()
        relays[2].cut()
        assert client.ask([WHERE])[0][0][0] == steady_cluster.standbys[0].port


def test_a_statement_that_one_server_cannot_finish_is_asked_of_another(
    steady_cluster: Cluster,
) -> None:
    """The standbys sleep longer than a search may take; the primary answers at once."""
    sleeping = "SELECT CASE WHEN pg_is_in_recovery() THEN pg_sleep(60)::text END"
    with _client(steady_cluster.address()) as client:
        assert {client.ask([(sleeping, ())])[0][0][0] for _ in range(3)} == {None}


def test_a_standby_that_is_behind_is_passed_over(steady_cluster: Cluster) -> None:
    primary, (first, second) = steady_cluster.primary, steady_cluster.standbys
    for standby in (first, second):
        standby.sql("SELECT pg_wal_replay_pause()")
        paused = partial(standby.sql, "SELECT pg_get_wal_replay_pause_state() = 'paused'")
        wait_for(lambda paused=paused: paused() == "t")
    primary.sql(_TABLE)
    try:
        with _client(steady_cluster.address()) as client:
            assert [client.ask(_COUNT)[0][0][0] for _ in range(6)] == [1] * 6
            with pytest.raises(MissingTable):
                client.ask([("SELECT * FROM nowhere", ())])
    finally:
        for standby in (first, second):
            standby.sql("SELECT pg_wal_replay_resume()")
        primary.sql("DROP TABLE kept")


def _start(client: Database, statement: str) -> Future[list[list[Row]]]:
    return client._background.start(client._ask([(statement, ())], 0, False))


def test_a_search_that_replay_cancels_is_asked_again(cluster: Cluster) -> None:
    """What the primary cleaned away ends a search on a standby; nobody hears of it."""
    cluster.primary.sql(_TABLE)
    cluster.settle()
    for standby in cluster.standbys:
        standby.sql("ALTER SYSTEM SET max_standby_streaming_delay = '0'")
        standby.sql("SELECT pg_reload_conf()")
    slow = "SELECT count(*) FROM kept, pg_sleep(CASE WHEN pg_is_in_recovery() THEN 60 ELSE 0 END)"
    with _client(cluster.address()) as client, keep_asking(client, 2) as asking:
        asking.wait_for_more(20)
        future = _start(client, slow)
        running = (
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT count(*) FROM kept,%'"
        )

        def is_on_standby() -> bool:
            nonlocal future
            if future.done():  # by the primary, whose turn it was
                future = _start(client, slow)
            return any(one.sql(running) != "0" for one in cluster.standbys)

        wait_for(is_on_standby)
        cluster.primary.sql("TRUNCATE kept; INSERT INTO kept VALUES (1), (2)")
        assert future.result(120)[0][0][0] == 2
        asking.wait_for_more(20)


def test_a_standby_that_falls_silent_fails_no_question(cluster: Cluster) -> None:
    address, standby = cluster.address("postgres", "connect_timeout=2"), cluster.standbys[0]
    with _client(address) as client, keep_asking(client) as asking:
        asking.wait_for_more()
        standby.pause()
        asking.wait_for_more(2000)
        standby.resume()
        asking.wait_for_answers_of(standby.port)


def test_questions_outlive_a_standby_and_then_the_primary(cluster: Cluster) -> None:
    first, second = cluster.standbys
    cluster.primary.sql("ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (*)'")
    cluster.primary.sql("SELECT pg_reload_conf()")
    cluster.primary.sql(_TABLE)
    with _client(cluster.address()) as client, keep_asking(client) as asking:
        asking.wait_for_more()
        first.kill()
        asking.wait_for_more()
        first.start()
        asking.wait_for_answers_of(first.port)
        cluster.settle()

        with client.session() as session:
            session.execute("INSERT INTO kept VALUES (2)")
            cluster.primary.kill()
            with pytest.raises(IndexUnreachable):
                session.execute("INSERT INTO kept VALUES (3)")
            assert session.is_lost
        asking.wait_for_more()
        with pytest.raises(IndexUnreachable), client.session():
            pass

        # Whichever has more of it knows all that was committed.
        ahead, other = first, second
        if first.sql(f"SELECT pg_last_wal_receive_lsn() < '{_received(cluster, 1)}'") == "t":
            ahead, other = second, first
        ahead.promote()
        other.follow(ahead)
        with client.session() as session:
            numbers = session.fetch("SELECT number FROM kept ORDER BY number")
            assert [row[0] for row in numbers][:2] == [1, 2]
            session.execute("INSERT INTO kept VALUES (4)")
        assert client.ask_primary([WHERE])[0][0][0] == ahead.port
        wait_for(lambda: other.sql("SELECT max(number) FROM kept") == "4")
        asking.wait_for_more()
        assert set(asking.answers) >= {ahead.port, other.port}


def _received(cluster: Cluster, standby: int) -> str:
    return cluster.standbys[standby].sql("SELECT pg_last_wal_receive_lsn()")


def test_a_session_cut_off_while_it_copies_leaves_nothing(steady_cluster: Cluster) -> None:
    steady_cluster.primary.sql("CREATE TABLE copied (number int)")
    with _behind_relays(steady_cluster) as (client, relays):

        def cut_after(count: int) -> Iterator[tuple[int]]:
            for number in range(count):
                yield (number,)
            relays[0].cut()
            yield from ((number,) for number in range(1_000_000))

        with pytest.raises(IndexUnreachable, match="lost"), client.session() as session:
            session.copy("public.copied", ["number"], cut_after(5000))
        relays[0].mend()
        with client.session() as session:
            assert session.fetch("SELECT count(*) FROM copied")[0][0] == 0
            session.execute("DROP TABLE copied")
