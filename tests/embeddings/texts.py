"""Texts that hypothesis makes: the marks that a cutter may stumble over, in many scripts."""

from hypothesis import strategies as st

_WORDS = (
    *("the", "keeper", "don't", "5,500", "Mr.", "U.S.", "said", "x" * 40, "naïve", "e\u0301"),
    *(
        "Привет",
        "мир",
        "这是",
        "一个",
        "句子。",
        "ですか？",
        "हिन्दी",
        "।",
        "مرحبا",
        "؟",
        "۔",
        "ไทย",
    ),
    *("“", "”", '"', "«", "»", "‹", "›", "'", ")", "]", ".", "!", "?", "…", "...", ":"),
    *("- ", "• ", "1. ", "(a) ", "*", "©", "Tags:", "Share", "|", "[…]", "Read more"),
    *("\u200b", "\ufeff", "\u00a0", "\x1c", "🙂", "👩‍👩‍👧", "\ufffd", "\u202e"),
)
_GAPS = ("", " ", " ", " ", "  ", "\t", "\n", "\n\n", "\r\n", "\r", "\f", "\v", "\x85", "\u2028")


def messy_texts(size: int = 100) -> st.SearchStrategy[str]:
    """Words, marks and any Unicode at all, with any gap between them."""
    word = st.one_of(st.sampled_from(_WORDS), st.text(st.characters(codec="utf-8"), max_size=6))
    pairs = st.tuples(word, st.sampled_from(_GAPS))
    return st.lists(pairs, max_size=size).map(
        lambda found: "".join(word + gap for word, gap in found)
    )
