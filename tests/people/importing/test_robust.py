"""Whatever stands in the cells, a dry run ends with a result or a fault, and counts what it gives."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.people.importing.made import as_csv, opened

from openmentor.people.importing import applications
from openmentor.people.importing.applications import Asked, Directory, Entry
from openmentor.people.importing.faults import InvalidFile
from openmentor.people.importing.plan import dry_run
from openmentor.people.importing.report import as_dict, as_text

TODAY = date(2024, 5, 1)
HEADERS = [
    "Name",
    "ID",
    "E-mail",
    "Hired",
    "Left on",
    "Status",
    "Manager",
    "Manager ID",
    "Level",
    "Time zone",
    "Skills",
    "Sex",
]
_ODD = st.sampled_from(
    ["", "-", "N/A", "1/1/1900", "99/99/99", "31.12.9999", "12/31/10", "a@b.org", "a@b@c", "Ann Lee", "Lee, Ann", ",", "1", "0",
     "Terminated", "Active", "2", "III", "Board", "'", '"', "1e308", "٣", "²", "\u202e", "=1+1", "00/00/0000", "0000-00-00", "½"]
)  # fmt: skip
CELL = st.one_of(_ODD, _ODD, st.text(st.characters(exclude_categories=["Cs"]), max_size=8))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(CELL, min_size=len(HEADERS), max_size=len(HEADERS)), min_size=1, max_size=12))
def test_people(rows):
    try:
        with opened(as_csv(rows, HEADERS)) as table:
            found = dry_run(table, at=TODAY)
            people = list(found.people())
            said = as_text(found) + str(as_dict(found))
    except InvalidFile as invalid:
        said, people = str(invalid), None
    assert said
    if people is not None:
        assert len(people) == found.counts.people == found.counts.rows - found.counts.left_out - found.counts.merged
        assert sum(person.has_left for person in people) == found.counts.leavers
        addresses = [person.email for person in people if person.email]
        assert len(addresses) == len(set(addresses)) == found.counts.people - found.counts.without_address
        managed = [person for person in people if person.manager_row]
        assert {person.manager_row for person in managed} <= {person.row for person in people}
        assert len(managed) == found.counts.managers_resolved


QUESTIONS = [
    Asked(kind, f"Question about {kind}?", kind, [("a", "Alpha"), ("b", "Beta, or so")], ends=[("low", "high")] * 5)
    for kind in ("text", "number", "scale", "choice", "choices", "ranking", "tags", "skills", "hours", "languages", "traits", "boolean")
]  # fmt: skip
PEOPLE = Directory([Entry(1, "Ann Lee", "a@b.org"), Entry(2, "Bo Roe", team="Active"), Entry(3, "Ann K. Lee")])


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_applications(data):
    header = ["Timestamp", "Email", "Name", "Role", "Places", "Wishes", "Vetoes", *[asked.text for asked in QUESTIONS]]
    rows = data.draw(st.lists(st.lists(CELL, min_size=len(header), max_size=len(header)), min_size=1, max_size=8))
    try:
        with opened(as_csv(rows, header)) as table:
            found = applications.dry_run(table, questions=QUESTIONS, directory=PEOPLE, at=TODAY, default_role="mentee")
    except InvalidFile:
        return  # a fault is an answer; that it says something is held above
    assert len(found.applications) <= table.facts.rows
    assert len({one.person for one in found.importable}) == len(found.importable)
    assert sum(len(group.rows) for group in found.unknown_groups()) == len(found.unknown)
