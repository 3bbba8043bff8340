"""What the engine answers: pairs, how good they are and can be, who is left and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from .problem import FloatArray, IntArray, Problem, Progress, index_of

if TYPE_CHECKING:
    from .binding import BindingRule
    from .explain import Reason
    from .hints import Hint
    from .parity import Parity

Side = Literal["mentor", "mentee"]
Role = Literal["mentor", "mentee", "peer"]


@dataclass(frozen=True)
class Level:
    """One thing the aim wants most, and how far it got.

    name   'served' (mentees with somebody), 'filled' (places), 'least score', 'parity' (the least rate of any group,
           where asked for), 'total fit', or 'blocking' (for stable aims).
    value  what the pairs reach.
    bound  what can be reached at most (of 'blocking', at least) while all levels above keep their values; proved.
    """

    name: str
    value: float
    bound: float

    @property
    def gap(self) -> float:
        """(bound - value) / bound, 0 where the bound is 0; 0 means proved optimal. Of 'blocking', where less is better, the other
        way round: (value - bound) / value."""
        if self.name == "blocking":
            return (self.value - self.bound) / self.value if self.value else 0.0
        return (self.bound - self.value) / self.bound if self.bound else 0.0


@dataclass(frozen=True)
class Unmatched:
    """Somebody who has nobody.

    kind  'gate' held back, 'no_partner' nobody admissible, 'no_places' the admissible (or the person) take nobody,
          'outcompeted' the places went to others, or the pair had to give way to another. ``text`` says it kindly.
    side  'peer' in a pool without roles.
    """

    side: Role
    index: int
    kind: Literal["gate", "no_partner", "no_places", "outcompeted"]
    text: str


@dataclass(frozen=True)
class Unmet:
    """Something asked that can't be kept.

    kind    'forced', 'mentor_minimum', 'mentee_minimum' or 'quota'.
    mentor, mentee, quota   indices of whom and what it is about, None where it doesn't apply.
    asked, got   in pairs. ``rule``: the hard rule against it, if one is. ``text`` names who and why.
    """

    kind: Literal["forced", "mentor_minimum", "mentee_minimum", "quota"]
    mentor: int | None
    mentee: int | None
    quota: int | None
    asked: int
    got: int
    rule: str | None
    text: str


@dataclass(frozen=True)
class Move:
    """A pair that would end or begin."""

    kind: Literal["ends", "begins"]
    mentor: int
    mentee: int


@dataclass(frozen=True)
class WhyNot:
    """Why a pair isn't made.

    rule     the hard rule that forbids it ('not allowed' for a veto, 'places', 'same person', 'gate', 'quota' where there
             are to be no mentors of a group, 'fixed' where fixed pairs leave no room), else None.
    cost     what the last level would lose if the pair were made, None if a rule forbids it; may be below 0 where a
             level above pays. ``losses``: the same for every level, as (name, loss); before them 'asked', if that
             changes: by how many pairs minimums and quotas would be missed more.
    changes  the other pairs that would end or begin.
    """

    rule: str | None
    cost: float | None
    changes: tuple[Move, ...]
    losses: tuple[tuple[str, float], ...] = ()


EXPLAINED = 256
"""Pairs whose reasons are found at once."""


@dataclass(frozen=True, eq=False)
class Options:
    """How ``match`` was asked, so that it can be asked again."""

    aim: str
    previous: IntArray
    stickiness: float
    seed: int
    memory_mb: int
    parity: tuple[str | None, ...] | None = None


@dataclass(eq=False)
class Result:
    """A matching with its proof.

    pairs      (k, 2) mentor index, mentee index, sorted. ``scores``: (k,) as in the problem.
    levels     what the aim puts first, second, ..., each with its bound.
    unmet      forced pairs, minimums and quotas that can't be kept; empty when all are.
    unmatched  who has nobody, mentees and mentors, each with the reason.
    prices     (mentors,) what one more place would add to the last level, all levels read in order: it may be below 0
               where the place lets a level above rise. For 'worst_off' with the least score kept. Where people would be
               paired both ways or quotas overlap, the price in the linear program, which comes close.
    binding    mentors whose places hold the whole back, dearest first: (index, price). ``binding_rules``: fixed pairs, minimums,
               quotas and hard rules that do.
    staying    how many of last time's pairs are kept, and the most that could be; None without ``previous``.
    """

    problem: Problem = field(repr=False)
    options: Options = field(repr=False)
    pairs: IntArray
    scores: FloatArray
    levels: tuple[Level, ...]
    unmet: tuple[Unmet, ...]
    unmatched: tuple[Unmatched, ...]
    prices: FloatArray
    staying: Level | None = None
    #: What a solving of the same people may start from; of large pools alone.
    known: Any = field(default=None, repr=False)
    _explained: dict[tuple[int, int], list[Reason]] = field(default_factory=dict, repr=False)

    @property
    def aim(self) -> str:
        """The aim it was made for."""
        return self.options.aim

    @property
    def value(self) -> float:
        """The last level's value."""
        return self.levels[-1].value

    @property
    def bound(self) -> float:
        """The last level's bound."""
        return self.levels[-1].bound

    @property
    def gap(self) -> float:
        """(bound - value) / bound of the last level, 0 where the bound is 0; 0 means proved optimal."""
        return self.levels[-1].gap

    @property
    def binding(self) -> tuple[tuple[int, float], ...]:
        """Mentors with whom one more place would change the whole for the better: (index, price), dearest first."""
        dear = [(int(i), float(self.prices[i])) for i in np.flatnonzero(self.prices > 0)]
        return tuple(sorted(dear, key=lambda each: (-each[1], each[0])))

    @property
    def binding_rules(self) -> tuple[BindingRule, ...]:
        """Fixed pairs, minimums, quotas and hard rules of the specification without which the rest would be better.

        Each that is kept without room to spare is dropped alone and all solved again; computed when asked for.
        """
        from .binding import binding_rules

        return binding_rules(self)

    @property
    def parity(self) -> Parity | None:
        """The rate of each group and what parity costs, by solving again without it; None where it wasn't asked for."""
        from .parity import parity_of

        return parity_of(self)

    @property
    def hints(self) -> tuple[Hint, ...]:
        """Which mentors more would place those who have nobody, each tried by solving again; computed when asked for."""
        from .hints import hints

        return hints(self.problem, self)

    @property
    def blocking(self) -> tuple[tuple[int, int], ...]:
        """Pairs who would both rather have each other; computed when asked for."""
        from .solvers.stable import blocking_pairs

        return blocking_pairs(self.problem, self.pairs)

    def partners_of_mentee(self, mentee: int) -> list[int]:
        """Mentor indices of a mentee, sorted."""
        return [int(i) for i in self.pairs[self.pairs[:, 1] == mentee, 0]]

    def partners_of_mentor(self, mentor: int) -> list[int]:
        """Mentee indices of a mentor, sorted."""
        return [int(j) for j in self.pairs[self.pairs[:, 0] == mentor, 1]]

    def explain(self, mentor: int, mentee: int) -> list[Reason]:
        """Why the two fit, largest share first; empty where scores were given without dimensions.

        Raises InvalidProblem if there is nobody of that index.
        """
        mentor = index_of(mentor, self.problem.shape[0], "explain", "mentor")
        mentee = index_of(mentee, self.problem.shape[1], "explain", "mentee")
        scored = self.problem.scored
        if scored is None:
            return []
        if (mentor, mentee) not in self._explained:
            # Whoever asks for one pair that is made mostly asks for the next ones too.
            at = int(np.searchsorted(self.pairs @ [self.problem.shape[1], 1], mentor * self.problem.shape[1] + mentee))
            some = self.pairs[at : at + EXPLAINED]
            if len(some) == 0 or some[0].tolist() != [mentor, mentee]:
                return list(scored.explain(mentor, mentee))
            self._explained.clear()
            self._explained.update(zip(map(tuple, some.tolist()), scored.explain_pairs(some)))
        return list(self._explained[mentor, mentee])

    def why_not(self, mentor: int, mentee: int, *, progress: Progress | None = None) -> WhyNot:
        """Why the pair isn't made: the hard rule, or what the whole would lose, by solving again with the pair made."""
        from .whynot import why_not

        return why_not(self, mentor, mentee, progress=progress)
