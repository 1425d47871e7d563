"""The tables of docs/comparison.md, from docs/comparison.json; the words between them stay."""

from collections.abc import Callable, Mapping
from typing import Any

from service.reference import make_table

Cell = Callable[[Mapping[str, Any]], str]
NOT_YET = "Not measured yet."


def make_sections(figures: Mapping[str, Any]) -> dict[str, str]:
    """Every table by the name of its markers; one that was not measured says so."""
    collections = figures.get("answers", {})
    answers = {
        name: _tell_answers(collections[name]) if name in collections else NOT_YET
        for name in ("seeds", "scraped")
    }
    times = figures.get("times")
    return {**answers, "times": _tell_times(times) if times else NOT_YET}


def _tell_answers(collection: Mapping[str, Any]) -> str:
    asked, programs = collection["questions"], collection["programs"]
    shown: dict[str, Cell] = {
        "Texts": lambda own: str(own["pieces"]),
        f"First hit right, of {asked['own']}": lambda own: str(own["first"]),
        f"In the first three, of {asked['own']}": lambda own: str(own["in_first_three"]),
        "Characters in those three": lambda own: f"{own['characters_read']:,}",
        "Repeats": lambda own: _tell_share(own["repeats"], own["hits"]),
        "Furniture": lambda own: _tell_share(own["furniture"], own["hits"]),
    }
    refused: dict[str, Cell] = {
        f"Off the topic, answered, of {asked['off_topic']}": lambda own: str(
            own["off_topic_answered"]
        ),
        f"Near it, answered, of {asked['near']}": lambda own: str(own["near_answered"]),
        f"Refused by mistake, of {asked['own']}": lambda own: str(own["refused_wrongly"]),
    }
    halved: dict[str, Cell] = {
        "Own refusals: right": lambda own: _tell_right(own["refusals"]),
        "Own: by mistake": lambda own: _tell_wrong(own["refusals"]),
        "With a bound: right": lambda own: _tell_right(own["refusals_by_bound"]),
        "Bound: by mistake": lambda own: _tell_wrong(own["refusals_by_bound"]),
    }
    tables = [_make_rows(programs, columns) for columns in (shown, refused)]
    bound = ["Over the half that a bound is judged on:", _make_rows(programs, halved)]
    parts = [_tell_versions(collection), *tables, *_tell_cross(collection), *bound]
    return "\n\n".join(parts)


def _tell_versions(measured: Mapping[str, Any]) -> str:
    programs = measured["programs"].items()
    found = [f"{name} {own['version']}" for name, own in programs if "version" in own]
    return f"Measured on {measured['measured']}: {'; '.join(found)}."


def _tell_cross(collection: Mapping[str, Any]) -> list[str]:
    """What became of questions in another language, where there are any."""
    count = collection["questions"]["cross"]
    if not count:
        return []
    columns: dict[str, Cell] = {
        f"In the first three, of {count}": lambda own: str(own["cross_in_first_three"]),
        "Refused": lambda own: str(own["cross_refused"]),
    }
    told = "Questions in another language than the texts, which the model does not know:"
    return [told, _make_rows(collection["programs"], columns)]


def _tell_times(times: Mapping[str, Any]) -> str:
    columns: dict[str, Cell] = {
        "Folder to first answer, s": lambda own: f"{own['first_answer_s']:.1f}",
        "p50 of a query, ms": lambda own: f"{own['p50_ms']:.1f}",
        "Memory, MB": lambda own: f"{own['memory_mb']:,}" if own["memory_mb"] else "not told",
    }
    machine, load = times["machine"], times["load"]
    told = (
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB; load of "
        f"the last minute {load['before'][0]} before and {load['after'][0]} after."
    )
    return "\n\n".join([_tell_versions(times), _make_rows(times["programs"], columns), told])


def _make_rows(programs: Mapping[str, Any], columns: Mapping[str, Cell]) -> str:
    """A row for each program; one that could not run has its reason in place of figures."""
    rows = []
    for name, own in programs.items():
        missing = [f"not run here: {own.get('not_here')}", *[""] * (len(columns) - 1)]
        cells = missing if "not_here" in own else [tell(own) for tell in columns.values()]
        rows.append([name, *cells])
    return make_table(["", *columns], rows)


def _tell_share(count: int, of: int) -> str:
    return f"{count} ({count / of:.0%})" if of else str(count)


def _tell_right(own: Mapping[str, int]) -> str:
    return f"{own['refused_rightly']} of {own['unanswerable']}"


def _tell_wrong(own: Mapping[str, int]) -> str:
    return f"{own['refused_wrongly']} of {own['answerable']}"
