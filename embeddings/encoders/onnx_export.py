"""A sentence-transformers model -> a file that onnxruntime runs. Loads torch.

The older exporter of torch, which records what one batch goes through: it takes a fifth of the
time of the newer one, and onnx alone beside torch. What it makes is compared before it is used.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from embeddings.encoders.onnx_encoder import INPUTS, OUTPUT, TOKENS, Ids

_OPSET = 17


def export(model: Any, ids: Ids, mask: Ids, file: Path, with_tokens: bool) -> None:
    """Write the graph from tokens to vectors of length 1, for batches of any size and length.

    With the outputs of the tokens too, where sentences are pooled from them.
    """
    import torch

    class Whole(torch.nn.Module):
        """All modules of the model, as one function of tensors."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, ids: Any, mask: Any) -> Any:
            features = self.model(dict(zip(INPUTS, (ids, mask), strict=True)))
            vectors = torch.nn.functional.normalize(features["sentence_embedding"], dim=1)
            return (vectors, features["token_embeddings"]) if with_tokens else vectors

    texts = {0: "texts", 1: "tokens"}
    axes = {**dict.fromkeys(INPUTS, texts), OUTPUT: {0: "texts"}}
    if with_tokens:
        axes[TOKENS] = texts
    with _silence(), torch.no_grad():
        torch.onnx.export(
            Whole().train(False),
            (torch.from_numpy(ids), torch.from_numpy(mask)),
            str(file),
            input_names=list(INPUTS),
            output_names=[OUTPUT, TOKENS] if with_tokens else [OUTPUT],
            dynamic_axes=axes,
            opset_version=_OPSET,
            dynamo=False,
        )


@contextmanager
def _silence() -> Iterator[None]:
    """It warns of its age, and of what it takes for constant, which the comparison looks at."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
