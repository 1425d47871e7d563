"""The process that makes shards: an order and the bytes of its files come in, Parquet goes out.

It ends with the build that started it, however busy it is.
"""

import logging

from embeddings.documents.messages import pack, read_message
from embeddings.errors import WinnowError
from embeddings.processes import end_with_starter, take_pipes
from embeddings.shards.cutting import Order
from embeddings.shards.making import make_shard


def main() -> None:
    """Make shards as standard input asks for them, until it ends."""
    requests, replies = take_pipes()
    logging.disable(logging.WARNING)
    end_with_starter()
    while message := read_message(requests):
        contents = [requests.read(size) for size in message.pop("sizes")]
        try:
            made = make_shard(Order(**message), contents)
        except WinnowError as error:
            replies.write(pack({"failed": [type(error).__name__, error.message, error.hint]}))
        else:
            replies.write(pack({"size": len(made)}))
            replies.write(made)
        replies.flush()
