"""Encoders: texts in, unit vectors out. The heavy libraries load only when an encoder does."""

from embeddings.encoders.loading import load_encoder, load_tokenizer
from embeddings.encoders.profiles import DEFAULT_ENCODER, Profile, find_profile
from embeddings.encoders.protocol import Encoder, Tokenizer

__all__ = [
    "DEFAULT_ENCODER",
    "Encoder",
    "Profile",
    "Tokenizer",
    "find_profile",
    "load_encoder",
    "load_tokenizer",
]
