"""Files as people have them: the exports of Google Forms and Microsoft Forms, and a spreadsheet kept by hand. All of it is made up."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import openpyxl

GOALS = ("Leading people", "Growing in my role", "Building a network", "Being more visible", "Confidence")
VALUES = ("Honesty", "Learning", "Helping others", "Fairness", "Creativity")
HOURS = ("Mon 09:00-11:00; Wed 09:00-11:00", "Tue 12:00-13:00", "Thu 16:00-18:00; Fri 09:00-12:00")
FIRST_SENT = datetime(2026, 3, 2, 8, 15, 7)  # noqa: DTZ001 - forms write the time of the wall, without a zone


@dataclass(frozen=True)
class Applicant:
    """Who fills in a form. ``role`` is mentor, mentee or both; wishes and vetoes are names or addresses as one writes them."""

    name: str
    email: str
    role: str = "mentee"
    wishes: Sequence[str] = ()
    vetoes: Sequence[str] = ()
    places: int = 2

    @property
    def is_mentor(self) -> bool:
        return self.role != "mentee"

    @property
    def is_mentee(self) -> bool:
        return self.role != "mentor"


def _some(words: Sequence[str], at: int, count: int = 2) -> list[str]:
    return [words[(at + step) % len(words)] for step in range(count)]


GOOGLE = (
    "Timestamp", "Email Address", "Your name", "Would you like to be a mentor or a mentee?", "How many mentees can you take?",
    "What would you like to get out of it?", "What can you help with?", "Which skills would you like to learn?",
    "Which skills can you pass on? [Python]", "Which skills can you pass on? [Sales]", "What matters most to you at work?",
    "When are you usually free to meet?", "In which languages can you talk?", "How would you like to meet?",
    "Who would you like to be matched with?", "Is there anybody you should not be matched with?", "How did you hear about us?",
)  # fmt: skip
_GOOGLE_ROLES = {
    "mentor": "I would like to be a mentor", "mentee": "I'm looking for a mentor", "both": "Both",
}  # fmt: skip


def google(applicants: Sequence[Applicant]) -> bytes:
    """A CSV of Google Forms: American dates, checkboxes in one cell with commas, a grid over several columns."""
    rows = []
    for at, each in enumerate(applicants):
        sent = FIRST_SENT + timedelta(minutes=17 * at)
        rows.append([
            f"{sent.month}/{sent.day}/{sent.year} {sent.hour}:{sent:%M:%S}", each.email, each.name, _GOOGLE_ROLES[each.role],
            str(each.places) if each.is_mentor else "",
            ", ".join(_some(GOALS, at)) if each.is_mentee else "", ", ".join(_some(GOALS, at + 1, 3)) if each.is_mentor else "",
            "Python, Excel" if each.is_mentee else "", str(at % 5 + 1) if each.is_mentor else "", "Beginner" if each.is_mentor else "",
            ", ".join(_some(VALUES, at)), HOURS[at % 3], "English, German", "Video call, In person",
            ", ".join(each.wishes), "; ".join(each.vetoes), "A poster",
        ])  # fmt: skip
    return as_csv(GOOGLE, rows)


MICROSOFT = (
    "ID", "Start time", "Completion time", "Email", "Name", "Do you take part as mentor, mentee or both?", "Number of mentees",
    "What would you like to get out of it?", "What can you help with?", "Which skills can you pass on?", "What matters most to you at work?",
    "When are you usually free to meet?", "Preferred mentors", "Please never match me with",
)  # fmt: skip


def microsoft(applicants: Sequence[Applicant]) -> bytes:
    """A workbook of Microsoft Forms: real dates, several answers that each end in a semicolon, its own columns in front."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Sheet1"
    sheet.append(list(MICROSOFT))
    for at, each in enumerate(applicants):
        began = FIRST_SENT + timedelta(minutes=11 * at)
        sheet.append([
            at + 1, began, began + timedelta(minutes=4), each.email, each.name, each.role.capitalize(), each.places if each.is_mentor else None,
            _ended(_some(GOALS, at)) if each.is_mentee else None, _ended(_some(GOALS, at + 2)) if each.is_mentor else None,
            "Python (4); SQL (2);" if each.is_mentor else None, _ended(_some(VALUES, at)), HOURS[at % 3],
            _ended(each.wishes), _ended(each.vetoes),
        ])  # fmt: skip
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _ended(words: Sequence[str]) -> str | None:
    return "".join(f"{word};" for word in words) or None


BY_HAND = ("Who", "M/M", "Slots", "Goals", "1st choice", "2nd choice", "not with", "Remarks")


def by_hand(applicants: Sequence[Applicant]) -> bytes:
    """A spreadsheet that somebody keeps: no addresses, family names first, semicolons and Windows' letters, an empty line, a remark."""
    rows: list[list[str]] = []
    for at, each in enumerate(applicants):
        given, _space, family = each.name.rpartition(" ")
        first, second = [*each.wishes, "", ""][:2]
        rows.append([
            f"{family}, {given}", each.role, str(each.places) if each.is_mentor else "", " / ".join(_some(GOALS, at)) if each.is_mentee else "",
            first, second, ", ".join(each.vetoes), "called on Monday – très motivée" if at == 0 else "",
        ])  # fmt: skip
    rows.insert(1, [""] * len(BY_HAND))
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows([BY_HAND, *rows])
    return out.getvalue().encode("cp1252")


def as_csv(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return out.getvalue().encode()
