"""How fast, how large: what an index and its server take of a machine, beside what it can do."""
