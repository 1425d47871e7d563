"""Texts that may be near duplicates share a band; the rows of a template do not."""

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from embeddings.candidates import find_buckets, hash_bands

WORDS = [f"word{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(600)]


def test_texts_with_a_tenth_of_their_words_changed_share_a_band() -> None:
    chance = random.Random(1)
    for _ in range(200):
        text = chance.sample(WORDS, 50)
        other = list(text)
        for place in chance.sample(range(50), 5):
            other[place] = "another"
        one, two = hash_bands([text, other])
        assert (one == two).any()


def test_texts_that_share_half_their_words_here_and_there_mostly_share_none() -> None:
    chance = random.Random(1)
    met = 0
    for _ in range(200):
        text = chance.sample(WORDS, 50)
        other = [word if place % 2 else "another" for place, word in enumerate(text)]
        one, two = hash_bands([text, other])
        met += bool((one == two).any())
    assert met < 20


def test_rows_that_differ_in_a_number_never_meet() -> None:
    row = "the station at the river mouth measured a level of {} metres in the morning".format
    hashes = hash_bands([row(n).split() for n in (*range(20), "two", "three", "not", "may")])
    assert all(len(np.unique(band)) == len(hashes) for band in hashes.T)


@given(st.lists(st.lists(st.sampled_from(WORDS[:20]), max_size=30), max_size=8))
def test_texts_lie_in_one_bucket_where_they_share_a_band(texts: list[list[str]]) -> None:
    hashes = hash_bands(texts)
    buckets = find_buckets(hashes.T)
    for i in range(len(texts)):
        for j in range(i):
            meet = set(buckets.get(i, [])) & set(buckets.get(j, []))
            assert len(meet) == (hashes[i] == hashes[j]).sum()
