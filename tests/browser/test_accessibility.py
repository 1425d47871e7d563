"""Every kind of page, light and dark, wide and narrow: axe-core finds nothing wrong with it."""

import pytest
from playwright.sync_api import Page

from tests.browser.accessibility import find_all_violations, find_violations
from tests.browser.conftest import Show
from tests.browser.states import STATES, State

pytestmark = [pytest.mark.browser, pytest.mark.model]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_a_page_breaks_no_rule_of_accessibility(show: Show, state: State) -> None:
    found = find_all_violations(show(state))
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("made", "change", "rule"),
    [
        ("img", "made.src = '/static/icon.svg'", "image-alt"),
        ("input", "made.type = 'text'", "label"),
        ("p", "made.textContent = 'pale'; made.style.color = '#bbb'", "color-contrast"),
    ],
)
def test_what_is_wrong_is_named_with_its_rule_element_and_page(
    page: Page, made: str, change: str, rule: str
) -> None:
    page.goto("/about")
    assert find_violations(page) == []
    page.evaluate(f"""() => {{
        const made = document.createElement({made!r})
        made.id = "wrong"
        document.querySelector("main").append(made)
        {change}
    }}""")
    (line,) = find_violations(page)
    assert line.startswith(f"{rule} (") and f"#wrong on {page.url}: " in line
