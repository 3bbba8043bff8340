"""The loops of the circles in numba: swaps that are annealed, all groups of a small pool, and a bound by prices.

Imported inside functions only: numba takes seconds. Random numbers come from a generator of its own (xorshift), so that the
same seed gives the same circles on any machine; rounds count moves, never seconds.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

NOBODY = -1


@njit(cache=True, nogil=True)
def _next(state: Any) -> Any:
    """One step of xorshift64*; ``state`` is a uint64 array of one."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return x * np.uint64(2685821657736338717)


@njit(cache=True, nogil=True)
def _below(state: Any, count: int) -> int:
    return np.int64((_next(state) >> np.uint64(33)) % np.uint64(count))  # type: ignore[return-value]


@njit(cache=True, nogil=True)
def _share(state: Any) -> float:
    return float(_next(state) >> np.uint64(11)) / 9007199254740992.0


@njit(cache=True, nogil=True)
def _fit(members: int, facilitators: int, inside: float, led: float) -> float:
    others = members + facilitators - 1
    return (2.0 * inside + led) / others if others > 0 else 0.0


@njit(cache=True, nogil=True)
def _asked(count: int, at_least: int, at_most: int, broken: float, missed: float) -> float:
    """What a quota adds for so many of its members in one circle."""
    worth = -missed * max(0, at_least - count)
    if at_most >= 0 and count > at_most:
        worth -= broken * (count - at_most)
    return float(worth)


@njit(cache=True, nogil=True)
def seeds(fit: Any, hard: Any, people: int, circles: int, high: int, low: int, state: Any) -> Any:
    """(people,) a circle for each, -1 where all are full: circles grow in turn, each by whom it fits best.

    The first of each circle is whoever's best fit with one chosen so far is least, so that circles begin far apart.
    """
    group = np.full(people, NOBODY, dtype=np.int64)
    links = np.zeros((circles, people))
    nearest = np.full(people, -np.inf)
    first = _below(state, people)
    for c in range(circles):
        if c > 0:
            first, least = NOBODY, np.inf
            for p in range(people):
                if group[p] == NOBODY and nearest[p] < least:
                    first, least = p, nearest[p]
        group[first] = c
        for p in range(people):
            links[c, p] = fit[first, p] + hard[first, p]
            nearest[p] = max(nearest[p], fit[first, p])
    left = people - circles
    target = (people + circles - 1) // circles
    target = min(high, max(low, target))
    for _ in range(1, target):
        for c in range(circles):
            if left == 0:
                return group
            best, most = NOBODY, -np.inf
            for p in range(people):
                if group[p] == NOBODY and links[c, p] > most:
                    best, most = p, links[c, p]
            group[best] = c
            left -= 1
            for p in range(people):
                links[c, p] += fit[best, p] + hard[best, p]
    return group


