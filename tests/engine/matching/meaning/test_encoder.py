"""Vectors are computed once, kept by what they are of, and no process spoils them for another."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import time

import numpy as np
import pytest

from openmentor.engine.matching.meaning.encoder import CHUNK, Encoder
from openmentor.engine.matching.meaning.store import Folder, Memory, key_of

SIZE = 4


class Counting:
    """A model that notes what it is asked for."""

    size = SIZE

    def __init__(self):
        self.asked = []

    def vector(self, text):
        self.asked.append(text)
        vector = np.array([len(text), 1, 2, 3], dtype=np.float32)
        return vector / np.sqrt((vector * vector).sum())


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    monkeypatch.delenv("OPENMENTOR_VECTORS", raising=False)


def made(model, folder=None):
    return Encoder("all-minilm-l6-v2", folder=folder, threads=1, model=model)


def test_a_text_is_computed_once():
    model = Counting()
    encoder = made(model)
    found = encoder.vectors(["a", "b", "a"])
    assert sorted(found) == ["a", "b"]
    encoder.vectors(["b", "c"])
    assert model.asked == ["a", "b", "c"]


def test_another_process_finds_them_in_the_folder(tmp_path):
    first, second = Counting(), Counting()
    wanted = made(first, tmp_path).vectors(["a", "bb"])
    found = made(second, tmp_path).vectors(["bb", "ccc"])
    assert (first.asked, second.asked) == (["a", "bb"], ["ccc"])
    np.testing.assert_array_equal(found["bb"], wanted["bb"])


def test_another_model_or_version_finds_none(tmp_path):
    made(Counting(), tmp_path).vectors(["a"])
    model = Counting()
    other = made(model, tmp_path)
    other.identity += "x"
    other.vectors(["a"])
    assert model.asked == ["a"]
    assert key_of("m 1", "a") != key_of("m 2", "a")


def test_the_setting_names_the_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENMENTOR_VECTORS", str(tmp_path))
    made(Counting()).vectors(["a"])
    assert [each.name for each in tmp_path.iterdir()] == ["vectors.sqlite3"]
    assert (tmp_path / "vectors.sqlite3").stat().st_mode & 0o077 == 0  # nobody else's to read


@pytest.mark.parametrize("content", [b"no database", b"SQLite format 3\0" + bytes(200)])
def test_a_damaged_folder_costs_time_and_nothing_else(tmp_path, content):
    (tmp_path / "vectors.sqlite3").write_bytes(content)
    assert list(made(Counting(), tmp_path).vectors(["a"])) == ["a"]
    unwritable = tmp_path / "file"
    unwritable.write_text("")
    assert list(made(Counting(), unwritable / "below").vectors(["a"])) == ["a"]


@pytest.mark.parametrize("data", [b"", b"\0" * 12, b"\xff" * 16, np.full(4, 9, "<f4").tobytes(), "text"])
def test_a_vector_that_can_not_be_one_is_computed_again(tmp_path, data):
    model = Counting()
    encoder = made(model, tmp_path)
    encoder.vectors(["a"])
    with sqlite3.connect(tmp_path / "vectors.sqlite3") as opened:
        opened.execute("UPDATE kept SET vector = ?", (data,))
    again = Counting()
    made(again, tmp_path).vectors(["a"])
    assert again.asked == ["a"]


def _write(folder, first, count):
    kept = Folder(folder, SIZE)
    for k in range(first, first + count):
        kept.put({key_of("m", str(k)): np.array([0, 0, 0, 1], dtype=np.float32)})


def test_two_processes_write_at_once_and_none_is_lost(tmp_path):
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_write, args=(tmp_path, first, 60)) for first in (0, 40)]
    for each in writers:
        each.start()
    for each in writers:
        each.join(60)
    assert len(Folder(tmp_path, SIZE).get([key_of("m", str(k)) for k in range(100)])) == 100


def test_a_writer_that_is_killed_leaves_whole_vectors(tmp_path):
    writer = multiprocessing.get_context("fork").Process(target=_write, args=(tmp_path, 0, 100_000))
    writer.start()
    kept = Folder(tmp_path, SIZE)
    deadline = time.monotonic() + 30
    while not kept.get([key_of("m", "20")]) and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(writer.pid, signal.SIGKILL)
    writer.join(30)
    kept.put({key_of("m", "after"): np.array([1, 0, 0, 0], dtype=np.float32)})
    assert len(kept.get([key_of("m", str(k)) for k in (*range(21), "after")])) == 22


def test_memory_keeps_the_last_used():
    memory = Memory(most=2)
    one = np.ones(1, dtype=np.float32)
    memory.put({b"a": one, b"b": one})
    memory.get([b"a"])
    memory.put({b"c": one})
    assert sorted(memory.kept) == [b"a", b"c"]


def test_progress_is_told_and_cancels():
    seen = []
    made(Counting()).vectors([str(k) for k in range(CHUNK + 1)], lambda *told: seen.append(told))
    assert seen == [("texts", 0, CHUNK + 1), ("texts", CHUNK, CHUNK + 1), ("texts", CHUNK + 1, CHUNK + 1)]

    def stop(stage, done, total):
        raise KeyboardInterrupt

    encoder = made(Counting())
    with pytest.raises(KeyboardInterrupt):
        encoder.vectors(["read by nobody before"], stop)
    assert list(encoder.vectors(["read by nobody before"])) == ["read by nobody before"]  # and isn't stuck afterwards
