"""A run's answer as plain data: everything one needs to show it, to defend it, and to run it again."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Sequence
from typing import Any

import numpy as np

from . import meaning
from .people import Side
from .pool import PoolResult
from .readiness import decisive, readiness, sentence
from .result import Result
from .scoring import Scored
from .spec import digest


def answer(result: Result, scored: Scored, *, warnings: Sequence[str] = ()) -> dict[str, Any]:
    """The report of a matching of people.

    Its ``settings`` and ``reference`` make the next run comparable, ``hash`` is that of settings, versions and people: with
    the same hash the same pairs come out.
    """
    mentor_ids, mentee_ids = scored.mentor_ids, scored.mentee_ids
    ids = {"mentor": mentor_ids, "mentee": mentee_ids}
    # By id: the rows of a file change nothing in its report.
    order = sorted(range(len(result.pairs)), key=lambda k: _ids(result.pairs[k], mentor_ids, mentee_ids))
    index = result.pairs[order]
    pairs = [(int(i), int(j)) for i, j in index]
    levels = [{"name": each.name, "value": each.value, "bound": each.bound} for each in result.levels]
    deciding = decisive(scored, index)
    return {
        "aim": result.aim,
        "seed": result.options.seed,
        "levels": levels,
        "value": result.value,
        "bound": result.bound,
        "gap": result.gap,
        "unmatched": [
            {"id": ids[each.side][each.index], "side": each.side, "kind": each.kind, "text": each.text}
            for each in sorted(result.unmatched, key=lambda each: (each.side != "mentee", ids[each.side][each.index]))
        ],
        "unmet": [
            {
                "kind": each.kind,
                "mentor": None if each.mentor is None else mentor_ids[each.mentor],
                "mentee": None if each.mentee is None else mentee_ids[each.mentee],
                "asked": each.asked,
                "got": each.got,
                "rule": each.rule,
                "text": each.text,
            }
            for each in result.unmet
        ],
        "pairs": [
            {
                "mentor": mentor_ids[i],
                "mentee": mentee_ids[j],
                "score": float(score),
                "reasons": [each.to_json() for each in reasons],
            }
            for (i, j), score, reasons in zip(pairs, result.scores[order], scored.explain_pairs(index))
        ],
        "prices": {  # none where the aim has none, as that of a stable matching
            each: None if np.isnan(price) else float(price) for each, price in sorted(zip(mentor_ids, result.prices))
        },
        "deciding": [each.to_json() for each in deciding],
        "deciding_text": sentence(deciding),
        **about(scored, warnings),
    }


def answer_of_pool(result: PoolResult, *, warnings: Sequence[str] = ()) -> dict[str, Any]:
    """The report of a pool without roles: as ``answer``, the two of a pair under ``mentor`` and ``mentee`` in order of ids."""
    scored = result.problem.scored
    assert scored is not None
    ids = scored.mentor_ids
    turned = [(i, j) if ids[i] < ids[j] else (j, i) for i, j in result.pairs.tolist()]
    pairs = sorted(turned, key=lambda pair: (ids[pair[0]], ids[pair[1]]))
    index = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    deciding = decisive(scored, index)
    return {
        "aim": result.aim,
        "seed": result.seed,
        "levels": [{"name": each.name, "value": each.value, "bound": each.bound} for each in result.levels],
        "value": result.value,
        "bound": result.bound,
        "gap": result.gap,
        "unmatched": [
            {"id": ids[each.index], "side": each.side, "kind": each.kind, "text": each.text}
            for each in sorted(result.unmatched, key=lambda each: ids[each.index])
        ],
        "unmet": [
            {
                "kind": each.kind,
                "mentor": None if each.mentor is None else ids[each.mentor],
                "mentee": None if each.mentee is None else ids[each.mentee],
                "asked": each.asked,
                "got": each.got,
                "rule": each.rule,
                "text": each.text,
            }
            for each in result.unmet
        ],
        "pairs": [
            {
                "mentor": ids[i],
                "mentee": ids[j],
                "score": float(result.problem.scores[i, j]),
                "reasons": [each.to_json() for each in reasons],
            }
            for (i, j), reasons in zip(pairs, scored.explain_pairs(index))
        ],
        "deciding": [each.to_json() for each in deciding],
        "deciding_text": sentence(deciding),
        **about(scored, [*warnings, *result.problem.warnings]),
    }


def _ids(pair: Any, mentor_ids: Sequence[str], mentee_ids: Sequence[str]) -> tuple[str, str]:
    return mentor_ids[int(pair[0])], mentee_ids[int(pair[1])]


def about(scored: Scored, warnings: Sequence[str] = ()) -> dict[str, Any]:
    """What a run was made of, whatever came out."""
    settings = scored.spec.settings()
    used = versions()
    sides = (scored.mentors,) if scored.is_symmetric else (scored.mentors, scored.mentees)
    people = people_digest(*sides)
    counts = (
        {"peers": len(scored.mentors)}
        if scored.is_symmetric
        else {"mentors": len(scored.mentors), "mentees": len(scored.mentees)}
    )
    return {
        "readiness": [each.to_json() for each in readiness(scored)],
        "warnings": [*warnings, *scored.warnings],
        "settings": settings,
        "specification": scored.spec.version,
        "reference": scored.reference.to_json(),
        # What compared texts by their meaning; null where nothing did.
        "model": None if scored.spec.model == meaning.NONE else scored.spec.model,
        "versions": used,
        "people": {**counts, "hash": people},
        "hash": digest({"settings": settings, "versions": used, "people": people}),
    }


def versions() -> dict[str, str]:
    """What computed it."""
    found = {"python": platform.python_version()}
    models = sorted({each.package for each in meaning.MODELS.values()})
    for name in ("openmentor", "numpy", "scipy", "ortools", "tzdata", *models):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def people_digest(*sides: Side) -> str:
    """SHA-256 of the people as they were understood, whatever the order of their rows."""
    return digest([{each: _row(side, k) for k, each in enumerate(side.ids)} for side in sides])


def _row(side: Side, k: int) -> dict[str, Any]:
    row: dict[str, Any] = {"role": side.roles[k], "places": int(side.places[k])}
    for name, values in side.columns.items():
        value = values[k].tolist() if isinstance(values, np.ndarray) else values[k]
        row[name] = _plain(value)
    return {name: value for name, value in row.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value != value:
        return None
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
