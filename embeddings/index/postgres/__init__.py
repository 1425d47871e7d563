"""The same index in PostgreSQL with pgvector: a schema that holds builds side by side.

Each build has tables of its own, which nothing changes once it is published. A search reads by
statements over one table each, without joins, so that tables may be spread over servers.
"""
