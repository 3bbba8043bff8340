"""What a cohort's pool looks like before a run: who is in, what they said, and what of it can decide anything.

Looking through ten thousand people takes seconds: ``looking`` keeps what was found until something happens that a run would see.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings as django_settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _l

from openmentor.engine.matching import process
from openmentor.engine.matching.errors import InvalidProblem
from openmentor.engine.matching.spec import UNAVAILABLE, Spec
from openmentor.enrollment import gates
from openmentor.enrollment.models import Role
from openmentor.foundation import clock
from openmentor.matches import inputs
from openmentor.matches.solving import reference_of
from openmentor.matches.specification import COLUMNS_OF, GROUPS, settings_of
from openmentor.programs.models import Cohort

#: of what is stored: another number makes what was stored before it worthless
FORMAT = 1
#: so many of each side, drawn by a hash, tell whether a dimension varies at all
DRAWN = 300
#: of confidential answers, fewer than this are not counted out
FEW = 5
#: what few people have and others don't: it tells pairs apart once anybody has it, drawn or not
RARE = frozenset({"wishes_of_mentee", "wishes_of_mentor", "past", "waited"})
#: why a dimension decides nothing
NOTES = {
    "unavailable": _l("Not available in this version."),
    "off": _l("Switched off in the settings."),
    "no_hours": _l("The settings don't say how many hours the program asks for."),
    "parts": _l("Nobody has said all parts of it."),
    "nobody": _l("Nobody has said it."),
    "no_mentor": _l("No mentor has said it."),
    "no_mentee": _l("No mentee has said it."),
    "same": _l("The same for all pairs."),
    "behind": _l("Said since the first run with these settings. It counts once averages are measured anew."),
}


@dataclass(frozen=True)
class Share:
    """How many of a side said something. ``is_few``: some, but fewer than may be counted out."""

    answered: int
    asked: int
    is_few: bool = False

    @property
    def value(self) -> float:
        return self.answered / self.asked if self.asked else 0.0

    @property
    def percent(self) -> int:
        """Never 100 while somebody is missing, never 0 where somebody is there."""
        if self.answered in (0, self.asked):
            return round(100 * self.value)
        return min(99, max(1, round(100 * self.value)))


@dataclass(frozen=True)
class Dimension:
    """One dimension before a run. ``effect`` is its share of what decides, 0 where it can't; then ``why`` is a key of ``NOTES``."""

    key: str
    mentors: Share | None
    mentees: Share | None
    varies: bool
    weight: float
    effect: float = 0.0
    why: str = ""
    columns: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """Why it decides nothing, in the reader's language; '' where it does."""
        return str(NOTES[self.why]) if self.why else ""


@dataclass(frozen=True)
class Unmapped:
    """A word of HR from which a fact could be told for all who have it, and how many people that are."""

    word: str
    people: int


@dataclass(frozen=True)
class Readiness:
    """A cohort's pool as a run would find it now. ``held`` by a gate; they count neither as mentors nor as mentees."""

    digest: str
    mentors: int
    mentees: int
    places: int
    held: int
    #: by gate, how many it holds back
    held_by: Mapping[str, int]
    #: positions of people without a level, sites of people without a time zone ("level", "timezone"), the most frequent first
    unmapped: Mapping[str, tuple[Unmapped, ...]]
    dimensions: tuple[Dimension, ...]
    faults: tuple[str, ...]
    is_drawn: bool

    @property
    def used(self) -> list[Dimension]:
        """Those that tell pairs apart, the weightiest first."""
        return sorted((each for each in self.dimensions if each.effect), key=lambda each: -each.effect)

    @property
    def lacks_places(self) -> int:
        """Mentees for whom there is no place, whatever comes out."""
        return max(0, self.mentees - self.places)


def look_through(cohort: Cohort) -> Readiness:
    """The pool of ``cohort`` now. A constant number of queries; seconds for ten thousand people."""
    # In one language: the sentences of gates are part of what a run is told, and of its digest.
    with translation.override(django_settings.LANGUAGE_CODE):
        return _of(cohort, inputs.build(cohort, clock.now()))


def encode(found: Readiness) -> dict[str, Any]:
    """As it is stored."""
    return {"format": FORMAT, **asdict(found)}


def decode(stored: Mapping[str, Any]) -> Readiness | None:
    """What was stored; None where nothing was, or in another format."""
    if stored.get("format") != FORMAT:
        return None
    facts = {name: value for name, value in stored.items() if name != "format"}
    return Readiness(
        **facts
        | {
            "unmapped": {kind: tuple(Unmapped(**each) for each in words) for kind, words in facts["unmapped"].items()},
            "dimensions": tuple(
                Dimension(**each | {side: Share(**each[side]) if each[side] else None for side in ("mentors", "mentees")}
                          | {"columns": tuple(each["columns"])})
                for each in facts["dimensions"]
            ),
            "faults": tuple(facts["faults"]),
        }
    )  # fmt: skip


def _of(cohort: Cohort, pool: inputs.Pool) -> Readiness:
    free = [row for row in pool.rows if "gate" not in row.cells]
    settings = settings_of(cohort)
    dimensions, faults = _dimensions(cohort, pool, settings)
    return Readiness(
        digest=pool.digest,
        mentors=sum(row.enrollment.role == Role.MENTOR for row in free),
        mentees=sum(row.enrollment.role == Role.MENTEE for row in free),
        places=pool.places, held=len(pool.rows) - len(free),
        held_by={gate.value: sum(gate in gates.gates_of(row.enrollment) for row in pool.rows) for gate in gates.Gate},
        unmapped={
            "level": _unmapped(pool, "level", "position"), "timezone": _unmapped(pool, "timezone", "site"),
        },
        dimensions=tuple(dimensions), faults=tuple(faults),
        is_drawn=max(len(pool.mentors), len(pool.mentees)) > DRAWN,
    )  # fmt: skip


