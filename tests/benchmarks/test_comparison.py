"""The rules that judge the hits of every program, and a page that shows what was measured."""

import json
import re
import sys
from pathlib import Path

import pytest

from service.evaluation.questions import Question, read_questions
from service.reference import fill
from tests.benchmarks import comparison
from tests.benchmarks.compared import programs
from tests.benchmarks.compared.judging import (
    _MARKS,
    Answer,
    Furniture,
    Hit,
    count_repeats,
    read_furniture,
)
from tests.benchmarks.compared.measuring import count_questions, draw_queries, judge
from tests.benchmarks.compared.page import NOT_YET, make_sections
from tests.benchmarks.compared.refusing import fit_bound, judge_bound
from tests.benchmarks.environments import NotHere

ROOT = Path(__file__).parents[2]
SEEDS = ROOT / "seeds"
BRIDGE = "The old bridge over the Neretva was built in 1566 and fell in the war of 1993."
TITLE = "The old bridge over the Neretva"
MILL = "A mill on the Radobolja still grinds the corn of the villages around it every autumn."


def _ask(kind: str, *strings: str) -> Question:
    return Question("q", kind, "?", strings)


def _answer(question: Question, *texts: str, score: float = 1.0, answered: bool = True) -> Answer:
    return Answer(question, tuple(Hit(text, score) for text in texts), answered)


def test_a_hit_is_right_whatever_white_space_its_program_left() -> None:
    asked = _ask("plain", "built in 1566")
    assert _answer(asked, MILL, "It was built\n\u00a0in  1566.").rank == 2
    assert _answer(asked, MILL, "built in 15 66").rank == 0


def test_hits_of_a_refused_question_answer_nothing() -> None:
    assert _answer(_ask("plain", "1566"), BRIDGE).rank == 1
    assert _answer(_ask("plain", "1566"), BRIDGE, answered=False).rank == 0


@pytest.mark.parametrize(
    ("texts", "repeats"),
    [
        ((BRIDGE, BRIDGE), 1),
        ((BRIDGE, MILL, BRIDGE.upper().replace(" ", "\n")), 1),
        ((f"{MILL} {BRIDGE}", BRIDGE), 1),
        ((BRIDGE, BRIDGE, BRIDGE), 2),
        ((f"{BRIDGE} {MILL}", f"{BRIDGE} {MILL.replace('autumn', 'spring')}"), 1),
        ((BRIDGE, MILL), 0),
        ((TITLE, BRIDGE), 0),
        ((BRIDGE, BRIDGE.replace("1566", "1567")), 0),
        ((f"{BRIDGE} {MILL}", f"{MILL} And so on, at length, in words of its own."), 0),
    ],
)
def test_a_repeat_has_nearly_all_its_text_from_an_earlier_hit(
    texts: tuple[str, ...], repeats: int
) -> None:
    assert count_repeats([Hit(text, 1.0) for text in texts]) == repeats


def test_furniture_is_what_lies_mostly_on_marked_lines() -> None:
    furniture = Furniture()
    furniture.add(f"Home | Give\n\n{BRIDGE}\nShare this", [1, 4])
    held = [
        furniture.holds(Hit(text, 1.0))
        for text in ("Home  | Give", f"Give {BRIDGE} Share", "1993.\n\n Share this", BRIDGE)
    ]
    assert held == [True, False, True, False]
    assert furniture.lost == 0
    assert not furniture.holds(Hit("in no text", 1.0))
    assert furniture.lost == 1


def test_marks_of_furniture_fit_the_texts_of_seeds() -> None:
    read_furniture(SEEDS, "seeds")
    strings = [text for one in read_questions(SEEDS / "questions.jsonl") for text in one.strings]
    marked = json.loads(_MARKS.read_text(encoding="utf-8"))
    for path in SEEDS.glob("*.txt"):
        lines = path.read_text(encoding="utf-8").split("\n")
        own = [lines[number - 1] for number in marked[f"seeds/{path.name}"]]
        assert all(line.strip() for line in own)
        assert [line for line in own if any(string in line for string in strings)] == []


def test_a_bound_is_fitted_on_one_half_and_judged_on_the_other() -> None:
    right, none = _ask("plain", "x"), _ask("none")
    scored = [(right, 0.9), (right, 0.2), (right, 0.6), (right, 0.7)]
    scored += [(none, 0.3), (none, 0.1), (none, 0.4), (none, 0.8)]
    answers = [_answer(question, "text", score=score) for question, score in scored]
    assert fit_bound(answers[::2]) == pytest.approx(0.5)
    found = judge_bound(answers)
    assert (found.unanswerable, found.refused_rightly) == (2, 1)
    assert (found.answerable, found.refused_wrongly) == (2, 1)


