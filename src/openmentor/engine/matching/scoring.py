"""Scores of all pairs from people and a specification, in blocks, and everything one can ask about a pair afterwards."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from operator import attrgetter
from typing import Any

import numpy as np

from . import dimensions, explain, hours, meaning, people, rules
from .dimensions import Context, Dimension
from .errors import InvalidProblem, NeedsMemory
from .explain import Reason
from .files import shown
from .lens import Bag, Block, BoolArray, FloatArray, IntArray, Lens, Pairs
from .people import Side
from .reference import Figures, Reference
from .spec import DEFAULT_START, Spec

Progress = Callable[[str, int, int], None]
BLOCK_PAIRS = 500_000  # a block and its temporaries fit the memory of any machine; results don't depend on it
SAMPLE_PAIRS = 1_000_000
SEEN_PAIRS = 100_000
"""Of so few pairs the scores that tell the means are kept until they are added up."""


@dataclass(frozen=True)
class Survey:
    """What the admissible pairs looked at say of one dimension: how many had a score, its mean, least and most."""

    pairs: int
    known: int
    mean: float
    least: float
    most: float


class Scored:
    """People, a specification, and what they make of every pair. Indices are rows of what was given.

    mentor_ids, mentee_ids   who they are.
    mentor_capacity, mentor_minimum, mentee_demand, mentee_minimum   int64 arrays.
    gated_mentors, gated_mentees   index -> sentence: who can't be matched yet and why.
    forced      (k, 2) index pairs that the settings ask for; ``warnings``: what was left out of the input.
    spec, reference   the specification, and the figures to freeze with it.
    """

    def __init__(
        self,
        mentors: Side,
        mentees: Side,
        spec: Spec,
        *,
        warnings: Sequence[str] = (),
        memory_mb: int = 2000,
        progress: Progress | None = None,
        is_symmetric: bool = False,
    ) -> None:
        # From here on the specification says which model compares texts: settings and reference of the run hold it.
        self.spec = spec = replace(spec, model=settled_model(spec))
        self.mentors = mentors
        self.mentees = mentees
        self.warnings = tuple(warnings)
        self.is_symmetric = is_symmetric
        self.mentor_ids = mentors.ids
        self.mentee_ids = mentees.ids
        self.mentor_capacity = mentors.places.copy()
        self.mentor_minimum = np.full(len(mentors), spec.mentor_minimum, dtype=np.int64)
        self.mentee_demand = np.full(len(mentees), spec.demand, dtype=np.int64)
        self.mentee_minimum = np.full(len(mentees), spec.mentee_minimum, dtype=np.int64)
        for side, arrays in (
            (mentors, (self.mentor_capacity, self.mentor_minimum)),
            (mentees, (self.mentee_demand, self.mentee_minimum)),
        ):
            for array in arrays:
                array[list(side.absent)] = 0
        self.memory_mb = memory_mb
        self.progress: Progress = progress or (lambda stage, done, total: None)
        frozen = spec.reference
        weeks = frozen.weeks if frozen is not None and frozen.weeks else weeks_of(spec, mentors, mentees)
        self.context = Context(mentors, mentees, spec, weeks, Figures(frozen), self.progress)
        eligible = (
            rules.eligible(mentors, [each for each in spec.eligibility if each.side == "mentor"]),
            rules.eligible(mentees, [each for each in spec.eligibility if each.side == "mentee"]),
        )
        self.gated_mentors = _gated(mentors, eligible[0])
        self.gated_mentees = _gated(mentees, eligible[1])
        gates = tuple(
            np.array([each is not None for each in side.list("gate")], dtype=np.bool_) for side in (mentors, mentees)
        )
        self.rules = rules.prepare(self.context, (gates[0], gates[1]), eligible)
        self.dimensions = dimensions.prepare(self.context)
        self.forced = _indices(spec.forced, mentors, mentees, "forced")
        self._seen: Block | None = None
        self._asked: list[tuple[IntArray, FloatArray]] = []
        self.order = order(mentors.ids, spec.seed), order(mentees.ids, spec.seed)

    # -- the whole ---------------------------------------------------------------------------------------------------------

    @cached_property
    def surveys(self) -> dict[str, Survey]:
        """Each prepared dimension among admissible pairs: all, or a sample drawn by a hash of seed and ids."""
        answered = [each for each in self.dimensions.values() if each.is_answered()]
        rows, columns = self._sample()
        found = self._survey(answered, rows, columns)
        is_sample = len(rows) * len(columns) < len(self.mentors) * len(self.mentees)
        unseen = [each for each in answered if found[each.key].known == 0]
        if is_sample and unseen:  # few answered, none of them drawn: then everybody is asked
            found |= self._survey(unseen, *self.order)
        return {key: found.get(key, Survey(0, 0, 0.0, 0.0, 0.0)) for key in self.dimensions}

    @cached_property
    def reference(self) -> Reference:
        """The frozen figures if the specification carries them, else those of these people."""
        if self.spec.reference is not None:
            return replace(self.spec.reference, means=self._means(self.spec.reference.means))
        figures = self.context.figures
        return Reference(
            self._means({}), figures.figures, figures.words, self.context.weeks, self.spec.model or meaning.NONE
        )

    def _means(self, frozen: Mapping[str, float | None]) -> dict[str, float | None]:
        """By dimension: frozen where it was known at the first run, else of these people."""
        means: dict[str, float | None] = {}
        for key in self.spec.weights:
            if key in frozen:
                means[key] = frozen[key]
            else:
                survey = self.surveys.get(key)
                means[key] = survey.mean if survey is not None and survey.known else None
        return means

    @cached_property
    def active(self) -> tuple[str, ...]:
        """Dimensions that count: those with a weight that somebody answered, at the first run if the figures are frozen."""
        weights, means = self.spec.weights, self.reference.means
        return tuple(key for key in weights if weights[key] > 0 and means[key] is not None and key in self.dimensions)

    @cached_property
    def _mean_of(self) -> dict[str, float]:
        return {key: mean for key, mean in self.reference.means.items() if mean is not None}

    @cached_property
    def scores(self) -> FloatArray:
        """(mentors, mentees) float64, read-only; NaN where a hard rule forbids the pair."""
        count, across = len(self.mentors), len(self.mentees)
        need = count * across * 8 / 1e6
        if need > self.memory_mb:
            raise NeedsMemory(
                f"{count:,} mentors and {across:,} mentees need {need:,.0f} MB of memory for their scores; "
                f"{self.memory_mb:,} MB are allowed"
            )
        scores = np.empty((count, across))
        step = max(1, BLOCK_PAIRS // max(across, 1))
        _ = self._mean_of  # which may look at all pairs already
        blocks = (
            [self._seen]
            if self._seen is not None
            else (Block(np.arange(k, min(k + step, count)), None, across) for k in range(0, count, step))
        )
        for lens in blocks:
            scores[lens.rows if lens.columns is None else np.ix_(lens.rows, lens.columns)] = self._admissible(lens)
            self.progress("scores", int(lens.rows.max()) + 1, count)
        self._seen = None
        if self.is_symmetric:
            scores = (scores + scores.T) / 2  # NaN in either direction forbids both
        scores.flags.writeable = False
        return scores

    def rows(self, mentors: IntArray) -> FloatArray:
        """(k, mentees) the scores of these mentors; NaN where a hard rule forbids the pair."""
        return self._admissible(Block(mentors, None, len(self.mentees)))

    def _admissible(self, lens: Lens) -> FloatArray:
        forbidden = self._forbidden(lens)
        block = self._combine(lens)
        block[forbidden] = np.nan
        return block

    # -- pairs -------------------------------------------------------------------------------------------------------------

    def score_pairs(self, pairs: Any) -> FloatArray:
        """(k,) scores of index pairs (k, 2), bit for bit those of ``scores``, but also of pairs that a rule forbids."""
        lens = Pairs(_pairs(pairs))
        found = self._combine(lens)
        return (found + self._combine(Pairs(lens_swapped(lens)))) / 2 if self.is_symmetric else found

    def admissible_pairs(self, pairs: IntArray) -> FloatArray:
        """``score_pairs`` with NaN where a hard rule forbids the pair. The last two answers are kept: who solves asks again."""
        for asked, found in self._asked:
            if asked is pairs:
                return found.copy()
        found = np.where(self.forbidden_pairs(pairs), np.nan, self.score_pairs(pairs))
        self._asked = [*self._asked[-1:], (pairs, found)]
        return found.copy()

    def parts(self, pairs: Any) -> tuple[tuple[str, ...], FloatArray]:
        """The active dimensions' keys, and their scores (k, d) with the reference mean where one didn't answer."""
        said = self._said(_pairs(pairs))
        return self.active, self._filled(said)

    def _said(self, index: IntArray) -> list[FloatArray]:
        """Each direction's scores (k, d) of the active dimensions, NaN where one didn't answer: one direction, two for peers."""
        found = []
        for lens in [Pairs(index), Pairs(index[:, ::-1])] if self.is_symmetric else [Pairs(index)]:
            columns = [self.dimensions[key].score(lens) for key in self.active]
            found.append(np.stack(columns, axis=1) if columns else np.zeros((len(index), 0)))
        return found

    def _filled(self, said: list[FloatArray]) -> FloatArray:
        means = np.array([self._mean_of[key] for key in self.active], dtype=np.float64)
        filled = np.zeros(said[0].shape)
        for each in said:
            filled += np.where(np.isnan(each), means, each) / len(said)
        return filled

    def rule(self, i: int, j: int) -> str | None:
        """Name of the hard rule that forbids the pair, or None. A veto is only ever called 'not allowed'."""
        directions = [(i, j), (j, i)] if self.is_symmetric else [(i, j)]
        for pair in directions:
            lens = Pairs(np.array([pair], dtype=np.int64))
            for each in self.rules:
                if each.forbids(lens)[0]:
                    return each.name
        return None

    def forbidden_pairs(self, pairs: Any) -> BoolArray:
        """(k,) whether a hard rule forbids each of the index pairs."""
        lens = Pairs(_pairs(pairs))
        found = self._forbidden(lens)
        return found | self._forbidden(Pairs(lens_swapped(lens))) if self.is_symmetric else found

    def forbidden_block(self, mentors: IntArray, mentees: IntArray) -> BoolArray:
        """(k, l) whether a hard rule forbids these mentors and mentees."""
        return self._forbidden(Block(mentors, mentees, len(self.mentees)))

    def explain(self, i: int, j: int) -> list[Reason]:
        """Why the pair fits: every active dimension, the largest share of the score first."""
        return self.explain_pairs([(i, j)])[0]

    def explain_pairs(self, pairs: Any) -> list[list[Reason]]:
        """``explain`` for many pairs at once."""
        index = _pairs(pairs)
        said = self._said(index)
        filled, known = self._filled(said), [~np.isnan(each) for each in said]
        weights = np.array([self.spec.weights[key] for key in self.active])
        amounts = filled * weights
        totals = amounts.sum(axis=1)
        shares = np.divide(amounts, totals[:, None], out=np.zeros_like(amounts), where=totals[:, None] > 0)
        directions, listed = np.stack(known, axis=2), index.tolist()
        columns = []
        for k, (key, weight) in enumerate(zip(self.active, weights.tolist())):
            scores, answered = filled[:, k].tolist(), directions[:, k].tolist()
            texts = explain.texts(self.dimensions[key], listed, scores, answered)
            columns.append(
                [
                    Reason(key, score, weight, share, text, True in said_by)
                    for score, share, text, said_by in zip(scores, shares[:, k].tolist(), texts, answered)
                ]
            )
        # Equals stay in the order of the dimensions.
        return [sorted(reasons, key=_share, reverse=True) for reasons in zip(*columns)] or [[] for _ in listed]

    # -- how ---------------------------------------------------------------------------------------------------------------

    def _combine(self, lens: Lens) -> FloatArray:
        """Σ w·s / Σ w; every step elementwise, so that a block and a single pair agree to the last bit."""
        total = np.zeros(lens.shape)
        weight = 0.0
        for key in self.active:
            score = self.dimensions[key].score(lens)
            total += self.spec.weights[key] * np.where(np.isnan(score), self._mean_of[key], score)
            weight += self.spec.weights[key]
            if key not in self._asked_for:
                lens.scores.pop(key, None)
        return np.minimum(total / weight, 1.0) if weight else total

    @cached_property
    def _asked_for(self) -> frozenset[str]:
        """Dimensions that somebody's priority may ask for: their scores stay with the lens."""
        return frozenset(key for key in self.mentees.list("priority") if key)

    def _forbidden(self, lens: Lens) -> BoolArray:
        found = np.zeros(lens.shape, dtype=np.bool_)
        for each in self.rules:
            found |= each.forbids(lens)
        return found

    def _sample(self) -> tuple[IntArray, IntArray]:
        rows, columns = self.order
        if len(rows) * len(columns) <= SAMPLE_PAIRS:
            return rows, columns
        # The first by hash are as good as drawn. As many of both, unless one side has fewer than that.
        side = math.isqrt(SAMPLE_PAIRS)
        if len(rows) < side:
            return rows, columns[: SAMPLE_PAIRS // len(rows)]
        if len(columns) < side:
            return rows[: SAMPLE_PAIRS // len(columns)], columns
        return rows[:side], columns[:side]

    def _survey(self, chosen: Sequence[Dimension], rows: IntArray, columns: IntArray) -> dict[str, Survey]:
        """Sums run along each mentor's row and then down, in the order by hash: no block and no row of a file changes them."""
        sums = np.zeros((len(chosen), len(rows)))
        counts = np.zeros((len(chosen), len(rows)), dtype=np.int64)
        least = np.full(len(chosen), np.inf)
        most = np.full(len(chosen), -np.inf)
        pairs = 0
        step = max(1, BLOCK_PAIRS // max(len(columns), 1))
        is_small = len(rows) * len(columns) <= SEEN_PAIRS and len(rows) <= step
        is_small &= len(rows) == len(self.mentors) and len(columns) == len(self.mentees)
        for start in range(0, len(rows), step):
            at = slice(start, start + step)
            lens = Block(rows[at], columns, len(self.mentees))
            admissible = ~self._forbidden(lens)
            if self.is_symmetric:
                admissible &= ~self._forbidden(Swapped(lens))
            pairs += int(admissible.sum())
            out = np.nonzero(~admissible)
            for k, each in enumerate(chosen):
                score = each.score(lens)
                if len(out[0]):
                    score = score.copy()
                    score[out] = np.nan
                # Several times faster than sums, least and most where a mask is true.
                unknown = np.isnan(score)
                counts[k, at] = len(columns) - np.count_nonzero(unknown, axis=1)
                sums[k, at] = (np.where(unknown, 0.0, score) if unknown.any() else score).sum(axis=1)
                least[k] = np.fmin.reduce(score, axis=None, initial=least[k])
                most[k] = np.fmax.reduce(score, axis=None, initial=most[k])
                if each.key not in self._asked_for and not is_small:
                    lens.scores.pop(each.key, None)
            if is_small:
                self._seen = lens
            self.progress("reference", min(start + step, len(rows)), len(rows))
        found = {}
        for k, each in enumerate(chosen):
            known_pairs = int(counts[k].sum())
            mean = min(max(float(sums[k].sum()) / known_pairs, 0.0), 1.0) if known_pairs else 0.0
            found[each.key] = Survey(pairs, known_pairs, mean, float(least[k]), float(most[k]))
        return found


class Swapped(Block):
    """A block of a pool without roles, seen from the other side."""

    def __init__(self, block: Block) -> None:
        columns = block.columns if block.columns is not None else np.arange(block.shape[1], dtype=np.int64)
        super().__init__(columns, block.rows, block.shape[0])
        self.shape = block.shape

    def a(self, values: Any) -> Any:
        return values[self.rows][None, :]

    def b(self, values: Any) -> Any:
        assert self.columns is not None
        return values[self.columns][:, None]

    def dot(self, bag: Bag) -> FloatArray:
        return np.zeros(self.shape) if bag.is_empty else bag.block(self.rows, self.columns).T

    def product(self, mentors: Any, mentees: Any) -> FloatArray:
        return super().product(mentors, mentees).T


def lens_swapped(lens: Pairs) -> IntArray:
    """The pairs of a lens the other way round."""
    return np.stack([lens.j, lens.i], axis=1)


def build(mentors: Any, mentees: Any, spec: Spec, *, progress: Progress | None = None, memory_mb: int = 2000) -> Scored:
    """Score every pair of mentors and mentees.

    mentors, mentees   mappings of columns as in PEOPLE.csv, cells as in the file or already lists; or ``Side``.
    spec        what counts, and what must hold.
    progress    called with (stage, done, total); it cancels by raising.
    memory_mb   what the table of scores may take.
    Raises      InvalidProblem with every fault, each with its place.
    """
    scored = prepare(mentors, mentees, spec, progress=progress, memory_mb=memory_mb)
    _ = scored.scores  # now, while somebody watches the progress
    return scored


def prepare(
    mentors: Any, mentees: Any, spec: Spec, *, progress: Progress | None = None, memory_mb: int = 2000
) -> Scored:
    """As ``build``, but scores of all pairs are computed only when asked for: with frozen figures, single pairs are cheap."""
    one, other, warnings = people.from_mappings(mentors, mentees, spec)
    return Scored(one, other, spec, warnings=warnings, progress=progress, memory_mb=memory_mb)


def prepare_peers(pool: Side, spec: Spec, *, progress: Progress | None = None, memory_mb: int = 2000) -> Scored:
    """One pool without roles: a pair's score is the mean of both directions, and either one's rule forbids it."""
    return Scored(pool, pool, spec, progress=progress, memory_mb=memory_mb, is_symmetric=True)


def order(ids: Sequence[str], seed: int) -> IntArray:
    """Indices in the order of (hash(seed, id), id): a draw that neither rows nor names decide."""

    def drawn(k: int) -> tuple[bytes, str]:
        return hashlib.blake2b(f"{seed}\0{ids[k]}".encode("utf-8", "surrogatepass"), digest_size=8).digest(), ids[k]

    return np.array(sorted(range(len(ids)), key=drawn), dtype=np.int64)


def settled_model(spec: Spec) -> str:
    """The model that compares texts: the reference's, the settings', else the best that is installed; 'none' for none.

    Raises InvalidProblem if settings and reference name two: what was measured with one says nothing of the other.
    """
    if spec.reference is None:
        return spec.model or meaning.best()
    if spec.model not in (None, spec.reference.model):
        raise InvalidProblem(
            f"settings: model: {spec.model} is asked for, and the reference comes from a run with "
            f"{spec.reference.model}; leave out one of the two"
        )
    return spec.reference.model


def weeks_of(spec: Spec, mentors: Side, mentees: Side) -> tuple[Any, ...]:
    """The Mondays of the weeks to compare; no clock is read."""
    if spec.weeks:
        return spec.weeks
    zones = {zone for side in (mentors, mentees) for zone in side.list("timezone")}
    return hours.weeks_of(spec.start or DEFAULT_START, spec.end if spec.start else None, zones)


def _gated(side: Side, eligible: BoolArray) -> dict[int, str]:
    found = {k: each for k, each in enumerate(side.list("gate")) if each is not None}
    for k in np.flatnonzero(~eligible).tolist():
        found.setdefault(k, "They don't meet the program's conditions.")
    return dict(sorted(found.items()))


def _indices(pairs: Sequence[tuple[str, str]], mentors: Side, mentees: Side, name: str) -> IntArray:
    at = {each: k for k, each in enumerate(mentors.ids)}, {each: k for k, each in enumerate(mentees.ids)}
    found = []
    for mentor, mentee in pairs:
        if mentor not in at[0] or mentee not in at[1]:
            who, side = (mentor, "mentor") if mentor not in at[0] else (mentee, "mentee")
            raise InvalidProblem(f"settings: {name}: no {side} has the id {shown(who)}")
        found.append((at[0][mentor], at[1][mentee]))
    return np.array(found, dtype=np.int64).reshape(-1, 2)


_share = attrgetter("share")


def _pairs(given: Any) -> IntArray:
    return np.asarray(given, dtype=np.int64).reshape(-1, 2)