def _unmapped(pool: inputs.Pool, fact: str, source: str) -> tuple[Unmapped, ...]:
    """What HR says of people instead of a fact that it doesn't know."""
    people = {row.enrollment.person_id: row.enrollment.person for row in pool.rows}
    words = Counter(getattr(person, source) for person in people.values() if getattr(person, fact) in (None, ""))
    ordered = sorted(words.items(), key=lambda each: (-each[1], each[0].casefold()))
    return tuple(Unmapped(word, count) for word, count in ordered if word)


def _dimensions(cohort: Cohort, pool: inputs.Pool, settings: Mapping[str, Any]) -> tuple[list[Dimension], list[str]]:
    try:
        spec = Spec.from_mapping(pool.spec(settings))
    except InvalidProblem as invalid:
        return [], list(invalid.faults)
    reference = reference_of(cohort, cohort.matching_version)
    varying, faults = _varying(pool, settings, reference)
    columns = COLUMNS_OF | {each.key: ((each.mentor,), (each.mentee,)) for each in spec.fields}
    means = (reference or {}).get("means", {})
    texts = {"text", *(each.key for each in spec.fields if each.kind == "text")}
    found: list[Dimension] = []
    for key in (*(key for _title, keys in GROUPS for key in keys), *(each.key for each in spec.fields)):
        mentor_columns, mentee_columns = columns.get(key, ((), ()))
        shares = [
            _share(rows, needed, pool.confidential, any if key == "text" else all)
            for rows, needed in ((pool.mentors, mentor_columns), (pool.mentees, mentee_columns))
        ]
        is_new = bool(means) and key in means and means[key] is None
        varies = key in varying or (key in RARE and any(share and share.answered for share in shares))
        if key in texts:
            varies = all(share and share.answered for share in shares)
        if key == "past":
            varies = any("past" in row.cells for row in pool.rows)
        one = Dimension(
            key, shares[0], shares[1], varies, spec.weights[key], columns=tuple(sorted({*mentor_columns, *mentee_columns}))
        )  # fmt: skip
        found.append(one if not (why := _why(one, spec, is_new)) else _with(one, why=why))
    whole = sum(each.weight for each in found if not each.why)
    return [each if each.why else _with(each, effect=each.weight / whole) for each in found], faults


def _with(one: Dimension, **changes: Any) -> Dimension:
    return Dimension(**{**one.__dict__, **changes})


def _share(
    rows: Sequence[inputs.Row],
    columns: Sequence[str],
    confidential: frozenset[str],
    of: Callable[[Iterable[bool]], bool],
) -> Share | None:
    if not columns:
        return None
    answered = sum(of(column in row.cells for column in columns) for row in rows)
    return Share(answered, len(rows), 0 < answered < FEW and bool(confidential & set(columns)))


def _why(one: Dimension, spec: Spec, is_new: bool) -> str:
    """Why a dimension decides nothing, as a key of ``NOTES``; '' where it does."""
    if one.key in UNAVAILABLE:
        return "unavailable"
    if not one.weight:
        return "off"
    if one.key == "commitment" and spec.commitment_hours is None:
        return "no_hours"
    silent = [share is not None and not share.answered for share in (one.mentors, one.mentees)]
    asked = [share is not None for share in (one.mentors, one.mentees)]
    if all(quiet for quiet, is_asked in zip(silent, asked, strict=True) if is_asked) and any(asked):
        return "parts" if one.key == "communication" else "nobody"
    if one.key not in ("identity_wish",) and any(silent):
        return "no_mentor" if silent[0] else "no_mentee"
    if not one.varies:
        return "same"
    return "behind" if is_new else ""


def _varying(
    pool: inputs.Pool, settings: Mapping[str, Any], reference: Mapping[str, Any] | None
) -> tuple[set[str], list[str]]:
    """Dimensions that tell two pairs apart, by the engine's own scoring; and what it can't read."""
    mentors, mentees = _drawn(pool.mentors), _drawn(pool.mentees)
    problem = {
        "mentors": inputs.columns_of(mentors), "mentees": inputs.columns_of(mentees),
        # Who wasn't drawn may stand in a veto, and a pair that is locked or banned changes nothing here.
        # Texts differ where they are there at all; to compare them would take longer than a page may.
        "spec": {**pool.spec(settings, reference and {**reference, "model": "none"}), "unknown_vetoes": "keep", "model": "none"},
    }  # fmt: skip
    try:
        surveys = process.from_mapping(problem).scored().surveys
    except InvalidProblem as invalid:
        return set(), list(invalid.faults)
    return {key for key, each in surveys.items() if each.known and each.most - each.least > 1e-9}, []


def _drawn(rows: list[inputs.Row]) -> list[inputs.Row]:
    """At most ``DRAWN`` of them, always the same for the same people."""
    if len(rows) <= DRAWN:
        return rows
    return sorted(rows, key=lambda row: hashlib.sha256(row.id.encode()).digest())[:DRAWN]
