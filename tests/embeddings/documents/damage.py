"""Files as a broken disk, download or hand leaves them, for hypothesis."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from hypothesis import strategies as st

Draw = st.DrawFn


@st.composite
def damaged(draw: Draw, data: bytes) -> bytes:
    """The file with bytes changed, a piece of it put elsewhere, cut short, or all of these."""
    place = st.integers(0, len(data))
    changed = bytearray(data)
    for at, value in draw(st.lists(st.tuples(place, st.integers(0, 255)), max_size=8)):
        changed[at : at + 1] = bytes([value])
    for start, end, to in draw(st.lists(st.tuples(place, place, place), max_size=2)):
        piece = bytes(changed[min(start, end) : max(start, end)])
        changed[to : to + draw(st.integers(0, len(piece)))] = piece
    return bytes(changed[: draw(place)]) if draw(st.booleans()) else bytes(changed)


@st.composite
def damaged_inside(draw: Draw, data: bytes) -> bytes:
    """The archive with one of its files damaged, and packed well."""
    with ZipFile(BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    chosen = draw(st.sampled_from(sorted(name for name in files if files[name])))
    files[chosen] = draw(damaged(files[chosen]))
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()
