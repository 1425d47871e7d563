"""Tests on real PostgreSQL servers, run by `make test-cluster`."""
