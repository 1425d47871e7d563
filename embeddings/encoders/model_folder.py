"""A model folder in sentence-transformers' format: its files, window, prompts and weights hash.

Read without torch, so that `winnow inspect` can count tokens on a machine in a second.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from embeddings.encoders.profiles import find_profile
from embeddings.errors import EncoderUnavailable

_DEFAULT_WINDOW = 512
_QUERY_PROMPTS = ("query",)
_PASSAGE_PROMPTS = ("document", "passage", "corpus")
_ENDLESS = 10**9  # a tokenizer without a limit says 10**30


class ModelFolder:
    """Raises EncoderUnavailable where the folder is no model, or has no safetensors when asked.

    `own_prompts` stand in where its files name none; `expected_sha256` is that of its weights.
    """

    def __init__(
        self,
        path: Path,
        name: str,
        own_prompts: tuple[str, str] = ("", ""),
        expected_sha256: str | None = None,
    ) -> None:
        self.path = path
        self.name = name
        self.expected_sha256 = expected_sha256
        self._own_prompts = own_prompts
        for needed in ("config.json", "tokenizer.json"):
            if not (path / needed).is_file():
                raise EncoderUnavailable(
                    f"{path} has no {needed}: not a sentence-transformers model folder",
                    "give the folder that the model's save() wrote, or a model's hub name",
                )

    @cached_property
    def weights_sha256(self) -> str:
        """The hash of the one weights file, or of the hashes of several."""
        digests = [hash_file(path) for path in self._find_weights()]
        if len(digests) == 1:
            return digests[0]
        return hashlib.sha256("\n".join(digests).encode()).hexdigest()

    def _find_weights(self) -> list[Path]:
        found = sorted(
            path
            for path in self.path.rglob("*.safetensors")
            if not {"onnx", "openvino"} & set(path.relative_to(self.path).parts)
        )
        if not found:
            raise EncoderUnavailable(
                f"{self.path} has no .safetensors weights",
                "only safetensors are loaded; save the model with safe_serialization=True",
            )
        return found

    @cached_property
    def prompts(self) -> tuple[str, str]:
        """(query prompt, passage prompt), empty where the model has none.

        The names are those of sentence-transformers; a default of another name serves both.
        """
        config = self._read_json("config_sentence_transformers.json")
        named = {name: text for name, text in (config.get("prompts") or {}).items() if text}
        if not named:
            return self._own_prompts
        default = config.get("default_prompt_name")
        spare = "" if default in _PASSAGE_PROMPTS + _QUERY_PROMPTS else named.get(default, "")
        return (
            _find_first(_QUERY_PROMPTS, named, spare),
            _find_first(_PASSAGE_PROMPTS, named, spare),
        )

    @property
    def is_cross_encoder(self) -> bool:
        """Whether its weights judge a pair of texts; other models would be given random ones."""
        architectures = self._read_json("config.json").get("architectures") or []
        own = self._read_json("config_sentence_transformers.json").get("model_type")
        return own == "CrossEncoder" or any(
            str(name).endswith(("ForSequenceClassification", "ForCausalLM"))
            for name in architectures
        )

    @cached_property
    def window(self) -> int:
        """Most tokens of a text beside the encoder's own marks and the longer prompt."""
        prompt = max(self.count_tokens(list(self.prompts)))
        marks = int(self._tokenizer.num_special_tokens_to_add(is_pair=False))
        return self.length - marks - prompt

    @cached_property
    def settings_sha256(self) -> str:
        """The hash of all that shapes a vector beside the weights: every file of JSON."""
        digest = hashlib.sha256()
        for path in sorted(self.path.rglob("*.json")):
            digest.update(f"{path.relative_to(self.path).as_posix()} {hash_file(path)}\n".encode())
        return digest.hexdigest()

    @property
    def pooled(self) -> bool:
        """Whether vectors of sentences come of their passage's tokens, as its profile has it."""
        return find_profile(self.name, self.weights_sha256).pooled

    @property
    def known_identity(self) -> dict[str, object]:
        """All of an encoder's identity but the dimension, which follows from the weights."""
        query_prompt, passage_prompt = self.prompts
        return {
            "name": self.name,
            "window": self.window,
            "weights_sha256": self.weights_sha256,
            "query_prompt": query_prompt,
            "passage_prompt": passage_prompt,
            "pooled": self.pooled,
        }

    @cached_property
    def length(self) -> int:
        """Where sentence-transformers cuts a text: since its version 6 the tokenizer says so."""
        if length := self._read_json("sentence_bert_config.json").get("max_seq_length"):
            return int(length)
        lengths = (
            self._read_json("tokenizer_config.json").get("model_max_length"),
            self._read_json("config.json").get("max_position_embeddings"),
        )
        known = [int(length) for length in lengths if length and 0 < length < _ENDLESS]
        return min(known, default=_DEFAULT_WINDOW)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, marks not counted."""
        encodings = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(encoding) for encoding in encodings]

    def take_tokenizer(self) -> Any:
        """Its tokenizer, for whoever takes it to set up; the folder opens another when asked."""
        tokenizer = self._tokenizer
        del self._tokenizer
        return tokenizer

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        try:
            tokenizer = Tokenizer.from_file(str(self.path / "tokenizer.json"))
        except Exception as error:  # the library raises nothing narrower
            raise self._describe_damage("tokenizer.json", error) from error
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    def _read_json(self, name: str) -> dict[str, Any]:
        path = self.path / name
        if not path.is_file():
            return {}
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise self._describe_damage(name, error) from error
        return value if isinstance(value, dict) else {}

    def _describe_damage(self, name: str, error: Exception) -> EncoderUnavailable:
        return EncoderUnavailable(
            f"{self.path / name} cannot be read: {error}",
            "check that the folder is whole, or fetch it again",
        )


def _find_first(names: Sequence[str], prompts: Mapping[str, str], otherwise: str) -> str:
    return next((prompts[name] for name in names if name in prompts), otherwise)


def hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
