"""Samples of running programs are counted for the library, or for the file of Winnow, that ran."""

from tests.benchmarks.profiles import ROOT, count, make_rows

SEARCH = f"search ({ROOT}/service/search.py:10)"
RUN = f"run ({ROOT}/.venv/lib/python3.11/site-packages/onnxruntime/capi/session.py:90)"
SPLIT = "findall (/usr/lib/python3.11/re.py:20)"
STACKS = [
    f"main (x.py:1);ask_one_by_one (y.py:2);{SEARCH};{RUN} 60",
    f"main (x.py:1);ask_one_by_one (y.py:2);{SEARCH} 30",
    f"main (x.py:1);ask_one_by_one (y.py:2);{SEARCH};{SPLIT} 9",
    f"main (x.py:1);ask_one_by_one (y.py:2);{RUN};{SEARCH} 1",
    f"main (x.py:1);open (z.py:3);{RUN} 500",
]


def test_a_sample_counts_for_what_was_running_inside_the_function_meant() -> None:
    assert count(STACKS, "ask_one_by_one") == {"onnxruntime": 60, "service/search.py": 40}
    assert count(STACKS)["onnxruntime"] == 560


def test_what_took_less_than_a_hundredth_is_left_out() -> None:
    found = count(STACKS, "ask_one_by_one")
    found["seldom"] = 1
    assert list(make_rows(found))[2:] == [
        "| onnxruntime | 59.4% |",
        "| service/search.py | 39.6% |",
    ]
