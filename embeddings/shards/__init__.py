"""Builds over many workers: shards of the files of a corpus, each read, taken apart and encoded by
whoever has room, into a Parquet file of its own.

What is in a shard follows from its files and from how it is made alone, so it may be made anywhere,
any number of times. What is true of the corpus as a whole is for the build to find.
"""