@njit(cache=True, nogil=True)
def anneal(
    fit: Any, hard: Any, people: int, group: Any, low: int, high: int, leaders: Any, units: int, each: int,
    near: Any, members_of: Any, at_least: Any, at_most: Any, broken: float, missed: float, placed: float,
    moves: int, hot: float, cold: float, state: Any,
) -> Any:  # fmt: skip
    """Swap and move people between circles, accepting what worsens ever more rarely. ``group`` and ``leaders`` change.

    fit, hard   (N, N) fit, and what a hard rule costs or a fixed pair adds; people first, then facilitators' places.
    group       (people,) circle of each, -1 for nobody's.   leaders  (circles, each) places of facilitators, from 0.
    near        (people, k) whom each fits best.   members_of  (quotas, people).
    """
    circles = len(leaders)
    quotas = len(at_least)
    table = np.full((circles, high), NOBODY, dtype=np.int64)
    place = np.zeros(people, dtype=np.int64)
    size = np.zeros(circles, dtype=np.int64)
    bench = np.full(people, NOBODY, dtype=np.int64)
    benched = 0
    counts = np.zeros((circles, max(1, quotas)), dtype=np.int64)
    for p in range(people):
        c = group[p]
        if c == NOBODY:
            bench[benched] = p
            place[p] = benched
            benched += 1
        else:
            table[c, size[c]] = p
            place[p] = size[c]
            size[c] += 1
            for q in range(quotas):
                counts[c, q] += members_of[q, p]
    is_used = np.zeros(max(1, units), dtype=np.int64)
    for c in range(circles):
        for k in range(each):
            is_used[leaders[c, k]] = 1
    free = np.full(max(1, units), NOBODY, dtype=np.int64)
    unused = 0
    for u in range(units):
        if is_used[u] == 0:
            free[unused] = u
            unused += 1
    inside = np.zeros(circles)
    led = np.zeros(circles)
    for c in range(circles):
        for a in range(size[c]):
            for b in range(a):
                inside[c] += fit[table[c, a], table[c, b]]
            for k in range(each):
                led[c] += fit[table[c, a], people + leaders[c, k]]
    cooling = (cold / hot) ** (1.0 / max(1, moves))
    heat = hot
    varies = high > low
    for _ in range(moves):
        heat *= cooling
        kind = _below(state, 8)
        if each > 0 and kind == 0:
            # Two circles exchange a facilitator, or one takes another who leads none.
            c, k = _below(state, circles), _below(state, each)
            other = _below(state, circles + (1 if unused > 0 else 0))
            if other == c:
                continue
            at = 0
            if other == circles:
                at = _below(state, unused)
                fresh = free[at]
                k2 = 0
            else:
                k2 = _below(state, each)
                fresh = leaders[other, k2]
            gone = leaders[c, k]
            new_led, gain = led[c], 0.0
            for a in range(size[c]):
                p = table[c, a]
                new_led += fit[p, people + fresh] - fit[p, people + gone]
                gain += hard[p, people + fresh] - hard[p, people + gone]
            for a in range(each):
                if a != k:
                    gain += hard[people + leaders[c, a], people + fresh] - hard[people + leaders[c, a], people + gone]
            gain += _fit(size[c], each, inside[c], new_led) - _fit(size[c], each, inside[c], led[c])
            other_led = 0.0
            if other < circles:
                other_led = led[other]
                for a in range(size[other]):
                    p = table[other, a]
                    other_led += fit[p, people + gone] - fit[p, people + fresh]
                    gain += hard[p, people + gone] - hard[p, people + fresh]
                for a in range(each):
                    if a != k2:
                        u = people + leaders[other, a]
                        gain += hard[u, people + gone] - hard[u, people + fresh]
                gain += _fit(size[other], each, inside[other], other_led)
                gain -= _fit(size[other], each, inside[other], led[other])
            if gain >= 0 or _share(state) < np.exp(gain / heat):
                leaders[c, k] = fresh
                led[c] = new_led
                if other < circles:
                    leaders[other, k2] = gone
                    led[other] = other_led
                else:
                    free[at] = gone
            continue
        x = _below(state, people)
        c = group[x]
        y = NOBODY
        d = NOBODY
        is_move = False
        if kind % 2 == 1 and near.shape[1] > 0:
            t = near[x, _below(state, near.shape[1])]
            if t == NOBODY:
                continue
            d = group[t]
            if d in (NOBODY, c):
                continue
            if size[d] < high and (c == NOBODY or size[c] > low) and kind != 1:
                is_move = True
            elif size[d] > 1:
                at = _below(state, size[d] - 1)
                if at >= place[t]:
                    at += 1
                y = table[d, at]
            else:
                continue
        elif varies and kind == 2:
            is_move = True
            d = _below(state, circles + 1)
            if d == circles:
                d = NOBODY
            if d == c or (d != NOBODY and size[d] >= high) or (c != NOBODY and size[c] <= low):
                continue
        elif kind == 4 and benched > 0:
            y = bench[_below(state, benched)]
            d = NOBODY
            if c == NOBODY:
                continue
        else:
            y = _below(state, people)
            d = group[y]
            if d == c:
                continue
        if is_move:
            gain = 0.0
            fit_c = fit_d = led_c = led_d = 0.0
            if c != NOBODY:
                for a in range(size[c]):
                    p = table[c, a]
                    if p != x:
                        fit_c += fit[x, p]
                        gain -= hard[x, p]
                for a in range(each):
                    u = people + leaders[c, a]
                    led_c += fit[x, u]
                    gain -= hard[x, u]
                gain += _fit(size[c] - 1, each, inside[c] - fit_c, led[c] - led_c)
                gain -= _fit(size[c], each, inside[c], led[c])
            else:
                gain += placed
            if d != NOBODY:
                for a in range(size[d]):
                    p = table[d, a]
                    fit_d += fit[x, p]
                    gain += hard[x, p]
                for a in range(each):
                    u = people + leaders[d, a]
                    led_d += fit[x, u]
                    gain += hard[x, u]
                gain += _fit(size[d] + 1, each, inside[d] + fit_d, led[d] + led_d)
                gain -= _fit(size[d], each, inside[d], led[d])
            else:
                gain -= placed
            for q in range(quotas):
                if members_of[q, x]:
                    if c != NOBODY:
                        gain += _asked(counts[c, q] - 1, at_least[q], at_most[q], broken, missed)
                        gain -= _asked(counts[c, q], at_least[q], at_most[q], broken, missed)
                    if d != NOBODY:
                        gain += _asked(counts[d, q] + 1, at_least[q], at_most[q], broken, missed)
                        gain -= _asked(counts[d, q], at_least[q], at_most[q], broken, missed)
            if not (gain >= 0 or _share(state) < np.exp(gain / heat)):
                continue
            if c != NOBODY:
                last = table[c, size[c] - 1]
                table[c, place[x]] = last
                place[last] = place[x]
                size[c] -= 1
                table[c, size[c]] = NOBODY
                inside[c] -= fit_c
                led[c] -= led_c
                for q in range(quotas):
                    counts[c, q] -= members_of[q, x]
            else:
                last = bench[benched - 1]
                bench[place[x]] = last
                place[last] = place[x]
                benched -= 1
            if d != NOBODY:
                table[d, size[d]] = x
                place[x] = size[d]
                size[d] += 1
                inside[d] += fit_d
                led[d] += led_d
                for q in range(quotas):
                    counts[d, q] += members_of[q, x]
            else:
                bench[benched] = x
                place[x] = benched
                benched += 1
            group[x] = d
            continue
        # x and y change places; one of them may have none.
        gain = 0.0
        in_c = in_d = of_c = of_d = 0.0
        if c != NOBODY:
            for a in range(size[c]):
                p = table[c, a]
                if p != x:
                    in_c += fit[y, p] - fit[x, p]
                    gain += hard[y, p] - hard[x, p]
            for a in range(each):
                u = people + leaders[c, a]
                of_c += fit[y, u] - fit[x, u]
                gain += hard[y, u] - hard[x, u]
            gain += _fit(size[c], each, in_c, of_c)
        if d != NOBODY:
            for a in range(size[d]):
                p = table[d, a]
                if p != y:
                    in_d += fit[x, p] - fit[y, p]
                    gain += hard[x, p] - hard[y, p]
            for a in range(each):
                u = people + leaders[d, a]
                of_d += fit[x, u] - fit[y, u]
                gain += hard[x, u] - hard[y, u]
            gain += _fit(size[d], each, in_d, of_d)
        for q in range(quotas):
            change = members_of[q, y] - members_of[q, x]
            if change != 0:
                if c != NOBODY:
                    gain += _asked(counts[c, q] + change, at_least[q], at_most[q], broken, missed)
                    gain -= _asked(counts[c, q], at_least[q], at_most[q], broken, missed)
                if d != NOBODY:
                    gain += _asked(counts[d, q] - change, at_least[q], at_most[q], broken, missed)
                    gain -= _asked(counts[d, q], at_least[q], at_most[q], broken, missed)
        if not (gain >= 0 or _share(state) < np.exp(gain / heat)):
            continue
        px, py = place[x], place[y]
        if c != NOBODY:
            table[c, px] = y
            inside[c] += in_c
            led[c] += of_c
        else:
            bench[px] = y
        if d != NOBODY:
            table[d, py] = x
            inside[d] += in_d
            led[d] += of_d
        else:
            bench[py] = x
        place[x], place[y] = py, px
        group[x], group[y] = d, c
        for q in range(quotas):
            change = members_of[q, y] - members_of[q, x]
            if c != NOBODY:
                counts[c, q] += change
            if d != NOBODY:
                counts[d, q] -= change
    return group


