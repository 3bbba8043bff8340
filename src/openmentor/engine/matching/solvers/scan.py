"""Compiled passes over a whole table of scores of a pool: which pairs to begin with, and which would gain by given prices."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

GOLDEN, PLASTIC = 0.6180339887498949, 0.7548776662466927


@njit(cache=True, nogil=True)
def scattered(low: Any, high: Any) -> Any:
    """As ``candidates.scatter``: equal scores give people different pairs."""
    mixed = low * GOLDEN + high * PLASTIC
    return mixed - np.floor(mixed)


@njit(cache=True, nogil=True)
def insert(values: Any, who: Any, value: Any, other: Any) -> None:
    """Keep the greatest values, in falling order, the least falling out."""
    k = len(values) - 1
    if value <= values[k]:
        return
    while k > 0 and values[k - 1] < value:
        values[k] = values[k - 1]
        who[k] = who[k - 1]
        k -= 1
    values[k] = value
    who[k] = other


@njit(cache=True, nogil=True)
def nearest(scores: Any, people: Any, least: Any, keep: Any) -> Any:
    """(n, keep) of each person the others with the best scores, -1 where there are fewer; and how well each fits on the whole, (n,).

    Scores below ``least`` don't count.
    """
    n = len(people)
    best = np.full((n, keep), -1.0)
    who = np.full((n, keep), -1, dtype=np.int64)
    whole = np.zeros(n)
    for a in range(n):
        row = scores[people[a]]
        for b in range(a + 1, n):
            score = row[people[b]]
            if score >= least:  # not NaN
                whole[a] += score
                whole[b] += score
                if score + 1e-9 > best[a, keep - 1] or score + 1e-9 > best[b, keep - 1]:
                    score += 1e-9 * scattered(a, b)
                    insert(best[a], who[a], score, b)
                    insert(best[b], who[b], score, a)
    return who, whole


@njit(cache=True, nogil=True)
def shared(above: Any, depth: Any, paid: Any, v: Any, w: Any) -> Any:
    """What circles around both ask of a pair: ``paid`` at the innermost of them. ``above`` (levels, 2n): 1, 2, 4, … further out."""
    levels = len(above)
    if depth[v] == 1 or depth[w] == 1:  # one of them is in none
        return 0
    if depth[v] < depth[w]:
        v, w = w, v
    for k in range(levels - 1, -1, -1):
        if depth[v] - (1 << k) >= depth[w]:
            v = above[k, v]
    if v == w:
        return paid[v]
    for k in range(levels - 1, -1, -1):
        if above[k, v] != above[k, w]:
            v, w = above[k, v], above[k, w]
    return paid[above[0, v]]


@njit(cache=True, nogil=True)
def nested(up: Any, price: Any, first: Any, n: Any) -> Any:
    """For each node, and one that is around all: what it is directly in, how deep it lies, and the prices from it outward."""
    nodes = len(up)
    parent = np.full(nodes + 1, nodes, dtype=np.int64)
    depth = np.zeros(nodes + 1, dtype=np.int64)
    paid = np.zeros(nodes + 1, dtype=np.int64)
    for start in range(nodes):
        if start >= n and first[start] < 0:
            continue
        way = [start]
        while up[way[-1]] >= 0 and depth[way[-1]] == 0:
            way.append(up[way[-1]])
        for k in range(len(way) - 1, -1, -1):
            node = way[k]
            if depth[node] == 0:
                if up[node] >= 0:
                    parent[node] = up[node]
                depth[node] = depth[parent[node]] + 1
                paid[node] = paid[parent[node]] + (price[node] if node >= n else 0)
    return parent, depth, paid


@njit(cache=True, nogil=True)
def gains(
    scores: Any,
    people: Any,
    least: Any,
    half: Any,
    offset: Any,
    price: Any,
    above: Any,
    depth: Any,
    paid: Any,
    keep: Any,
) -> Any:
    """Pairs that gain by the prices: of each person the ``keep`` with the most, -1 for fewer; and how much at most, (n,).

    Nothing is left out: a person of whom no pair gains has 0.
    """
    n = len(people)
    best = np.zeros((n, keep), dtype=np.int64)
    who = np.full((n, keep), -1, dtype=np.int64)
    short = np.zeros(n, dtype=np.int64)
    for a in range(n):
        row = scores[people[a]]
        for b in range(a + 1, n):
            score = row[people[b]]
            if not score >= least:
                continue
            gain = 2 * (offset + 2 * np.int64(score * half + 0.5)) - price[a] - price[b]
            if gain > 0:
                gain -= shared(above, depth, paid, a, b)
                if gain > 0:
                    short[a] = max(short[a], gain)
                    short[b] = max(short[b], gain)
                    insert(best[a], who[a], gain, b)
                    insert(best[b], who[b], gain, a)
    return who, short
