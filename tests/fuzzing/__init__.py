"""Coverage-guided fuzzing of what reads foreign bytes, and all that it ever found, as tests."""
