"""Numbers as forms bring them."""

from __future__ import annotations

import pytest

from openmentor.foundation.ids import number, numbers


@pytest.mark.parametrize(
    "given", [None, "", "-1", "1.0", "²", "٣", "1e3", "nan", "0x1", "9" * 19, "9" * 5000, "\x00", "1;2"]
)
def test_what_is_no_number_is_none(given: str | None) -> None:
    assert number(given) is None


def test_numbers_are_read_and_the_rest_is_left_out() -> None:
    assert (number(" 7 "), number("0"), number(12)) == (7, 0, 12)
    assert numbers(["3", "²", "", "1"]) == [3, 1]
