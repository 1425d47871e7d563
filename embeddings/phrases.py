"""The phrases that page furniture is known by: what a line says that no author writes."""

import re
from collections.abc import Sequence

from embeddings.blocks import Block

_LONGEST_APPEAL = 45
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"

# (reason, most words the block may have, pattern); letter case aside but where a pattern says so.
_PHRASES: tuple[tuple[str, int, re.Pattern[str]], ...] = tuple(
    (reason, most, re.compile(pattern, re.IGNORECASE))
    for reason, most, pattern in (
        ("caption", 30, r"^(?:photo|image|picture|file photo|caption|illustration)\b.{0,30}[:/]"),
        (
            "navigation",
            8,
            r"^(?:skip|jump|(?:go )?back) to\b|^go to (?:the )?(?:top|main|content|home|page)\b"
            r"|^(?:main )?(?:menu|navigation)$|^toggle "
            r"|^search(?: for)?:?$|^(?:home|information|log ?in|sign ?in|register|sitemap)$"
            r"|^(?:contact|about)(?: us)?$"
            r"|^(?:previous|next)(?: (?:post|article|page|story))?$|^close$|^print$",
        ),
        ("navigation", 12, r"(?:\s[|»›•·]\s|\s/\s.*\s/\s)(?!.*[.,!?]$)"),
        (
            "share line",
            12,
            r"^(?:share|e-?mail|send|pass)(?: (?:this|it|on|via|by|with|to (?:a )?friends?|article"
            r"|story|post|page)\b(?!.*[.!?]$).*)?[:|]?$|^(?:tweet|follow us|like us)\b(?!.*[.!?]$)"
            r"|^(?:facebook|twitter|x|whatsapp|telegram|linkedin|reddit|copy link)$",
        ),
        (
            "tag list",
            25,
            r"^(?:tags?|tagged(?: with| as)?|keywords|topics?|filed under|labels?)\s*:",
        ),
        (
            "comment count",
            6,
            r"^\d+\s+(?:comment|response|share|view|reaction|reply)$"
            r"|^(?:\d+|no)\s+(?:comments|responses|shares|views|reactions|replies)$"
            r"|^(?:leave|post|add) a (?:comment|reply)",
        ),
        (
            "subscription or donation box",
            _LONGEST_APPEAL,
            r"\bneeds? your (?:help|support)\b"
            r"|\byou (?:can|could|may) (?:help|support) us\b"
            r"|\bonly you can\b|^(?:please )?(?:subscribe|sign up|donate|support (?:us|our))\b"
            r"|^(?:choose|pick|select|see) (?:a|your|the|our) (?:plan|subscription)"
            r"|\bsubscri(?:be|ption)s?\b.*\b(?:today|now|plan|offer|month|newsletter|country)\b"
            r"|\b(?:our|free|daily|weekly) newsletter\b|\bbecome a (?:member|supporter|patron)\b"
            r"|\bplease (?:give|donate)\b|\bgive today\b"
            r"|\bwithout (?:its|our|your) (?:readers|support)\b"
            r"|\bhelp (?:us )?keep (?:us|our|this)\b|\byour (?:donation|contribution|support)\b",
        ),
        (
            "related articles",
            8,
            r"^(?:(?:the )?(?:latest|newest|recent|top|trending|popular|breaking|other|further"
            r"|fresh|today's) (?:news|stories|articles|posts|headlines|reading)"
            r"|most (?:read|popular|viewed|shared|commented)\b.*"
            r"|more (?:articles?|stories|news|reading|posts|from|like|on|in|of|by)\b.*"
            r"|related(?: (?:articles?|stories|posts?|news|content|topics|reading|links))?"
            r"|(?:read|see) (?:more|also|next|on)\b.*"
            r"|you (?:may|might) (?:also )?.*like"
            r"|(?:also|next|further) (?:read|reading|up)"
            r"|recommended(?: (?:for you|by|from|reading|stories|articles|posts|videos)\b.*)?"
            r"|popular(?: (?:now|today|this week|.*\b(?:stories|articles|posts|news|tags)))?"
            r"|editor'?s'? (?:picks?|choice)|(?:similar|other) (?:articles|stories|posts)\b.*"
            r")[:.]?$",
        ),
        (
            "legal notice",
            90,
            r"©|\(c\)\s*\d{4}|\ball rights reserved\b"
            r"|\bcopyright\b.*\b(?:\d{4}|reserved|act|law|section)\b"
            r"|\btitle 17\b|\bwithout profit\b"
            r"|^(?:terms of (?:use|service)|privacy policy|cookie policy)"
            r"|\bthis (?:site|website) uses cookies\b|\bfair use\b.*\bpurposes?\b",
        ),
        (
            "source line",
            25,
            r"^[\[(](?:source|via|credit|original)\b.*[\])]$"
            r"|^(?:source|via|credit|originally published)\s*:",
        ),
        (
            "byline",
            8,
            r"^(?:by|written by|posted by|words by|author:)\s+(?-i:[A-ZÀ-ÞА-Я])(?!.*[.!?]$)",
        ),
        (
            "date line",
            6,
            rf"^(?:\w+,\s*)?(?:\d{{1,2}}\s*{_MONTH}\s*,?\s*\d{{2,4}}"
            rf"|{_MONTH}\s*\d{{1,2}},?\s*\d{{4}}"
            r"|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})"
            r"(?:[,\s]+\d{1,2}:\d{2}.*)?$",
        ),
    )
)


def find_phrases(blocks: Sequence[Block]) -> dict[int, str]:
    """The lines that are furniture by their words, with the reason."""
    reasons = {}
    for i, block in enumerate(blocks):
        words, text = block.words, block.text.replace("’", "'")
        for reason, most, pattern in _PHRASES:
            if words <= most and pattern.search(text):
                reasons[i] = reason
                break
    return reasons
