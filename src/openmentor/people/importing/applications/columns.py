"""Which column of a form's export is what: who applied and when, their role and places, wishes and vetoes, and each question."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from openmentor.engine.matching import hours
from openmentor.people.importing import fields, values
from openmentor.people.importing.applications.directory import Directory
from openmentor.people.importing.applications.questions import Asked, parts_of
from openmentor.people.importing.faults import Fault, InvalidFile, shorten
from openmentor.people.importing.mapping import LEAVE_OUT
from openmentor.people.importing.names import plain
from openmentor.people.importing.table import Table
from openmentor.people.importing.wording import _, words

QUESTION = "question:"
#: Where a column can go besides a question. Wishes and vetoes may have several columns, in the order of their rank.
WHO = ("email", "external_id", "name", "given_name", "family_name")
TARGETS = (*WHO, "submitted_at", "role", "places", "wishes", "vetoes")
SEVERAL = frozenset({"wishes", "vetoes"})
_GRID = re.compile(r"(?P<stem>.*\S)\s*\[(?P<line>[^\[\]]+)\]\s*")
_SUBMITTED = words(
    "timestamp submittedat submitted submissiontime submissiondate submitdate completiontime dateofsubmission zeitstempel "
    "horodateur marcatemporal datesubmitted responsetime"
)
#: Columns that form programs add, and that say nothing of the person.
_ADDED = re.compile(
    r"start time|last modified time|total points|quiz feedback|score|grade posted time|language|response id|ip address|"
    r"network id|(points|feedback|punkte) .+|startzeit|id der antwort|username anonymous"
)
_VETO = re.compile(
    r"\b(vetos?|vetoes|never (with|match\w*|pair\w*)|avoid|exclude|excluded|conflicts? of interest|rather not|"
    r"not (want|wish|like|be|match\w*|pair\w*|work) |(do not|dont|cannot|cant|should not|shouldnt|wouldnt) (match|pair|work|be)\b|"
    r"not with|nicht (mit|zusammen\w*)|keinesfalls|ausschliessen|jamais avec|eviter|nunca con|evitar)"
)
_WISH = re.compile(
    r"\b(wish\w*|wunsch\w*|preferred (mentors?|mentees?|match\w*|people|partner\w*)|preferences?|favou?rite mentors?|"
    r"like to (be )?(matched|paired) with|who would you like|whom would you like|(first|second|third|1st|2nd|3rd|\d) choice|"
    r"souhait\w*|deseo\w*|gewunscht\w*)\b"
)
_PLACES = re.compile(
    r"\b(places|slots|spots|seats|capacity|how many (mentees|mentors|people|mentorships)|number of (mentees|mentors|mentorships|places)|"
    r"max\w* mentees|platze|kapazitat|wie viele mentees|combien de mentores|cuantos mentees|cupo)\b"
)
_ROLE = re.compile(
    r"\b(role|rolle|mentor or (an? )?mentee|mentee or (an? )?mentor|mentor oder mentee|participate as|(take part|join|apply) as)\b"
)
_SEEKING = re.compile(
    r"\b(looking for|look for|find|have|need|seek|seeking|get|want|searching for|suche|brauche|cherche|busco|necesito)"
    r"( (?!to\b)\w+)? mentor|\bmentor\w* (finden|haben|suchen|gesucht)\b"
)
_MENTOR_WORDS = words("mentor mentors mentorin mentoren mentora")
_MENTEE_WORDS = words(
    "mentee mentees mentored mentore mentoree protege protegee mentorado mentorada mentoradoa aprendiz"
)
_BOTH_WORDS = words("both beides beide deux ambos ambas either")
_PEER_WORDS = words("peer peers")
_EMPTY_WORDS = words(
    "when usually a an the of to in on for with at by and or is are do you your i my we it this that which what how who would like can "
    "could please select choose list as be all apply any many much one some there s t tell us name"
)
#: what stands around the fact that a form asks for: 'Please enter your name'
_ASKING = words("please enter give write type what is are your my the applicant applicants participant participants")
_ENOUGH = 0.6
_LONGEST_OF_NAMES = 150
_WORD_OF_A_NAME = r"[^\W\d_a-z][\w'’.-]*"
_NAME = re.compile(rf"{_WORD_OF_A_NAME}(?:,?\s+{_WORD_OF_A_NAME})*")


@dataclass(frozen=True, slots=True)
class Column:
    """Where one column goes: one of ``TARGETS``, ``question:KEY``, or ``LEAVE_OUT``. ``line`` is that of a grid."""

    column: str
    to: str
    line: str = ""
    confidence: float = 1.0
    why: str = ""

    @property
    def question(self) -> str | None:
        """The key of the question it answers."""
        return self.to.removeprefix(QUESTION) if self.to.startswith(QUESTION) else None


@dataclass(frozen=True, slots=True)
class Columns:
    """A choice for each column of an export, in its order."""

    columns: tuple[Column, ...]

    def of(self, target: str) -> tuple[Column, ...]:
        """The columns that go to ``target``."""
        return tuple(column for column in self.columns if column.to == target)

    def changed(self, to: Mapping[str, str], questions: Sequence[Asked]) -> Self:
        """With these columns sent elsewhere by hand; whatever held a single place before is left out.

        Raises InvalidFile for a column, a question or a place that does not exist, and for a place given twice.
        """
        known = {*TARGETS, LEAVE_OUT, *(QUESTION + asked.key for asked in questions)}
        present = {column.column for column in self.columns}
        faults = []
        for name, target in to.items():
            if name not in present:
                sentence = _("The mapping names this column, but the file has none of this name.")
                faults.append(Fault("mapping.no_column", sentence, _nearest(name, present), column=name))
            elif target not in known:
                sentence = _("There is no question or place “%(target)s”.") % {"target": shorten(target)}
                faults.append(Fault("mapping.no_field", sentence, _nearest(target, known), column=name))
        if faults:
            raise InvalidFile(*faults)
        stems = {_stem(name) for name in to}
        taken = {target for target in to.values() if target not in SEVERAL and target != LEAVE_OUT}
        changed = []
        for column in self.columns:
            if column.column in to:
                changed.append(replace(column, to=to[column.column], confidence=1.0, why=_("Chosen by you.")))
            elif column.to in taken and _stem(column.column) not in stems:
                changed.append(replace(column, to=LEAVE_OUT, why=_("Another column was chosen for this.")))
            else:
                changed.append(column)
        result = type(self)(tuple(changed))
        for target in taken:
            held = result.of(target)
            if len({_stem(column.column) for column in held}) > 1:
                sentence = _("“%(target)s” is already taken from column “%(column)s”.")
                said = sentence % {"target": target, "column": shorten(held[0].column)}
                faults.append(Fault("mapping.twice", said, _("Choose one of them."), column=held[1].column))
        if faults:
            raise InvalidFile(*faults)
        return result

    def as_dict(self) -> dict[str, Any]:
        """For JSON: what ``mapping.saved`` reads again."""
        return {"columns": {column.column: column.to for column in self.columns}}


def _nearest(word: str, known: set[str]) -> str:
    near = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.5)
    return _("The nearest is “%(name)s”.") % {"name": near[0]} if near else ""


def _stem(header: str) -> str:
    found = _GRID.fullmatch(header)
    return found["stem"] if found else header


def roles_of(cell: str) -> tuple[str, ...]:
    """('mentor',), ('mentee',), both or ('peer',) of 'Mentor', 'I'm looking for a mentor', 'Both'; () for anything else."""
    text = plain(cell)
    bag = set(text.split())
    is_mentee, is_mentor = bool(bag & _MENTEE_WORDS), bool(bag & _MENTOR_WORDS)
    if bag & _BOTH_WORDS:
        return ("mentor", "mentee")
    if is_mentor and not is_mentee and _SEEKING.search(text):
        return ("mentee",)  # 'I need a mentor'
    found = (*(("mentor",) if is_mentor else ()), *(("mentee",) if is_mentee else ()))
    return found or (("peer",) if bag & _PEER_WORDS else ())


