"""Places given out along shortest paths: the exact answer on candidate pairs, kept while candidates are added.

Whole numbers throughout. Between any two calls this holds: whoever has somebody has them at their best (what the pair
is worth less the mentor's price), nobody would gain by a pair that they don't have, and a mentor with room has the price 0. Prices
that support pairs in that way prove them: no other pairs are worth more. Somebody without a partner joins along the
cheapest chain of moves; what was there before is a start, so that new candidates cost only what they change.
Source: Jonker and Volgenant (1987), Computing 38, carried over to mentors with several places.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numba import njit

from ..problem import IntArray

NOBODY = -1
FAR = np.int64(1) << np.int64(62)


@njit(cache=True, nogil=True)
def _sit(mentee, mentor, first, following, before):  # type: ignore[no-untyped-def]
    following[mentee] = first[mentor]
    before[mentee] = NOBODY
    if first[mentor] >= 0:
        before[first[mentor]] = mentee
    first[mentor] = mentee


@njit(cache=True, nogil=True)
def _rise(mentee, mentor, first, following, before):  # type: ignore[no-untyped-def]
    if before[mentee] >= 0:
        following[before[mentee]] = following[mentee]
    else:
        first[mentor] = following[mentee]
    if following[mentee] >= 0:
        before[following[mentee]] = before[mentee]


@njit(cache=True, nogil=True)
def _push(heap_key, heap_item, size, key, item):  # type: ignore[no-untyped-def]
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if heap_key[above] <= key:
            break
        heap_key[at] = heap_key[above]
        heap_item[at] = heap_item[above]
        at = above
    heap_key[at] = key
    heap_item[at] = item
    return size + 1


@njit(cache=True, nogil=True)
def _pop(heap_key, heap_item, size):  # type: ignore[no-untyped-def]
    size -= 1
    key = heap_key[size]
    item = heap_item[size]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and heap_key[below + 1] < heap_key[below]:
            below += 1
        if heap_key[below] >= key:
            break
        heap_key[at] = heap_key[below]
        heap_item[at] = heap_item[below]
        at = below
    heap_key[at] = key
    heap_item[at] = item
    return size


@njit(cache=True, nogil=True)
def _augment(start, mentor, worth, capacity, price, own, arc_of, load, first, following, before):  # type: ignore[no-untyped-def]
    """Give everybody without a partner one along the cheapest chain of moves, unless staying alone is cheaper."""
    n = len(start) - 1
    m = len(capacity)
    distance = np.full(m, FAR, dtype=np.int64)
    by = np.empty(m, dtype=np.int64)  # the arc over which a mentor was reached
    from_mentee = np.empty(m, dtype=np.int64)
    is_done = np.zeros(m, dtype=np.bool_)
    touched = np.empty(m, dtype=np.int64)
    done = np.empty(m, dtype=np.int64)
    heap_key = np.empty(len(mentor) + 16, dtype=np.int64)
    heap_item = np.empty(len(mentor) + 16, dtype=np.int64)
    for j0 in range(n):
        if arc_of[j0] >= 0:
            continue
        # What they have at most, alone or with somebody.
        left = np.int64(0)
        for a in range(start[j0], start[j0 + 1]):
            left = max(left, worth[a] - price[mentor[a]])
        own[j0] = left
        if left == 0:
            continue
        count = 0
        finished = 0
        size = 0
        # Ends: staying alone, somebody on the chain staying alone, or a mentor with room.
        end = left
        end_mentee = j0
        end_mentor = np.int64(-1)
        j = j0
        at = np.int64(0)
        while True:
            for a in range(start[j], start[j + 1]):
                i = mentor[a]
                if is_done[i]:
                    continue
                reach = at + own[j] + price[i] - worth[a]
                if reach < distance[i] and reach < end:
                    if distance[i] == FAR:
                        touched[count] = i
                        count += 1
                    distance[i] = reach
                    by[i] = a
                    from_mentee[i] = j
                    if load[i] < capacity[i]:
                        end = reach
                        end_mentor = i
                        end_mentee = NOBODY
                    else:
                        size = _push(heap_key, heap_item, size, reach, i)
            # The next mentee: those of settled mentors, one after another.
            j = NOBODY
            while j < 0:
                if size == 0 or heap_key[0] >= end:
                    break
                i = heap_item[0]
                key = heap_key[0]
                size = _pop(heap_key, heap_item, size)
                if is_done[i] or key > distance[i]:
                    continue
                is_done[i] = True
                done[finished] = i
                finished += 1
                at = key
                # All mentees of this mentor are reached at once; look over all but the last here.
                k = first[i]
                while k >= 0:
                    if at + own[k] < end:
                        end = at + own[k]
                        end_mentee = k
                        end_mentor = np.int64(-1)
                    if following[k] < 0:
                        j = k
                        break
                    for a in range(start[k], start[k + 1]):
                        other = mentor[a]
                        if is_done[other]:
                            continue
                        reach = at + own[k] + price[other] - worth[a]
                        if reach < distance[other] and reach < end:
                            if distance[other] == FAR:
                                touched[count] = other
                                count += 1
                            distance[other] = reach
                            by[other] = a
                            from_mentee[other] = k
                            if load[other] < capacity[other]:
                                end = reach
                                end_mentor = other
                                end_mentee = NOBODY
                            else:
                                size = _push(heap_key, heap_item, size, reach, other)
                    k = following[k]
            if j < 0:
                break
        # Prices first, so that the chain is tight.
        own[j0] -= end
        for c in range(finished):
            i = done[c]
            rise = end - distance[i]
            if rise > 0:
                price[i] += rise
                k = first[i]
                while k >= 0:
                    own[k] -= rise
                    k = following[k]
        if end_mentor >= 0:
            i = end_mentor
            load[i] += 1
            while True:
                j = from_mentee[i]
                a = by[i]
                earlier = arc_of[j]
                if earlier >= 0:
                    _rise(j, mentor[earlier], first, following, before)
                arc_of[j] = a
                _sit(j, i, first, following, before)
                if earlier < 0:
                    break
                i = mentor[earlier]
        elif end_mentee != j0:
            k = end_mentee
            i = mentor[arc_of[k]]
            _rise(k, i, first, following, before)
            arc_of[k] = NOBODY
            while True:
                j = from_mentee[i]
                a = by[i]
                earlier = arc_of[j]
                if earlier >= 0:
                    _rise(j, mentor[earlier], first, following, before)
                arc_of[j] = a
                _sit(j, i, first, following, before)
                if earlier < 0:
                    break
                i = mentor[earlier]
        for c in range(count):
            distance[touched[c]] = FAR
            is_done[touched[c]] = False


@njit(cache=True, nogil=True)
def _least_prices(start, mentor, worth, price, own, arc_of, first, following):  # type: ignore[no-untyped-def]
    """The smallest prices that support the pairs: what one more place would add. In place, with what is left to each mentee."""
    n = len(start) - 1
    m = len(price)
    over = price.copy()  # by how much each price may fall
    heap_key = np.empty(len(mentor) + m + 16, dtype=np.int64)
    heap_item = np.empty(len(mentor) + m + 16, dtype=np.int64)
    is_done = np.zeros(m, dtype=np.bool_)
    for j in range(n):
        if arc_of[j] < 0:
            for a in range(start[j], start[j + 1]):
                i = mentor[a]
                over[i] = min(over[i], own[j] + price[i] - worth[a])
    size = 0
    for i in range(m):
        size = _push(heap_key, heap_item, size, over[i], i)
    while size > 0:
        key = heap_key[0]
        i = heap_item[0]
        size = _pop(heap_key, heap_item, size)
        if is_done[i] or key > over[i]:
            continue
        is_done[i] = True
        k = first[i]
        while k >= 0:
            for a in range(start[k], start[k + 1]):
                other = mentor[a]
                if not is_done[other]:
                    reach = key + own[k] + price[other] - worth[a]
                    if reach < over[other]:
                        over[other] = reach
                        size = _push(heap_key, heap_item, size, reach, other)
            k = following[k]
    for i in range(m):
        price[i] -= over[i]
    for j in range(n):
        if arc_of[j] >= 0:
            own[j] = worth[arc_of[j]] - price[mentor[arc_of[j]]]


@njit(cache=True, nogil=True)
def _fill(  # type: ignore[no-untyped-def]
    place,
    of_mentor,
    arcs,
    mentee,
    start,
    mentor,
    worth,
    price,
    own,
    arc_of,
    load,
    first,
    following,
    before,
    distance,
    over,
    heap_key,
    heap_item,
    touched,
):
    """Give the free place of mentor ``place``, whose price is above 0, to the chain of moves that gains most, or to nobody."""
    distance[place] = 0
    touched[0] = place
    count = 1
    size = _push(heap_key, heap_item, 0, np.int64(0), place)
    end = price[place]  # nobody comes: the place is worth nothing more
    end_mentor = np.int64(place)
    end_arc = np.int64(-1)
    while size > 0 and heap_key[0] < end:
        key = heap_key[0]
        i = heap_item[0]
        size = _pop(heap_key, heap_item, size)
        if key > distance[i]:
            continue
        for c in range(of_mentor[i], of_mentor[i + 1]):
            a = arcs[c]
            k = mentee[c]
            if arc_of[k] == a:
                continue
            reach = key + own[k] + price[i] - worth[a]
            if reach >= end:
                continue
            if arc_of[k] < 0:
                end = reach
                end_arc = a
                end_mentor = np.int64(-1)
                end_mentee = k
                continue
            other = mentor[arc_of[k]]
            if reach < distance[other]:
                if distance[other] == FAR:
                    touched[count] = other
                    count += 1
                distance[other] = reach
                over[other] = a
                size = _push(heap_key, heap_item, size, reach, other)
                if reach + price[other] < end:
                    end = reach + price[other]
                    end_mentor = np.int64(other)
                    end_arc = np.int64(-1)
    # Prices fall and what is left to the mentees grows, until the chain is tight.
    for c in range(count):
        i = touched[c]
        fall = end - distance[i]
        if fall > 0:
            price[i] -= fall
            k = first[i]
            while k >= 0:
                own[k] += fall
                k = following[k]
    moved = np.int64(-1)
    if end_arc >= 0:  # somebody without a partner comes in at the end of the chain
        i = np.int64(mentor[end_arc])
        arc_of[end_mentee] = end_arc
        own[end_mentee] = worth[end_arc] - price[i]
        load[i] += 1
        _sit(end_mentee, i, first, following, before)
        moved = i
    else:
        moved = end_mentor
    # Everybody on the chain moves one on, towards the free place.
    i = moved
    if end_arc >= 0:
        load[i] -= 1
    while i != place:
        a = over[i]
        onward = np.int64(mentor[a])
        k = NOBODY
        # Who sits at i and moves over arc a: its mentee.
        low, high = 0, len(start) - 1
        while high - low > 1:
            middle = (low + high) >> 1
            if start[middle] <= a:
                low = middle
            else:
                high = middle
        k = low
        _rise(k, i, first, following, before)
        arc_of[k] = a
        _sit(k, onward, first, following, before)
        i = onward
    if end_arc >= 0:
        load[place] += 1
    else:
        load[place] += 1
        load[end_mentor] -= 1
    for c in range(count):
        distance[touched[c]] = FAR


@njit(cache=True, nogil=True)
def _refill(  # type: ignore[no-untyped-def]
    capacity, of_mentor, arcs, mentee, start, mentor, worth, price, own, arc_of, load, first, following, before
):
    """Give every free place that has a price to those who gain most by it, or take the price away."""
    m = len(price)
    distance = np.full(m, FAR, dtype=np.int64)
    over = np.empty(m, dtype=np.int64)
    touched = np.empty(m, dtype=np.int64)
    heap_key = np.empty(len(mentor) + 16, dtype=np.int64)
    heap_item = np.empty(len(mentor) + 16, dtype=np.int64)
    for i in range(m):
        while load[i] < capacity[i] and price[i] > 0:
            _fill(
                i,
                of_mentor,
                arcs,
                mentee,
                start,
                mentor,
                worth,
                price,
                own,
                arc_of,
                load,
                first,
                following,
                before,
                distance,
                over,
                heap_key,
                heap_item,
                touched,
            )


@njit(cache=True, nogil=True)
def _leave(start, mentor, worth, price, own, arc_of, load, first, following, before):  # type: ignore[no-untyped-def]
    """Whoever would gain by another pair parts from their mentor."""
    for j in range(len(own)):
        left = own[j]
        for a in range(start[j], start[j + 1]):
            left = max(left, worth[a] - price[mentor[a]])
        if left > own[j]:
            own[j] = left
            if arc_of[j] >= 0:
                _part(j, mentor, arc_of, load, first, following, before)


@njit(cache=True, nogil=True)
def _part(j, mentor, arc_of, load, first, following, before):  # type: ignore[no-untyped-def]
    i = np.int64(mentor[arc_of[j]])
    _rise(j, i, first, following, before)
    arc_of[j] = NOBODY
    load[i] -= 1


@njit(cache=True, nogil=True)
def _part_all(mentees, mentor, own, arc_of, load, first, following, before):  # type: ignore[no-untyped-def]
    for j in mentees:
        _part(j, mentor, arc_of, load, first, following, before)
        own[j] = 0


class Transport:
    """Mentees with candidates, mentors with places, and the pairs worth most so far.

    capacity  (m,) places. ``price`` (m,): what one more place would add, to begin with any guess; ``own`` (n,): what is left to
    each mentee. Pairs must be worth more than 0 to be made: staying alone is worth 0.
    """

    def __init__(self, mentees: int, capacity: IntArray, price: IntArray | None = None) -> None:
        self.capacity = np.ascontiguousarray(capacity, dtype=np.int64)
        self.start = np.zeros(mentees + 1, dtype=np.int64)
        self.mentor = np.empty(0, dtype=np.int32)
        self.worth = np.empty(0, dtype=np.int64)
        self.price = np.zeros(len(capacity), dtype=np.int64) if price is None else price.copy()
        self.own = np.zeros(mentees, dtype=np.int64)
        self.arc_of = np.full(mentees, NOBODY, dtype=np.int64)
        self.load = np.zeros(len(capacity), dtype=np.int64)
        self.first = np.full(len(capacity), NOBODY, dtype=np.int64)
        self.following = np.full(mentees, NOBODY, dtype=np.int64)
        self.before = np.full(mentees, NOBODY, dtype=np.int64)

    def add(self, mentee: IntArray, mentor: IntArray, worth: IntArray) -> None:
        """More candidates (none twice), to be taken into account by ``solve``."""
        n = len(self.own)
        mentees = np.concatenate([self.mentees(), mentee])
        order = np.argsort(mentees, kind="stable")
        position = np.empty(len(order), dtype=np.int64)
        position[order] = np.arange(len(order))
        self.mentor = np.concatenate([self.mentor, mentor.astype(np.int32)])[order]
        self.worth = np.concatenate([self.worth, worth])[order]
        self.start = np.searchsorted(mentees[order], np.arange(n + 1)).astype(np.int64)
        has = self.arc_of >= 0
        self.arc_of[has] = position[self.arc_of[has]]
        self.__dict__.pop("_by_mentor", None)

    def change(self, worth: IntArray) -> None:
        """The candidates are worth this from now on, which ``solve`` takes into account."""
        has = np.flatnonzero(self.arc_of >= 0)
        arcs = self.arc_of[has]
        changed = has[worth[arcs] != self.worth[arcs]]
        _part_all(changed, self.mentor, self.own, self.arc_of, self.load, self.first, self.following, self.before)
        self.worth = worth

    def solve(self) -> None:
        """Give everybody a partner who is worth one, by the cheapest chains of moves.

        From the prices that are there: whoever would rather have another pair at these leaves first, and a place that still
        has a price when nobody is left to come goes to those who gain most by it. So prices of before spare most of the work.
        """
        pairs = self.start, self.mentor, self.worth
        state = self.price, self.own, self.arc_of, self.load, self.first, self.following, self.before
        _leave(*pairs, *state)
        _augment(*pairs, self.capacity, *state)
        if ((self.load < self.capacity) & (self.price > 0)).any():
            _refill(self.capacity, *self._by_mentor, *pairs, *state)

    @cached_property
    def _by_mentor(self) -> tuple[IntArray, IntArray, IntArray]:
        """Where each mentor's candidates begin, which they are, and their mentees."""
        arcs = np.argsort(self.mentor, kind="stable")
        of_mentor = np.searchsorted(self.mentor[arcs], np.arange(len(self.price) + 1)).astype(np.int64)
        return of_mentor, arcs, self.mentees()[arcs]

    def settle(self) -> None:
        """Lower the prices as far as they still support the pairs: what one more place would add."""
        _least_prices(
            self.start, self.mentor, self.worth, self.price, self.own, self.arc_of, self.first, self.following
        )

    def pairs_of(self, mentees: IntArray) -> tuple[IntArray, IntArray]:
        """The candidates of these mentees: mentee and mentor of each."""
        counts = np.diff(self.start)[mentees]
        mentee = np.repeat(mentees, counts)
        arcs = np.arange(len(mentee)) + np.repeat(self.start[mentees] - np.cumsum(counts) + counts, counts)
        return mentee, self.mentor[arcs].astype(np.int64)

    def mentees(self) -> IntArray:
        """The mentee of each candidate."""
        return np.repeat(np.arange(len(self.own), dtype=np.int64), np.diff(self.start))

    def matched(self) -> tuple[IntArray, IntArray]:
        """Mentees who have somebody, and whom."""
        mentee = np.flatnonzero(self.arc_of >= 0)
        return mentee, self.mentor[self.arc_of[mentee]].astype(np.int64)
