"""A picture of every kind of page, on a desk and on a phone, to look at: none of them is blank.

They go into the folder that WINNOW_SCREENSHOTS names, where it names one.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Show
from tests.browser.pictures import SIZES, count_rows, take_picture
from tests.browser.states import STATES, State

pytestmark = [pytest.mark.browser, pytest.mark.model]

SHOWN = [
    state
    for state in STATES
    if state.name
    in (
        *("start", "hits", "narrowed-unfolded", "nothing-answers", "narrowed-to-nothing"),
        *("steered", "searched-as-typed", "operator-error"),
        *("query-error", "filter-error", "passage", "similar", "cite", "about", "not-found"),
        *("login", "login-wrong-key", "login-too-many-wrong-keys"),
    )
]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("state", SHOWN, ids=lambda state: state.name)
def test_a_picture_of_a_page_is_not_blank(
    show: Show, tmp_path: Path, state: State, size: str
) -> None:
    page = show(state, viewport=SIZES[size])
    assert take_picture(page, f"{state.name}-{size}", tmp_path) > 50


def test_a_blank_page_is_seen_to_be_blank(page: Page) -> None:
    page.set_content("<body style='background: teal'>")
    assert count_rows(page.screenshot()) < 5