def guess(table: Table, questions: Sequence[Asked], directory: Directory) -> Columns:
    """The likeliest place for each column; what answers no question is left out."""
    cells = {
        name: [row[i] for row in table.sample if not values.is_nothing(row[i])] for i, name in enumerate(table.header)
    }
    exact = {
        word: asked for asked in questions for word in [*map(plain, asked.names), plain(asked.key), plain(asked.text)]
    }
    choices = {name: _propose(name, found, exact, directory, table.header) for name, found in cells.items()}
    _keep_the_best(choices)
    _find_who(choices, cells, directory)
    _find_questions(choices, cells, questions)
    return Columns(tuple(choices[name] for name in table.header))


def _share(cells: Sequence[str], test: Any) -> float:
    return sum(1 for cell in cells if test(cell)) / len(cells) if cells else 0.0


def _propose(
    name: str, cells: list[str], exact: Mapping[str, Asked], directory: Directory, header: Sequence[str]
) -> Column:
    grid = _GRID.fullmatch(name)
    stem, line = (grid["stem"], grid["line"].strip()) if grid else (name, "")
    text = plain(stem)
    if text in exact:
        return Column(name, QUESTION + exact[text].key, line, 0.97, _("By its name."))
    if fields.compact(name) in _SUBMITTED:
        return Column(name, "submitted_at", confidence=0.95, why=_("By its name."))
    if _ADDED.fullmatch(text) or (fields.compact(name) == "id" and _is_counted(cells, header)):
        return Column(name, LEAVE_OUT, confidence=0.9, why=_("Left out: added by the form."))
    if _VETO.search(text) and not _share(cells, _is_no_name) > 0.5:
        return Column(name, "vetoes", confidence=0.8, why=_("By its name."))
    if _share(cells, values.email) > 0.8:
        return Column(
            name, "wishes" if _WISH.search(text) else "email", confidence=0.9, why=_("Its cells are e-mail addresses.")
        )
    if _WISH.search(text) and (
        not cells
        or _share(cells, lambda cell: _names_somebody(cell, directory)) > 0.2
        or _share(cells, lambda cell: _are_like_names(cell, directory)) > 0.5
    ):
        return Column(name, "wishes", confidence=0.7, why=_("By its name and its cells."))
    is_named = _ROLE.search(text) is not None
    if not line and _share(cells, roles_of) > (0.5 if is_named else 0.9):
        return Column(name, "role", confidence=0.95 if is_named else 0.7, why=_("Its cells are roles."))
    if _PLACES.search(text) and _share(cells, lambda cell: places_of(cell) is not None) > _ENOUGH:
        return Column(name, "places", confidence=0.85, why=_("By its name."))
    field = fields.field_of(name) or fields.field_of(" ".join(each for each in text.split() if each not in _ASKING))
    if field is not None and field[0].key in WHO and not line and field[0].key != "email":
        return Column(name, field[0].key, confidence=field[1], why=_("By its name."))
    return Column(name, LEAVE_OUT, line, 0.0, _("Left out: no question fits."))


