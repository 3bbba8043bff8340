"""What a program asks of the engine: aim, weights, rules, weeks, fields of its own; from TOML or an earlier report."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import os
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from . import hours, meaning
from .columns import COLUMNS
from .errors import InvalidProblem
from .files import heading, nearest, shown
from .reference import Reference

AIMS = ("coverage", "total", "worst_off", "stable_mentees", "stable_mentors")
FORMATS = ("one_to_one", "peer", "reverse")
KINDS = ("same", "different", "overlap", "covers", "near", "band", "text")
WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "goals": 10.0,
        "skills": 8.0,
        "soft_skills": 4.0,
        "priority": 5.0,
        "text": 4.0,
        "target_role": 4.0,
        "values": 5.0,
        "style": 5.0,
        "work_style": 4.0,
        "communication": 3.0,
        "interests": 2.0,
        "hobbies": 1.0,
        "industry": 1.0,
        "education": 1.0,
        "certifications": 1.0,
        "networks": 1.0,
        "function": 2.0,
        "department": 1.0,
        "site": 1.0,
        "level_gap": 4.0,
        "tenure_gap": 1.0,
        "common_hours": 4.0,
        "time_zone": 2.0,
        "cadence": 2.0,
        "minutes": 1.0,
        "medium": 2.0,
        "commitment": 2.0,
        "languages": 3.0,
        "challenge": 2.0,
        "identity_wish": 3.0,
        "generation": 0.0,
        "wishes_of_mentee": 6.0,
        "wishes_of_mentor": 4.0,
        "past": 1.0,
        "waited": 1.0,
    }
)
"""Every dimension of the engine in the order of reports, and how much it counts unless the settings say otherwise."""

UNAVAILABLE: Mapping[str, str] = MappingProxyType({})
"""Dimensions that this version can't compute, and why."""
MODEL_CHOICES = (*meaning.MODELS, meaning.NONE)
DIRECTIONS: Mapping[str, str] = MappingProxyType(
    {"function": "same", "department": "different", "site": "same", "networks": "same"}
)
BANDS = {"one_to_one": (1.0, 3.0), "peer": (0.0, 0.0), "reverse": (-6.0, -1.0)}
DEFAULT_START = date(2026, 1, 5)


@dataclass(frozen=True)
class Field:
    """A dimension of the organization's own, on columns of its own.

    kind     same | different | overlap | covers | near | band | text, see ``dimensions.custom``.
    mentor, mentee   the column on each side; one for both unless said otherwise.
    span     near: the difference that scores 0.   band: ``low`` to ``high`` scores 1, ``step`` less a unit outside.
    """

    key: str
    kind: str
    mentor: str
    mentee: str
    weight: float = 1.0
    label: str = ""
    span: float = 1.0
    low: float = 0.0
    high: float = 0.0
    step: float = 1.0 / 3.0
    confidential: bool = False


@dataclass(frozen=True)
class Rules:
    """Hard rules beside places and vetoes, which always hold.

    reporting_line  levels of the line of managers that may not be paired: 1 one's own manager and reports, 0 none.
    shared_manager  nobody with the same manager.           past     nobody again who was paired before.
    must            wishes that somebody called a must.     language the least level of the best common language, 1..5.
    common_hours    hours in common at least.               time_zone    hours apart at most.
    seniority       levels that the mentor is above the mentee at least.
    team, department, site   'same' or 'different', or None for either.
    unanswered      'allow' or 'forbid' pairs where an answer that a rule needs isn't there.
    """

    reporting_line: int = 1
    shared_manager: bool = False
    past: bool = False
    must: bool = True
    language: float | None = None
    common_hours: float | None = None
    time_zone: float | None = None
    seniority: float | None = None
    team: str | None = None
    department: str | None = None
    site: str | None = None
    unanswered: str = "allow"

    def names(self) -> tuple[str, ...]:
        """All that can be dropped."""
        return tuple(each.name for each in dataclasses.fields(self) if each.name != "unanswered")

    def without(self, name: str) -> Rules:
        """The same rules but one. Raises InvalidProblem if there is no rule of the name that can be dropped."""
        off: dict[str, Any] = dict.fromkeys(self.names())
        off |= {"reporting_line": 0, "shared_manager": False, "past": False, "must": False}
        if name not in off:
            raise InvalidProblem(f"no rule {shown(name)!r} that can be dropped; the nearest is {nearest(name, off)!r}")
        return dataclasses.replace(self, **{name: off[name]})


