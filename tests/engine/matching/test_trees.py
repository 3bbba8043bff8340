"""Pairs of a pool without roles, held against another solver, on few pairs and on whole pools; and that prices prove them."""

from __future__ import annotations

import numpy as np
import pytest
import rustworkx

from openmentor.engine import matching as m
from openmentor.engine.matching.solvers import peers, trees


def quiet(stage, done, total):
    pass


def theirs(count, one, other, worth, counts_first):
    graph = rustworkx.PyGraph()
    graph.add_nodes_from(range(count))
    graph.add_edges_from([(int(i), int(j), int(w)) for i, j, w in zip(one, other, worth)])
    return rustworkx.max_weight_matching(graph, max_cardinality=counts_first, weight_fn=int)


@pytest.mark.parametrize("counts_first", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_trees_find_what_another_solver_finds(seed, counts_first):
    rng = np.random.default_rng(seed)
    for _ in range(60):
        count = int(rng.integers(2, 30))
        one, other = (each.astype(np.int64) for each in np.triu_indices(count, 1))
        there = rng.random(len(one)) < rng.choice([0.15, 0.4, 1.0])
        one, other = one[there], other[there]
        worth = rng.integers(0, rng.choice([3, 10, 1000]), len(one)).astype(np.int64)
        offset = (count // 2 + 1) * 1000 if counts_first else 0
        price = np.full(count, int(worth.max(initial=0)) + offset, dtype=np.int64)
        state = trees.new_state(count, one, other, worth + offset, price)
        trees.lower(state)
        trees.solve(state, 0, count)
        paired = np.flatnonzero(state.mate >= 0)
        assert (state.mate[state.mate[paired]] == paired).all()
        value = {(int(i), int(j)): int(w) for i, j, w in zip(one, other, worth)}
        ours = peers.pairs_of(state.mate).tolist()
        expected = theirs(count, one, other, worth, counts_first)
        assert sum(value[i, j] for i, j in ours) == sum(value[min(pair), max(pair)] for pair in expected)
        assert not counts_first or len(ours) == len(expected)
        # No pair at hand exceeds what prices allow, without circles too; who has nobody has no price.
        held = trees.shares(state)
        assert (held[one] + held[other] >= 2 * (worth + offset)).all()
        assert (trees.prices(state)[state.mate < 0] == 0).all()


def pool(kind, count):
    rng = np.random.default_rng(3)
    if kind == "product":
        spots = rng.random(count)
        scores = spots[:, None] * spots[None, :]
    elif kind == "ties":
        answers = rng.integers(0, 3, (count, 4))
        scores = (answers[:, None] == answers[None]).mean(2)
    elif kind == "clusters":
        spots = rng.normal(size=(count, 4)) + 2 * rng.normal(size=(5, 4))[rng.integers(0, 5, count)]
        scores = np.exp(-((spots[:, None] - spots[None]) ** 2).sum(2) / 8)
    else:
        scores = rng.random((count, count))
        scores[rng.random(scores.shape) < 0.98] = np.nan
    scores = (scores + scores.T) / 2
    np.fill_diagonal(scores, np.nan)
    return scores


@pytest.mark.parametrize("kind", ["product", "ties", "clusters", "sparse"])
def test_a_pool_too_large_to_look_at_every_pair_is_solved_for_all_of_them(kind):
    count = 401
    scores = pool(kind, count)
    assert count * (count - 1) // 2 > peers.ALL_PAIRS
    result = m.pairs(scores)
    m.verify(result.problem, result)
    one, other = np.nonzero(np.triu(~np.isnan(scores), 1))
    expected = theirs(count, one, other, np.rint(scores[one, other] * 2**30), True)
    assert len(result.pairs) == len(expected)
    assert result.value == pytest.approx(sum(scores[pair] for pair in expected), abs=1e-6)
    assert [level.gap for level in result.levels] == [0.0, 0.0, 0.0]


def test_a_run_that_is_broken_off_says_an_honest_bound(monkeypatch):
    scores = pool("clusters", 401)
    best = m.pairs(scores).value
    monkeypatch.setattr(peers, "MOST_ROUNDS", 1)
    monkeypatch.setattr(peers, "NEAR", 1)
    result = m.pairs(scores)
    m.verify(result.problem, result)
    assert result.value <= best <= result.bound


def test_a_large_pool_can_be_stopped():
    seen = []

    def stop(stage, done, total):
        seen.append(stage)
        if len(seen) > 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        m.pairs(pool("ties", 401), progress=stop)


def test_the_table_of_scores_is_not_changed():
    scores = pool("ties", 60)
    before = scores.copy()
    scores.flags.writeable = False
    peers.solve(scores, "coverage", quiet, np.array([3, 1, 50, 7]))
    np.testing.assert_array_equal(scores, before)
