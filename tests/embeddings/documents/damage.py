"""Files as a broken disk or download leaves them, for hypothesis."""

from hypothesis import strategies as st


def damaged(data: bytes) -> st.SearchStrategy[bytes]:
    """The file cut short, with some of its bytes changed, or both."""
    place = st.integers(0, len(data) - 1)
    changes = st.lists(st.tuples(place, st.integers(0, 255)), max_size=8)
    return st.tuples(st.integers(0, len(data)), changes).map(lambda drawn: _damage(data, *drawn))


def _damage(data: bytes, length: int, changes: list[tuple[int, int]]) -> bytes:
    changed = bytearray(data)
    for place, value in changes:
        changed[place] = value
    return bytes(changed[:length])
