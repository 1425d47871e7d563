"""A file that takes too much time or memory is reported, and the next one is read."""

import os
import signal
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from embeddings import processes
from embeddings.documents import DocumentReader, list_sources
from embeddings.documents.confinement import ConfinedReader, Limits
from embeddings.documents.formats import READERS, ReadOptions, read_bytes
from embeddings.documents.messages import describe_item, make_item, pack, unpack
from embeddings.errors import CorpusError, UnreadableDocument
from embeddings.records import Document, Mark, Reading, Span
from tests.embeddings.building import Found, write_files
from tests.embeddings.documents.bombs import make_deflate_bomb, make_pdf
from tests.embeddings.documents.samples import SAMPLES

PAGE = "<p>The keeper wound the lamp every four hours of the night.</p>"


def _read(folder: Path, limits: Limits) -> Found:
    files = list_sources([folder], Reading())
    with DocumentReader(limits=limits) as reader:
        return [item for file in files for item in reader.read(file)]


def _find_process(reader: DocumentReader) -> subprocess.Popen[bytes] | None:
    """The one that it has started, if any; no two where files are read one after the other."""
    started = [own._process for own in reader._confined if own._process]
    assert len(started) < 2
    return started[0] if started else None


def _make_endless_pdf() -> bytes:
    """Each form draws the next one ten times."""
    draw = [(f"F{n}", b"/F%d Do " % (n + 1) * 10) for n in range(20)]
    return make_pdf(b"/F0 Do", forms=[*draw, ("F20", b"0 0 m 1 1 l S")])


ONCE = make_deflate_bomb(1000)


@pytest.mark.parametrize(
    "bomb",
    [make_pdf(ONCE, "/FlateDecode"), make_pdf(zlib.compress(ONCE), "[/FlateDecode /FlateDecode]")],
    ids=["once", "twice"],
)
def test_a_pdf_that_unfolds_to_too_much_is_reported_and_the_next_file_is_read(
    tmp_path: Path, bomb: bytes
) -> None:
    write_files(tmp_path, {"a.pdf": bomb, "b.html": PAGE})
    problem, document = _read(tmp_path, Limits(memory=256 << 20))
    assert isinstance(problem, UnreadableDocument)
    assert (problem.source, problem.message) == (
        "a.pdf",
        "takes more than 256 MB of memory to read",
    )
    assert problem.hint
    assert document.source == "b.html"


def test_a_file_that_takes_too_long_is_reported_and_the_next_file_is_read(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.md": PAGE, "b.pdf": _make_endless_pdf(), "c.md": PAGE})
    before, problem, after = _read(tmp_path, Limits(seconds=3))
    assert isinstance(problem, UnreadableDocument)
    assert (problem.source, problem.message) == ("b.pdf", "takes more than 3 seconds to read")
    assert (before.source, after.source) == ("a.md", "c.md")


def test_a_process_that_was_killed_is_replaced(tmp_path: Path) -> None:
    files = list_sources([write_files(tmp_path, {"a.html": PAGE, "b.html": PAGE})], Reading())
    with DocumentReader() as reader:
        (first,) = reader.read(files[0])
        process = _find_process(reader)
        assert process is not None
        os.kill(process.pid, signal.SIGSEGV)
        (problem,), (again,) = reader.read(files[1]), reader.read(files[1])
    assert isinstance(problem, UnreadableDocument)
    assert "SIGSEGV" in problem.message
    assert isinstance(first, Document) and isinstance(again, Document)


def test_one_process_reads_file_after_file_and_ends_with_its_reader(tmp_path: Path) -> None:
    files = list_sources([write_files(tmp_path, {"a.html": PAGE, "b.html": PAGE})], Reading())
    with DocumentReader() as reader:
        list(reader.read(files[0]))
        process = _find_process(reader)
        list(reader.read(files[1]))
        assert process is not None
        assert process is _find_process(reader)
    assert process.returncode == -signal.SIGKILL


def test_no_process_is_started_for_plain_text(tmp_path: Path) -> None:
    files = list_sources([write_files(tmp_path, {"a.txt": "x", "b.csv": "text\nx\n"})], Reading())
    with DocumentReader() as reader:
        assert len([item for file in files for item in reader.read(file)]) == 2
        assert _find_process(reader) is None


def test_a_process_that_cannot_start_is_an_error_and_no_bad_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "_PROGRAM", "import sys; sys.exit(3)")
    (file,) = list_sources([write_files(tmp_path, {"a.html": PAGE})], Reading())
    with DocumentReader() as reader, pytest.raises(CorpusError, match="ended at its start"):
        list(reader.read(file))


def test_the_process_takes_no_module_from_the_folder_it_is_started_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {name: "import os; os._exit(9)" for name in ("lxml.py", "json.py", "embeddings.py")}
    write_files(tmp_path, {**files, "a.html": PAGE})
    monkeypatch.chdir(tmp_path)
    (document,) = _read(tmp_path, Limits())
    assert isinstance(document, Document)


@pytest.mark.parametrize("ending", sorted(SAMPLES))
def test_behind_the_wall_a_file_is_read_as_before_it(ending: str) -> None:
    options = ReadOptions()
    reader = ConfinedReader(options, Limits())
    behind = reader.read(SAMPLES[ending], ending, "a", "0" * 64)
    reader.close()
    assert behind == list(read_bytes(SAMPLES[ending], ending, "a", "0" * 64, options))
    assert all(isinstance(item, Document) for item in behind)


def test_every_format_has_a_sample() -> None:
    same = {".text": ".txt", ".markdown": ".md", ".htm": ".html", ".xhtml": ".html"}
    assert {same.get(ending, ending) for ending in READERS} == set(SAMPLES)


def test_a_message_keeps_every_field_and_character() -> None:
    span = Span(0, 1)
    document = Document(
        "a b\n.pdf", "🙂\u2028 \ud800\r\n", "T", "0" * 64, "2020", "utf-8", ("n",), "A", "u", "en",
        (span,), (span,), (span,), (Mark(0, 1, "why"),), True, "x 1", (0, 1),
    )  # fmt: skip
    assert make_item(unpack(pack(describe_item(document)))) == document
    problem = make_item(unpack(pack(describe_item(UnreadableDocument("a", "is", "do")))))
    assert isinstance(problem, UnreadableDocument)
    assert (problem.source, problem.message, problem.hint) == ("a", "is", "do")


def test_the_process_knows_no_model_and_no_index() -> None:
    program = (
        "import sys, embeddings.documents.worker; "
        "print({'torch', 'faiss', 'sentence_transformers', 'tokenizers'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.strip() == b"set()"


def test_the_process_started_by_hand_without_a_file_ends_in_silence() -> None:
    program = [sys.executable, "-m", "embeddings.documents.worker"]
    done = subprocess.run(program, stdin=subprocess.DEVNULL, capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")


def test_a_busy_process_ends_when_whoever_started_it_is_gone() -> None:
    reader, data = ConfinedReader(ReadOptions(), Limits()), _make_endless_pdf()
    process = reader._start()
    assert process.stdin is not None and process.stdout is not None
    request = {"ending": ".pdf", "source": "a", "sha256": "", "options": {}, "size": len(data)}
    process.stdin.write(pack(request) + data)
    process.stdin.close()
    assert process.wait(timeout=60) == -signal.SIGKILL
    process.stdout.close()
