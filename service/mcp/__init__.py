"""Winnow for agents, by the Model Context Protocol: over standard input and output, and at `/mcp`.

The only place that imports `mcp`, which `endpoint.py` does with the first request alone.
"""
