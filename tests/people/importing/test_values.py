import pytest

from openmentor.people.importing import values


@pytest.mark.parametrize(
    "cell", ["", "-", "N/A", "#N/A", "n.a.", "NULL", "None", "(blank)", "N/A-StillEmployed", "#REF!"]
)
def test_empty_in_many_words(cell):
    assert values.is_nothing(cell)


@pytest.mark.parametrize("cell", ["0", "no", "Nancy", "NA", "Blank & Co"])
def test_what_is_not_empty(cell):
    assert not values.is_nothing(cell)


@pytest.mark.parametrize(
    ("cell", "address"),
    [
        (" Ann.Lee@Example.ORG ", "ann.lee@example.org"),
        ("Ann Lee <ann@example.org>", "ann@example.org"),
        ("mailto:ann@example.org", "ann@example.org"),
        ("zoë@müller.example", "zoë@müller.example"),
        ("ann@example", None),
        ("ann@@example.org", None),
        ("ann lee@example.org", None),
        ("ann@example.org, bo@example.org", None),
        ("ann..lee@example.org", None),
        ("x" * 250 + "@example.org", None),
    ],
)
def test_addresses(cell, address):
    assert values.email(cell) == address


@pytest.mark.parametrize(
    ("cell", "level"),
    [("4", 4), ("L4", 4), ("Grade 7", 7), ("4.0", 4), ("E-12", 12), ("Senior", None), ("Year 2011", None)],
)
def test_levels(cell, level):
    assert values.level(cell) == level


@pytest.mark.parametrize(
    ("cell", "zone"),
    [("europe/berlin", "Europe/Berlin"), ("America/New York", "America/New_York"), ("utc", "UTC"), ("Mars/Base", None)],
)
def test_zones_in_any_case(cell, zone):
    assert values.timezone(cell) == zone


def test_a_city_has_a_nearest_zone():
    assert [values.nearest_timezone(cell) for cell in ("Berlin", "Europe/Berln", "xyz")] == [
        "Europe/Berlin", "Europe/Berlin", None,
    ]  # fmt: skip


def test_lists_are_split_by_semicolons_else_by_commas():
    assert values.items("Go; C, C++ ;") == ["Go", "C, C++"]
    assert values.items("Go, Rust") == ["Go", "Rust"]


def test_a_number_that_a_spreadsheet_made_a_decimal():
    assert [values.identifier(cell) for cell in ("10026.0", "007", "A.0")] == ["10026", "007", "A.0"]


def test_yes_and_no():
    assert [values.boolean(cell) for cell in ("1", "Yes", "ja", "0", "non", "maybe")] == [
        True,
        True,
        True,
        False,
        False,
        None,
    ]