def _is_counted(cells: Sequence[str], header: Sequence[str]) -> bool:
    """The running number that Microsoft Forms puts first is nobody's personnel number."""
    is_form = any(fields.compact(name) in ("starttime", "completiontime", "startzeit") for name in header)
    return is_form and all(cell.isdigit() for cell in cells)


def _is_no_name(cell: str) -> bool:
    """Yes, no, or some sentences: somebody asked about a veto, but not for a name."""
    return values.boolean(cell) is not None or len(cell) > _LONGEST_OF_NAMES


def _names_somebody(cell: str, directory: Directory) -> bool:
    return any(directory.find(text).entry is not None for text in directory.split(cell))


def _are_like_names(cell: str, directory: Directory) -> bool:
    """Whether a cell looks as if it named people, known or not: 'Zoe Nobody; Lee, Ann'."""
    named = directory.split(cell)
    return bool(named) and all(_NAME.fullmatch(text) and 1 < len(plain(text).split()) < 5 for text in named)


_NUMBER_WORDS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "eins": 1,
    "zwei": 2,
    "drei": 3,
    "un": 1,
    "deux": 2,
}


def places_of(cell: str) -> int | None:
    """The number of places that a cell says, the lower one of a range; None for none."""
    text = plain(cell.removesuffix(".0"))
    first = text.split(" ")[0] if text else ""
    if first in _NUMBER_WORDS:
        return _NUMBER_WORDS[first]
    found = re.match(r"\D{0,12}(\d{1,3})(?!\d)", cell)
    return int(found[1]) if found else None


