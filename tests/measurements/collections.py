"""Judged collections as they are published -> the folders that the other measurements take.

    python -m tests.measurements.collections KIND FILE... FOLDER

writes `corpus.jsonl`, `queries.jsonl` and `qrels.tsv` into FOLDER (of pages, what `web_pages.py`
takes). KIND and its files:

- `scifact`: BEIR's scifact.zip, or the folder that was in it;
- `squad`: dev-v2.0.json, and others of its form whose paragraphs are to be there too;
- `xquad`: the file in the language of the questions, the one in that of the passages, others;
- `cranfield`: cran.all.1400, cran.qry, cranqrel;
- `pages`: the folder of the article extraction benchmark, with ground-truth.json and html/.

What is fetched from where: docs/guides/collections.md.
"""

import argparse
import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = Mapping[str, str]
Judgement = tuple[str, str, int]
_CODES = range(1, 5)  # of Cranfield: from a complete answer to one of minimum interest


@dataclass(frozen=True, slots=True)
class Published:
    """Documents, queries and judgements, in their order; `others` are files beside those."""

    corpus: Sequence[Row]
    queries: Mapping[str, str]
    judgements: Sequence[Judgement]
    others: Mapping[str, str]


def read_scifact(paths: Sequence[Path]) -> Published:
    """The test judgements; those for tuning, and all queries, in files of their own."""
    (path,) = paths
    queries = {row["_id"]: row["text"] for row in _read_rows(_read(path, "queries.jsonl"))}
    corpus = [
        {name: row[name] for name in ("_id", "title", "text")}
        for row in _read_rows(_read(path, "corpus.jsonl"))
    ]
    tuning = list(_read_judgements(_read(path, "qrels/train.tsv")))
    judged = list(_read_judgements(_read(path, "qrels/test.tsv")))
    others = {
        "queries.all.jsonl": _show_rows(_list_queries(queries)),
        "qrels.train.tsv": _show_judgements(tuning),
    }
    return Published(corpus, {query: queries[query] for query, *_ in judged}, judged, others)


def read_squad(paths: Sequence[Path]) -> Published:
    """Questions that have an answer, and all paragraphs, each once, whichever file has them."""
    corpus: dict[str, Row] = {}
    queries: dict[str, str] = {}
    judgements: list[Judgement] = []
    for title, paragraph in _list_paragraphs(paths):
        row = _add(corpus, title, paragraph["context"])
        for asked in paragraph["qas"]:
            if asked.get("answers") and not asked.get("is_impossible", False):
                queries[asked["id"]] = asked["question"].strip()
                judgements.append((asked["id"], row["_id"], 1))
    return Published(list(corpus.values()), queries, judgements, {})


def read_xquad(paths: Sequence[Path]) -> Published:
    """The questions of the first file over the paragraphs of the others."""
    asked = {
        one["id"]: one["question"].strip()
        for _, paragraph in _list_paragraphs(paths[:1])
        for one in paragraph["qas"]
    }
    found = read_squad(paths[1:] or paths)
    judgements = [one for one in found.judgements if one[0] in asked]
    return Published(
        found.corpus, {query: asked[query] for query, *_ in judgements}, judgements, {}
    )


def read_cranfield(paths: Sequence[Path]) -> Published:
    """Abstracts, questions by their place in the file, which is what the judgements count by."""
    documents, questions, judged = (_decode(path.read_bytes()) for path in paths)
    corpus = [
        {"_id": number, "title": fields.get("T", ""), "text": fields.get("W", "")}
        for number, fields in _read_fields(documents)
    ]
    asked = [fields["W"] for _, fields in _read_fields(questions)]
    queries = {str(number): text for number, text in enumerate(asked, start=1)}
    rows = [line.split() for line in judged.splitlines() if line.strip()]
    judgements = [(query, number, _turn_round(int(code))) for query, number, code in rows]
    return Published(corpus, queries, judgements, {})


def _turn_round(code: int) -> int:
    """1 was the best, 4 of minimum interest, 5 or -1 of none -> 4 the best, 0 none."""
    return 5 - code if code in _CODES else 0


