"""Winnow beside others, and beside itself earlier on the same machine. No time is asserted here."""
