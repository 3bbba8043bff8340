"""The best pairs among people without roles, on pairs at hand: whole numbers, compiled, exact, with the prices that prove it.

One alternating tree at a time grows from somebody who has nobody, along pairs that cost nothing over their prices; odd circles are
shrunk to one node with a price of its own. Prices of nodes on an outer place fall and those on an inner one rise, all at one pace, so
what happens next is the first of a heap, and only people near the tree are touched.

Source  Edmonds (1965), Paths, trees, and flowers; Galil (1986), ACM Computing Surveys 18(1), for what is kept of a tree.
"""

from __future__ import annotations

import heapq
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int64]
NOBODY = -1
FREE, OUTER, INNER = 0, 1, 2
LATEST = 2**62
SHRUNK, SPENT = -1, -2  # instead of a person's number in an event: an inner circle's price is 0; a person's is


class State(NamedTuple):
    """n people are nodes 0..n-1; circles that were shrunk are nodes n..2n-1.

    at, to, worth   pairs of each person: to[at[v]:at[v+1]] whom, worth of the pair.
    price    (2n,) of people twice what they take of a pair's worth; of circles what a pair inside pays on top.
    mate     (n,) partners.         up   (2n,) the circle that a node is directly in.
    jump     (2n,) some node around a node, in the end the outermost, which points at itself; ways are shortened as they are gone.
    owed     (2n,) what all people of a node have taken off their prices meanwhile, beside what the node that it points at owes.
    base     (2n,) the person of a node who may have a partner outside it; first (2n,) the child with the base.
    after, before (2n,)   neighbors in a circle; near, far (2n,): the pair that leads from a node to the one after.
    place    (2n,) of outermost nodes in the tree; since (2n,) when they took it; gate, root (2n,): for inner ones their
             person, and the one further up, of the pair by which they joined.
    mark     (2n,) which search for a common node was here, and from which end; rank (2n,) after how many steps.
    size     (2n,) people in a node.
    spare    numbers of circles that are not in use; gone: of those in use no more to which some nodes still point.
    tally    how many are spare; the search's number; when this tree ends at the latest; how many are gone.
    """

    at: Ints
    to: Ints
    worth: Ints
    price: Ints
    mate: Ints
    up: Ints
    jump: Ints
    owed: Ints
    base: Ints
    first: Ints
    after: Ints
    before: Ints
    near: Ints
    far: Ints
    place: Ints
    since: Ints
    gate: Ints
    root: Ints
    mark: Ints
    rank: Ints
    size: Ints
    spare: Ints
    gone: Ints
    tally: Ints


def new_state(count: int, first: Ints, second: Ints, worth: Ints, price: Ints) -> State:
    """Nobody has anybody. Prices must hold every pair: price[i] + price[j] >= 2 worth; ``worth`` (k,) of pairs."""
    who, whom, both = np.concatenate([first, second]), np.concatenate([second, first]), np.concatenate([worth, worth])
    order = np.argsort(who * count + whom)  # no pair stands twice
    at = np.searchsorted(who[order], np.arange(count + 1)).astype(np.int64)
    nodes = np.arange(2 * count, dtype=np.int64)

    def filled(value: int, length: int = 2 * count) -> Ints:
        return np.full(length, value, dtype=np.int64)

    base = np.concatenate([nodes[:count], filled(NOBODY, count)])
    prices = np.concatenate([price, filled(0, count)]).astype(np.int64)
    return State(
        at, whom[order].astype(np.int64), both[order].astype(np.int64), prices, filled(NOBODY, count), filled(NOBODY),
        nodes.copy(), filled(0), base, filled(NOBODY), filled(NOBODY), filled(NOBODY), filled(NOBODY), filled(NOBODY),
        filled(FREE), filled(0), filled(NOBODY), filled(NOBODY), filled(0), filled(0), filled(1),
        nodes[count:][::-1].copy(), filled(0, count), np.array([count, 1, 0, 0], dtype=np.int64),
    )  # fmt: skip


@njit(cache=True, nogil=True)
def people_of(s: Any, node: Any) -> Any:
    """The people of a node."""
    n = len(s.mate)
    found = []
    stack = [node]
    while len(stack):
        each = stack.pop()
        if each < n:
            found.append(each)
        else:
            child = s.first[each]
            while True:
                stack.append(child)
                child = s.after[child]
                if child == s.first[each]:
                    break
    return found


