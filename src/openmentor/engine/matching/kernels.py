"""Compiled loops over tiles of pairs: scores and, of each mentee, the best. Compiled once, kept on disk.

Every loop works on one block of mentees and one tile of mentors, holds no lock, and writes only to its own block, so that
any number of threads gives the same answer.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

SUM, BANNED, COMMON, RANKED, HIGHEST = 0, 1, 2, 3, 4
SPREAD = 8192
"""Small numbers in a row that spread people over equal scores; the table is ``FEW`` longer."""
FEW = 64
"""Pairs whose greatest key is looked at first: most of the time none of them is among the best."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[Any]


class Plan(NamedTuple):
    """People and what makes them fit, as flat arrays. m mentors, n mentees, d dimensions; weights add up to 1.

    weight, missing       (d, n): of each dimension for a mentee, and what an answer that isn't there adds.
    Tables of kinds       one row a kind of mentee, one column a kind of mentor; NaN not known, -inf forbidden.
    table, table_at, table_width, table_dimension (-1: a rule), table_row (t, n).
    Groups of tables      looked up together: group_first (g+1,) tables; kinds, kinds_at, kinds_count: which column of each of
                          its tables, one after another, a joint kind has; code (g, m): the joint kind of each mentor.
    Words                 part_mode, part_dimension, part_scale (p, n); postings of a tile and word: part_at (p,),
                          posting_at, posting, value; words of a mentee: wish_at (p, n+1), wish, wish_value;
                          count_of_mentor, count_of_mentee (p, ...): list lengths; totals: of ranked lists, inverted; steps
                          (lengths of both, before): what one more word in common adds to common / all.
    Slopes                slope_of_mentor (s, m), slope_of_mentee (s, n), slope_by (s, 5): low, high, loss, sign, turned.
    Distances             distance_of_mentor (k, m), ..., distance_factor (k,), distance_first (q+1,), distance_constant (q,).
    Hours                 free_of_mentor (weeks, words, m), free_of_mentee (weeks, n, words) of 64 bits each, free_worth (weeks, words):
                          how many quarters a bit of a word stands for; said (m,), (n,); per_quarter (n, k): what a quarter in common is worth by minutes_kind (m,); hours_dimension;
                          hours_least: quarters below which a rule forbids, -1 none; hours_unknown_forbids.
    """

    weight: Floats
    missing: Floats
    table: Floats
    table_at: Ints
    table_width: Ints
    table_dimension: Ints
    table_row: Ints
    group_first: Ints
    kinds: Ints
    kinds_at: Ints
    kinds_count: Ints
    row_at: Ints
    code: Ints
    part_mode: Ints
    part_dimension: Ints
    part_scale: Floats
    part_words: Ints
    part_at: Ints
    posting_at: Ints
    posting: Ints
    value: Floats
    wish_at: Ints
    wish: Ints
    wish_value: Floats
    count_of_mentor: Floats
    count_of_mentee: Floats
    totals: Floats
    steps: Floats
    slope_dimension: Ints
    slope_of_mentor: Floats
    slope_of_mentee: Floats
    slope_by: Floats
    distance_dimension: Ints
    distance_first: Ints
    distance_of_mentor: Floats
    distance_of_mentee: Floats
    distance_factor: Floats
    distance_constant: Floats
    free_of_mentor: Ints
    free_of_mentee: Ints
    free_worth: Ints
    hours_said_mentor: Ints
    hours_said_mentee: Ints
    per_quarter: Floats
    minutes_kind: Ints
    hours_dimension: int
    hours_least: int
    hours_unknown_forbids: bool


class Bans(NamedTuple):
    """Pairs that may not meet on top of the rules: of each mentee where theirs begin (n + 1,), and the mentors, one after another;
    and all whose score lies below a floor."""

    start: Ints
    mentor: Ints
    floor: float


class Room(NamedTuple):
    """What is gathered of a block of mentees: key, who, part (block, some times what is to be kept); of each how many are held,
    and the least that still counts: nothing left out is above it."""

    key: Floats
    who: Ints
    part: Floats
    held: Ints
    least: Floats


