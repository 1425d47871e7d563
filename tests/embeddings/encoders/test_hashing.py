"""The encoder without a model: the same vectors everywhere, of length 1, near by spelling."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.encoders.hashing import HashingEncoder


@given(st.lists(st.text(), max_size=20))
def test_vectors_are_of_length_one_and_the_same_every_time(texts: list[str]) -> None:
    vectors = HashingEncoder().encode_passages(texts)
    assert vectors.shape == (len(texts), 64)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(vectors, HashingEncoder().encode_queries(texts))


def test_vectors_are_the_same_on_every_machine() -> None:
    """An index made elsewhere stays good: the numbers are fixed here, not only their shape."""
    (vector,) = HashingEncoder().encode_passages(["Salt lamp"])
    places = {int(i): round(float(vector[i]), 4) for i in np.flatnonzero(vector)}
    assert places == {15: 0.866, 22: 0.2887, 25: -0.2887, 31: 0.2887}


@pytest.mark.parametrize("text", ["", " ", "?!", "🙂", "x"])
def test_a_text_with_little_or_nothing_in_it_has_a_vector(text: str) -> None:
    assert np.linalg.norm(HashingEncoder().encode_passages([text])[0]) == pytest.approx(1)


def test_case_is_set_aside_and_spelling_tells() -> None:
    lamp, same, near, far = HashingEncoder().encode_passages(
        ["the lamplighter", "The LAMPLIGHTER", "a lamplighter's", "salt of Timbuktu"]
    )
    assert lamp @ same == pytest.approx(1)
    assert lamp @ near > lamp @ far + 0.3


def test_tokens_are_words() -> None:
    encoder = HashingEncoder()
    assert encoder.count_tokens(["", "one", "two, words", "it's 5,500"]) == [0, 1, 2, 4]
    assert encoder.window == encoder.identity.window