def _keep_the_best(choices: dict[str, Column]) -> None:
    """Of several columns for one place the surest stays, the first of equals; wishes and vetoes may have several."""
    best: dict[str, Column] = {}
    for column in choices.values():
        if column.to in TARGETS and (column.to not in best or column.confidence > best[column.to].confidence):
            best[column.to] = column
    for name, column in choices.items():
        if column.to in TARGETS and column.to not in SEVERAL and best[column.to] is not column:
            why = _("Left out: taken from column “%(column)s”.") % {"column": shorten(best[column.to].column)}
            choices[name] = replace(column, to=LEAVE_OUT, confidence=0.4, why=why)


def _find_who(choices: dict[str, Column], cells: Mapping[str, list[str]], directory: Directory) -> None:
    """Where no header says who applied, the free column whose cells name people here, if there is one."""
    if any(column.to in WHO for column in choices.values()):
        return
    free = [name for name, column in choices.items() if column.to == LEAVE_OUT and column.confidence == 0.0]
    shares = {name: _share(cells[name], lambda cell: directory.find(cell).entry is not None) for name in free}
    best = max(free, key=lambda name: shares[name], default=None)
    if best is not None and shares[best] > 0.5:
        choices[best] = replace(choices[best], to="name", confidence=0.7, why=_("Its cells are names of people here."))


def _find_questions(choices: dict[str, Column], cells: Mapping[str, list[str]], questions: Sequence[Asked]) -> None:
    """Give the questions that are still without a column the free one whose header and cells fit best."""
    taken = {column.question for column in choices.values()}
    free: dict[str, list[str]] = {}
    for name, column in choices.items():
        if column.to == LEAVE_OUT and column.confidence == 0.0:
            free.setdefault(_stem(name), []).append(name)
    scored = [
        (
            _likeness(stem, [cell for name in names for cell in cells[name]], bool(choices[names[0]].line), asked),
            stem,
            asked,
        )
        for asked in questions
        if asked.key not in taken
        for stem, names in free.items()
    ]
    for score, stem, asked in sorted(scored, key=lambda each: -each[0]):
        if score < _ENOUGH or stem not in free or asked.key in taken:
            continue
        taken.add(asked.key)
        for name in free.pop(stem):
            choices[name] = replace(
                choices[name],
                to=QUESTION + asked.key,
                confidence=round(min(score, 0.9), 2),
                why=_("Its words are alike."),
            )


def _likeness(stem: str, cells: Sequence[str], is_grid: bool, asked: Asked) -> float:
    """0..1: how alike header and question are, more if the cells are answers to it, less if they are not."""
    text = plain(stem)
    alike = max(
        max(difflib.SequenceMatcher(None, text, plain(word)).ratio(), _common_words(text, plain(word)))
        for word in (asked.text, asked.key.replace("_", " "), *asked.names)
    )
    if is_grid or not cells:
        return alike
    if asked.is_timezone:
        return alike if _share(cells[:200], lambda cell: values.timezone(cell) is not None) > 0.5 else alike * 0.5
    if asked.kind == "hours":
        return min(1.0, alike + 0.25) if _share(cells[:200], _are_hours) > _ENOUGH else alike
    if not asked.choices:
        return alike
    parts = [part for cell in cells[:200] for part in parts_of(cell, asked.known)]
    known = _share(parts, lambda part: plain(part) in asked.known)
    if known > _ENOUGH:
        return min(1.0, alike + 0.25)
    return alike * (0.6 if known < 0.2 and not asked.own else 1.0)


def _are_hours(cell: str) -> bool:
    try:
        return bool(hours.parse([part for part in re.split(r"[;\n]", cell) if part.strip()]))
    except ValueError:
        return False


def _common_words(one: str, other: str) -> float:
    left, right = (
        {token.removesuffix("s") for token in text.split() if token not in _EMPTY_WORDS} for text in (one, other)
    )
    return len(left & right) / len(left | right) if left and right else 0.0
