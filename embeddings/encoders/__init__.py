"""Encoders: texts in, unit vectors out; rerankers: a query and texts in, a number for each out.

The heavy libraries load only when one of them does.
"""

from embeddings.encoders.loading import load_encoder, load_reranker, load_rounded, load_tokenizer
from embeddings.encoders.profiles import DEFAULT_ENCODER, Profile, find_profile
from embeddings.encoders.protocol import Encoder, Reranker, Tokenizer
from embeddings.encoders.quantized import Loss, RoundedEncoder

__all__ = [
    "DEFAULT_ENCODER",
    "Encoder",
    "Loss",
    "Profile",
    "Reranker",
    "RoundedEncoder",
    "Tokenizer",
    "find_profile",
    "load_encoder",
    "load_reranker",
    "load_rounded",
    "load_tokenizer",
]
