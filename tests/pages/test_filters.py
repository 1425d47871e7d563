"""What a list may be narrowed by: named, counted, and let go again."""

from service.facets import COUNTED, Facet
from service.pages.address import Address
from service.pages.filters import find_elsewhere, list_languages, view_filters, view_orders

FACETS = {
    "source": Facet(5, [("news/", 4), ("a.txt", 1)]),
    "language": Facet(5, [("en", 3), ("ckb", 2)]),
    "year": Facet(5, [("2016", 3), ("2018", 1)]),
}


def test_each_value_is_named_counted_and_linked() -> None:
    source, language, year = view_filters(Address("ice", offset=10), FACETS)
    assert [(one.label, one.count) for one in language.choices] == [
        ("English", 3),
        ("Central Kurdish", 2),
    ]
    assert source.choices[0].link == "/?q=ice&source=news%2F"
    assert [one.label for one in year.choices] == ["2018", "2016"]
    assert year.choices[0].link == "/?q=ice&after=2018&before=2018"


def test_what_is_chosen_comes_first_and_can_be_let_go() -> None:
    address = Address("ice", language="en", after="2016", before="2018-05")
    _, language, year = view_filters(address, FACETS)
    assert (language.choices[0].label, language.choices[0].chosen) == ("English", True)
    assert language.choices[0].link == "/?q=ice&after=2016&before=2018-05"
    assert [one.label for one in language.choices] == ["English", "Central Kurdish"]
    assert year.choices[0].label == "2016 to 2018-05"
    assert year.choices[0].link == "/?q=ice&language=en"


def test_a_filter_without_a_choice_is_not_shown() -> None:
    facets = FACETS | {"language": Facet(5, [("en", 5)]), "year": Facet(5, [])}
    assert [group.label for group in view_filters(Address("ice"), facets)] == ["Source"]


def test_of_many_values_the_commonest_are_shown_and_the_rest_counted() -> None:
    facets = FACETS | {"source": Facet(30, [(f"{number}.txt", 1) for number in range(30)])}
    source = view_filters(Address("ice"), facets)[0]
    assert (len(source.choices), source.more) == (8, 22)


def test_counts_that_may_be_short_are_not_shown() -> None:
    facets = FACETS | {"language": Facet(COUNTED + 1, [("en", COUNTED), ("de", 1)])}
    counts = [one.count for one in view_filters(Address("ice"), facets)[1].choices]
    assert counts == [None, None]
    assert ("de", "German") in list_languages(Address("ice"), (), facets)


def test_languages_are_all_that_are_known_with_what_is_in_each() -> None:
    assert list_languages(Address("ice", language="tr"), ("en", "ru"), FACETS) == [
        ("", "any"),
        ("ckb", "Central Kurdish (2)"),
        ("en", "English (3)"),
        ("ru", "Russian (0)"),
        ("tr", "Turkish (0)"),
    ]
    assert list_languages(Address(), ("en", "xx"), {}) == [
        ("", "any"),
        ("en", "English"),
        ("xx", "xx"),
    ]


def test_the_order_in_use_is_the_chosen_one() -> None:
    score, date = view_orders(Address("ice", sort="date"), FACETS)
    assert (score.chosen, date.chosen) == (False, True)
    assert score.link == "/?q=ice"
    assert view_orders(Address("ice"), FACETS | {"year": Facet(5, [])}) == []


def test_where_nothing_answers_each_filter_that_stands_in_the_way_is_named() -> None:
    facets = FACETS | {"source": Facet(0, []), "year": Facet(0, [])}
    (only,) = find_elsewhere(Address("ice", language="ru"), facets)
    assert (only.label, only.count, only.link) == ("language", 5, "/?q=ice")
