"""Files made to take more than they should: PDFs whose streams unfold without end."""

import zlib
from collections.abc import Sequence

_MEGABYTE = 1 << 20


def make_deflate_bomb(megabytes: int) -> bytes:
    """What inflates to so many megabytes of spaces, put together from one of them."""
    packer = zlib.compressobj(9, wbits=-15)
    one = packer.compress(b" " * _MEGABYTE) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x78\x9c" + one * megabytes + zlib.compressobj(9, wbits=-15).flush() + bytes(4)


def make_pdf(content: bytes, filters: str = "", forms: Sequence[tuple[str, bytes]] = ()) -> bytes:
    """A PDF of one page with a content stream, and the forms that it may draw."""
    names = " ".join(f"/{name} {number} 0 R" for number, (name, _) in enumerate(forms, 5))
    resources = f"/Resources << /XObject << {names} >> >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R "
        b"%s >>" % resources.encode(),
        _make_stream(content, f"/Filter {filters}" if filters else ""),
    ]
    form = f"/Type /XObject /Subtype /Form /BBox [0 0 600 800] {resources}"
    objects += [_make_stream(drawn, form) for _, drawn in forms]
    return _join(objects)


def _make_stream(content: bytes, facts: str) -> bytes:
    head = b"<< /Length %d %s >>" % (len(content), facts.encode())
    return head + b"\nstream\n" + content + b"\nendstream"


def _join(objects: Sequence[bytes]) -> bytes:
    data, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    count = len(objects) + 1
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        data
        + b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
        + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, len(data))
    )


def make_packet_bomb(packet: bytes) -> bytes:
    """A PDF of one page, whose packet of facts is a bomb."""
    return _join(
        [
            b"<< /Type /Catalog /Pages 2 0 R /Metadata 4 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] >>",
            _make_stream(packet, "/Type /Metadata /Subtype /XML /Filter /FlateDecode"),
        ]
    )


def make_object_bomb(objects: bytes) -> bytes:
    """A PDF whose list of pages lies in a packed stream of objects, which is a bomb."""
    parts = [
        b"<< /Type /Catalog /Pages 3 0 R >>",
        _make_stream(objects, "/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode"),
    ]
    data, places = b"%PDF-1.5\n", []
    for number, content in enumerate(parts, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    # Of each object: plain and where, or in which stream and its place there.
    rows = [b"\0\0\0\0\0\0", *(b"\1" + place.to_bytes(4) + b"\0" for place in places)]
    rows += [b"\2" + (2).to_bytes(4) + b"\0", b"\1" + len(data).to_bytes(4) + b"\0"]
    facts = "/Type /XRef /Size 5 /W [1 4 1] /Root 1 0 R"
    return (
        data
        + b"4 0 obj\n%s\nendobj\n" % _make_stream(b"".join(rows), facts)
        + b"startxref\n%d\n%%%%EOF\n" % len(data)
    )
