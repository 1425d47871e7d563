"""Tests of the embeddings package, a module for a module."""