@njit(cache=True, nogil=True, inline="always")
def _bits(word):  # type: ignore[no-untyped-def]
    """How many bits are set; the compiler makes one instruction of it."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (word * np.uint64(0x0101010101010101)) >> np.uint64(56)


@njit(cache=True, nogil=True)
def rows_of(plan, mentees, rows):  # type: ignore[no-untyped-def]
    """For each mentee of a block what every joint kind of mentor adds."""
    groups = len(plan.group_first) - 1
    worth = np.empty(plan.table_width.max() if len(plan.table_width) else 0, dtype=np.float64)
    for k in range(len(mentees)):
        j = mentees[k]
        for g in range(groups):
            first = plan.group_first[g]
            width = plan.group_first[g + 1] - first
            at = plan.kinds_at[g]
            out = rows[k, plan.row_at[g] : plan.row_at[g] + plan.kinds_count[g]]
            out[:] = 0.0
            for t in range(width):
                d = plan.table_dimension[first + t]
                weight = 1.0
                missing = 0.0
                if d >= 0:
                    weight = plan.weight[d, j]
                    missing = plan.missing[d, j]
                start = plan.table_at[first + t] + plan.table_row[first + t, j] * plan.table_width[first + t]
                size = plan.table_width[first + t]
                for c in range(size):
                    entry = plan.table[start + c]
                    worth[c] = weight * entry if entry == entry else missing
                count = plan.kinds_count[g]
                column = plan.kinds[at + t * count : at + (t + 1) * count]
                for c in range(count):
                    out[c] += worth[column[c]]


@njit(cache=True, nogil=True)
def _add_slope(total, a, b, low, high, loss, sign, scale, shift, missing):  # type: ignore[no-untyped-def]
    # Written with choices instead of max(), whose rules for NaN keep the compiler from working on eight at a time.
    none = 0.0
    one = 1.0
    for i in range(len(total)):
        gap = sign * (a[i] - b)
        below = low - gap
        above = gap - high
        outside = below if below > above else above
        outside = outside if outside > none else none
        score = one - outside * loss
        score = score if score > none else none
        total[i] += shift + scale * score if a[i] == a[i] else missing


@njit(cache=True, nogil=True)
def _add_distance(apart, a, b, factor):  # type: ignore[no-untyped-def]
    for i in range(len(apart)):
        apart[i] += factor * abs(a[i] - b)


@njit(cache=True, nogil=True)
def _score(plan, j, rows, first, last, number, out, common, quarters, least, apart):  # type: ignore[no-untyped-def]
    """Add to ``out`` (mentors of the tile) the scores of mentee ``j``; -inf where the two may not meet."""
    size = last - first
    groups = len(plan.group_first) - 1
    weeks = plan.free_of_mentor.shape[0]
    g = 0
    while g + 1 < groups:
        row = rows[plan.row_at[g] :]
        other = rows[plan.row_at[g + 1] :]
        code = plan.code[g, first:last]
        other_code = plan.code[g + 1, first:last]
        for i in range(size):
            out[i] += row[code[i]] + other[other_code[i]]
        g += 2
    if g < groups:
        row = rows[plan.row_at[g] :]
        code = plan.code[g, first:last]
        for i in range(size):
            out[i] += row[code[i]]
    for s in range(len(plan.slope_dimension)):
        d = plan.slope_dimension[s]
        b = plan.slope_of_mentee[s, j]
        if b == b:
            by = plan.slope_by[s]
            weight = plan.weight[d, j]
            scale = weight * (1.0 - 2.0 * by[4])
            _add_slope(
                out,
                plan.slope_of_mentor[s, first:last],
                b,
                by[0],
                by[1],
                by[2],
                by[3],
                scale,
                weight * by[4],
                plan.missing[d, j],
            )
        else:
            out += plan.missing[d, j]
    for q in range(len(plan.distance_dimension)):
        d = plan.distance_dimension[q]
        weight = plan.weight[d, j]
        missing = plan.missing[d, j]
        start = plan.distance_first[q]
        end = plan.distance_first[q + 1]
        known = True
        for c in range(start, end):
            known = known and plan.distance_of_mentee[c, j] == plan.distance_of_mentee[c, j]
        if not known:
            out += missing
            continue
        apart[:] = plan.distance_constant[q]
        for c in range(start, end):
            _add_distance(
                apart, plan.distance_of_mentor[c, first:last], plan.distance_of_mentee[c, j], plan.distance_factor[c]
            )
        for i in range(size):
            out[i] += weight * apart[i] if apart[i] == apart[i] else missing
    if weeks:
        least[:] = np.uint16(65535)
        for w in range(weeks):
            quarters[:] = np.uint16(0)
            for c in range(plan.free_of_mentor.shape[1]):
                word = plan.free_of_mentee[w, j, c]
                if word == np.uint64(0):
                    continue
                worth = plan.free_worth[w, c]
                theirs = plan.free_of_mentor[w, c, first:last]
                for i in range(size):
                    quarters[i] += worth * np.uint16(_bits(word & theirs[i]))
            for i in range(size):
                least[i] = min(least[i], quarters[i])
        if plan.hours_dimension >= 0:
            d = plan.hours_dimension
            weight = plan.weight[d, j]
            missing = plan.missing[d, j]
            per_quarter = plan.per_quarter[j]
            if plan.hours_said_mentee[j]:
                for i in range(size):
                    score = min(least[i] * per_quarter[plan.minutes_kind[first + i]], 1.0)
                    out[i] += weight * score if plan.hours_said_mentor[first + i] else missing
            else:
                out += missing
        if plan.hours_least >= 0:
            for i in range(size):
                if plan.hours_said_mentee[j] and plan.hours_said_mentor[first + i]:
                    if least[i] < plan.hours_least:
                        out[i] = -np.inf
                elif plan.hours_unknown_forbids:
                    out[i] = -np.inf
    for p in range(len(plan.part_mode)):
        start = plan.wish_at[p, j]
        end = plan.wish_at[p, j + 1]
        if start == end:
            continue
        mode = plan.part_mode[p]
        base = plan.part_at[p] + number * (plan.part_words[p] + 1)
        weight = 1.0
        if mode != BANNED:
            weight = plan.weight[plan.part_dimension[p], j] * plan.part_scale[p, j]
        for c in range(start, end):
            word = plan.wish[c]
            low = plan.posting_at[base + word]
            high = plan.posting_at[base + word + 1]
            if mode == SUM:
                worth = weight * plan.wish_value[c]
                for e in range(low, high):
                    out[plan.posting[e]] += worth * plan.value[e]
            elif mode == BANNED:
                for e in range(low, high):
                    out[plan.posting[e]] = -np.inf
            elif mode == RANKED:
                mine = plan.wish_value[c]
                length = plan.count_of_mentee[p, j]
                for e in range(low, high):
                    i = plan.posting[e]
                    longer = int(max(length, plan.count_of_mentor[p, first + i]))
                    out[i] += weight * (mine + plan.value[e]) * plan.totals[longer]
            elif mode == HIGHEST:  # the greatest of what the common words reach, by the lesser of both
                mine = plan.wish_value[c]
                for e in range(low, high):
                    i = plan.posting[e]
                    reached = min(mine, plan.value[e])
                    if reached > common[i]:
                        out[i] += weight * (reached - common[i])
                        common[i] = reached
            else:  # what one more word in common adds to common / all
                length = int(plan.count_of_mentee[p, j])
                for e in range(low, high):
                    i = plan.posting[e]
                    out[i] += weight * plan.steps[length + int(plan.count_of_mentor[p, first + i]), int(common[i])]
                    common[i] += 1.0
        if mode in (COMMON, HIGHEST):
            for c in range(start, end):
                word = plan.wish[c]
                for e in range(plan.posting_at[base + word], plan.posting_at[base + word + 1]):
                    common[plan.posting[e]] = 0.0


@njit(cache=True, nogil=True, fastmath={"nnan", "nsz", "reassoc"})
def _keys(keys, score, offset, spread):  # type: ignore[no-untyped-def]
    """Fill ``keys`` and give the greatest of them."""
    best = -np.inf
    for i in range(len(keys)):
        keys[i] = score[i] + (offset[i] + spread[i])
        best = keys[i] if keys[i] > best else best
    return best


@njit(cache=True, nogil=True)
def _least_of(keys, scratch, held, keep):  # type: ignore[no-untyped-def]
    """The ``keep``-th greatest of the first ``held`` keys, by halves of what is left (Hoare 1961)."""
    scratch[:held] = keys[:held]
    low = 0
    high = held - 1
    target = keep - 1
    while low < high:
        one, middle, other = scratch[low], scratch[(low + high) >> 1], scratch[high]
        pivot = max(min(one, middle), min(max(one, middle), other))
        left = low
        right = high
        while left <= right:
            while scratch[left] > pivot:
                left += 1
            while scratch[right] < pivot:
                right -= 1
            if left <= right:
                scratch[left], scratch[right] = scratch[right], scratch[left]
                left += 1
                right -= 1
        if target <= right:
            high = right
        elif target >= left:
            low = left
        else:
            break
    return scratch[target]


@njit(cache=True, nogil=True)
def _between(keys, held, least, most):  # type: ignore[no-untyped-def]
    """A number above which ``least`` to ``most`` of the keys lie, by halving; NaN where equal keys leave none."""
    low = keys[0]
    high = keys[0]
    for c in range(held):
        low = min(low, keys[c])
        high = max(high, keys[c])
    for _ in range(60):
        middle = 0.5 * (low + high)
        above = 0
        for c in range(held):  # worked on many at a time, which no sorting is
            above += keys[c] > middle
        if above > most:
            low = middle
        elif above < least:
            high = middle
        else:
            return middle
    return np.nan


@njit(cache=True, nogil=True)
def _thin(keys, names, parts, scratch, held, keep, most):  # type: ignore[no-untyped-def]
    """Leave the greatest, ``keep`` to ``most`` of them, in the order in which they came; how many, and a number none left out exceeds."""
    least = _between(keys, held, keep, most)
    at = 0
    if least == least:
        for c in range(held):
            key = keys[c]
            keys[at] = key
            names[at] = names[c]
            parts[at] = parts[c]
            at += key > least
        return at, least
    least = _least_of(keys, scratch, held, keep)
    spare = keep  # how many as small as the least there is room for
    for c in range(held):
        if keys[c] > least:
            spare -= 1
    for c in range(held):
        if keys[c] < least:
            continue
        if keys[c] == least:
            if spare == 0:
                continue
            spare -= 1
        keys[at] = keys[c]
        names[at] = names[c]
        parts[at] = parts[c]
        at += 1
    return at, least


@njit(cache=True, nogil=True, inline="always")
def _likeness(product):  # type: ignore[no-untyped-def]
    return np.float64(product if product > np.float32(0) else np.float32(0))


@njit(cache=True, nogil=True)
def _keep(out, guess, weight, first, offset, spread, shift, keep, room, k, scratch):  # type: ignore[no-untyped-def]
    """Gather of one mentee whoever is above the least that counts, thinned out when there is no more room."""
    size = len(out)
    key, who, part = room.key[k], room.who[k], room.part[k]
    held, least = room.held[k], room.least[k]
    few = np.empty(FEW, dtype=np.float64)
    for begin in range(0, size, FEW):
        length = min(FEW, size - begin)
        at = first + begin
        drawn = (at + shift) & (SPREAD - 1)
        if (
            _keys(few[:length], out[begin : begin + length], offset[at : at + length], spread[drawn : drawn + length])
            <= least
        ):
            continue
        for i in range(length):
            if few[i] > least:
                guessed = 0.0
                for t in range(len(weight)):
                    guessed += weight[t] * _likeness(guess[t, begin + i])
                key[held] = few[i]
                who[held] = at + i
                part[held] = guessed
                held += 1
                if held == len(key):
                    held, least = _thin(key, who, part, scratch, held, keep, keep + keep // 2)
    room.held[k] = held
    room.least[k] = least


@njit(cache=True, nogil=True)
def _ban(out, bans, mentee, first):  # type: ignore[no-untyped-def]
    for e in range(bans.start[mentee], bans.start[mentee + 1]):
        i = bans.mentor[e] - first
        if 0 <= i < len(out):
            out[i] = -np.inf
    if bans.floor > 0:
        for i in range(len(out)):
            out[i] = out[i] if out[i] >= bans.floor else -np.inf


@njit(cache=True, nogil=True)
def scan(plan, mentees, rows, dense, guess, weight, bans, first, last, number, offset, spread, shift, keep, room):  # type: ignore[no-untyped-def]
    """Gather of each mentee of a block the ``keep`` best of a tile and those before: score + offset of the mentor.

    first, last, number   the tile's mentors, and which tile it is. ``dense``: (block, mentors) to start from, or (0, 0).
    guess, weight         (t, block, mentors), (t, block): what is no less than a part that is to be known exactly later, and what it
                          counts; the room's ``part`` says what was added.
    offset (m,). ``spread`` from ``shift``: what decides between equals.
    """
    size = last - first
    out = np.empty(size, dtype=np.float64)
    common = np.zeros(size, dtype=np.float64)
    quarters = np.empty(size, dtype=np.uint16)
    least = np.empty(size, dtype=np.uint16)
    apart = np.empty(size, dtype=np.float64)
    scratch = np.empty(room.key.shape[1], dtype=np.float64)
    for k in range(len(mentees)):
        if dense.shape[0]:
            out[:] = dense[k, :size]
        else:
            out[:] = 0.0
        _score(plan, mentees[k], rows[k], first, last, number, out, common, quarters, least, apart)
        for t in range(len(weight)):
            likeness = guess[t, k]
            worth = weight[t, k]
            for i in range(size):
                out[i] += worth * _likeness(likeness[i])
        _ban(out, bans, mentees[k], first)
        _keep(out, guess[:, k], weight[:, k], first, offset, spread, shift[k], keep, room, k, scratch)


@njit(cache=True, nogil=True, fastmath={"reassoc"})
def along(left, right, i, j):  # type: ignore[no-untyped-def]
    """(k,) products of rows ``i`` of ``left`` and ``j`` of ``right``."""
    found = np.empty(len(i), dtype=np.float64)
    for k in range(len(i)):
        one = left[i[k]]
        other = right[j[k]]
        total = 0.0
        for c in range(len(one)):
            total += np.float64(one[c]) * np.float64(other[c])
        found[k] = total
    return found


@njit(cache=True, nogil=True)
def fill(plan, mentees, rows, dense, first, last, number, total):  # type: ignore[no-untyped-def]
    """``total`` (block, mentors of the tile): all scores, -inf where the two may not meet."""
    size = last - first
    common = np.zeros(size, dtype=np.float64)
    quarters = np.empty(size, dtype=np.uint16)
    least = np.empty(size, dtype=np.uint16)
    apart = np.empty(size, dtype=np.float64)
    for k in range(len(mentees)):
        out = total[k, :size]
        if dense.shape[0]:
            out[:] = dense[k, :size]
        else:
            out[:] = 0.0
        _score(plan, mentees[k], rows[k], first, last, number, out, common, quarters, least, apart)


@njit(cache=True, nogil=True)
def scan_held(total, mentees, bans, offset, spread, shift, keep, room):  # type: ignore[no-untyped-def]
    """As ``scan``, of scores (block, mentors) at hand, -inf where the two may not meet."""
    guess = np.empty((0, total.shape[1]), dtype=np.float32)
    weight = np.empty(0, dtype=np.float64)
    scratch = np.empty(room.key.shape[1], dtype=np.float64)
    for k in range(total.shape[0]):
        _ban(total[k], bans, mentees[k], 0)
        _keep(total[k], guess, weight, 0, offset, spread, shift[k], keep, room, k, scratch)


@njit(cache=True, nogil=True)
def kept(room, offset, spread, shift, who, score, part, bound):  # type: ignore[no-untyped-def]
    """Fill ``who`` (block, keep; -1 for none), ``score`` and ``part`` with what was gathered, ``bound`` with the most of what wasn't."""
    keep = who.shape[1]
    scratch = np.empty(room.key.shape[1], dtype=np.float64)
    for k in range(len(bound)):
        held = room.held[k]
        bound[k] = room.least[k]
        if held > keep:
            held, bound[k] = _thin(room.key[k], room.who[k], room.part[k], scratch, held, keep, keep)
        who[k, held:] = -1
        for c in range(held):
            i = room.who[k, c]
            who[k, c] = i
            score[k, c] = room.key[k, c] - (offset[i] + spread[(i + shift[k]) & (SPREAD - 1)])
            part[k, c] = room.part[k, c]