@njit(cache=True, nogil=True)
def nodes_of(s: Any, node: Any) -> Any:
    """A node and all that is in it."""
    found = [node]
    k = 0
    while k < len(found):
        if found[k] >= len(s.mate):
            child = s.first[found[k]]
            while True:
                found.append(child)
                child = s.after[child]
                if child == s.first[found[k]]:
                    break
        k += 1
    return found


@njit(cache=True, nogil=True)
def top(s: Any, node: Any) -> Any:
    """The outermost node around a node."""
    while s.jump[node] != node:
        further = s.jump[node]
        if s.jump[further] != further:
            s.owed[node] += s.owed[further]
            s.jump[node] = s.jump[further]
        node = s.jump[node]
    return node


@njit(cache=True, nogil=True)
def price_now(s: Any, v: Any, now: Any) -> Any:
    price = s.price[v]
    node = v
    while s.jump[node] != node:
        price -= s.owed[node]
        node = s.jump[node]
    price -= s.owed[node]
    if s.place[node] == OUTER:
        return price - (now - s.since[node])
    if s.place[node] == INNER:
        return price + (now - s.since[node])
    return price


@njit(cache=True, nogil=True)
def settle(s: Any, node: Any, now: Any) -> None:
    """Write down what an outermost node's people have taken off their prices until now."""
    step = now - s.since[node]
    s.since[node] = now
    if s.place[node] == FREE:
        return
    if s.place[node] == INNER:
        step = -step
    s.owed[node] += step
    if node >= len(s.mate):
        s.price[node] += 2 * step


