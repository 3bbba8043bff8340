"""What is asked of the engine: who may meet whom, how well they fit, and what must hold. No solver is known here."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .errors import InvalidProblem

if TYPE_CHECKING:
    from .scoring import Scored

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
HELD = 1_000_000
"""Pairs: of so many all scores are held in memory; of more only when somebody asks for all."""
Progress = Callable[[str, int, int], None]
"""Called with (stage, done, total) now and then; it cancels by raising, and what it raises comes out of ``match``."""


@dataclass(frozen=True)
class Quota:
    """For each mentee, how many of their mentors come from ``members``: at least and at most so many.

    members   indices of mentors, each counted once.
    at_least  kept as far as it can be; what can't be is listed in ``result.unmet``.
    at_most   never exceeded; None for no limit.
    """

    members: Sequence[int]
    at_least: int | None = None
    at_most: int | None = None


@dataclass(frozen=True, eq=False)
class Rule:
    """A checked quota: sorted member indices, and both limits as numbers (``at_most`` is -1 for none)."""

    members: IntArray
    at_least: int
    at_most: int


def unmasked(given: Any) -> Any:
    """A masked array as one with NaN where it is masked; anything else as it is."""
    return np.ma.filled(given.astype(np.float64), np.nan) if isinstance(given, np.ma.MaskedArray) else given


def _can_change(array: Any) -> bool:
    """Whether somebody may write to the array: also through the one that it is a view of."""
    if not isinstance(array, np.ndarray):
        return array is not None
    return array.flags.writeable or _can_change(array.base)


def _scores(given: Any, name: str = "scores") -> FloatArray:
    try:
        given = unmasked(given)
        if isinstance(given, np.ndarray) and given.dtype == np.float64 and not _can_change(given):
            array: FloatArray = given
        else:
            array = np.array(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidProblem(f"{name} must be a table of numbers, one row a mentor and one column a mentee") from error
    if array.ndim == 1 and array.size == 0:
        array = array.reshape(0, 0)
    if array.ndim != 2:
        raise InvalidProblem(f"{name} has {array.ndim} dimensions; one row a mentor and one column a mentee are needed")
    for start in range(0, array.shape[0], 1024):
        block = array[start : start + 1024]
        bad = (block < 0) | (block > 1)
        if bad.any():
            row, column = (int(k) for k in np.argwhere(bad)[0])
            raise InvalidProblem(
                f"{name}[{start + row}, {column}] is {block[row, column]}; a score lies between 0 and 1"
            )
    if array.flags.writeable:
        array.flags.writeable = False
    return array


def _copied(people: Any) -> Any:
    """People who were read already as they are; columns as lists of our own."""
    from .people import Side, columns_of

    return people if isinstance(people, Side) else columns_of(people)


def _loads(given: Any, count: int, name: str) -> IntArray:
    """One whole number for each, from one for all or a list; not negative, not infinite."""
    try:
        values = np.asarray(unmasked(given), dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidProblem(f"{name} must be a whole number, or one for each") from error
    if values.ndim == 0:
        if not math.isfinite(float(values)) or values < 0 or values != np.floor(values):
            raise InvalidProblem(f"{name} is {given}; a whole number, zero or more, is needed")
        return np.full(count, min(int(values), 2**31), dtype=np.int64)
    if values.shape != (count,):
        shape = "x".join(str(k) for k in values.shape)
        raise InvalidProblem(f"{name} has {shape} entries for {count} people")
    bad = ~np.isfinite(values) | (values < 0) | (values != np.floor(values))
    if bad.any():
        index = int(np.flatnonzero(bad)[0])
        raise InvalidProblem(f"{name}[{index}] is {values[index]:g}; a whole number, zero or more, is needed")
    return np.minimum(values, 2**31).astype(np.int64)


def index_of(value: Any, count: int, place: str, side: str) -> int:
    """``value`` as an index of ``side``; raises ``InvalidProblem`` with the place if there is no such person."""
    try:
        index = int(value)
        if index != value:
            raise ValueError
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidProblem(f"{place} names {side} {value!r}; an index is needed") from error
    if not 0 <= index < count:
        raise InvalidProblem(f"{place} names {side} {index}; there are {count}, counted from 0")
    return index


def _rows(given: Any) -> list[Any]:
    return given.tolist() if isinstance(given, np.ndarray) else list(given)


def pairs_of(given: Any, mentors: int, mentees: int, name: str) -> IntArray:
    """Index pairs (mentor, mentee) as an array (k, 2), sorted, each once."""
    if given is None:
        return np.empty((0, 2), dtype=np.int64)
    found = set()
    try:
        rows = [tuple(row) for row in _rows(given)]
    except TypeError as error:
        raise InvalidProblem(f"{name} must be pairs (mentor, mentee)") from error
    for k, row in enumerate(rows):
        if len(row) != 2:
            raise InvalidProblem(f"{name}[{k}] has {len(row)} entries; a pair (mentor, mentee) is needed")
        place = f"{name}[{k}]"
        found.add((index_of(row[0], mentors, place, "mentor"), index_of(row[1], mentees, place, "mentee")))
    return np.array(sorted(found), dtype=np.int64).reshape(-1, 2)


def _ids(given: Iterable[Any] | None, count: int, name: str) -> tuple[str, ...] | None:
    if given is None:
        return None
    ids = tuple(str(each) for each in given)
    if len(ids) != count:
        raise InvalidProblem(f"{name} has {len(ids)} entries for {count} people")
    seen: dict[str, int] = {}
    for index, each in enumerate(ids):
        if each in seen:
            raise InvalidProblem(
                f"{name}[{index}] is {each!r}, and so is {name}[{seen[each]}]; an id stands for one person"
            )
        seen[each] = index
    return ids


def _quotas(given: Iterable[Quota], mentors: int) -> tuple[Rule, ...]:
    rules = []
    if not isinstance(given, Iterable):
        raise InvalidProblem("quotas must be a list of Quota")
    for k, quota in enumerate(given):
        place = f"quotas[{k}]"
        if not isinstance(quota, Quota) or not isinstance(quota.members, Iterable):
            raise InvalidProblem(f"{place} is {quota!r}; a Quota with members is needed")
        members = sorted({index_of(each, mentors, f"{place}.members", "mentor") for each in quota.members})
        limits = []
        for name, value, blank in (("at_least", quota.at_least, 0), ("at_most", quota.at_most, -1)):
            if value is None:
                limits.append(blank)
            else:
                limits.append(int(_loads(value, 1, f"{place}.{name}")[0]))
        rules.append(Rule(np.array(members, dtype=np.int64), limits[0], limits[1]))
    return tuple(rules)


def _wishes(given: Any, name: str) -> list[Any]:
    if given is None or isinstance(given, str) or not hasattr(given, "__iter__"):
        raise InvalidProblem(f"{name} is {given!r}; a list of wishes for each is needed")
    found = list(given)
    for k, each in enumerate(found):
        if each is None or isinstance(each, str) or not hasattr(each, "__iter__"):
            raise InvalidProblem(f"{name}[{k}] is {each!r}; indices of the other side, best first, are needed")
    return found


def _lists(given: Any, count: int, name: str, side: str) -> tuple[tuple[int, ...], ...]:
    lists = []
    for k, row in enumerate(given):
        place = f"{name}[{k}]"
        wishes = tuple(index_of(each, count, place, side) for each in row)
        if len(set(wishes)) != len(wishes):
            twice = next(each for n, each in enumerate(wishes) if each in wishes[:n])
            raise InvalidProblem(f"{place} names {side} {twice} twice")
        lists.append(wishes)
    return tuple(lists)


@dataclass(frozen=True, eq=False)
class Preferences:
    """Ranked wishes of both sides: for each person the other side's indices, best first."""

    mentors: tuple[tuple[int, ...], ...]
    mentees: tuple[tuple[int, ...], ...]