@njit(cache=True, nogil=True)
def price_groups(
    fit: Any, allowed: Any, people: int, low: int, high: int, teams: Any, members_of: Any, at_least: Any, at_most: Any,
    fixed: Any, worth: Any, person_price: Any, team_price: Any, least: float, most_found: int, each_best: int,
) -> Any:  # fmt: skip
    """Every group that the rules allow, priced: what it is worth less what its people and facilitators cost.

    teams       (t, each) facilitators who can lead together, as rows of ``fit`` behind the people.
    fixed       (people, people) 1 where the two are to be together.
    worth       what counts how much: pairs together, people, what quotas miss (below zero), fit.
    least       groups worth more than this are of interest.
    each_best   1: for each person the best group with them; 0: all groups of interest, up to ``most_found``.
    Returns     the most that any group is worth, the groups (k, high) with -1 behind, their teams (k,), how many groups of
                interest there were.
    """
    each = teams.shape[1]
    count = len(teams)
    quotas = len(at_least)
    room = people if each_best else most_found
    found = np.full((room, high), NOBODY, dtype=np.int64)
    found_team = np.full(room, NOBODY, dtype=np.int64)
    found_worth = np.full(room, -np.inf)
    of_interest = 0
    best = -np.inf
    chosen = np.full(high + 1, NOBODY, dtype=np.int64)
    inside = np.zeros(high + 1)
    together = np.zeros(high + 1)
    paid = np.zeros(high + 1)
    led = np.zeros((high + 1, count))
    can = np.ones((high + 1, count), dtype=np.int64)
    number = np.zeros((high + 1, max(1, quotas)), dtype=np.int64)
    depth = 0
    following = 0
    while True:
        # Take the next one who may join, else go back one.
        if depth < high and following < people:
            p = following
            following += 1
            joins = True
            for a in range(depth):
                if not allowed[chosen[a], p]:
                    joins = False
                    break
            for q in range(quotas):
                if joins and at_most[q] >= 0 and members_of[q, p] and number[depth, q] >= at_most[q]:
                    joins = False
            if not joins:
                continue
            added, links = 0.0, 0.0
            for a in range(depth):
                added += fit[chosen[a], p]
                links += fixed[chosen[a], p]
            inside[depth + 1] = inside[depth] + added
            together[depth + 1] = together[depth] + links
            paid[depth + 1] = paid[depth] + person_price[p]
            some = count == 0
            for t in range(count):
                ok = can[depth, t]
                total = led[depth, t]
                for k in range(each):
                    if not allowed[p, teams[t, k]]:
                        ok = 0
                    total += fit[p, teams[t, k]]
                can[depth + 1, t] = ok
                led[depth + 1, t] = total
                if ok:
                    some = True
            if not some:
                continue
            for q in range(quotas):
                number[depth + 1, q] = number[depth, q] + members_of[q, p]
            chosen[depth] = p
            depth += 1
            if depth >= low:
                missed = 0.0
                for q in range(quotas):
                    missed += max(0, at_least[q] - number[depth, q])
                base = worth[0] * together[depth] + worth[1] * depth - worth[2] * missed - paid[depth]
                for t in range(count):
                    if not can[depth, t]:
                        continue
                    value = base + worth[3] * _fit(depth, each, inside[depth], led[depth, t]) - team_price[t]
                    if value > best:
                        best = value
                    if value <= least:
                        continue
                    of_interest += 1
                    if each_best:
                        for a in range(depth):
                            who = chosen[a]
                            if value > found_worth[who]:
                                found_worth[who] = value
                                found_team[who] = t
                                for b in range(high):
                                    found[who, b] = chosen[b] if b < depth else NOBODY
                    elif of_interest <= most_found:
                        found_team[of_interest - 1] = t
                        for b in range(depth):
                            found[of_interest - 1, b] = chosen[b]
            continue
        if depth == 0:
            break
        depth -= 1
        following = chosen[depth] + 1
    return best, found, found_team, of_interest