@dataclass(frozen=True)
class Condition:
    """Who is eligible: ``column`` is one of ``words``, or a number from ``at_least`` to ``at_most``."""

    side: str
    column: str
    words: tuple[str, ...] = ()
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True)
class Spec:
    """The whole specification of a matching; never changed, ``dataclasses.replace`` makes another.

    weights      by dimension, overriding ``WEIGHTS``; 0 switches one off.
    bands        ``level_gap`` in levels, ``tenure_gap`` in years, each (from, to).
    directions   'same' or 'different' for function, department, site and networks.
    complement   traits of work_style, 1..5, in which unlike people fit.
    commitment_hours   what the program asks of each; without it the dimension commitment isn't active.
    weeks        Mondays whose hours are compared; else that of ``start``, and to ``end`` those after a change of clocks.
    demand       mentors a mentee gets at most; ``mentee_minimum``, ``mentor_minimum``: at least.
    one_role     True: who is mentor and mentee gets a mentor or mentees, not both. Not with stable aims.
    confidential columns that no reason may quote.
    forced, forbidden   pairs of ids (mentor, mentee).
    model        what compares texts by their meaning, as in ``meaning.MODELS``; 'none' for nothing; None: that of the reference,
                 at a first run the best that is installed.
    reference    frozen figures of the first run; None: this is the first.
    """

    aim: str = "coverage"
    seed: int = 0
    format: str = "one_to_one"
    weights: Mapping[str, float] = field(default_factory=dict)
    rules: Rules = Rules()
    bands: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    directions: Mapping[str, str] = field(default_factory=dict)
    complement: tuple[int, ...] = ()
    commitment_hours: float | None = None
    start: date | None = None
    end: date | None = None
    weeks: tuple[date, ...] | None = None
    demand: int = 1
    mentee_minimum: int = 0
    mentor_minimum: int = 0
    one_role: bool = False
    fields: tuple[Field, ...] = ()
    confidential: frozenset[str] = frozenset()
    eligibility: tuple[Condition, ...] = ()
    forced: tuple[tuple[str, str], ...] = ()
    forbidden: tuple[tuple[str, str], ...] = ()
    unknown_vetoes: str = "fault"
    model: str | None = None
    reference: Reference | None = None

    def __post_init__(self) -> None:
        known = {*WEIGHTS, *(each.key for each in self.fields)}
        faults = [f"weights.{shown(key)}: {_no_such(key, known)}" for key in self.weights if key not in known]
        faults += [
            f"weights.{key}: must be a number, 0 or more"
            for key, weight in self.weights.items()
            if not (math.isfinite(weight) and 0 <= weight <= 1e6)
        ]
        if self.aim not in AIMS:
            faults.append(f"aim: {_no_such(self.aim, AIMS)}")
        if self.model is not None and self.model not in MODEL_CHOICES:
            faults.append(f"model: {_no_such(self.model, MODEL_CHOICES)}")
        if faults:
            raise InvalidProblem([f"settings: {each}" for each in faults])
        all_weights = {**WEIGHTS, **{each.key: each.weight for each in self.fields}, **self.weights}
        object.__setattr__(self, "weights", MappingProxyType({key: float(w) for key, w in all_weights.items()}))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Spec:
        """Read settings from TOML, or from an earlier ``report.json``, whose reference means then hold again.

        Raises InvalidProblem with every fault, OSError if the file can't be read.
        """
        try:
            text = Path(path).read_bytes().decode("utf-8-sig")
            data = _json(text) if text.lstrip().startswith("{") else tomllib.loads(text)
        except UnicodeDecodeError as error:
            raise InvalidProblem("settings: not UTF-8 text") from error
        except (tomllib.TOMLDecodeError, json.JSONDecodeError, RecursionError) as error:
            raise InvalidProblem(f"settings: {shown(error, 200)}") from error
        return cls.from_mapping(data)

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any]) -> Spec:
        """From the content of a settings file, or of a report (``settings`` and ``reference``)."""
        if "settings" in data:
            reference = data.get("reference")
            data = data["settings"]
            if not isinstance(data, Mapping):
                raise InvalidProblem("settings: a table is needed")
            if reference is not None:
                data = {**data, "reference": reference}
        return _Reader().spec(data)

    def settings(self) -> dict[str, Any]:
        """Everything but the reference as plain data; ``from_mapping`` reads it back unchanged."""
        bands = self.effective_bands
        data: dict[str, Any] = {
            "aim": self.aim,
            "seed": self.seed,
            "format": self.format,
            "weights": dict(self.weights),
            "rules": {key: value for key, value in dataclasses.asdict(self.rules).items() if value is not None},
            "bands": {key: list(band) for key, band in bands.items()},
            "directions": {**DIRECTIONS, **self.directions},
            "complement": list(self.complement),
            "commitment_hours": self.commitment_hours,
            "start": self.start.isoformat() if self.start else None,
            "end": self.end.isoformat() if self.end else None,
            "weeks": [each.isoformat() for each in self.weeks] if self.weeks is not None else None,
            "demand": self.demand,
            "mentee_minimum": self.mentee_minimum,
            "mentor_minimum": self.mentor_minimum,
            "one_role": self.one_role
            or None,  # not named where it isn't asked for, so that older versions keep their hash
            "fields": {each.key: _field_settings(each) for each in self.fields},
            "confidential": sorted(self.confidential),
            "eligibility": _eligibility_settings(self.eligibility),
            "forced": [list(each) for each in self.forced],
            "forbidden": [list(each) for each in self.forbidden],
            "unknown_vetoes": self.unknown_vetoes,
            "model": self.model,
        }
        return {key: value for key, value in data.items() if value is not None}

    @property
    def hash(self) -> str:
        """SHA-256 of the settings, the reference apart: the same specification has the same one everywhere."""
        return digest(self.settings())

    @property
    def version(self) -> str:
        """A short name of this exact specification."""
        return self.hash[:12]

    @property
    def effective_bands(self) -> dict[str, tuple[float, float]]:
        """The bands with their defaults, which depend on the format."""
        return {"level_gap": BANDS[self.format], "tenure_gap": (2.0, 15.0), **self.bands}

    def direction(self, key: str) -> str:
        """'same' or 'different'."""
        return self.directions.get(key) or DIRECTIONS[key]

    @property
    def columns(self) -> dict[str, str]:
        """Every column that means something, by its kind: the engine's own and those of ``fields``."""
        kinds = {"same": "word", "different": "word", "overlap": "words", "covers": "words"}
        kinds |= {"near": "number", "band": "number", "text": "text"}
        own = {name: kinds[each.kind] for each in self.fields for name in (each.mentor, each.mentee)}
        return {**own, **COLUMNS}


