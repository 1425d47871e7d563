"""The programs that `comparison.py` sets beside Winnow, each as its own documentation shows it."""