@dataclass(init=False, eq=False)
class Problem:
    """Who may meet whom, how well each pair fits, and what must hold. Never changed after it is made.

    scores            (mentors, mentees) float64, 0..1, NaN where a hard rule forbids the pair; as given or computed.
    mentor_capacity   (mentors,) the most mentees each takes; ``mentor_minimum``: the fewest they should get.
    mentee_demand     (mentees,) the most mentors each gets; ``mentee_minimum``: the fewest they must.
    forced, forbidden (k, 2) index pairs (mentor, mentee), sorted.
    quotas            the checked quotas.
    one_role          True: who is on both sides, by their id, gets a mentor or mentees, not both.
    mentor_ids, mentee_ids   who they are, or None; one id on both sides is one person, who is never paired with
                             themself, and
                      two people are never paired both ways.
    scored            what people and specification gave (``Problem(mentors=..., mentees=..., spec=...)``), else None.
    preferences       ranked lists, if made by ``from_preferences``.
    gated_mentors, gated_mentees     index -> sentence: who is held back and why.
    absent_mentors, absent_mentees   indices that have no part on their side, and are listed nowhere.
    is_large          whether there are so many pairs that compiled loops are worth loading.
    source            the columns and the specification it was made of, None for scores and lists.
    """

    mentor_capacity: IntArray
    mentor_minimum: IntArray
    mentee_demand: IntArray
    mentee_minimum: IntArray
    forced: IntArray
    forbidden: IntArray
    quotas: tuple[Rule, ...]
    one_role: bool
    mentor_ids: tuple[str, ...] | None
    mentee_ids: tuple[str, ...] | None
    scored: Scored | None = None
    preferences: Preferences | None = None
    gated_mentors: Mapping[int, str] = field(default_factory=dict)
    gated_mentees: Mapping[int, str] = field(default_factory=dict)
    absent_mentors: frozenset[int] = frozenset()
    absent_mentees: frozenset[int] = frozenset()
    source: tuple[Any, Any, Any] | None = None
    is_large: bool = False
    _held: FloatArray | None = None

    def __init__(
        self,
        mentors: Any,
        mentees: Any,
        spec: Any,
        *,
        forced: Any = (),
        forbidden: Any = (),
        quotas: Iterable[Quota] = (),
        progress: Progress | None = None,
        memory_mb: int = 2000,
    ) -> None:
        """Score people by a specification.

        mentors, mentees   mappings of columns: a dict of lists or arrays, or a pandas or polars frame.
        spec               a ``Spec``: dimensions, weights, hard rules.
        forced, forbidden, quotas   as in ``from_scores``, on top of what the specification says.
        Raises             InvalidProblem, with the place named.
        """
        from .scoring import prepare  # the people's half is needed only here

        scored = prepare(mentors, mentees, spec, progress=progress, memory_mb=memory_mb)
        _ = scored.active  # now, while somebody watches the progress
        self._fill(
            None if len(scored.mentors) * len(scored.mentees) > HELD else _scores(scored.scores),
            (len(scored.mentors), len(scored.mentees)),
            mentor_capacity=scored.mentor_capacity,
            mentor_minimum=scored.mentor_minimum,
            mentee_demand=scored.mentee_demand,
            mentee_minimum=scored.mentee_minimum,
            forced=[*scored.forced.tolist(), *_rows(forced)],
            forbidden=forbidden,
            quotas=quotas,
            one_role=scored.spec.one_role,
            mentor_ids=scored.mentor_ids,
            mentee_ids=scored.mentee_ids,
        )
        self.scored = scored
        # The caller may go on with their own table: the columns are copied, though not what stands in a cell.
        self.source = (_copied(mentors), _copied(mentees), spec)
        self.absent_mentors = scored.mentors.absent
        self.absent_mentees = scored.mentees.absent
        self.gated_mentors = dict(scored.gated_mentors)
        self.gated_mentees = dict(scored.gated_mentees)

    @classmethod
    def from_scores(
        cls,
        scores: Any,
        mentor_capacity: Any = 1,
        mentor_minimum: Any = 0,
        mentee_demand: Any = 1,
        mentee_minimum: Any = 0,
        forced: Any = (),
        forbidden: Any = (),
        quotas: Iterable[Quota] = (),
        mentor_ids: Iterable[Any] | None = None,
        mentee_ids: Iterable[Any] | None = None,
        one_role: bool = False,
    ) -> Problem:
        """A problem from scores at hand.

        scores    shape (mentors, mentees), 0..1, NaN, or masked, where the two may not meet; copied unless nobody can write to it.
        loads     an int for all, or one for each: capacity and minimum of mentors, demand and minimum of mentees.
        forced    pairs (mentor, mentee) to be made if no hard rule forbids them; ``forbidden``: pairs never made.
        quotas    see ``Quota``.
        ids       make the answer independent of the order of rows; one id on both sides is one person.
        one_role  True: such a person gets a mentor or mentees, not both. Not with stable aims.
        Raises    InvalidProblem if shapes disagree, a score lies outside 0..1, a load is negative or infinite, an index
                  names nobody, an id stands twice.
        """
        problem = cls.__new__(cls)
        held = _scores(scores)
        problem._fill(
            held,
            (held.shape[0], held.shape[1]),
            mentor_capacity=mentor_capacity,
            mentor_minimum=mentor_minimum,
            mentee_demand=mentee_demand,
            mentee_minimum=mentee_minimum,
            forced=forced,
            forbidden=forbidden,
            quotas=quotas,
            one_role=one_role,
            mentor_ids=mentor_ids,
            mentee_ids=mentee_ids,
        )
        return problem

    @classmethod
    def from_preferences(
        cls,
        mentor_lists: Any,
        mentee_lists: Any,
        mentor_capacity: Any = 1,
        mentee_demand: Any = 1,
        forbidden: Any = (),
        mentor_ids: Iterable[Any] | None = None,
        mentee_ids: Iterable[Any] | None = None,
    ) -> Problem:
        """A problem from ranked lists: indices of the other side, best first.

        Whom one doesn't list one can't get; a pair listed by one side alone is impossible, and no error. The score of
        a possible pair is the mean of both wishes, 1 for a first choice and falling evenly along each list. Raises
        InvalidProblem if a list names nobody, or somebody twice.
        """
        mentor_lists, mentee_lists = _wishes(mentor_lists, "mentor_lists"), _wishes(mentee_lists, "mentee_lists")
        mentors, mentees = len(mentor_lists), len(mentee_lists)
        preferences = Preferences(
            _lists(mentor_lists, mentees, "mentor_lists", "mentee"),
            _lists(mentee_lists, mentors, "mentee_lists", "mentor"),
        )
        scores = np.zeros((mentors, mentees))
        both = np.zeros((mentors, mentees), dtype=np.int8)
        for i, wishes in enumerate(preferences.mentors):
            for rank, j in enumerate(wishes):
                scores[i, j] += 0.5 * (1 - rank / len(wishes))
                both[i, j] += 1
        for j, wishes in enumerate(preferences.mentees):
            for rank, i in enumerate(wishes):
                scores[i, j] += 0.5 * (1 - rank / len(wishes))
                both[i, j] += 1
        scores[both < 2] = np.nan
        problem = cls.from_scores(
            scores,
            mentor_capacity=mentor_capacity,
            mentee_demand=mentee_demand,
            forbidden=forbidden,
            mentor_ids=mentor_ids,
            mentee_ids=mentee_ids,
        )
        problem.preferences = preferences
        return problem

    def _fill(
        self, scores: FloatArray | None, shape: tuple[int, int], *, mentor_ids: Any, mentee_ids: Any, **rest: Any
    ) -> None:
        mentors, mentees = shape
        self._held = scores
        self.is_large = mentors * mentees > HELD
        self.mentor_capacity = _loads(rest["mentor_capacity"], mentors, "mentor_capacity")
        self.mentor_minimum = _loads(rest["mentor_minimum"], mentors, "mentor_minimum")
        self.mentee_demand = _loads(rest["mentee_demand"], mentees, "mentee_demand")
        self.mentee_minimum = _loads(rest["mentee_minimum"], mentees, "mentee_minimum")
        self.forced = pairs_of(rest["forced"], mentors, mentees, "forced")
        self.forbidden = pairs_of(rest["forbidden"], mentors, mentees, "forbidden")
        self.quotas = _quotas(rest["quotas"], mentors)
        if not isinstance(rest["one_role"], bool):
            raise InvalidProblem(f"one_role is {rest['one_role']!r}; True or False is needed")
        self.one_role = rest["one_role"]
        self.mentor_ids = _ids(mentor_ids, mentors, "mentor_ids")
        self.mentee_ids = _ids(mentee_ids, mentees, "mentee_ids")
        self.scored = None
        self.preferences = None
        self.gated_mentors = {}
        self.gated_mentees = {}
        self.absent_mentors = frozenset()
        self.absent_mentees = frozenset()
        self.source = None
        self._admissible: FloatArray | None = None

    def changed(self, **fields: Any) -> Problem:
        """The same problem with other ``fields``, which must fit one another."""
        other = copy.copy(self)
        for name, value in {**fields, "_admissible": None}.items():
            setattr(other, name, value)
        return other

    @property
    def shape(self) -> tuple[int, int]:
        """(mentors, mentees)."""
        return len(self.mentor_capacity), len(self.mentee_demand)

    @property
    def scores(self) -> FloatArray:
        """(mentors, mentees), NaN where a hard rule forbids the pair. Of a large pool they are only computed when all are
        asked for at once; raises InvalidProblem where they need more memory than is allowed."""
        if self._held is None:
            assert self.scored is not None
            self._held = _scores(self.scored.scores)
        return self._held

    @property
    def is_held(self) -> bool:
        """Whether the scores of all pairs are in memory."""
        return self._held is not None

    def scores_of(self, pairs: IntArray) -> FloatArray:
        """(k,) the scores of index pairs (k, 2), NaN where a hard rule forbids them."""
        if self._held is not None:
            return self._held[pairs[:, 0], pairs[:, 1]]
        assert self.scored is not None
        return self.scored.admissible_pairs(pairs)

    def rows(self, mentors: IntArray) -> FloatArray:
        """(k, mentees) the scores of these mentors with everybody, NaN where a hard rule forbids the pair."""
        if self._held is not None:
            return self._held[mentors]
        assert self.scored is not None
        return self.scored.rows(mentors)

    def possible(self, mentors: IntArray, mentees: IntArray) -> BoolArray:
        """(k, l) which of these mentors and mentees may meet."""
        if self._held is not None:
            return ~np.isnan(self.admissible()[np.ix_(mentors, mentees)])
        assert self.scored is not None
        possible = ~self.scored.forbidden_block(mentors, mentees)
        row, column = np.full(self.shape[0], -1), np.full(self.shape[1], -1)
        row[mentors], column[mentees] = np.arange(len(mentors)), np.arange(len(mentees))
        banned = np.concatenate([self.forbidden, self.twins()])
        at = np.column_stack([row[banned[:, 0]], column[banned[:, 1]]])
        at = at[(at >= 0).all(axis=1)]
        possible[at[:, 0], at[:, 1]] = False
        return possible

    def twins(self) -> IntArray:
        """(k, 2): the mentor index and the mentee index of each person who is both."""
        if self.mentor_ids is None or self.mentee_ids is None:
            return np.empty((0, 2), dtype=np.int64)
        mentee_at = {each: j for j, each in enumerate(self.mentee_ids)}
        both = [(i, mentee_at[each]) for i, each in enumerate(self.mentor_ids) if each in mentee_at]
        return np.array(both, dtype=np.int64).reshape(-1, 2)

    def admissible(self) -> FloatArray:
        """The scores with NaN also where the pair is forbidden, or is one person. Read-only."""
        if self._admissible is None:
            banned = np.concatenate([self.forbidden, self.twins()])
            if len(banned) == 0:
                self._admissible = self.scores
            else:
                scores = self.scores.copy()
                scores[banned[:, 0], banned[:, 1]] = np.nan
                scores.flags.writeable = False
                self._admissible = scores
        return self._admissible

    def rule(self, mentor: int, mentee: int) -> str | None:
        """Name of the hard rule that forbids the pair, or None. A veto is only ever called 'not allowed'."""
        if self.mentor_ids is not None and self.mentee_ids is not None:  # noqa: SIM102
            if self.mentor_ids[mentor] == self.mentee_ids[mentee]:
                return "same person"
        if mentor in self.gated_mentors or mentee in self.gated_mentees:
            return "gate"
        if mentor in self.absent_mentors or mentee in self.absent_mentees:
            return "no part"
        if np.isnan(self.scores_of(np.array([[mentor, mentee]]))[0]):
            named = self.scored.rule(mentor, mentee) if self.scored is not None else None
            return named or "not allowed"
        if ((self.forbidden[:, 0] == mentor) & (self.forbidden[:, 1] == mentee)).any():
            return "not allowed"
        if self.mentor_capacity[mentor] == 0 or self.mentee_demand[mentee] == 0:
            return "places"
        if any(quota.at_most == 0 and mentor in quota.members for quota in self.quotas):
            return "quota"
        return None

    def name(self, side: str, index: int) -> str:
        """The id of somebody if there are ids, else 'mentor 3'."""
        ids = self.mentor_ids if side == "mentor" else self.mentee_ids
        return ids[index] if ids is not None else f"{side} {index}"