def digest(data: Any) -> str:
    """SHA-256 of plain data in one canonical form, in which 1 and 1.0 are the same."""
    text = json.dumps(_canonical(data), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _canonical(data: Any) -> Any:
    if isinstance(data, float) and data.is_integer():
        return int(data)
    if isinstance(data, Mapping):
        return {str(key): _canonical(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_canonical(value) for value in data]
    return data


def _json(text: str) -> dict[str, Any]:
    data = json.loads(text)
    if not isinstance(data, dict):
        raise InvalidProblem("settings: a table is needed")
    return data


def _no_such(name: str, known: Sequence[str] | set[str] | tuple[str, ...]) -> str:
    return f"{shown(name)} is not known; the nearest is {nearest(str(name), known)}"


def _field_settings(each: Field) -> dict[str, Any]:
    data = {"kind": each.kind, "mentor": each.mentor, "mentee": each.mentee, "weight": each.weight, "label": each.label}
    if each.kind == "near":
        data["span"] = each.span
    if each.kind == "band":
        data |= {"band": [each.low, each.high], "step": each.step}
    return {**data, "confidential": each.confidential}


def _eligibility_settings(conditions: Sequence[Condition]) -> dict[str, Any]:
    data: dict[str, dict[str, Any]] = {}
    for each in conditions:
        limits = {"at_least": each.at_least, "at_most": each.at_most}
        what: Any = (
            list(each.words) if each.words else {key: value for key, value in limits.items() if value is not None}
        )
        data.setdefault(each.side, {})[each.column] = what
    return data


class _Reader:
    """Settings checked one by one; every fault is named with its key before anything is refused."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def spec(self, data: Mapping[str, Any]) -> Spec:
        values: dict[str, Any] = {}
        readers: dict[str, Callable[[str, Any], Any]] = {
            "aim": self._one_of(*AIMS),
            "seed": self._whole(0, 2**63 - 1),
            "format": self._one_of(*FORMATS),
            "rules": self._rules,
            "bands": self._bands,
            "directions": self._directions,
            "complement": self._traits,
            "commitment_hours": self._number(0.001, 1e6),
            "start": self._date,
            "end": self._date,
            "weeks": self._weeks,
            "demand": self._whole(0, 10_000),
            "mentee_minimum": self._whole(0, 10_000),
            "mentor_minimum": self._whole(0, 10_000),
            "one_role": self._truth,
            "fields": self._fields,
            "confidential": self._names,
            "eligibility": self._eligibility,
            "forced": self._pairs,
            "forbidden": self._pairs,
            "unknown_vetoes": self._one_of("fault", "keep"),
            "model": self._model,
            "reference": lambda _, value: Reference.from_json(value),
            "weights": self._weights,
        }
        for name in data:
            if name not in readers:
                self.faults.append(_no_such(str(name), set(readers)))
        for name, reader in readers.items():
            if name in data:
                value = reader(name, data[name])
                if value is not None:
                    values[name] = value
        known = {*WEIGHTS, *(each.key for each in values.get("fields", ()))}
        weights = values.get("weights", {})
        self.faults += [f"weights.{shown(key)}: {_no_such(key, known)}" for key in weights if key not in known]
        columns = {*COLUMNS, *(c for each in values.get("fields", ()) for c in (each.mentor, each.mentee))}
        used = values.get("confidential", frozenset()) | {each.column for each in values.get("eligibility", ())}
        self.faults += [f"column {_no_such(name, columns)}" for name in sorted(used) if name not in columns]
        if "start" in values and "end" in values and values["end"] < values["start"]:
            self.faults.append("end: lies before start")
        if self.faults:
            raise InvalidProblem([f"settings: {each}" for each in self.faults])
        return Spec(**values)

    def _fault(self, place: str, text: str) -> None:
        self.faults.append(f"{shown(place, 80)}: {text}")

    def _one_of(self, *choices: str) -> Callable[[str, Any], str | None]:
        def read(place: str, value: Any) -> str | None:
            if isinstance(value, str) and heading(value) in choices:
                return heading(value)
            self._fault(place, f"{shown(value)} is not known; one of {', '.join(choices)} is needed")
            return None

        return read

    def _model(self, place: str, value: Any) -> str | None:
        if isinstance(value, str) and value.strip().casefold() in MODEL_CHOICES:
            return value.strip().casefold()
        self._fault(place, f"{shown(value)} is not known; one of {', '.join(MODEL_CHOICES)} is needed")
        return None

    def _number(self, least: float, most: float) -> Callable[[str, Any], float | None]:
        def read(place: str, value: Any) -> float | None:
            good = isinstance(value, int | float) and not isinstance(value, bool)
            if good and least <= value <= most:  # also refuses NaN
                return float(value)
            self._fault(place, f"{shown(value)}: a number from {least:g} to {most:g} is needed")
            return None

        return read

    def _whole(self, least: int, most: int) -> Callable[[str, Any], int | None]:
        def read(place: str, value: Any) -> int | None:
            if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
                return value
            self._fault(place, f"{shown(value)}: a whole number from {least} to {most} is needed")
            return None

        return read

    def _truth(self, place: str, value: Any) -> bool | None:
        if isinstance(value, bool):
            return value
        self._fault(place, f"{shown(value)}: true or false is needed")
        return None

    def _date(self, place: str, value: Any) -> date | None:
        try:
            if isinstance(value, datetime):
                value = value.date()
            day = value if isinstance(value, date) else date.fromisoformat(str(value))
            if 1970 <= day.year <= 2200:
                return day
        except ValueError:
            pass
        self._fault(place, f"{shown(value)}: a date is needed, as in 2026-01-05")
        return None

    def _weeks(self, place: str, value: Any) -> tuple[date, ...] | None:
        if not isinstance(value, list) or not value or len(value) > 200:
            self._fault(place, "a list of one date or more is needed")
            return None
        days = [self._date(f"{place}[{k}]", each) for k, each in enumerate(value)]
        return tuple(sorted({hours.monday_of(day) for day in days if day is not None}))

    def _table(self, place: str, value: Any) -> Mapping[str, Any]:
        if isinstance(value, Mapping):
            return value
        self._fault(place, "a table is needed")
        return {}

    def _weights(self, place: str, value: Any) -> dict[str, float]:
        read = self._number(0, 1e6)
        found = {str(key): read(f"{place}.{key}", each) for key, each in self._table(place, value).items()}
        return {key: weight for key, weight in found.items() if weight is not None}

    def _rules(self, place: str, value: Any) -> Rules:
        likeness = self._one_of("same", "different")
        readers: dict[str, Callable[[str, Any], Any]] = {
            "reporting_line": self._whole(0, 1000),
            "shared_manager": self._truth,
            "past": self._truth,
            "must": self._truth,
            "language": self._number(0, 5),
            "common_hours": self._number(0, 168),
            "time_zone": self._number(0, 24),
            "seniority": self._number(-1000, 1000),
            "team": likeness,
            "department": likeness,
            "site": likeness,
            "unanswered": self._one_of("allow", "forbid"),
        }
        values: dict[str, Any] = {}
        for name, each in self._table(place, value).items():
            where = f"{place}.{name}"
            if name in ("vetoes", "veto", "never", "places"):
                if each is not True:
                    self._fault(where, "always holds and can't be switched off")
            elif name not in readers:
                self._fault(where, _no_such(str(name), set(readers)))
            elif each is False and name not in ("shared_manager", "past", "must", "unanswered"):
                values[name] = 0 if name == "reporting_line" else None
            elif each is True and name in ("reporting_line", "language"):
                values[name] = 1
            else:
                read = readers[name](where, each)
                if read is not None:
                    values[name] = read
        return Rules(**values)

    def _bands(self, place: str, value: Any) -> dict[str, tuple[float, float]]:
        found = {}
        for name, each in self._table(place, value).items():
            where = f"{place}.{name}"
            if name not in ("level_gap", "tenure_gap"):
                self._fault(where, _no_such(str(name), ("level_gap", "tenure_gap")))
                continue
            band = self._band(where, each)
            if band is not None:
                found[str(name)] = band
        return found

    def _band(self, place: str, value: Any) -> tuple[float, float] | None:
        if isinstance(value, list) and len(value) == 2:
            read = self._number(-1e9, 1e9)
            low, high = read(place, value[0]), read(place, value[1])
            if low is None or high is None:
                return None
            if low <= high:
                return low, high
        self._fault(place, "two numbers are needed, the lower first, as in [1, 3]")
        return None

    def _directions(self, place: str, value: Any) -> dict[str, str]:
        read = self._one_of("same", "different")
        found: dict[str, str] = {}
        for name, each in self._table(place, value).items():
            if name not in DIRECTIONS:
                self._fault(f"{place}.{name}", _no_such(str(name), set(DIRECTIONS)))
                continue
            direction = read(f"{place}.{name}", each)
            if direction is not None:
                found[str(name)] = direction
        return found

    def _traits(self, place: str, value: Any) -> tuple[int, ...] | None:
        good = isinstance(value, list) and all(isinstance(each, int) and 1 <= each <= 5 for each in value)
        if good:
            return tuple(sorted({int(each) for each in value}))
        self._fault(place, "a list of traits is needed, by their place from 1 to 5")
        return None

    def _names(self, place: str, value: Any) -> frozenset[str] | None:
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return frozenset(heading(each) for each in value)
        self._fault(place, "a list of columns is needed")
        return None

    def _pairs(self, place: str, value: Any) -> tuple[tuple[str, str], ...] | None:
        if isinstance(value, list) and all(isinstance(each, list | tuple) and len(each) == 2 for each in value):
            return tuple(sorted({(str(a).strip(), str(b).strip()) for a, b in value}))
        self._fault(place, 'a list of pairs of ids is needed, mentor first, as in [["m1", "e1"]]')
        return None

    def _fields(self, place: str, value: Any) -> tuple[Field, ...]:
        fields = []
        for key, given in self._table(place, value).items():
            where = f"{place}.{key}"
            data = self._table(where, given)
            found = self._field(where, str(key), data)
            if found is not None:
                fields.append(found)
        kinds: dict[str, str] = {}
        for each in fields:
            for column in (each.mentor, each.mentee):
                kind = Spec(fields=(each,)).columns[column]
                if kinds.setdefault(column, kind) != kind:
                    self._fault(f"{place}.{each.key}", f"column {column} is read as {kinds[column]} by another field")
        return tuple(fields)

    def _field(self, place: str, key: str, data: Mapping[str, Any]) -> Field | None:
        before = len(self.faults)
        if key in WEIGHTS or heading(key) != key:
            self._fault(place, "the key must be new, in small letters and without spaces")
        kind = self._one_of(*KINDS)(f"{place}.kind", data.get("kind"))
        column = data.get("column", key)
        values: dict[str, Any] = {}
        for side in ("mentor", "mentee"):
            name = data.get(side, column)
            values[side] = heading(name) if isinstance(name, str) else ""
            if not values[side]:
                self._fault(f"{place}.{side}", "the name of a column is needed")
            elif values[side] in COLUMNS and kind is not None:
                wanted = Spec(fields=(Field(key, kind, "\0", "\0"),)).columns["\0"]
                if COLUMNS[values[side]] != wanted:
                    self._fault(f"{place}.{side}", f"column {values[side]} holds {COLUMNS[values[side]]}, no {wanted}")
        for name, each in data.items():
            where = f"{place}.{name}"
            if name in ("kind", "column", "mentor", "mentee"):
                continue
            if name == "weight":
                values["weight"] = self._number(0, 1e6)(where, each)
            elif name in ("span", "step"):
                values[name] = self._number(1e-9, 1e9)(where, each)
            elif name == "band":
                values["low"], values["high"] = self._band(where, each) or (0.0, 0.0)
            elif name == "confidential":
                values["confidential"] = self._truth(where, each)
            elif name == "label":
                values["label"] = shown(each, 80)
            else:
                self._fault(
                    where, _no_such(str(name), ("kind", "column", "mentor", "mentee", "weight", "span", "step", "band"))
                )
        for needed, of in (("band", "band"), ("span", "near")):
            if kind == of and needed not in data:
                self._fault(place, f"{needed} is needed for a field of kind {kind}")
        if kind is None or len(self.faults) > before:
            return None
        return Field(key=key, kind=kind, **{"label": key.replace("_", " "), **values})

    def _eligibility(self, place: str, value: Any) -> tuple[Condition, ...]:
        found = []
        read = self._number(-1e9, 1e9)
        for side, given in self._table(place, value).items():
            if side not in ("mentor", "mentee"):
                self._fault(f"{place}.{side}", _no_such(str(side), ("mentor", "mentee")))
                continue
            for column, each in self._table(f"{place}.{side}", given).items():
                where = f"{place}.{side}.{column}"
                if isinstance(each, list) and each and all(isinstance(word, str) for word in each):
                    found.append(Condition(side, heading(column), words=tuple(each)))
                elif isinstance(each, Mapping) and each and not set(each) - {"at_least", "at_most"}:
                    limits = {name: read(f"{where}.{name}", limit) for name, limit in each.items()}
                    found.append(Condition(side, heading(column), (), limits.get("at_least"), limits.get("at_most")))
                else:
                    self._fault(where, "a list of words, or at_least and at_most, are needed")
        return tuple(found)