@njit(cache=True, nogil=True)
def bound_by_prices(
    fit: Any, allowed: Any, people: int, links: float, leads: Any, reached: float, rounds: int
) -> float:  # fmt: skip
    """A bound on the sum over people of their mean fit with at least ``links`` others, each pair used once, both ways.

    Every choice of prices gives one: what all pay, and what pairs are worth above the prices of the two. The prices go
    down the subgradient; the least bound met is returned. ``leads``: how much of each facilitator there is.
    """
    everybody = len(fit)
    price = np.zeros(everybody)
    supply = np.zeros(everybody)
    for p in range(people):
        supply[p] = links
        top = 0.0
        for other in range(people):
            if allowed[p, other] and fit[p, other] > top:
                top = fit[p, other]
        price[p] = 0.8 * top
    for k in range(people, everybody):
        supply[k] = leads[k - people]
    best = np.inf
    step = 1.0
    since = 0
    slope = np.zeros(everybody)
    for _ in range(rounds):
        total = 0.0
        for p in range(everybody):
            total += supply[p] * price[p]
            slope[p] = supply[p]
        for p in range(people):
            for other in range(p + 1, everybody):
                if not allowed[p, other]:
                    continue
                over = (2.0 if other < people else 1.0) * fit[p, other] - price[p] - price[other]
                if over > 0:
                    total += over
                    slope[p] -= 1.0
                    slope[other] -= 1.0
        bound = total / links
        if bound < best - 1e-12:
            best = bound
            since = 0
        else:
            since += 1
            if since >= 8:
                step *= 0.6
                since = 0
        norm = 0.0
        for p in range(everybody):
            norm += slope[p] * slope[p]
        if norm == 0.0 or best <= reached:
            break
        length = step * max(0.0, total - reached * links) / norm
        for p in range(everybody):
            price[p] = max(0.0, price[p] - length * slope[p])
    return float(best)
