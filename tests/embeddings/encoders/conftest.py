"""A sentence-transformers model made here: tiny, random, and whole in every file."""

from pathlib import Path

import pytest

from tests.embeddings.encoders.models import write_tokenizer

PROMPTS = {"query": "ask lamp ", "document": "tell "}
WINDOW = 24


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as SentenceTransformer.save() writes it: BERT of one layer, random weights."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel

    base, folder = (tmp_path_factory.mktemp(name) for name in ("bert", "model"))
    torch.manual_seed(0)
    vocabulary = write_tokenizer(base)
    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(base)
    body = Transformer(str(base), max_seq_length=WINDOW)
    model = SentenceTransformer(
        modules=[body, Pooling(32)], prompts=PROMPTS, default_prompt_name="query", device="cpu"
    )
    model.save(str(folder), create_model_card=False)
    return folder
