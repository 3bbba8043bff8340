"""The best pair first, then the next best: what people do by hand, to be set beside the optimum."""

from __future__ import annotations

import heapq

import numpy as np

from .problem import IntArray, Problem


def greedy(problem: Problem) -> IntArray:
    """Pairs (k, 2), sorted: again and again the pair with the greatest fit of those that are left; equal ones by index.

    Rules, places and demands are kept; minimums, quotas and forced pairs are not looked at. A mentee's best is looked up again only
    when it was taken: some ten microseconds for a thousand mentors.
    """
    scores = problem.admissible()
    places, demand = problem.mentor_capacity.copy(), problem.mentee_demand.copy()
    closed: dict[int, set[int]] = {}  # mentee -> mentors whom they have already, or who are their mentees
    backwards = {(int(i), int(j)) for i, j in problem.twins()}
    as_mentee, as_mentor = dict(backwards), {j: i for i, j in backwards}

    def best(mentee: int) -> tuple[float, int, int] | None:
        column = np.where(places > 0, scores[:, mentee], np.nan)
        column[list(closed.get(mentee, ()))] = np.nan
        if len(column) == 0 or np.isnan(column).all():
            return None
        mentor = int(np.nanargmax(column))
        return -float(column[mentor]), mentee, mentor

    waiting = [found for mentee in range(problem.shape[1]) if demand[mentee] and (found := best(mentee))]
    heapq.heapify(waiting)
    made: list[tuple[int, int]] = []
    while waiting:
        _, mentee, mentor = heapq.heappop(waiting)
        if places[mentor] and demand[mentee] and mentor not in closed.get(mentee, ()):
            made.append((mentor, mentee))
            places[mentor] -= 1
            demand[mentee] -= 1
            closed.setdefault(mentee, set()).add(mentor)
            if mentee in as_mentor and mentor in as_mentee:  # the other way round would be the same two again
                closed.setdefault(as_mentee[mentor], set()).add(as_mentor[mentee])
            if problem.one_role and mentor in as_mentee:
                demand[as_mentee[mentor]] = 0
            if problem.one_role and mentee in as_mentor:
                places[as_mentor[mentee]] = 0
        if demand[mentee] and (found := best(mentee)):
            heapq.heappush(waiting, found)
    return np.array(sorted(made), dtype=np.int64).reshape(-1, 2)
