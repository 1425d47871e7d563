"""Every kind of page, by its address: what holds for all of them is tested over this list."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from playwright.sync_api import Page

from service.rates import WRONG_KEYS
from tests.browser.watching import Watch

QUESTION = "How many fighters does KIB command?"
STEERED = 'fighters in Syria "Islamic State" -Turkey lang:en'
UNANSWERED = "What is the best recipe for plov?"


@dataclass(frozen=True, slots=True)
class State:
    """A page as an address gives it; `unfolded` with all its folded parts opened.

    In the address stand `{document_id}` and `{passage_id}` for those of the question's first hit.
    One that is `keyed` is of a server that asks for a key, after so many `wrong_keys`.
    """

    name: str
    address: str
    status: int = 200
    unfolded: bool = False
    keyed: bool = False
    wrong_keys: int = 0


STATES = (
    State("start", "/"),
    State("hits", f"/?q={quote(QUESTION)}"),
    State("hits-unfolded", f"/?q={quote(QUESTION)}", unfolded=True),
    State("further-hits", f"/?q={quote(QUESTION)}&offset=10"),
    State("past-the-last-hit", f"/?q={quote(QUESTION)}&offset=900"),
    State("nothing-answers", f"/?q={quote(UNANSWERED)}"),
    State("foreign-language", f"/?q={quote('Сколько боевиков воюет в Афганистане?')}"),
    State("narrowed", f"/?q={quote(QUESTION)}&source=*.txt&language=en&mode=dense&sort=date"),
    State("narrowed-unfolded", f"/?q={quote(QUESTION)}&source=*.txt", unfolded=True),
    State("narrowed-to-nothing", f"/?q={quote(QUESTION)}&language=fa"),
    State("steered", f"/?q={quote(STEERED)}&like={{passage_id}}&unlike={quote('oil and money')}"),
    State("searched-as-typed", f"/?q={quote('“Islamic State”')}&syntax=plain"),
    State("operator-error", f"/?q={quote('Syria after:never')}", 422),
    State("filter-error", f"/?q={quote(QUESTION)}&after=never", 422),
    State("query-error", "/?q=%3F%3F%3F", 422),
    State("long-query", f"/?q={'x' * 3000}", 422),
    State("document", "/documents/{document_id}"),
    State("passage", f"/documents/{{document_id}}?q={quote(QUESTION)}&hit=1#{{passage_id}}"),
    State(
        "passage-unfolded",
        f"/documents/{{document_id}}?q={quote(QUESTION)}&hit=1#{{passage_id}}",
        unfolded=True,
    ),
    State("cite", "/passages/{passage_id}/cite"),
    State("similar", "/passages/{passage_id}/similar"),
    State("cite", "/passages/{passage_id}/cite?spans=0-79"),
    State("about", "/about"),
    State("about-unfolded", "/about", unfolded=True),
    State("about-lit", "/about?q=Who+fights+in+Aleppo%3F"),
    State("docs", "/docs"),
    State("not-found", "/nothing-here", 404),
    State("unknown-document", "/documents/nothing", 404),
    State("login", f"/?q={quote(QUESTION)}", keyed=True),
    State("login-wrong-key", "/about", 401, keyed=True, wrong_keys=1),
    State("login-too-many-wrong-keys", "/about", 429, keyed=True, wrong_keys=WRONG_KEYS + 1),
)


def find_places(page: Page) -> dict[str, str]:
    """The ids that the addresses of states are filled with."""
    answer = page.request.get("/api/search", params={"q": QUESTION}).json()
    return {key: answer["hits"][0][key] for key in ("document_id", "passage_id")}


def open_state(page: Page, watch: Watch, state: State, places: Mapping[str, str]) -> None:
    """Go to a state; its HTTP status is the one it names."""
    if state.status >= 400:
        watch.expect(state.status)
    answer = page.goto(state.address.format_map(places))
    for number in range(state.wrong_keys):
        if number < state.wrong_keys - 1:
            page.request.post("/login", form={"key": "wrong"})  # told in no console
            continue
        page.get_by_label("Your key").fill("wrong")
        with page.expect_navigation() as led:
            page.get_by_role("button", name="Go on").click()
        answer = led.value
    assert answer is not None and answer.status == state.status
    assert state.keyed == (urlsplit(page.url).path == "/login")
    if state.unfolded:
        folded = page.locator("details:not([open])")
        assert folded.count(), f"{state.name} was to have folded parts"
        page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")
