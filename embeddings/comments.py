"""Where readers' comments begin in a plain text: they are kept, and labelled as what they are.

Either below a line that counts or names them, or below the article's closing lines (its source, its
author), where somebody speaks for himself whom the article never let speak outside quotation marks.
"""

import re
from collections.abc import Iterable, Sequence

from embeddings.cleaning import Judged, Kind

_FEWEST_WORDS = 60  # of the article above: a count of comments often stands under the title too
_TITLE = re.compile(
    r"(?:\d+ |reader |readers' |user |leave a )?(?:comments?|responses?|replies|kommentare?"
    r"|commentaires?|comentarios|commenti|yorumlar?|комментари[ийев]+|коментарі|изоҳлар|izohlar"
    r"|تعليقات|التعليقات|نظرات|دیدگاه‌?ها)(?: \(?\d+\)?)?:?"
    r"|\d+ thoughts? on .{1,200}",
    re.IGNORECASE,
)
_CLOSING = re.compile(r"\*?(?:about the author|source|originally published)\b", re.IGNORECASE)
_SELF = re.compile(
    r"\b(?:I|I['’](?:m|ve|d|ll)|my|Ich|ich|mein\w*|[Яя]|мо[йяеи]|[Jj]e|[Yy]o|[Bb]en|[Mm]en)\b"
)
_QUOTED = re.compile(r"[“\"«„][^”\"»“]{0,2000}[”\"»“]")


def find_comments(judged: Sequence[Judged]) -> int | None:
    """The place in the text from which on all prose is readers' comments, or None."""
    words = 0
    article: list[str] = []
    for i, item in enumerate(judged):
        if words >= _FEWEST_WORDS and _begins(judged, i, article):
            return item.block.end
        if item.kind is Kind.PROSE:
            words += item.block.words
            article.append(item.block.text)
    return None


def _begins(judged: Sequence[Judged], i: int, article: Sequence[str]) -> bool:
    text = judged[i].block.text.replace("’", "'")
    if _TITLE.fullmatch(text):
        return True
    below = [item.block.text for item in judged[i + 1 :] if item.kind is Kind.PROSE][:1]
    if not (_CLOSING.match(text) and below) or _CLOSING.match(judged[i + 1].block.text):
        return False
    return _speaks_for_himself(below) and not _speaks_for_himself(article)


def _speaks_for_himself(texts: Iterable[str]) -> bool:
    return any(_SELF.search(_QUOTED.sub("", text)) for text in texts)
