"""Documents in, a searchable artifact out.

This package writes: documents -> passages -> vectors -> artifact, and opens what it wrote. It knows
nothing of HTTP, reads no environment variable, and never imports `service`.
"""

__version__ = "0.1.0"
