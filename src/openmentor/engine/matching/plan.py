"""People and what makes them fit, laid out as flat arrays for the kernels: dimension by dimension, rule by rule."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .cosines import Texts
from .kernels import BANNED, COMMON, HIGHEST, RANKED, SUM, Plan
from .lens import Bag, Block, FloatArray, IntArray
from .people import Side
from .shapes import (
    Banned,
    Common,
    Cosine,
    Distances,
    Highest,
    Hours,
    HoursAtLeast,
    Kinds,
    Ranked,
    Shape,
    Slope,
    Sum,
)

if TYPE_CHECKING:
    from .dimensions import Dimension
    from .rules import Rule
    from .scoring import Scored

MOST_ENTRIES = 4_000_000
"""Of a table of kinds of people."""
MOST_KINDS = 65_000
FEW_VALUES = 16
"""Of a number: so many can be looked up in a table beside others."""


class Maker:
    """Puts the plan together, dimension by dimension and rule by rule."""

    def __init__(self, scored: Scored, rows: IntArray, columns: IntArray, width: int) -> None:
        self.scored, self.rows, self.columns, self.width = scored, rows, columns, width
        spec, active = scored.spec, scored.active
        total = sum(spec.weights[key] for key in active) or 1.0
        n = len(columns)
        self.weight = np.zeros((len(active), n))
        self.missing = np.zeros((len(active), n))
        means = {key: float(scored.reference.means[key] or 0.0) for key in active}
        for index, key in enumerate(active):
            self.weight[index] = spec.weights[key] / total
            self.missing[index] = spec.weights[key] / total * means[key]
        if "priority" in active:  # counts once more as the dimension that somebody named
            share = spec.weights["priority"] / total
            named = np.array(scored.mentees.list("priority"), dtype=object)[columns]
            at = active.index("priority")
            self.weight[at] = 0.0
            self.missing[at] = share * means["priority"]
            for index, key in enumerate(active):
                chosen = named == key
                if key != "priority" and chosen.any():
                    self.weight[index, chosen] += share
                    self.missing[index, chosen] += share * means["priority"]
                    self.missing[at, chosen] = 0.0
            # One without a weight of its own that somebody named: it counts for them alone.
            self.extra = [key for key in dict.fromkeys(named) if key and key not in active and key in scored.dimensions]
            for key in self.extra:
                chosen = named == key
                self.weight = np.vstack([self.weight, np.where(chosen, share, 0.0)])
                self.missing = np.vstack([self.missing, np.where(chosen, share * means["priority"], 0.0)])
                self.missing[at, chosen] = 0.0
        else:
            self.extra = []
        self.tables: list[tuple[IntArray, IntArray, npt.NDArray[np.float64], int]] = []
        self.parts: list[tuple[int, int, Any, Any, FloatArray, FloatArray, FloatArray]] = []
        self.slopes: list[tuple[int, FloatArray, FloatArray, tuple[float, ...]]] = []
        self.distances: list[tuple[int, FloatArray, FloatArray, FloatArray, float]] = []
        self.hours: tuple[int, Hours] | None = None
        self.hours_rule: HoursAtLeast | None = None
        self.blocks: list[tuple[Any, int]] = []
        self.texts: list[Texts] = []
        self.totals: FloatArray = np.zeros(1)
        self.longest = 0
        for number, key in enumerate(self.extra):
            self.dimension(len(active) + number, scored.dimensions[key])

    # -- one dimension, one rule -------------------------------------------------------------------------------------------

    def dimension(self, index: int, each: Dimension) -> None:
        if each.key == "priority":
            if self.missing[index].any():
                self._constant(index)
            return
        shape = each.shape()
        known = each.mentor_answered[self.rows], each.mentee_answered[self.columns]
        columns: tuple[tuple[str, ...], tuple[str, ...]]
        if isinstance(shape, Kinds):
            columns = shape.mentor_columns, shape.mentee_columns
        elif each.key == "common_hours":
            fields = ("availability", "timezone", "minutes")
            columns = fields, fields
        elif (isinstance(shape, Sum) and not each.mentor_fields) or (isinstance(shape, Sum) and not each.mentee_fields):
            columns = (), ()
        else:
            columns = each.mentor_fields, each.mentee_fields
        if any(columns) and self._by_kinds(index, each, shape, columns):
            return
        if isinstance(shape, Sum):
            scale = np.ones(len(self.columns)) if shape.total is None else 1 / shape.total[self.columns]
            base = np.zeros(len(self.columns)) if shape.base is None else shape.base[self.columns]
            self._flat(index, known, shape.constant + shape.factor * base * scale)
            self.words(SUM, index, shape.bag, known=known, scale=shape.factor * scale)
        elif isinstance(shape, Common):
            self._flat(index, known, np.full(len(self.columns), 1.0 if shape.is_different else 0.0))
            counts = shape.counts[0][self.rows], shape.counts[1][self.columns]
            self.longest = max(self.longest, int(counts[0].max(initial=0) + counts[1].max(initial=0)))
            sign = np.full(len(self.columns), -1.0 if shape.is_different else 1.0)
            self.words(COMMON, index, shape.bag, known=known, scale=sign, counts=counts)
        elif isinstance(shape, Ranked):
            self._flat(index, known, np.zeros(len(self.columns)))
            lengths = shape.lengths[0][self.rows].astype(float), shape.lengths[1][self.columns].astype(float)
            self.totals = np.divide(1.0, shape.totals, out=np.zeros_like(shape.totals), where=shape.totals > 0)
            if not shape.by_mentor.is_empty:
                ranks = Bag.of(shape.by_mentor.p, shape.by_mentee.q)
                self.words(RANKED, index, ranks, known=known, counts=lengths)
        elif isinstance(shape, Slope):
            mentors, mentees = shape.values[0][self.rows].copy(), shape.values[1][self.columns].copy()
            mentors[~known[0]], mentees[~known[1]] = np.nan, np.nan
            self.slopes.append(
                (index, mentors, mentees, (shape.low, shape.high, shape.loss, shape.sign, float(shape.is_turned)))
            )
        elif isinstance(shape, Distances):
            mentors, mentees = shape.values[0][self.rows].copy(), shape.values[1][self.columns].copy()
            mentors[~known[0]], mentees[~known[1]] = np.nan, np.nan
            self._distances(index, mentors, mentees, shape)
        elif isinstance(shape, Highest):
            self._flat(index, known, np.zeros(len(self.columns)))
            self.words(HIGHEST, index, shape.bag, known=known, scale=np.full(len(self.columns), shape.factor))
        elif isinstance(shape, Hours) and self.hours is None:
            self.hours = index, shape
        elif isinstance(shape, Cosine):
            one, other = (part[of] for part, of in zip(shape.vectors, (self.rows, self.columns)))
            one[~known[0]], other[~known[1]] = 0.0, 0.0
            self.texts.append(Texts(index, one, other))
            self._flat(index, known, np.zeros(len(self.columns)))
        else:
            self.blocks.append((each, index))

    def rule(self, rule: Rule) -> None:
        shape = rule.shape()
        if rule.name in ("no part", "gate"):
            return  # those held back are not looked at
        if isinstance(shape, Banned):
            for bag in shape.bags:
                self.words(BANNED, -1, bag)
        elif isinstance(shape, HoursAtLeast):
            self.hours_rule = shape
        elif not (
            isinstance(shape, Kinds) and self._by_kinds(-1, rule, shape, (shape.mentor_columns, shape.mentee_columns))
        ):
            self.blocks.append((rule, -1))

    def _distances(self, index: int, mentors: FloatArray, mentees: FloatArray, shape: Distances) -> None:
        """A table for each number where people gave few different ones; else as they are. Those who left one out said nothing."""
        known = ~np.isnan(mentors).any(axis=1), ~np.isnan(mentees).any(axis=1)
        values = [(np.unique(a[known[0]]), np.unique(b[known[1]])) for a, b in zip(mentors.T, mentees.T)]
        if any(len(a) > FEW_VALUES or len(b) > FEW_VALUES for a, b in values):
            self.distances.append((index, mentors, mentees, shape.factors, shape.constant))
            return
        for k, (a, b) in enumerate(values):
            # What is missing counts once: in the first table.
            table = np.full((len(b) + 1, len(a) + 1), 0.0 if k else np.nan)
            table[1:, 1:] = (0.0 if k else shape.constant) + shape.factors[k] * np.abs(a[None, :] - b[:, None])
            of_mentor, of_mentee = (
                np.where(here, np.searchsorted(own, side[:, k]) + 1, 0)
                for own, side, here in zip((a, b), (mentors, mentees), known)
            )
            self.tables.append((of_mentor, of_mentee, table, index))

    def _constant(self, index: int) -> None:
        nobody = np.zeros(len(self.rows), dtype=np.int64)
        self.tables.append(
            (nobody, np.zeros(len(self.columns), dtype=np.int64), np.full((1, 1), np.nan, np.float64), index)
        )

    def _flat(self, index: int, known: tuple[Any, Any], value: FloatArray) -> None:
        """The same for all mentors who answered, another number for each mentee."""
        table = np.full((len(self.columns), 2), np.nan, dtype=np.float64)
        table[known[1], 1] = value[known[1]]
        self.tables.append((known[0].astype(np.int64), np.arange(len(self.columns)), table, index))

    def _by_kinds(self, index: int, each: Any, shape: Shape, columns: tuple[tuple[str, ...], tuple[str, ...]]) -> bool:
        in_any_order = isinstance(shape, Common)
        a, first_a = kinds_of(self.scored.mentors, columns[0], self.rows, in_any_order)
        b, first_b = kinds_of(self.scored.mentees, columns[1], self.columns, in_any_order)
        few = max(256, len(self.rows) // 8)
        if len(first_a) > min(few, MOST_KINDS) or len(first_a) * len(first_b) > MOST_ENTRIES:
            return False
        lens = Block(self.rows[first_a], self.columns[first_b], len(self.scored.mentees))
        if index < 0:
            table = np.where(each.forbids(lens), -np.inf, 0.0)
            if not np.isneginf(table).any():
                return True
        else:
            table = each.score(lens)
        self.tables.append((a, b, np.ascontiguousarray(table.T, dtype=np.float64), index))
        return True

    def words(self, mode: int, index: int, bag: Bag, *, known: tuple[Any, Any] | None = None, scale: FloatArray | None = None,
              counts: tuple[FloatArray, FloatArray] | None = None) -> None:  # fmt: skip
        if bag.is_empty:
            return
        p, q = bag.p[self.rows], bag.q[self.columns]
        if known is not None:
            p, q = _masked(p, known[0]), _masked(q, known[1])
        if p.nnz == 0 or q.nnz == 0:
            return
        n, m = len(self.columns), len(self.rows)
        ones = np.ones(n) if scale is None else scale
        both = (np.zeros(m), np.zeros(n)) if counts is None else counts
        self.parts.append((mode, index, p.tocsr(), q.tocsr(), ones, both[0], both[1]))

    def alike(self) -> IntArray | None:
        """(m,) which mentors fit everybody alike, as one number for each kind; None where there are more kinds than half of them."""
        if self.blocks:
            return None
        kind = np.zeros(len(self.rows), dtype=np.int64)
        for codes, _, table, _ in self.tables:
            kind = _joint(kind, codes, table.shape[1])
        if int(kind.max(initial=0)) + 1 > len(self.rows) // 2:
            return None
        columns: list[Any] = [each[1][:, None] for each in self.slopes] + [each[1] for each in self.distances]
        columns += [np.column_stack([counts]) for _, _, _, _, _, counts, _ in self.parts]
        if self.hours is not None or self.hours_rule is not None:
            columns += [a[self.rows] for a, _ in self.scored.context.week.masks]
            columns.append(self.scored.mentors.answered("availability")[self.rows][:, None])
        if self.hours is not None:
            columns.append(self.hours[1].minutes[0][self.rows][:, None])
        for cells in chain(
            map(_words_of, self.parts), map(_bytes_of, columns), (_bytes_of(each.whole[0]) for each in self.texts)
        ):
            known: dict[bytes, int] = {}
            codes = np.array([known.setdefault(cell, len(known)) for cell in cells], dtype=np.int64)
            kind = _joint(kind, codes, len(known))
            if int(kind.max()) + 1 > len(self.rows) // 2:
                return None
        return kind

    # -- the whole ---------------------------------------------------------------------------------------------------------

    def plan(self) -> Plan:
        f64, i64 = np.float64, np.int64
        n, m = len(self.columns), len(self.rows)
        groups = self._groups()
        tables = [each for group, _, _ in groups for each in group]
        sizes = np.array([each[2].size for each in tables], dtype=i64)
        counts = [len(kinds) for _, kinds, _ in groups]
        self.row_width = sum(counts)
        kinds = [kinds.T.reshape(-1) for _, kinds, _ in groups]
        parts = [_postings(p, len(self.rows), self.width) for _, _, p, _, _, _, _ in self.parts]
        weeks = self.scored.context.week.masks if self.hours is not None or self.hours_rule is not None else []
        said = [
            side.answered("availability")[at]
            for side, at in ((self.scored.mentors, self.rows), (self.scored.mentees, self.columns))
        ]
        minutes_kind, per_quarter = self._minutes()
        free = _free([(a[self.rows], b[self.columns]) for a, b in weeks], m, n)
        first_distance = np.cumsum([0, *(len(each[3]) for each in self.distances)])
        return Plan(
            weight=self.weight.astype(f64), missing=self.missing.astype(f64),
            table=np.concatenate([each[2].reshape(-1) for each in tables]) if tables else np.zeros(1, f64),
            table_at=np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(i64) if tables else np.zeros(0, i64),
            table_width=np.array([each[2].shape[1] for each in tables], dtype=i64),
            table_dimension=np.array([each[3] for each in tables], dtype=i64),
            table_row=np.array([each[1] for each in tables], dtype=np.int32).reshape(len(tables), n),
            group_first=np.cumsum([0, *(len(group) for group, _, _ in groups)]).astype(i64),
            kinds=np.concatenate(kinds).astype(np.int32) if kinds else np.zeros(1, np.int32),
            kinds_at=np.cumsum([0, *(len(each) for each in kinds)]).astype(i64),
            kinds_count=np.array(counts, dtype=i64), row_at=np.cumsum([0, *counts]).astype(i64),
            code=np.array([code for _, _, code in groups], dtype=np.uint16).reshape(len(groups), m),
            part_mode=np.array([each[0] for each in self.parts], dtype=i64),
            part_dimension=np.array([each[1] for each in self.parts], dtype=i64),
            part_scale=np.array([each[4] for each in self.parts], dtype=f64).reshape(len(self.parts), n),
            part_words=np.array([each[2].shape[1] for each in self.parts], dtype=i64),
            part_at=np.cumsum([0, *(len(each[0]) for each in parts)]).astype(i64),
            posting_at=_joined([each[0] + shift for each, shift in zip(parts, _starts([len(each[1]) for each in parts]))], i64),
            posting=_joined([each[1] for each in parts], np.uint16), value=_joined([each[2] for each in parts], f64),
            wish_at=np.array([q.indptr + shift for (_, _, _, q, _, _, _), shift in
                              zip(self.parts, _starts([each[3].nnz for each in self.parts]))], dtype=i64).reshape(len(self.parts), n + 1),
            wish=_joined([each[3].indices for each in self.parts], np.int32), wish_value=_joined([each[3].data for each in self.parts], f64),
            count_of_mentor=np.array([each[5] for each in self.parts], dtype=f64).reshape(len(self.parts), m),
            count_of_mentee=np.array([each[6] for each in self.parts], dtype=f64).reshape(len(self.parts), n),
            totals=self.totals.astype(f64), steps=_steps(self.longest),
            slope_dimension=np.array([each[0] for each in self.slopes], dtype=i64),
            slope_of_mentor=np.array([each[1] for each in self.slopes], dtype=f64).reshape(len(self.slopes), m),
            slope_of_mentee=np.array([each[2] for each in self.slopes], dtype=f64).reshape(len(self.slopes), n),
            slope_by=np.array([each[3] for each in self.slopes], dtype=f64).reshape(len(self.slopes), 5),
            distance_dimension=np.array([each[0] for each in self.distances], dtype=i64), distance_first=first_distance.astype(i64),
            distance_of_mentor=_stacked([each[1].T for each in self.distances], m), distance_of_mentee=_stacked([each[2].T for each in self.distances], n),
            distance_factor=_joined([each[3] for each in self.distances], f64),
            distance_constant=np.array([each[4] for each in self.distances], dtype=f64),
            free_of_mentor=free[0], free_of_mentee=free[1], free_worth=free[2],
            hours_said_mentor=said[0], hours_said_mentee=said[1], per_quarter=per_quarter, minutes_kind=minutes_kind,
            hours_dimension=self.hours[0] if self.hours is not None else -1,
            hours_least=int(np.ceil(self.hours_rule.quarters)) if self.hours_rule is not None else -1,
            hours_unknown_forbids=bool(self.hours_rule is not None and self.hours_rule.forbids_unknown),
        )  # fmt: skip

    def _minutes(self) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.float64]]:
        if self.hours is None:
            return np.zeros(len(self.rows), np.uint16), np.zeros((len(self.columns), 1), np.float64)
        theirs, own = self.hours[1].minutes[0][self.rows], self.hours[1].minutes[1][self.columns]
        kinds, kind = np.unique(theirs, return_inverse=True)
        longer = np.fmax(kinds[None, :], own[:, None])
        return kind.astype(np.uint16), (15 / np.where(np.isnan(longer), 60.0, longer)).astype(np.float64)

    def _groups(self) -> list[tuple[list[Any], IntArray, IntArray]]:
        """Tables that are looked up together, while their joint kinds of mentors stay few."""
        most = min(MOST_KINDS, max(1024, min(4096, len(self.rows) // 16)))
        groups: list[tuple[list[Any], IntArray, IntArray]] = []
        for each in sorted(self.tables, key=lambda each: each[2].shape[1]):
            codes = each[0]
            if groups:
                group, kinds, joint = groups[-1]
                both = joint * each[2].shape[1] + codes
                found, at = np.unique(both, return_inverse=True)
                if len(found) <= most:
                    width = each[2].shape[1]
                    groups[-1] = (
                        [*group, each],
                        np.column_stack([kinds[found // width], found % width]),
                        at.reshape(-1),
                    )
                    continue
            found, at = np.unique(codes, return_inverse=True)
            groups.append(([each], found.reshape(-1, 1), at.reshape(-1)))
        return groups


def _words_of(part: Any) -> list[bytes]:
    table, ends = part[2], part[2].indptr.tolist()
    return [table.indices[a:b].tobytes() + table.data[a:b].tobytes() for a, b in pairwise(ends)]


def _bytes_of(rows: Any) -> list[bytes]:
    return [each.tobytes() for each in np.ascontiguousarray(rows)]


def _joint(kind: IntArray, codes: IntArray, width: int) -> IntArray:
    joint: IntArray = np.unique(kind * width + codes, return_inverse=True)[1].reshape(-1).astype(np.int64)
    return joint


def kinds_of(side: Side, names: Sequence[str], people: IntArray, in_any_order: bool) -> tuple[IntArray, IntArray]:
    """Which kind each of ``people`` is by the columns, and one person (position) of each kind."""
    joint = np.zeros(len(people), dtype=np.int64)
    for name in names:
        column = side.columns.get(name)
        if column is None:
            continue
        if isinstance(column, np.ndarray):
            values = column[people].reshape(len(people), -1)
            codes = np.zeros(len(people), dtype=np.int64)
            for part in values.T:
                _, code = np.unique(part, return_inverse=True)
                _, codes = np.unique(codes * (int(code.max(initial=0)) + 1) + code, return_inverse=True)
        else:
            cells = [column[k] for k in people.tolist()]
            known: dict[Any, int] = {}
            for each in dict.fromkeys(cells):
                alike = each if each is None or not in_any_order else frozenset(each)
                known[each] = known.setdefault(alike, len(known))
            codes = np.fromiter(map(known.__getitem__, cells), dtype=np.int64, count=len(cells))
        _, joint = np.unique(joint * (int(codes.max(initial=0)) + 1) + codes, return_inverse=True)
        joint = joint.reshape(-1)
    _, first = np.unique(joint, return_index=True)
    return joint, first.astype(np.int64)


def _masked(table: Any, known: Any) -> Any:
    from scipy import sparse

    kept = sparse.diags_array(known.astype(float)) @ table
    kept = kept.tocsr()
    kept.eliminate_zeros()
    return kept


def _postings(table: Any, mentors: int, width: int) -> tuple[IntArray, npt.NDArray[np.uint16], npt.NDArray[np.float64]]:
    """Who has each word, tile by tile: where each tile's words begin, whom (counted from the tile's first), and their value."""
    words = table.shape[1]
    row = np.repeat(np.arange(mentors), np.diff(table.indptr))
    order = np.lexsort((row, table.indices, row // width))
    key = (row[order] // width) * (words + 1) + table.indices[order]
    tiles = max(1, -(-mentors // width))
    at = np.searchsorted(key, np.arange(tiles * (words + 1)))
    return at.astype(np.int64), (row[order] % width).astype(np.uint16), table.data[order].astype(np.float64)


def _steps(longest: int) -> FloatArray:
    """What one more word in common adds to common / all, by the lengths of both lists together and how many were in common before."""
    both, before = np.arange(longest + 1)[:, None], np.arange(longest // 2 + 1)[None, :]
    after, now = both - before - 1, both - before
    possible = after > 0
    return np.where(possible, (before + 1) / np.where(possible, after, 1) - before / np.where(possible, now, 1), 0.0)


def _free(weeks: Sequence[tuple[Any, Any]], mentors: int, mentees: int) -> tuple[Any, Any, Any]:
    """Everybody's free quarters of each week, with those as one bit that are the same to all.

    Most people are free by the hour or half hour, so that far fewer bits than 672 tell them apart.
    """
    found = [_merged(a, b) for a, b in weeks]
    most = max((a.shape[1] for a, _, _ in found), default=0)
    of_mentor = np.zeros((len(found), most, mentors), dtype=np.uint64)
    of_mentee = np.zeros((len(found), mentees, most), dtype=np.uint64)
    worth = np.zeros((len(found), most), dtype=np.uint16)
    for week, (a, b, each) in enumerate(found):
        of_mentor[week, : a.shape[1]], of_mentee[week, :, : a.shape[1]], worth[week, : a.shape[1]] = a.T, b, each
    return of_mentor, of_mentee, worth


def _merged(mentors: Any, mentees: Any) -> tuple[Any, Any, list[int]]:
    bits = [np.unpackbits(each.astype("<u8").view(np.uint8), axis=1, bitorder="little") for each in (mentors, mentees)]
    of_quarter = [np.packbits(each.T, axis=1) for each in bits]
    alike: dict[bytes, list[int]] = {}
    for quarter, (a, b) in enumerate(zip(*of_quarter)):
        if a.any() and b.any():
            alike.setdefault(a.tobytes() + b.tobytes(), []).append(quarter)
    classes: dict[int, list[int]] = {}
    for quarters in alike.values():
        classes.setdefault(len(quarters), []).append(quarters[0])
    words = [
        (count, quarters[k : k + 64])
        for count, quarters in sorted(classes.items())
        for k in range(0, len(quarters), 64)
    ]
    if len(words) >= mentors.shape[1]:
        return mentors, mentees, [1] * int(mentors.shape[1])
    sides = []
    for each in bits:
        packed = np.zeros((len(each), len(words)), dtype="<u8")
        for word, (_, quarters) in enumerate(words):
            room = np.zeros((len(each), 64), dtype=np.uint8)
            room[:, : len(quarters)] = each[:, quarters]
            packed[:, word] = np.packbits(room, axis=1, bitorder="little").view("<u8")[:, 0]
        sides.append(packed)
    return sides[0], sides[1], [count for count, _ in words]


def _starts(lengths: Sequence[int]) -> list[int]:
    return [0, *np.cumsum(lengths).tolist()][: len(lengths)]


def _joined(arrays: Sequence[Any], kind: Any) -> Any:
    return np.concatenate(arrays).astype(kind) if arrays else np.zeros(1, dtype=kind)


def _stacked(arrays: Sequence[Any], width: int) -> Any:
    # Row by row in memory: the loops run along rows.
    return np.ascontiguousarray(np.concatenate(arrays), dtype=np.float64) if arrays else np.zeros((0, width))
