"""Numbers only if they are those of people, then addresses, then names; what is not certain is listed, left empty."""

import random

from openmentor.people.importing import names
from openmentor.people.importing.managers import Reference, Someone, resolve


def someone(row, name, *, number="", email="", known=""):
    return Someone(number, email, names.split(name), row, known)


def resolved(people, references, known=()):
    """Rows of the managers, and what was left empty as {(reference, why): rows}."""
    found = resolve(people, references, known)
    managers = [manager and (manager.known or manager.row) for manager in found.manager]
    return managers, {(entry.reference, entry.why): entry.rows for entry in found.unresolved}


def by_name(*texts):
    return [Reference(name=text) for text in texts]


ANN, BO, CY = (
    someone(2, "Lee, Ann", number="1"),
    someone(3, "Roe, Bo  K", number="2"),
    someone(4, "Sun, Cy", number="3"),
)


def test_names_are_found_in_either_order_and_without_initials():
    managers, empty = resolved([ANN, BO, CY], by_name("", "Ann Lee", "BO ROE"))
    assert (managers, empty) == ([None, 2, 3], {})


def test_an_initial_that_differs_is_another_person():
    assert resolved([ANN, BO], by_name("Bo J. Roe", "")) == ([None, None], {("Bo J. Roe", "absent"): (2,)})


def test_the_full_name_wins_over_one_without_its_initial():
    people = [someone(2, "Ann K. Lee"), someone(3, "Ann Lee"), someone(4, "Cy Sun")]
    assert resolved(people, by_name("", "", "Ann K Lee"))[0] == [None, None, 2]
    assert resolved(people, by_name("", "", "Ann Lee"))[0] == [None, None, 3]


def test_what_is_ambiguous_absent_or_no_person_is_listed():
    people = [someone(2, "Ann Lee"), someone(3, "Ann Lee"), CY, someone(5, "Di Fox"), someone(6, "Ed Gay")]
    managers, empty = resolved(people, by_name("", "", "Ann Lee", "Wes Butler", "Board of Directors"))
    assert managers == [None] * 5
    assert empty == {
        ("Ann Lee", "ambiguous"): (4,),
        ("Wes Butler", "absent"): (5,),
        ("Board of Directors", "no_person"): (6,),
    }


def test_the_absent_are_grouped_by_name_however_it_is_spelled():
    empty = resolved([ANN, BO, CY], by_name("Wes Butler", "wes  butler", "WES BUTLER"))[1]
    assert empty == {("Wes Butler", "absent"): (2, 3, 4)}


def test_numbers_are_used_if_they_are_those_of_people():
    references = [Reference(), Reference("1"), Reference("9", name="Bo Roe")]
    assert resolved([ANN, BO, CY], references) == ([None, 2, 3], {})


def test_numbers_that_are_nobodys_are_not_used_and_it_is_said():
    references = [Reference("7", name="Bo Roe"), Reference("8", name="Cy Sun"), Reference("9", name="")]
    found = resolve([ANN, BO, CY], references)
    assert [manager and manager.row for manager in found.manager] == [3, 4, None]
    assert found.notes == ("The managers' numbers are not used: 0 of 3 numbers occur among the people.",)
    assert [(entry.reference, entry.rows) for entry in found.unresolved] == [("9", (4,))]


def test_numbers_that_contradict_the_names_beside_them_are_not_used():
    references = [Reference("2", name="Cy Sun"), Reference("1", name="Cy Sun"), Reference()]
    found = resolve([ANN, BO, CY], references)
    assert [manager and manager.row for manager in found.manager] == [4, 4, None]
    assert found.notes == (
        "The managers' numbers are not used: they point to other people than the names beside them.",
    )


def test_a_single_name_that_differs_is_named_and_the_number_counts():
    references = [Reference("3", name="Cy Sun"), Reference("3", name="Cy Sun"), Reference("1", name="Bo Roe")]
    people = [someone(2, "Ann Lee", number="1"), BO, CY, someone(5, "Di Fox", number="4")]
    found = resolve(people, [*references[:2], Reference(), Reference("1", name="Bo Roe")])
    assert [manager and manager.row for manager in found.manager] == [4, 4, None, 2]
    assert found.differing == ((5, "1", "Bo Roe"),)


def test_addresses_come_before_names():
    people = [someone(2, "Ann Lee", email="ann@example.org"), BO, CY]
    references = [
        Reference(),
        Reference(email="ann@example.org", name="Cy Sun"),
        Reference(email="x@example.org", name="Bo Roe"),
    ]
    assert resolved(people, references)[0] == [None, 2, 3]


def test_people_known_before_are_managers_too_but_no_second_time():
    known = [someone(0, "Di Fox", number="9", known="p9"), someone(0, "Ann Lee", number="1", known="p1")]
    assert resolved([ANN, BO, CY], by_name("Di Fox", "Ann Lee", ""), known) == (["p9", 2, None], {})


def test_nobody_manages_themself_and_no_loop_is_closed():
    people = [*[someone(row, f"P{row} Lee") for row in range(2, 7)]]
    managers, empty = resolved(people, by_name("P3 Lee", "P4 Lee", "P2 Lee", "P2 Lee", "P6 Lee"))
    assert managers == [None, None, None, 2, None]
    assert empty == {
        ("P2 Lee → P3 Lee → P4 Lee → P2 Lee", "loop"): (2, 3, 4),
        ("P6 Lee", "self"): (6,),
    }


def test_after_resolving_nobody_is_above_themself():
    rng = random.Random(7)
    people = [someone(row, f"P{row} Lee", number=str(row)) for row in range(2, 302)]
    found = resolve(people, [Reference(str(rng.randint(2, 301))) for _ in people])
    above = {person.row: manager.row for person, manager in zip(people, found.manager, strict=True) if manager}
    for start in above:
        seen, here = set(), start
        while here in above:
            assert here not in seen
            seen.add(here)
            here = above[here]
    in_loops = sum(len(entry.rows) for entry in found.unresolved)
    assert len(above) + in_loops == 300
