"""A cohort's matching settings as a form, and what differs between two settings, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext

from openmentor.engine.matching.columns import COLUMNS
from openmentor.engine.matching.errors import InvalidProblem
from openmentor.engine.matching.files import heading
from openmentor.engine.matching.spec import DIRECTIONS, WEIGHTS, Rules, Spec
from openmentor.enrollment.models import Enrollment
from openmentor.matches.specification import AIMS, GROUPS, MOST, label, settings_of
from openmentor.programs.models import Cohort
from openmentor.surveys.standard import TRAIT_ENDS

Text = Any  # text, translated when it is shown
EITHER = [("any", _l("does not matter")), ("same", _l("must be the same")), ("different", _l("must be different"))]
LIKENESS = [("same", _l("the same")), ("different", _l("different"))]
LANGUAGE = [
    ("0", _l("only scored")), ("1", _l("at least a little of one (A1)")), ("2", _l("at least A2")), ("3", _l("at least B1")),
    ("4", _l("at least B2")), ("5", _l("at least C1")),
]  # fmt: skip
LINE = [
    ("0", _l("may be matched")), ("1", _l("their own manager and reports never")), ("2", _l("up to two levels above and below never")),
    ("3", _l("up to three levels above and below never")), ("10", _l("the whole line never")),
]  # fmt: skip
UNANSWERED = [("allow", _l("is allowed")), ("forbid", _l("is not allowed"))]
#: facts of HR on which an organization may put a dimension of its own, beside its own columns
FACTS = {"country": _l("Country"), "team": _l("Team"), "position": _l("Position")}
KINDS = [
    ("same", _l("the same")), ("different", _l("different")), ("overlap", _l("as much as possible in common (a list)")),
    ("near", _l("numbers close to one another")), ("band", _l("the mentor is ahead by a number")),
]  # fmt: skip
RULE_LABELS: dict[str, Text] = {
    "reporting_line": _l("People in one line of managers"), "shared_manager": _l("People with the same manager are not matched"),
    "past": _l("People who were matched before are not matched again"), "must": _l("What somebody called a must holds"),
    "language": _l("A common language"), "common_hours": _l("Hours in common each week, at least"),
    "time_zone": _l("Hours between their clocks, at most"), "seniority": _l("Levels the mentor is above the mentee, at least"),
    "team": _l("Team"), "department": _l("Department"), "site": _l("Site"), "unanswered": _l("Where an answer that a rule needs is missing, the pair"),
}  # fmt: skip
CHOICES: dict[str, list[tuple[str, Any]]] = {
    "reporting_line": LINE, "language": LANGUAGE, "team": EITHER, "department": EITHER, "site": EITHER, "unanswered": UNANSWERED,
}  # fmt: skip
BAND_LABELS: dict[str, Text] = {
    "level_gap": _l("Levels between mentor and mentee"),
    "tenure_gap": _l("Years here between mentor and mentee"),
}
_DEFAULTS = Spec()


def _number(
    least: float, most: float, *, required: bool = False, step: str = "any", text: Text = ""
) -> forms.FloatField:
    return forms.FloatField(
        label=text, required=required, min_value=least, max_value=most,
        widget=forms.NumberInput(attrs={"step": step, "min": f"{least:g}", "max": f"{most:g}", "inputmode": "decimal"}),
    )  # fmt: skip


class SettingsForm(forms.Form):
    """What counts, what must hold and what a run aims at. Only what differs from the usual is kept."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    aim = forms.ChoiceField(label=_l("What the run aims at"), widget=forms.RadioSelect, choices=[(key, name) for key, (name, _why) in AIMS.items()])  # fmt: skip
    reporting_line = forms.ChoiceField(label=RULE_LABELS["reporting_line"], choices=LINE)
    shared_manager = forms.BooleanField(label=RULE_LABELS["shared_manager"], required=False)
    past = forms.BooleanField(label=RULE_LABELS["past"], required=False)
    must = forms.BooleanField(label=RULE_LABELS["must"], required=False)
    team = forms.ChoiceField(label=RULE_LABELS["team"], choices=EITHER)
    department = forms.ChoiceField(label=RULE_LABELS["department"], choices=EITHER)
    site = forms.ChoiceField(label=RULE_LABELS["site"], choices=EITHER)
    language = forms.ChoiceField(label=RULE_LABELS["language"], choices=LANGUAGE)
    common_hours = _number(0, 168, step="0.25", text=RULE_LABELS["common_hours"])
    time_zone = _number(0, 24, step="0.5", text=RULE_LABELS["time_zone"])
    seniority = _number(-50, 50, step="1", text=RULE_LABELS["seniority"])
    unanswered = forms.ChoiceField(label=RULE_LABELS["unanswered"], choices=UNANSWERED)
    level_gap_low = _number(-50, 50, required=True, step="1", text=_l("Levels, from"))
    level_gap_high = _number(-50, 50, required=True, step="1", text=_l("Levels, to"))
    tenure_gap_low = _number(-80, 80, required=True, step="0.5", text=_l("Years, from"))
    tenure_gap_high = _number(-80, 80, required=True, step="0.5", text=_l("Years, to"))
    commitment_hours = _number(0.25, 400, step="0.25", text=_l("Hours a month that the program asks of each"))
    complement = forms.MultipleChoiceField(
        label=_l("Ways of working in which unlike people fit"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None, *, cohort: Cohort) -> None:
        self.cohort = cohort
        self.stored = settings_of(cohort)
        spec = _read(self.stored)
        super().__init__(data, initial={**_initial(spec), "version": cohort.matching_version})
        for key in WEIGHTS:
            self.fields[f"weight_{key}"] = _number(0, MOST, required=True, step="0.5", text=label(key).capitalize())
            self.initial[f"weight_{key}"] = _plain(spec.weights[key])
        for key in DIRECTIONS:
            self.fields[f"direction_{key}"] = forms.ChoiceField(label=label(key).capitalize(), choices=LIKENESS)
            self.initial[f"direction_{key}"] = spec.direction(key)
        ends = [f"{_(low)} – {_(high)}" for low, high in TRAIT_ENDS]
        self.fields["complement"].choices = [(str(k), text) for k, text in enumerate(ends, start=1)]  # type: ignore[attr-defined]
        self.own: Any = OwnFields(
            data, prefix="own", initial=_own_initial(self.stored), form_kwargs={"columns": own_columns(cohort)}
        )

    # -- for the page ------------------------------------------------------------------------------------------------------

    @property
    def weights(self) -> list[tuple[Text, list[dict[str, Any]]]]:
        """By group: the field, what is usual, and the field for the direction where there is one."""
        return [
            (title, [{"field": self[f"weight_{key}"], "usual": WEIGHTS[key], "direction": self[f"direction_{key}"] if key in DIRECTIONS else None} for key in keys])
            for title, keys in GROUPS
        ]  # fmt: skip

    def _named(self, *names: str) -> list[forms.BoundField]:
        return [self[name] for name in names]

    @property
    def rule_choices(self) -> list[forms.BoundField]:
        return self._named("language", "unanswered", "team", "department", "site")

    @property
    def rule_numbers(self) -> list[forms.BoundField]:
        return self._named("common_hours", "time_zone", "seniority")

    @property
    def rule_boxes(self) -> list[forms.BoundField]:
        return self._named("must", "past", "shared_manager")

    @property
    def bands(self) -> list[forms.BoundField]:
        return self._named(*(f"{key}_{end}" for key in BAND_LABELS for end in ("low", "high")))

    @property
    def aims(self) -> list[dict[str, Any]]:
        chosen = self["aim"].value()
        return [{"key": key, "name": name, "why": why, "chosen": key == chosen} for key, (name, why) in AIMS.items()]

    def is_valid(self) -> bool:
        return all([super().is_valid(), self.own.is_valid()]) and self._engine_agrees()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for key in BAND_LABELS:
            low, high = cleaned.get(f"{key}_low"), cleaned.get(f"{key}_high")
            if low is not None and high is not None and low > high:
                self.add_error(f"{key}_high", _("This must not be less than the number before it."))
        return cleaned

    def _engine_agrees(self) -> bool:
        """What the engine finds wrong is said at its field; whatever has none, at the top."""
        try:
            Spec.from_mapping(self.settings)
        except InvalidProblem as invalid:
            for fault in invalid.faults:
                place, _colon, sentence = fault.removeprefix("settings: ").partition(": ")
                name = place.removeprefix("rules.").replace("weights.", "weight_").replace("directions.", "direction_")
                own = (
                    next((form for form in self.own.forms if f"fields.{form.key}" in place), None)
                    if place.startswith("fields.")
                    else None
                )
                if own is not None:
                    own.add_error("kind", sentence)
                else:
                    self.add_error(name if name in self.fields else None, sentence if name in self.fields else fault)
            return False
        return True

    # -- for the cohort ----------------------------------------------------------------------------------------------------

    @property
    def settings(self) -> dict[str, Any]:
        """What was chosen, as the cohort keeps it: nothing but what differs from the usual."""
        given = self.cleaned_data
        rules = {each.name: _rule(each.name, given[each.name]) for each in fields(Rules)}
        usual = {each.name: getattr(_DEFAULTS.rules, each.name) for each in fields(Rules)}
        bands = {key: [given[f"{key}_low"], given[f"{key}_high"]] for key in BAND_LABELS}
        parts: dict[str, Any] = {
            "aim": given["aim"] if given["aim"] != "coverage" else None,
            "weights": {key: given[f"weight_{key}"] for key in WEIGHTS if given[f"weight_{key}"] != WEIGHTS[key]},
            # A rule that is on unless somebody says otherwise is switched off by saying so.
            "rules": {key: False if value is None else value for key, value in rules.items() if value != usual[key]},
            "bands": {key: band for key, band in bands.items() if tuple(band) != _DEFAULTS.effective_bands[key]},
            "directions": {key: given[f"direction_{key}"] for key, way in DIRECTIONS.items() if given[f"direction_{key}"] != way},
            "commitment_hours": given["commitment_hours"],
            "complement": sorted(int(each) for each in given["complement"]),
            "fields": self.own.chosen,
        }  # fmt: skip
        kept = {key: value for key, value in (self.cohort.matching or {}).items() if key not in parts}
        return kept | {key: value for key, value in parts.items() if value not in (None, {}, [])}


def _rule(name: str, value: Any) -> Any:
    if name == "reporting_line":
        return int(value)
    if name == "language":
        return float(value) or None
    return None if value == "any" else value


def _read(settings: Mapping[str, Any]) -> Spec:
    """The settings as the engine reads them; where it can't, the usual ones: the form is where they are put right."""
    try:
        return Spec.from_mapping({key: value for key, value in settings.items() if key != "version"})
    except InvalidProblem:
        return _DEFAULTS


def _plain(number: float | None) -> float | int | None:
    """10 rather than 10.0, for a field."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


def _initial(spec: Spec) -> dict[str, Any]:
    bands = spec.effective_bands
    rules: dict[str, Any] = {each.name: getattr(spec.rules, each.name) for each in fields(Rules)}
    line = rules["reporting_line"]
    rules["reporting_line"] = str(line if line <= 3 else 10)
    rules["language"] = f"{rules['language'] or 0:g}"
    rules |= {name: rules[name] or "any" for name in ("team", "department", "site")}
    rules |= {name: _plain(rules[name]) for name in ("common_hours", "time_zone", "seniority")}
    return {
        **rules, "aim": spec.aim if spec.aim in AIMS else "coverage", "commitment_hours": _plain(spec.commitment_hours),
        "complement": [str(each) for each in spec.complement],
        **{f"{key}_{end}": _plain(bands[key][at]) for key in BAND_LABELS for at, end in enumerate(("low", "high"))},
    }  # fmt: skip


def own_columns(cohort: Cohort) -> list[tuple[str, Text]]:
    """Columns on which a dimension of one's own can stand: some facts of HR, and the organization's own of the people in this cohort."""
    keys: dict[str, str] = {}
    for custom in Enrollment.objects.filter(cohort=cohort).values_list("person__custom", flat=True).distinct():
        for name in custom or {}:
            if heading(name) and heading(name) not in COLUMNS and heading(name) not in WEIGHTS:
                keys.setdefault(heading(name), name)
    return [*FACTS.items(), *((name, name) for name in sorted(keys.values(), key=str.casefold))]


class OwnFieldForm(forms.Form):
    """A dimension of the organization's own, on one of its columns."""

    column = forms.ChoiceField(label=_l("Column"), required=False)
    kind = forms.ChoiceField(label=_l("Fits best"), choices=KINDS)
    weight = _number(0, MOST, required=True, step="0.5", text=_l("Weight"))
    span = _number(0.001, 1e6, text=_l("Difference that fits no more"))
    low = _number(-1e6, 1e6, text=_l("Ahead by at least"))
    high = _number(-1e6, 1e6, text=_l("Ahead by at most"))
    confidential = forms.BooleanField(label=_l("Never quoted in reasons"), required=False)

    def __init__(self, *args: Any, columns: list[tuple[str, Text]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = self.initial.get("column")
        there = {name for name, _text in columns}
        self.fields["column"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose a column")), *columns, *([(now, now)] if now and now not in there else [])
        ]  # fmt: skip
        if "weight" not in self.initial:
            self.initial["weight"] = 1

    @property
    def is_there(self) -> bool:
        """Whether it is one that was saved before."""
        return bool(self.initial.get("column"))

    @property
    def is_open(self) -> bool:
        """Whether there is more to see than column, kind and weight."""
        return (
            bool(self.errors) or self.initial.get("kind") in ("near", "band") or bool(self.initial.get("confidential"))
        )

    @property
    def key(self) -> str:
        name = heading(self.cleaned_data.get("column") or "") if self.is_bound and hasattr(self, "cleaned_data") else ""
        return f"{name}_own" if name in WEIGHTS else name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("column"):
            return cleaned
        if cleaned.get("kind") == "near" and cleaned.get("span") is None:
            self.add_error("span", _("Say from which difference on two numbers don't fit any more."))
        if cleaned.get("kind") == "band":
            low, high = cleaned.get("low"), cleaned.get("high")
            if low is None or high is None:
                self.add_error("low" if low is None else "high", _("Say by how much the mentor is ahead."))
            elif low > high:
                self.add_error("high", _("This must not be less than the number before it."))
        return cleaned

    @property
    def field(self) -> dict[str, Any]:
        given = self.cleaned_data
        found: dict[str, Any] = {"kind": given["kind"], "column": given["column"], "label": str(FACTS.get(given["column"], given["column"])).lower(), "weight": given["weight"]}  # fmt: skip
        if given["kind"] == "near":
            found["span"] = given["span"]
        if given["kind"] == "band":
            found["band"] = [given["low"], given["high"]]
        if given["confidential"]:
            found["confidential"] = True
        return found


class _OwnFields(forms.BaseFormSet[OwnFieldForm]):
    def add_fields(self, form: OwnFieldForm, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("Remove this dimension")

    def clean(self) -> None:
        seen: set[str] = set()
        for form in self._chosen():
            if form.key in seen:
                form.add_error("column", _("There is a dimension on this column already."))
            seen.add(form.key)

    def _chosen(self) -> Iterator[OwnFieldForm]:
        for form in self.forms:
            if form.cleaned_data.get("column") and not form.cleaned_data.get("DELETE"):
                yield form

    @property
    def chosen(self) -> dict[str, Any]:
        return {form.key: form.field for form in self._chosen()}


OwnFields = forms.formset_factory(
    OwnFieldForm, formset=_OwnFields, extra=1, can_delete=True, max_num=20, absolute_max=25
)


def _own_initial(settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = []
    for key, given in settings.get("fields", {}).items():
        low, high = (given.get("band") or [None, None])[:2]
        numbers = {"weight": given.get("weight", 1), "span": given.get("span"), "low": low, "high": high}
        found.append(
            {**given, "column": given.get("column", key), **{name: _plain(value) for name, value in numbers.items()}}
        )
    return found


# -- two settings side by side -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Difference:
    """One thing that two settings say differently."""

    what: str
    before: str
    after: str


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What ``after`` says differently than ``before``, in the order of the settings page."""
    one, two = (_read(each) for each in (before, after))
    told = zip(_told(one, before), _told(two, after), strict=False)
    found = [Difference(what, first, second) for (what, first), (_what, second) in told if first != second]
    return [*found, *_own_differences(before.get("fields", {}), after.get("fields", {}))]


def _told(spec: Spec, settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield _("What the run aims at"), str(AIMS[spec.aim][0]) if spec.aim in AIMS else spec.aim
    for key in WEIGHTS:
        yield _("Weight of %(what)s") % {"what": label(key)}, f"{spec.weights[key]:g}"
    for key in DIRECTIONS:
        yield _("Fits best, %(what)s") % {"what": label(key)}, str(dict(LIKENESS)[spec.direction(key)])
    for each in fields(Rules):
        yield str(RULE_LABELS[each.name]), _rule_told(each.name, getattr(spec.rules, each.name))
    for key, text in BAND_LABELS.items():
        low, high = spec.effective_bands[key]
        yield str(text), _("%(low)g to %(high)g") % {"low": low, "high": high}
    hours = spec.commitment_hours
    yield _("Hours a month that the program asks of each"), _("not said") if hours is None else f"{hours:g}"
    count = len(spec.complement)
    yield _("Ways of working in which unlike people fit"), ngettext("%(n)d way", "%(n)d ways", count) % {"n": count}


def _rule_told(name: str, value: Any) -> str:
    if name in CHOICES:
        none = "0" if name == "language" else "any"
        key = none if value is None else f"{value:g}" if isinstance(value, int | float) else str(value)
        return str(dict(CHOICES[name]).get(key, key))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return _("no limit") if value is None else f"{value:g}"


def _own_differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    for key in sorted({*before, *after}):
        one, two = before.get(key), after.get(key)
        if one != two:
            name = str((two or one or {}).get("label") or key)
            yield Difference(_("Your own dimension: %(name)s") % {"name": name}, _own_told(one), _own_told(two))


def _own_told(given: Mapping[str, Any] | None) -> str:
    if given is None:
        return _("not there")
    kind = str(dict(KINDS).get(str(given.get("kind")), given.get("kind")))
    limits = [f"{given['span']:g}"] if "span" in given else [f"{each:g}" for each in given.get("band", [])]
    weight = _("weight %(weight)g") % {"weight": given.get("weight", 1)}
    return ", ".join([f"{kind} ({'–'.join(limits)})" if limits else kind, weight])