def test_questions_in_another_language_are_counted_apart() -> None:
    plain, cross = _ask("plain", "1566"), _ask("cross", "1566")
    answers = [
        _answer(plain, BRIDGE, BRIDGE),
        _answer(plain, MILL, BRIDGE, answered=False),
        _answer(cross, MILL, TITLE, BRIDGE),
        _answer(_ask("none"), MILL),
        _answer(_ask("near"), MILL, answered=False),
    ]
    furniture = Furniture()
    furniture.add("\n".join((TITLE, MILL, BRIDGE)), [2])
    found = judge(answers, furniture)
    assert count_questions([one.question for one in answers]) == {
        "own": 2,
        "cross": 1,
        "off_topic": 1,
        "near": 1,
    }
    expected = {"first": 1, "in_first_three": 1, "cross_in_first_three": 1, "repeats": 1}
    expected |= {"hits": 9, "furniture": 4, "not_found_again": 0}
    expected |= {"off_topic_answered": 1, "near_answered": 0}
    expected |= {"refused_wrongly": 1, "cross_refused": 0}
    assert {name: found[name] for name in expected} == expected
    assert found["characters_read"] == round((2 * len(BRIDGE) + len(MILL) + len(BRIDGE)) / 2)


def test_queries_that_are_timed_are_distinct_and_the_same_each_time() -> None:
    queries = draw_queries(SEEDS, 50)
    assert len(set(queries)) == 50
    assert queries == draw_queries(SEEDS, 50)


def _write(folder: Path, body: str) -> str:
    path = folder / "with_something.py"
    place = Path(programs.__file__).parent
    path.write_text(f"import sys\nsys.path.insert(0, {str(place)!r})\n{body}", encoding="utf-8")
    return str(path)


@pytest.fixture
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "make_environment", lambda name: Path(sys.executable))


@pytest.mark.usefixtures("no_environment")
def test_a_program_answers_line_by_line_whatever_its_libraries_print(tmp_path: Path) -> None:
    body = (
        "from answering import answer, list_texts\n"
        "def open_index():\n"
        "    print('while it builds')\n"
        "    texts = [open(path).read() for path in list_texts(sys.argv[1])]\n"
        "    return len(texts), lambda question: [(texts[0] + question, 0.5)]\n"
        "answer(open_index)\n"
    )
    script = _write(tmp_path, body)
    (tmp_path / "one.txt").write_text("text ", encoding="utf-8")
    with programs.run_script("any", script, (), tmp_path) as running:
        assert running.pieces == 1
        assert running.ask("a\nb — c") == ((Hit("text a\nb — c", 0.5),), True)


@pytest.mark.usefixtures("no_environment")
def test_a_program_that_ends_says_why(tmp_path: Path) -> None:
    script = _write(tmp_path, "sys.exit('no such model')\n")
    with (
        pytest.raises(NotHere, match="no such model"),
        programs.run_script("any", script, (), tmp_path),
    ):
        pytest.fail("it does not run")


def test_the_tables_of_the_page_are_those_of_the_figures() -> None:
    page = comparison.PAGE.read_text(encoding="utf-8")
    sections = make_sections(comparison.read_figures())
    assert all(page.count(f"<!-- {name} -->\n") == 1 for name in sections)
    assert fill(page, sections) == page, "write it anew: python -m tests.benchmarks.comparison"


def test_what_was_not_measured_is_said() -> None:
    assert set(make_sections({"answers": {}}).values()) == {NOT_YET}
    programs_found = {"Some": {"not_here": "no wheel for it"}}
    collection = {
        "measured": "2026-12-01",
        "questions": {"own": 1, "cross": 0, "off_topic": 1, "near": 1},
        "programs": programs_found,
    }
    assert "no wheel for it" in make_sections({"answers": {"seeds": collection}})["seeds"]


def test_the_page_names_files_that_are_there_and_every_program() -> None:
    page = comparison.PAGE.read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w./-]+)`", page)
    assert named and [path for path in named if not (ROOT / path).exists()] == []
    assert all(f"| {program.name} |" in page for program in programs.list_programs())