@njit(cache=True, nogil=True)
def look_out(s: Any, node: Any, now: Any, events: Any) -> None:
    """A node's people stand on an outer place from now on: when could each of their pairs cost nothing?"""
    for v in people_of(s, node):
        mine = price_now(s, v, now)
        own = top(s, v)
        if now + mine < s.tally[2]:
            s.tally[2] = now + mine
            heapq.heappush(events, (now + mine, SPENT, v))
        for k in range(s.at[v], s.at[v + 1]):
            w = s.to[k]
            other = top(s, w)
            if other == own or s.place[other] == INNER:
                continue
            slack = mine + price_now(s, w, now) - 2 * s.worth[k]
            time = now + (slack // 2 if s.place[other] == OUTER else slack)
            if time >= s.tally[2]:  # the tree ends before, or then
                continue
            if s.place[other] == FREE and s.mate[s.base[other]] == NOBODY:
                s.tally[2] = time
            heapq.heappush(events, (time, v, w))


@njit(cache=True, nogil=True)
def worth_of(s: Any, v: Any, w: Any) -> Any:
    low, high = s.at[v], s.at[v + 1]
    while low < high:
        middle = (low + high) // 2
        if s.to[middle] < w:
            low = middle + 1
        else:
            high = middle
    return s.worth[low]


@njit(cache=True, nogil=True)
def make_inner(s: Any, node: Any, gate: Any, root: Any, now: Any, events: Any) -> None:
    s.place[node] = INNER
    s.since[node] = now
    s.gate[node] = gate
    s.root[node] = root
    if node >= len(s.mate) and now + s.price[node] // 2 < s.tally[2]:
        heapq.heappush(events, (now + s.price[node] // 2, SHRUNK, node))


@njit(cache=True, nogil=True)
def make_outer(s: Any, node: Any, now: Any) -> None:
    s.place[node] = OUTER
    s.since[node] = now


@njit(cache=True, nogil=True)
def rotate(s: Any, node: Any, person: Any) -> None:
    """Pair the people inside a node so that ``person`` is the one who may have a partner outside."""
    n = len(s.mate)
    tasks = [(node, person)]
    while len(tasks):
        circle, v = tasks.pop()
        if circle < n or s.base[circle] == v:
            continue
        child = v
        while s.up[child] != circle:
            child = s.up[child]
        tasks.append((child, v))
        old = s.first[circle]
        steps = 0
        each = child
        while each != old:
            each = s.after[each]
            steps += 1
        # The way with an even number of steps: there everybody gets the other neighbor.
        each = child
        while each != old:
            if steps % 2 == 0:
                one = s.after[each]
                two = s.after[one]
                a, b = s.near[one], s.far[one]
            else:
                one = s.before[each]
                two = s.before[one]
                b, a = s.near[two], s.far[two]
            tasks.append((one, a))
            tasks.append((two, b))
            s.mate[a] = b
            s.mate[b] = a
            each = two
        s.first[circle] = child
        s.base[circle] = v


@njit(cache=True, nogil=True)
def hand_up(s: Any, v: Any, w: Any) -> None:
    """Give ``v``, on an outer place, the partner ``w`` (nobody: -1); the pairs on the way to the root change over."""
    while True:
        node = top(s, v)
        old = s.mate[s.base[node]]
        rotate(s, node, v)
        s.mate[v] = w
        if old == NOBODY:
            return
        inner = top(s, old)
        gate, root = s.gate[inner], s.root[inner]
        rotate(s, inner, gate)
        s.mate[gate] = root
        v, w = root, gate


@njit(cache=True, nogil=True)
def shrink(s: Any, v: Any, w: Any, now: Any, events: Any, in_tree: Any) -> None:
    """Two outer nodes touch: the circle that closes in the tree becomes one outer node."""
    # From both ends upward in turn, until one comes where the other was.
    left, right = [top(s, v)], [top(s, w)]
    s.tally[1] += 1
    search = 2 * s.tally[1]
    s.mark[left[0]], s.rank[left[0]] = search, 0
    s.mark[right[0]], s.rank[right[0]] = search + 1, 0
    meet = NOBODY
    at_left, at_right = 0, 0
    while meet == NOBODY:
        for side in range(2):
            way = left if side == 0 else right
            mate = s.mate[s.base[way[-1]]]
            if mate == NOBODY:
                continue
            inner = top(s, mate)
            higher = top(s, s.root[inner])
            way.append(inner)
            way.append(higher)
            if s.mark[higher] == search + 1 - side:
                meet = higher
                at_left = len(left) - 1 if side == 0 else s.rank[higher]
                at_right = len(right) - 1 if side == 1 else s.rank[higher]
                break
            s.mark[higher], s.rank[higher] = search + side, len(way) - 1
    left = left[: at_left + 1]
    right = right[: at_right + 1]
    if s.tally[0] == 0:
        straighten(s)
    s.tally[0] -= 1
    circle = s.spare[s.tally[0]]
    nodes = [meet]
    for k in range(len(left) - 2, -1, -1):
        nodes.append(left[k])
    last_left = len(nodes) - 1
    for k in range(len(right) - 1):
        nodes.append(right[k])
    size = len(nodes)
    for k in range(size):
        node, following = nodes[k], nodes[(k + 1) % size]
        s.after[node] = following
        s.before[following] = node
        if k == last_left:
            s.near[node], s.far[node] = v, w
        elif k < last_left:  # down the left side
            if s.place[following] == INNER:
                s.near[node], s.far[node] = s.root[following], s.gate[following]
            else:
                s.near[node], s.far[node] = s.mate[s.base[following]], s.base[following]
        elif s.place[node] == INNER:  # up the right side
            s.near[node], s.far[node] = s.gate[node], s.root[node]
        else:
            s.near[node], s.far[node] = s.base[node], s.mate[s.base[node]]
    s.base[circle] = s.base[meet]
    s.first[circle] = meet
    s.up[circle] = NOBODY
    s.price[circle] = 0
    s.size[circle] = 0
    fresh = []
    for node in nodes:
        s.size[circle] += s.size[node]
        settle(s, node, now)
        if s.place[node] == INNER:
            fresh.append(node)
        s.place[node] = FREE
        s.up[node] = circle
        s.jump[node] = circle
    s.jump[circle] = circle
    s.owed[circle] = 0
    make_outer(s, circle, now)
    in_tree.append(circle)
    for node in fresh:
        look_out(s, node, now, events)


@njit(cache=True, nogil=True)
def take_over(s: Any, circle: Any, node: Any) -> None:
    """A circle that falls apart becomes its part ``node`` in all but its number."""
    s.after[circle], s.before[circle] = s.after[node], s.before[node]
    s.near[circle], s.far[circle] = s.near[node], s.far[node]
    s.before[s.after[node]] = circle
    s.after[s.before[node]] = circle
    s.base[circle], s.price[circle], s.size[circle] = s.base[node], s.price[node], s.size[node]
    first = s.first[node]
    child = first
    while True:
        s.up[child] = circle
        child = s.after[child]
        if child == first:
            break
    s.first[circle] = first
    s.first[node] = NOBODY
    s.base[node] = NOBODY
    s.gone[s.tally[3]] = node
    s.tally[3] += 1


@njit(cache=True, nogil=True)
def straighten(s: Any) -> None:
    """Let every node point at its outermost one, so that numbers that are gone can be used again."""
    for node in range(len(s.up)):
        if node < len(s.mate) or s.first[node] != NOBODY:
            outermost = top(s, node)
            owed = 0
            each = node
            while each != outermost:
                owed += s.owed[each]
                each = s.jump[each]
            if node != outermost:
                s.jump[node] = outermost
                s.owed[node] = owed
    for k in range(s.tally[3]):
        s.spare[s.tally[0]] = s.gone[k]
        s.tally[0] += 1
    s.tally[3] = 0


@njit(cache=True, nogil=True)
def open_circle(s: Any, circle: Any, now: Any, events: Any, in_tree: Any) -> None:
    """An inner circle whose price is spent falls apart: a part of it stays in the tree, the others leave it."""
    settle(s, circle, now)
    nodes = []
    child = s.first[circle]
    while True:
        nodes.append(child)
        child = s.after[child]
        if child == s.first[circle]:
            break
    gate, root = s.gate[circle], s.root[circle]
    child = gate
    while s.up[child] != circle:
        child = s.up[child]
    end = s.first[circle]
    largest = nodes[0]
    for node in nodes:
        if s.size[node] > s.size[largest]:
            largest = node
    for node in nodes:
        if node != largest or s.size[largest] == 1:
            for each in people_of(s, node):
                s.price[each] = price_now(s, each, now)
    s.place[circle] = FREE
    s.since[circle] = now
    for k in range(len(nodes)):
        node = nodes[k]
        if node == largest and s.size[largest] > 1:
            # It takes the circle's number, to which its people point already: a large one is not walked through.
            take_over(s, circle, node)
            nodes[k] = circle
            child = circle if child == node else child
            end = circle if end == node else end
            continue
        s.up[node] = NOBODY
        s.place[node] = FREE
        s.since[node] = now
        for each in nodes_of(s, node):
            s.jump[each] = node
            s.owed[each] = 0
    steps = 0
    each = child
    while each != end:
        each = s.after[each]
        steps += 1
    forward = steps % 2 == 0
    each = child
    make_inner(s, each, gate, root, now, events)
    in_tree.append(each)
    outer = []
    while each != end:
        one = s.after[each] if forward else s.before[each]
        two = s.after[one] if forward else s.before[one]
        make_outer(s, one, now)
        if forward:
            make_inner(s, two, s.far[one], s.near[one], now, events)
        else:
            make_inner(s, two, s.near[two], s.far[two], now, events)
        in_tree.append(one)
        in_tree.append(two)
        outer.append(one)
        each = two
    if s.size[largest] == 1:
        s.base[circle] = NOBODY
        s.first[circle] = NOBODY
        s.spare[s.tally[0]] = circle
        s.tally[0] += 1
    for node in outer:
        look_out(s, node, now, events)
    for node in nodes:
        if s.place[node] == FREE:  # who left the tree is looked at anew by those who touch it
            for v in people_of(s, node):
                for k in range(s.at[v], s.at[v + 1]):
                    w = s.to[k]
                    if s.place[top(s, w)] == OUTER:
                        slack = s.price[v] + price_now(s, w, now) - 2 * s.worth[k]
                        if now + slack < s.tally[2]:
                            heapq.heappush(events, (now + slack, w, v))


@njit(cache=True, nogil=True)
def grow(s: Any, start: Any) -> None:
    """Give ``start`` a partner, or find that the best is to have none, or that somebody else has none instead."""
    now: Any = 0
    begin = top(s, start)
    s.tally[2] = LATEST
    make_outer(s, begin, now)
    in_tree = [begin]
    events = [(np.int64(0), np.int64(0), np.int64(0))]
    events.pop()
    look_out(s, begin, now, events)
    while len(events):
        time, one, other = heapq.heappop(events)
        if one == SPENT:
            now = time
            if s.place[top(s, other)] == OUTER and price_now(s, other, now) == 0:
                hand_up(s, other, NOBODY)
                break
            continue
        if one == SHRUNK:
            stands = s.up[other] == NOBODY and s.place[other] == INNER and s.first[other] != NOBODY
            if stands and s.price[other] == 2 * (time - s.since[other]):
                now = time
                open_circle(s, other, now, events, in_tree)
            continue
        mine, theirs = top(s, one), top(s, other)
        if mine == theirs or s.place[theirs] == INNER:
            continue
        now = time
        slack = price_now(s, one, now) + price_now(s, other, now) - 2 * worth_of(s, one, other)
        if slack > 0:  # it was predicted while the other stood elsewhere
            heapq.heappush(events, (now + (slack // 2 if s.place[theirs] == OUTER else slack), one, other))
        elif s.place[theirs] == OUTER:
            shrink(s, one, other, now, events, in_tree)
        elif s.mate[s.base[theirs]] == NOBODY:
            rotate(s, theirs, other)
            s.mate[other] = one
            hand_up(s, one, other)
            break
        else:
            make_inner(s, theirs, other, one, now, events)
            further = top(s, s.mate[s.base[theirs]])
            make_outer(s, further, now)
            in_tree.append(theirs)
            in_tree.append(further)
            look_out(s, further, now, events)
    for node in in_tree:
        if s.up[node] == NOBODY and s.place[node] != FREE:
            settle(s, node, now)
            s.place[node] = FREE


@njit(cache=True, nogil=True)
def lower(s: Any) -> None:
    """Each person's price as low as their pairs allow, and pairs that then cost nothing made where both are free."""
    for v in range(len(s.mate)):
        if s.mate[v] != NOBODY:
            continue
        least = 0
        whom = NOBODY
        for k in range(s.at[v], s.at[v + 1]):
            asked = 2 * s.worth[k] - s.price[s.to[k]]
            if asked > least or (asked == least and whom == NOBODY):
                least = asked
                whom = NOBODY
            if asked == least and whom == NOBODY and s.mate[s.to[k]] == NOBODY:
                whom = s.to[k]
        s.price[v] = least
        if whom != NOBODY:
            s.mate[v] = whom
            s.mate[whom] = v


@njit(cache=True, nogil=True)
def solve(s: Any, first: Any, last: Any) -> None:
    """Trees from all people from ``first`` to ``last`` who have nobody and would gain by having somebody."""
    for v in range(first, last):
        if s.mate[v] == NOBODY and price_now(s, v, 0) > 0:
            grow(s, v)


@njit(cache=True, nogil=True)
def join(halves: Any, mate: Any) -> None:
    """Pairs of people from partners of their halves: along ways and even circles every other one; an odd one leaves one alone."""
    n = len(mate)
    done = np.zeros(n, dtype=np.bool_)
    for turn in range(2):  # first the ways, from their beginning; what is left then are circles
        for start in range(n):
            if done[start] or (turn == 0 and halves[n + start] != NOBODY):
                continue
            v = start
            while v != NOBODY and not done[v]:
                done[v] = True
                w = halves[v] - n if halves[v] != NOBODY else NOBODY
                if w == NOBODY or done[w]:
                    break
                done[w] = True
                mate[v] = w
                mate[w] = v
                v = halves[w] - n if halves[w] != NOBODY else NOBODY


@njit(cache=True, nogil=True)
def prices(s: Any) -> Any:
    """(n,) each person's price."""
    found = np.empty(len(s.mate), dtype=np.int64)
    for v in range(len(found)):
        found[v] = price_now(s, v, 0)
    return found


@njit(cache=True, nogil=True)
def shares(s: Any) -> Any:
    """Twice each person's price if no circle had one: half of its price goes to each of its people. All pairs at hand hold."""
    n = len(s.mate)
    found = np.empty(n, dtype=np.int64)
    for v in range(n):
        found[v] = price_now(s, v, 0)
        node = s.up[v]
        while node != NOBODY:
            found[v] += s.price[node] // 2
            node = s.up[node]
    return found
