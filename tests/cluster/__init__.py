"""Tests that need a database server, or several workers."""
