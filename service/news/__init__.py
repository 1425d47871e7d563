"""News: what saved searches find that they had not found before.

A file of searches (`searches.py`) is asked of one build (`finding.py`); what was told of earlier
ones is remembered beside it (`memory.py`); what is new is written for people and for programs
(`reports.py`).
"""
