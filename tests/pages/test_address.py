"""One state, one address: what is written into it is read from it again."""

from urllib.parse import parse_qs, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from embeddings.records import Filter
from service.pages.address import Address, read_address

TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)


@given(
    q=TEXTS,
    source=TEXTS.map(str.strip),
    after=st.sampled_from(["", "2017", "2017-10-31"]),
    mode=st.sampled_from(["hybrid", "dense"]),
    sort=st.sampled_from(["score", "date"]),
    offset=st.sampled_from([0, 10, 990]),
)
def test_an_address_says_all_that_it_was_made_of(
    q: str, source: str, after: str, mode: str, sort: str, offset: int
) -> None:
    address = Address(q, source, after=after, mode=mode, sort=sort, offset=offset)
    given = {name: one for name, [one] in parse_qs(urlsplit(address.page).query).items()}
    place = int(given.pop("offset", 0))
    assert read_address(**given, offset=place) == address  # type: ignore[arg-type]


def test_what_is_left_as_it_was_is_not_named() -> None:
    assert read_address(q="ice", source=" ", mode="", sort="", offset=0).page == "/?q=ice"
    assert read_address().page == "/"


def test_another_choice_begins_the_list_anew_and_turning_keeps_it() -> None:
    address = Address("ice", language="en", offset=20)
    assert address.change(language="") == "/?q=ice"
    assert address.turn(30) == "/?q=ice&language=en&offset=30"
    assert address.around(21) == "/?q=ice&language=en&offset=20"
    assert address.around(20) == "/?q=ice&language=en&offset=10"


def test_a_hit_is_found_in_its_document_with_the_list_it_comes_from() -> None:
    address = Address("a & b", source="x/", offset=20)
    assert address.find("d", "p", 3) == "/documents/d?q=a+%26+b&source=x%2F&hit=3#p"
    assert Address().find("d", "p") == "/documents/d#p"


def test_a_query_asks_for_what_the_address_says() -> None:
    query = Address("ice", "x", "en", "2016", "2017", "dense", "date", 20).make_query()
    assert query.filter == Filter("x", "en", "2016", "2017")
    assert (query.mode, query.sort, query.offset, query.facets) == ("dense", "date", 20, True)
