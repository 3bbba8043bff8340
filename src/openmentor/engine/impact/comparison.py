"""``effect``: participants against people alike who did not take part, one row a person."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .balancing import one_thread
from .columns import Column, column_of
from .comparable import Comparable, Rows, cells, comparable, gaps, telling_nothing
from .conclusion import Effect, Events, conclude, doubly_robust, unknown_effect
from .figures import FloatArray, claims, counted, mean, numbers, same_length, share


def effect(
    outcome: Any,
    treated: Any,
    covariates: Any,
    *,
    exact: Sequence[Any] | None = None,
    rng: np.random.Generator | None = None,
) -> Effect:
    """What taking part changed, for those who took part, one row a person: doubly robust.

    outcome     0 or 1, or a number, one for each person; NaN or None where it isn't known: they are left out and counted.
    treated     boolean: who took part.
    covariates  what was known before: an array (n, p), or a mapping of columns of numbers or text; may have gaps.
    exact       names of columns (positions in an array) in which people are compared only with their like.
    rng         not used: the interval comes from influence functions.
    Returns     an Effect, exploratory. Unknown: fewer than 30 participants or 20 to compare with (by their weights), groups
                that can't be made alike, nobody alike for more than a fifth.
    Raises      ValueError for shapes that disagree, columns that aren't there, and what can't be read.
    """
    del rng
    results, took_part = numbers("outcome", outcome), claims("treated", treated)
    same_length(outcome=results, treated=took_part)
    columns = _columns(covariates, len(results))
    chosen = _exact(exact, columns)
    known = ~np.isnan(results)
    some_took_part = bool(took_part.any())
    results, took_part, missing = results[known], took_part[known], int(np.sum(~known))
    columns = {name: column.take(known) for name, column in columns.items()}
    cell = cells([columns[name] for name in chosen], len(results))
    rest = {name: column for name, column in columns.items() if name not in chosen}
    rows = Rows(took_part, np.arange(len(results), dtype=np.int64), rest, cell, cell)
    with one_thread():
        found = comparable(rows)
    notes = []
    if missing:
        is_ = "is" if missing == 1 else "are"
        notes.append(
            f"For {counted(missing, 'person', 'people')} the outcome {is_} not known; they were left out.".replace(
                "outcome are", "outcome is"
            )
        )
    notes += telling_nothing(rest, found) + gaps(found)
    is_share = bool(len(results)) and bool(np.all((results == 0) | (results == 1)))
    naive = None
    if took_part.any() and not took_part.all():
        naive = float(results[took_part].mean() - results[~took_part].mean())
    method = (
        "Weights by the odds of taking part (entropy balancing of means, squares and what columns are together) and a linear model; "
        "interval by influence functions"
    )
    kept = results[found.kept]
    unknown = found.unknown
    if some_took_part and not took_part.any():
        unknown = "The outcome is not known of anybody who took part."
    if unknown is None:
        ours, theirs = kept[found.rows.treated], kept[~found.rows.treated]
        figure = share(int(ours.sum()), len(ours)) if is_share else mean(ours)
        with one_thread():
            estimate = doubly_robust(found, kept)
        assert found.balance is not None
        # Whatever varies by no more than rounding does not vary.
        if not is_share and estimate.variance <= (1e-10 * float(np.max(np.abs(kept)))) ** 2:
            unknown = "Within each group all have the same outcome, or nearly, so nothing tells how far it varies."
        else:
            counts = Events.of(ours, theirs, found.balance.weight) if is_share else None
            deviation = _deviation(ours, theirs, found) if not is_share else None
            return conclude(found, figure, estimate, counts, naive, method, notes, deviation=deviation)
    return unknown_effect(found, naive, method, unknown, notes)


def _deviation(ours: FloatArray, theirs: FloatArray, found: Comparable) -> float:
    assert found.balance is not None
    heft = found.balance.weight
    spread = float(np.average((theirs - np.average(theirs, weights=heft)) ** 2, weights=heft))
    return math.sqrt((float(np.var(ours)) + spread) / 2)


def _columns(covariates: Any, size: int) -> dict[str, Column]:
    if covariates is None:
        return {}
    if isinstance(covariates, Mapping) or hasattr(covariates, "columns"):
        names = list(covariates.keys()) if hasattr(covariates, "keys") else list(covariates.columns)
        given = {str(name): covariates[name] for name in names}
    else:
        array = np.asarray(covariates)
        if array.ndim == 1:
            array = array.reshape(len(array), 1) if len(array) else array.reshape(size, 0)
        if array.ndim != 2:
            raise ValueError("covariates must be a table: one row a person, one column for each thing known")
        given = {str(k): array[:, k] for k in range(array.shape[1])}
    columns = {name: column_of(name, values) for name, values in given.items()}
    for name, column in columns.items():
        if len(column.values) != size:
            raise ValueError(f"covariate {name} has {len(column.values)} entries and outcome has {size}")
    return columns


def _exact(exact: Sequence[Any] | None, columns: Mapping[str, Column]) -> list[str]:
    if exact is None:
        return []
    chosen = []
    for each in [exact] if isinstance(exact, str | int | np.integer) else exact:
        if isinstance(each, bool | np.bool_):
            raise ValueError("exact: names or positions of columns are needed, not true or false")
        name = str(each)
        if isinstance(each, int | np.integer) and name not in columns and -len(columns) <= each < len(columns):
            name = list(columns)[each]
        if name not in columns:
            raise ValueError(f"exact: there is no covariate {each!r}; there are {', '.join(columns) or 'none'}")
        chosen.append(name)
    return chosen
