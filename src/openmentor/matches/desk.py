"""The engine's own answer about single pairs of a run, also of those that it didn't make. Nothing is solved here."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from openmentor.engine.matching import process as engine
from openmentor.matches import inputs
from openmentor.matches.models import MatchingRun, RunInput

#: a pair of enrollments by id, mentor first
Key = tuple[int, int]
#: boards that are worked on at the same time in one process
KEPT = 4


class Desk:
    """People, specification and reference of a run as the engine was told them: scores, rules and reasons for any pair of them.

    Built once for a run and kept: 10,000 people take some seconds to read and milliseconds to ask.
    """

    def __init__(self, run: MatchingRun) -> None:
        pool = inputs.replay(run)
        settings = {
            name: value for name, value in run.settings.items() if name not in ("version", "forced", "forbidden")
        }
        problem = pool.problem(settings, run.report.get("reference"))
        # Locks and bans are the managers' and may have changed since; whoever asks looks them up as they are now.
        self.scored = engine.from_mapping(problem | {"forced": [], "forbidden": []}).scored()
        self.mentors = {row.enrollment.pk: index for index, row in enumerate(pool.mentors)}
        self.mentees = {row.enrollment.pk: index for index, row in enumerate(pool.mentees)}
        people = (
            {row.id: row.enrollment.pk for row in pool.mentors},
            {row.id: row.enrollment.pk for row in pool.mentees},
        )
        self._apart = {
            (people[0][one], people[1][other])
            for one, other in inputs.apart(settings.get("rules", {}), pool.mentors, pool.mentees)
        }

    def knows(self, mentor: int, mentee: int) -> bool:
        return mentor in self.mentors and mentee in self.mentees

    def _index(self, pairs: Iterable[Key]) -> Any:
        return np.array(
            [(self.mentors[mentor], self.mentees[mentee]) for mentor, mentee in pairs], dtype=np.int64
        ).reshape(-1, 2)

    def scores(self, pairs: Sequence[Key]) -> list[float]:
        """Fit of each pair, 0..1, whether a rule forbids it or not."""
        if not pairs:
            return []
        return [float(score) for score in self.scored.score_pairs(self._index(pairs))]

    def allowed(self, pairs: Sequence[Key]) -> list[bool]:
        """Whether no hard rule forbids each pair."""
        if not pairs:
            return []
        forbidden = self.scored.forbidden_pairs(self._index(pairs))
        return [not out and pair not in self._apart for out, pair in zip(forbidden, pairs, strict=True)]

    def rule(self, mentor: int, mentee: int) -> str | None:
        """The hard rule against a pair, by the engine's name; of a veto 'not allowed' and no more."""
        rule = self.scored.rule(self.mentors[mentor], self.mentees[mentee])
        return "reporting_line" if rule is None and (mentor, mentee) in self._apart else rule

    def reasons(self, pairs: Sequence[Key]) -> list[list[dict[str, Any]]]:
        """Why each pair fits, as a run stores it."""
        if not pairs:
            return []
        return [[reason.to_json() for reason in found] for found in self.scored.explain_pairs(self._index(pairs))]


_kept: OrderedDict[tuple[Any, ...], Desk] = OrderedDict()
# One at a time: of those who ask for the same desk at once, one makes it and the others find it.
_making = threading.Lock()


def of(run: MatchingRun) -> Desk:
    """The desk of a run, made anew once somebody in it was erased. The first to ask waits for it."""
    key = run.pk, run.created_at, RunInput.objects.filter(run=run).count()
    with _making:
        if key not in _kept:
            for old in [each for each in _kept if each[0] == run.pk]:
                del _kept[old]
            _kept[key] = Desk(run)
            while len(_kept) > KEPT:
                _kept.popitem(last=False)
        _kept.move_to_end(key)
        return _kept[key]
