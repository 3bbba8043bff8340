from datetime import date

import pytest

from openmentor.people.importing import dates
from openmentor.people.importing.dates import Evidence, Reading

MONTH_FIRST, DAY_FIRST = Reading("mdy", 2027), Reading("dmy", 2027)


@pytest.mark.parametrize(
    "text",
    [
        "2011-07-05", "2011/7/5", "2011-07-05T00:00:00Z", "2011-07-05 13:45:00", "20110705", "40729", "5 Jul 2011",
        "Jul 5, 2011", "July 5th, 2011", "5. Juli 2011", "5 juillet 2011", "5 de julio de 2011", "07/05/2011",
        "7-5-2011",        "07/05/11", "7/5/2011 9:26:53", "7/5/2011 9:26 AM", "5-Jul-11",
    ],
)  # fmt: skip
def test_one_day_in_many_spellings(text):
    assert MONTH_FIRST.read(text) == date(2011, 7, 5)


@pytest.mark.parametrize("text", ["", "soon", "13/13/2011", "2011-02-30", "31/02/2011", "5 Foo 2011", "999999", "1/2"])
def test_what_is_no_date(text):
    assert DAY_FIRST.read(text) is None


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["01/02/2011", "12/31/2010"], "mdy"),
        (["01/02/2011", "31/12/2010"], "dmy"),
        (["01.02.2011", "03.04.2011"], "dmy"),
        (["01/02/2011", "03/04/2011"], None),
        (["12/31/2010", "12/30/2010", "31/12/2010"], "mdy"),
        (["12/31/2010", "31/12/2010"], None),
        (["2011-02-01"], None),
    ],
)
def test_the_rows_of_a_column_decide_its_order(cells, order):
    evidence = Evidence("Hired")
    for row, cell in enumerate(cells, 2):
        evidence.see(row, cell)
    assert evidence.order == order


@pytest.mark.parametrize(
    ("cells", "is_undecided"),
    [
        (["01/02/2011"], True),
        (["12/31/2010", "31/12/2010"], True),
        (["01/01/2011", "2/2/2011"], False),
        (["2011-02-01", "3 May 2011"], False),
        (["01/02/2011", "31/01/2011"], False),
    ],
)
def test_a_column_is_asked_about_only_if_a_date_can_be_read_two_ways(cells, is_undecided):
    evidence = Evidence("Hired")
    for row, cell in enumerate(cells, 2):
        evidence.see(row, cell)
    assert evidence.is_undecided is is_undecided


@pytest.mark.parametrize(("short", "year"), [(0, 2000), (11, 2011), (27, 2027), (28, 1928), (83, 1983)])
def test_two_digits_mean_the_last_such_year_that_can_be(short, year):
    assert MONTH_FIRST.full_year(short) == year


def test_a_pivot_before_the_turn_of_the_century():
    assert [Reading("mdy", 1999).full_year(short) for short in (0, 99)] == [1900, 1999]


@pytest.mark.parametrize("text", ["0000-00-00", "00/00/0000", "0", "1900-01-00", "00.00.00", "0000-00-00 00:00:00"])
def test_dates_of_no_calendar_mean_none(text):
    assert dates.means_none(text)


def test_real_dates_do_not_mean_none():
    assert not any(dates.means_none(text) for text in ("2000-10-10", "10/10/2000", "01/01/00", "40729"))


def test_the_usual_dates_for_none():
    none = [date(1900, 1, 1), date(1899, 12, 31), date(9999, 12, 31)]
    assert [dates.is_no_date(day) for day in [*none, date(2011, 7, 5)]] == [True, True, True, False]
