"""Tests of `service/`: HTTP, command line, live builds and evaluation, over real little indexes."""
