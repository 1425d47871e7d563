"""Where readers' comments stand in a plain text: they are kept, and labelled as what they are.

Either below a line that counts or names them, or below the article's closing lines (its source, its
author), where somebody speaks for himself whom the article never let speak outside quotation marks.
"""

import re
from collections.abc import Iterable, Sequence

from embeddings.article import OUTSIDE
from embeddings.cleaning import Judged, Kind
from embeddings.records import Span

_FEWEST_WORDS = 60  # of the article above: a count of comments often stands under the title too
_NAME = (
    r"(?:comments?|responses?|replies|kommentare?|commentaires?|comentarios|commenti|yorumlar?"
    r"|комментари[ийев]+|коментарі|изоҳлар|izohlar|تعليقات|التعليقات|نظرات|دیدگاه‌?ها)"
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
    words = 0
    article: list[str] = []
    for i, item in enumerate(judged):
        if words >= _FEWEST_WORDS and _begins(judged, i, article):
            below = (other.block.start for other in judged[i:] if other.reason in _BELOW)
            return Span(item.block.end, next(below, judged[-1].block.end))
        if item.kind is Kind.PROSE:
            words += item.block.words
            article.append(item.block.text)
    return None


def keep_comments(judged: Sequence[Judged], comments: Span) -> list[Judged]:
    """Make prose of the comments that were set aside as no part of the article."""
    return [
        Judged(item.block, Kind.PROSE)
        if item.reason == OUTSIDE and comments.start <= item.block.start < comments.end
        else item
        for item in judged
    ]


def _begins(judged: Sequence[Judged], i: int, article: Sequence[str]) -> bool:
    text = judged[i].block.text.replace("’", "'")
    if _COUNT.fullmatch(text):
        return True
    if _TITLE.fullmatch(text):  # of a page; in a text it may be a chapter on comments
        return any(item.kind is Kind.FURNITURE for item in judged)
    below = [item.block.text for item in judged[i + 1 :] if item.kind is Kind.PROSE][:1]
    if not (_CLOSING.match(text) and below) or _CLOSING.match(judged[i + 1].block.text):
        return False
    return _speaks_for_himself(below) and not _speaks_for_himself(article)


def _speaks_for_himself(texts: Iterable[str]) -> bool:
    return any(_SELF.search(_QUOTED.sub("", text)) for text in texts)
