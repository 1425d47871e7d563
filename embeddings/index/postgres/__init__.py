"""The index in PostgreSQL with pgvector: the same seam as the embedded index, for many machines.

`client.py` alone imports asyncpg; everything else here speaks to a database through it.
"""
