"""Tests on real PostgreSQL servers and with several workers, run by `make test-cluster`."""
