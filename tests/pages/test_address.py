"""One state, one address: what is written into it is read from it again."""

from dataclasses import replace
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
    like=st.lists(TEXTS.filter(str.strip), max_size=2).map(tuple),
    syntax=st.sampled_from(["operators", "plain"]),
)
def test_an_address_says_all_that_it_was_made_of(
    q: str,
    source: str,
    after: str,
    mode: str,
    sort: str,
    offset: int,
    like: tuple[str, ...],
    syntax: str,
) -> None:
    address = Address(q, source, "", after, "", mode, sort, offset, "", syntax, like)
    said = parse_qs(urlsplit(address.page).query)
    assert tuple(said.pop("like", ())) == like
    given = {name: one for name, [one] in said.items()} | {"like": like}
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


def test_operators_are_read_unless_the_address_says_otherwise() -> None:
    address = Address('ice "old wall" source:x', source="x")
    query = address.make_query()
    assert (query.text, query.wording.phrases) == ("ice old wall", ("old wall",))
    assert "syntax=operators" in address.twin and "syntax=operators" in address.export("csv", 5)
    plain = replace(address, syntax="plain")
    assert plain.make_query().text == address.q and plain.is_unread
    assert "syntax" not in plain.twin and "syntax" not in Address("ice").twin


def test_a_list_leans_one_way_to_a_passage_and_to_ten_at_most() -> None:
    address = Address("ice", offset=20, unlike=("a",))
    assert address.lean("like", "a") == "/?q=ice&like=a"
    assert address.lean("unlike", "b") == "/?q=ice&unlike=a&unlike=b"
    full = Address("ice", like=tuple("0123456789"))
    assert full.lean("like", "a") == ""
    assert full.lean("unlike", "0") != ""