def _read_fields(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Records that begin with `.I number`, of fields that begin with a line such as `.T`."""
    for record in re.split(r"^\.I\s*", text, flags=re.MULTILINE)[1:]:
        number, _, rest = record.partition("\n")
        parts = re.split(r"^\.([A-Z])[ \t]*$", rest, flags=re.MULTILINE)
        fields = zip(parts[1::2], parts[2::2], strict=True)
        yield number.strip(), {name: " ".join(value.split()) for name, value in fields}


def _list_paragraphs(paths: Iterable[Path]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in paths:
        for article in json.loads(_decode(path.read_bytes()))["data"]:
            for paragraph in article["paragraphs"]:
                yield article["title"].replace("_", " "), paragraph


def _add(corpus: dict[str, Row], title: str, context: str) -> Row:
    text = context.strip()
    return corpus.setdefault(text, {"_id": f"p{len(corpus)}", "title": title, "text": text})


def _read(path: Path, name: str) -> str:
    """A file of a folder, or of a zip file in whatever folder of it."""
    if path.is_dir():
        return _decode((path / name).read_bytes())
    with zipfile.ZipFile(path) as archive:
        (inside,) = (one for one in archive.namelist() if f"/{one}".endswith(f"/{name}"))
        return _decode(archive.read(inside))


def _decode(data: bytes) -> str:
    return io.TextIOWrapper(io.BytesIO(data), encoding="utf-8").read()


def _read_rows(text: str) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in text.split("\n") if line.strip())


def _read_judgements(text: str) -> Iterator[Judgement]:
    for line in text.splitlines()[1:]:
        query, document, relevance = line.split("\t")
        yield query, document, int(relevance)


def _list_queries(queries: Mapping[str, str]) -> list[Row]:
    return [{"_id": query, "text": text} for query, text in queries.items()]


def _show_rows(rows: Iterable[Row]) -> str:
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)


def _show_judgements(judgements: Iterable[Judgement]) -> str:
    rows = (f"{query}\t{document}\t{relevance}\n" for query, document, relevance in judgements)
    return "".join(("query-id\tcorpus-id\tscore\n", *rows))


def write(found: Published, folder: Path) -> None:
    """The three files, and those beside them, into a folder that is made where there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "corpus.jsonl": _show_rows(found.corpus),
        "queries.jsonl": _show_rows(_list_queries(found.queries)),
        "qrels.tsv": _show_judgements(found.judgements),
        **found.others,
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def copy_pages(paths: Sequence[Path], folder: Path) -> str:
    """The pages as they are, and the text of each that people marked."""
    (path,) = paths
    marked = json.loads(_decode((path / "ground-truth.json").read_bytes()))
    (folder / "html").mkdir(parents=True, exist_ok=True)
    for name in marked:
        shutil.copy(path / "html" / f"{name}.html.gz", folder / "html")
    rows = ({"_id": name, "text": page["articleBody"]} for name, page in marked.items())
    (folder / "gold.jsonl").write_text(_show_rows(rows), encoding="utf-8", newline="\n")
    return f"{len(marked)} pages"


READERS: dict[str, Callable[[Sequence[Path]], Published]] = {
    "scifact": read_scifact,
    "squad": read_squad,
    "xquad": read_xquad,
    "cranfield": read_cranfield,
}


def convert(kind: str, paths: Sequence[Path], folder: Path) -> str:
    """Write one collection; how much it is, in words."""
    if kind == "pages":
        return copy_pages(paths, folder)
    found = READERS[kind](paths)
    write(found, folder)
    judged = sum(relevance > 0 for *_, relevance in found.judgements)
    return f"{len(found.corpus)} documents, {len(found.queries)} queries, {judged} right answers"


def main(arguments: Sequence[str] | None = None) -> None:
    """Convert one collection, and say how much it is."""
    parser = argparse.ArgumentParser(description="A judged collection as published -> a folder")
    parser.add_argument("kind", choices=(*READERS, "pages"))
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args(arguments)
    print(convert(given.kind, given.files, given.folder))


if __name__ == "__main__":
    main()
