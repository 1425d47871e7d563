"""Where readers' comments stand in a plain text: they are kept, and labelled as what they are.

Either below a line that counts or names them, or below the article's closing lines (its source, its
author), where somebody speaks for himself whom the article never let speak outside quotation marks.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from embeddings.article import OUTSIDE
from embeddings.blocks import Block
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


@dataclass(slots=True)
class _Article:
    """What stands above a line. Each text of it is searched once, whatever is asked how often."""

    words: int = 0
    unheard: list[str] = field(default_factory=list)
    has_spoken: bool = False

    def add(self, block: Block) -> None:
        self.words += block.words
        self.unheard.append(block.text)

    def speaks_for_himself(self) -> bool:
        """Whether its author does."""
        self.has_spoken = self.has_spoken or any(map(_speaks_for_himself, self.unheard))
        self.unheard.clear()
        return self.has_spoken


def find_comments(judged: Sequence[Judged]) -> Span | None:
    """The stretch of the text whose prose is readers' comments, or None.

    It ends where the page goes on with what it shows below every article.
    """
    is_page = any(item.kind is Kind.FURNITURE for item in judged)
    article = _Article()
    for i, item in enumerate(judged):
        if article.words >= _FEWEST_WORDS and _begins(judged, i, article, is_page):
            below = (other.block.start for other in judged[i:] if other.reason in _BELOW)
            return Span(item.block.end, next(below, judged[-1].block.end))
        if item.kind is Kind.PROSE:
            article.add(item.block)
    return None


def keep_comments(judged: Sequence[Judged], comments: Span) -> list[Judged]:
    """Make prose of the comments that were set aside as no part of the article."""
    return [
        Judged(item.block, Kind.PROSE)
        if item.reason == OUTSIDE and comments.start <= item.block.start < comments.end
        else item
        for item in judged
    ]


def _begins(judged: Sequence[Judged], i: int, article: _Article, is_page: bool) -> bool:
    text = judged[i].block.text.replace("’", "'")
    if _COUNT.fullmatch(text):
        return True
    if _TITLE.fullmatch(text):  # of a page; in a text it may be a chapter on comments
        return is_page
    if not _CLOSING.match(text) or i + 1 == len(judged):
        return False
    if _CLOSING.match(judged[i + 1].block.text):
        return False
    following = (judged[place] for place in range(i + 1, len(judged)))
    below = next((item.block.text for item in following if item.kind is Kind.PROSE), "")
    return _speaks_for_himself(below) and not article.speaks_for_himself()


def _speaks_for_himself(text: str) -> bool:
    return _SELF.search(_QUOTED.sub("", text)) is not None
