"""Where readers' comments stand in a plain text: they are kept, and labelled as what they are.

Either below a line that counts or names them, or below the article's closing lines (its source, its
author), where somebody speaks for himself whom the article never let speak outside quotation marks.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from embeddings.article import OUTSIDE
from embeddings.cleaning import Judged, Kind
from embeddings.records import Span

_FEWEST_WORDS = 60  # of the article above: a count of comments often stands under the title too
_NAME = (
    r"(?:comments?|responses?|replies|kommentare?|commentaires?|comentarios|commenti|yorumlar?"
    r"|комментари[ийевя]+|коментарі|изоҳлар|izohlar|تعليقات|التعليقات|نظرات|دیدگاه‌?ها)"
)
_COUNT = re.compile(
    rf"\d+ {_NAME}:?|{_NAME} \(?\d+\)?:?|(?:readers?'?|leave a) {_NAME}:?"
    r"|\d+ thoughts? on .{1,200}",
    re.IGNORECASE,
)
_TITLE = re.compile(f"{_NAME}:?", re.IGNORECASE)
_CLOSING = re.compile(r"\*?(?:about the author|source|originally published)\b", re.IGNORECASE)
_SELF = re.compile(
    r"\b(?:I|I['’](?:m|ve|d|ll)|my|Ich|ich|mein\w*|[Яя]|мо[йяеи]|[Jj]e|[Yy]o|[Bb]en|[Mm]en)\b"
)
_BELOW = {"related articles", "subscription or donation box", "legal notice"}
_QUOTED = re.compile(r"[“\"«„][^”\"»“]{0,2000}[”\"»“]")


def find_comments(judged: Sequence[Judged]) -> Span | None:
    """The stretch of the text whose prose is readers' comments, or None.

    It ends where the page goes on with what it shows below every article.
    """
    prose = [i for i, item in enumerate(judged) if item.kind is Kind.PROSE]
    is_page = any(item.kind is Kind.FURNITURE for item in judged)
    words, author_speaks = 0, False
    for i, item in enumerate(judged):
        if words >= _FEWEST_WORDS:
            begins = _is_title(judged, i, is_page)
            if not (begins or author_speaks) and _closes(judged, i, prose):
                above = prose[: bisect_left(prose, i)]
                author_speaks = any(_speaks_for_himself(judged[place]) for place in above)
                begins = not author_speaks
            if begins:
                below = (other.block.start for other in judged[i:] if other.reason in _BELOW)
                return Span(item.block.end, next(below, judged[-1].block.end))
        if item.kind is Kind.PROSE:
            words += item.block.words
    return None


def keep_comments(judged: Sequence[Judged], comments: Span) -> list[Judged]:
    """Make prose of the comments that were set aside as no part of the article."""
    return [
        Judged(item.block, Kind.PROSE)
        if item.reason == OUTSIDE and comments.start <= item.block.start < comments.end
        else item
        for item in judged
    ]


def _is_title(judged: Sequence[Judged], i: int, is_page: bool) -> bool:
    """Whether it names comments. In a text that is no page, the name alone may be a chapter's."""
    text = judged[i].block.text.replace("’", "'")
    return bool(_COUNT.fullmatch(text) or (is_page and _TITLE.fullmatch(text)))


def _closes(judged: Sequence[Judged], i: int, prose: Sequence[int]) -> bool:
    """Whether it is the article's last line, and somebody speaks for himself right below."""
    at = bisect_right(prose, i)
    return (
        _CLOSING.match(judged[i].block.text) is not None
        and at < len(prose)
        and not _CLOSING.match(judged[i + 1].block.text)
        and _speaks_for_himself(judged[prose[at]])
    )


def _speaks_for_himself(item: Judged) -> bool:
    return _SELF.search(_QUOTED.sub("", item.block.text)) is not None
