"""A sentence-transformers model made here: tiny, random, and whole in every file."""

from pathlib import Path

import pytest

PROMPTS = {"query": "ask lamp ", "document": "tell "}
WINDOW = 24
WORDS = ("lamp", "bell", "tide", "salt", "keeper", "ask", "tell", "##s", "##er", ".", ",", "the")


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as SentenceTransformer.save() writes it: BERT of one layer, random weights."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel

    base, folder = (tmp_path_factory.mktemp(name) for name in ("bert", "model"))
    torch.manual_seed(0)
    vocabulary = _write_tokenizer(base)
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


def _write_tokenizer(folder: Path) -> int:
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece
    from tokenizers.normalizers import BertNormalizer
    from tokenizers.pre_tokenizers import BertPreTokenizer
    from tokenizers.processors import TemplateProcessing
    from transformers import PreTrainedTokenizerFast

    marks = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
    vocabulary = {token: number for number, token in enumerate((*marks, *WORDS))}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer()
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
    ).save_pretrained(folder)
    return len(vocabulary)
