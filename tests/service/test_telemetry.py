"""Traces, as a collector of OpenTelemetry receives them from a real server."""

import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from opentelemetry import trace
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.testclient import TestClient

from service.cli import main
from tests.service.cli.conftest import make_environment
from tests.service.waiting import LONGEST

QUESTION = "ships"
ASKER = ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331")


class Collector(ThreadingHTTPServer):
    """Takes what is sent to it by OTLP over HTTP."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Receive)
        self.told: queue.Queue[tuple[str, bytes]] = queue.Queue()

    def read(self) -> tuple[list[Span], dict[str, str], bytes]:
        """All spans so far, what the service says of itself, and the bytes they came in."""
        spans, service, whole = [], {}, b""
        while not self.told.empty():
            path, body = self.told.get()
            assert path == "/v1/traces"
            whole += body
            for sent in ExportTraceServiceRequest.FromString(body).resource_spans:
                service = {one.key: one.value.string_value for one in sent.resource.attributes}
                spans += [span for scope in sent.scope_spans for span in scope.spans]
        return spans, service, whole


class _Receive(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.put((self.path, body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as collector:
        thread = threading.Thread(target=collector.serve_forever)
        thread.start()
        yield collector
        collector.shutdown()
        thread.join()


@contextmanager
def serve(index: Path, collector: Collector, **variables: str) -> Iterator[str]:
    """The address of `winnow serve --telemetry`, which is told to stop when the context ends."""
    command = ("serve", "--telemetry", "--index", str(index), "--port", "0")
    process = subprocess.Popen(
        [sys.executable, "-m", "service", *command],
        env=make_environment(
            OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{collector.server_port}",
            NO_PROXY="127.0.0.1",
            OMP_NUM_THREADS="1",
            **variables,
        ),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stderr
        said = next(line for line in process.stderr if "serving on" in line)
        try:
            yield said.split()[2]
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate()
    assert process.returncode == 0


def ask(address: str, path: str) -> int:
    request = Request(f"{address}{path}", headers={"traceparent": "-".join(("00", *ASKER, "01"))})
    try:
        with urlopen(request, timeout=LONGEST) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


def read_attributes(span: Span) -> dict[str, str | int]:
    return {one.key: one.value.int_value or one.value.string_value for one in span.attributes}


def test_a_request_is_a_span_with_its_stages_and_never_its_question(
    index: Path, collector: Collector
) -> None:
    with serve(index, collector) as address:
        assert ask(address, f"/api/search?q={QUESTION}") == 200
        assert ask(address, f"/api/passages/{QUESTION}") == 404
        assert ask(address, f"/{QUESTION}") == 404
    spans, service, whole = collector.read()
    assert service["service.name"] == "winnow"
    assert QUESTION.encode() not in whole

    named = {span.name: span for span in spans}
    search = named["GET /api/search"]
    facts = read_attributes(search)
    assert facts.pop("winnow.request")
    assert facts == {
        "http.request.method": "GET",
        "http.route": "/api/search",
        "http.response.status_code": 200,
        "winnow.build": (index / "current").read_text().strip(),
    }
    assert search.kind == Span.SPAN_KIND_SERVER
    assert (search.trace_id.hex(), search.parent_span_id.hex()) == ASKER

    stages = [span for span in spans if span.parent_span_id == search.span_id]
    assert [stage.name for stage in stages] == ["encode", "search"]
    times = [search.start_time_unix_nano]
    for stage in stages:
        times += [stage.start_time_unix_nano, stage.end_time_unix_nano]
    times.append(search.end_time_unix_nano)
    assert times == sorted(times)

    lost = read_attributes(named["GET /api/passages/{passage_id}"])
    assert (lost["http.response.status_code"], lost["error.type"]) == (404, "not_found")
    assert read_attributes(named["GET"])["http.route"] == "none"
    assert {span.status.code for span in spans} == {Status.STATUS_CODE_UNSET}


def test_the_variables_of_opentelemetry_say_what_is_sent(index: Path, collector: Collector) -> None:
    with serve(index, collector, OTEL_SERVICE_NAME="library") as address:
        assert ask(address, "/healthz") == 200
    assert collector.read()[1]["service.name"] == "library"
    with serve(index, collector, OTEL_TRACES_SAMPLER="always_off") as address:
        assert ask(address, "/healthz") == 200
    assert collector.told.empty()


def test_without_the_packages_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in sys.modules if name.startswith("opentelemetry.exporter")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr("opentelemetry.__path__", [])
    assert main(["serve", "--telemetry", "--index", "none", "--port", "0"]) == 1
    said = capsys.readouterr().err
    assert "opentelemetry.exporter.otlp.proto.http is not installed" in said
    assert "pip install opentelemetry-sdk" in said


def test_what_the_framework_would_trace_itself_is_off(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would tell whole addresses to whatever is set up around this program."""
    told = InMemorySpanExporter()
    around = TracerProvider()
    around.add_span_processor(SimpleSpanProcessor(told))
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: around)
    assert client.get(f"/api/search?q={QUESTION}").status_code == 200
    assert told.get_finished_spans() == ()
