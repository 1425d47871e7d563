"""Every index gives its terms by how they begin."""

import pytest

from tests.contracts.conftest import Open
from tests.contracts.contents import make_contents

LONGEST = 1000


@pytest.mark.parametrize("lengths", [range(LONGEST), range(4, 5), range(3, 6), range(0)])
@pytest.mark.parametrize("beginning", ["", "b", "be", "с", "nothing"])
def test_terms_are_those_that_begin_so_in_order(
    open_index: Open, beginning: str, lengths: range
) -> None:
    contents = make_contents(seed=13)
    terms = {word for passage in contents.passages for word in passage.text.split()}
    found = open_index(contents).terms(beginning, lengths)
    wanted = (term for term in terms if term.startswith(beginning) and len(term) in lengths)
    assert list(found) == sorted(wanted)


@pytest.mark.parametrize("beginning", ["", "b", "bee", "с", "nothing"])
def test_letters_are_those_that_follow_a_beginning(open_index: Open, beginning: str) -> None:
    contents = make_contents(seed=13)
    terms = {word for passage in contents.passages for word in passage.text.split()}
    size = len(beginning)
    follow = {term[size] for term in terms if term.startswith(beginning) and term != beginning}
    assert list(open_index(contents).letters(beginning)) == sorted(follow)
