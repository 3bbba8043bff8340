"""Plain figures: a share, a mean, a net promoter score, a change, each with its interval or with the reason why there is none.

What can't be read raises ValueError in words; what is too little to tell from is an answer: ``Figure.unknown``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]

Z = float(ndtri(0.975))
"""Of the normal distribution, for intervals that hold 95 times of 100."""
FEWEST_ANSWERS = 5
LOW_RESPONSE = 0.3
LARGEST = 1e100


@dataclass(frozen=True)
class Figure:
    """An estimate that can be shown.

    value, low, high  the estimate and its 95 % interval; all None where ``unknown`` says why there is no figure.
    n                 people (or answers, or pairs of answers) it rests on.
    method            how it was reckoned, in words.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    method: str
    unknown: str | None = None


def no_figure(n: int, method: str, why: str) -> Figure:
    """The answer where there is too little to tell from."""
    return Figure(None, None, None, n, method, why)


def counted(count: int, one: str, many: str | None = None) -> str:
    """'1 person', '1,200 people'."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def only(count: int, one: str, many: str | None = None) -> str:
    """'no answers', 'only 1 answer', 'only 3 answers'."""
    return f"no {many or one + 's'}" if count == 0 else f"only {counted(count, one, many)}"


def sentence(text: str) -> str:
    """With a capital at its front."""
    return text[:1].upper() + text[1:]


def numbers(name: str, values: Any) -> FloatArray:
    """One number an entry; None and NaN both stay behind as NaN. Raises ValueError for anything else."""
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"{name} must be a list of numbers, one for each; it has {array.ndim} dimensions")
    if array.dtype.kind not in "biuf":
        found = [_number(name, k, each) for k, each in enumerate(array.tolist())]
        array = np.asarray(found, dtype=np.float64)
    result = array.astype(np.float64)
    if np.any(np.abs(result[~np.isnan(result)]) > LARGEST):
        raise ValueError(f"{name}: {result[np.abs(result) > LARGEST][0]:g} is too large to reckon with")
    return result


def is_missing(value: Any) -> bool:
    """None, NaN, NaT, and what pandas has for missing."""
    if value is None or type(value).__name__ == "NAType":
        return True
    try:
        return bool(value != value)
    except (TypeError, ValueError, ArithmeticError):
        return False


def _number(name: str, k: int, each: Any) -> float:
    if is_missing(each):
        return math.nan
    try:
        return float(each)
    except (TypeError, ValueError, ArithmeticError):
        raise ValueError(f"{name}[{k}] is no number: {str(each)[:40]!r}") from None


def claims(name: str, values: Any) -> BoolArray:
    """True or False (or 1, 0) an entry. Raises ValueError for anything else, also for what is missing."""
    found = numbers(name, values)
    wrong = np.flatnonzero(~((found == 0) | (found == 1)))
    if len(wrong):
        raise ValueError(f"{name}[{wrong[0]}] must be true or false, not {found[wrong[0]]:g}")
    return np.asarray(found == 1)


def same_length(**arrays: Any) -> None:
    """Raises ValueError unless all have as many entries as the first."""
    (first, size), *others = [(name, len(each)) for name, each in arrays.items()]
    for name, other in others:
        if other != size:
            raise ValueError(
                f"{first} has {size} entries and {name} has {other}; there must be one of each for everybody"
            )


def whole(name: str, value: Any, least: int = 0) -> int:
    """A whole number, at least ``least``. Raises ValueError."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{name} must be a whole number, not {str(value)[:40]!r}") from None
    if not math.isfinite(number) or number != int(number) or number < least:
        raise ValueError(f"{name} must be a whole number of {least} or more, not {number:g}")
    return int(value)


def wilson(share: float, n: float, z: float = Z) -> tuple[float, float]:
    """The limits of Wilson's (1927) interval, also for an effective ``n`` that is no whole number, at ``z`` standard errors."""
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    # Exactly 0 and 1 where rounding would leave 1e-17.
    return (
        0.0 if share <= 0 else max(0.0, middle - half),
        1.0 if share >= 1 else min(1.0, middle + half),
    )


def student(values: FloatArray) -> tuple[float, float, float]:
    """Mean and limits of Student's interval, of two values or more."""
    n, middle = len(values), float(np.mean(values))
    half = float(stdtrit(n - 1, 0.975)) * float(np.std(values, ddof=1)) / math.sqrt(n)
    return middle, middle - half, middle + half


def share(successes: int, n: int) -> Figure:
    """What share of ``n`` people did, with Wilson's interval, which holds for few people and for shares of 0 and 1 too.

    Returns  a Figure from 0 to 1; unknown below 5 people.
    Raises   ValueError unless both are whole numbers, 0 <= successes <= n.
    Source   Wilson (1927), JASA 22.
    """
    hits, size, method = whole("successes", successes), whole("n", n), "Share with Wilson's interval"
    if hits > size:
        raise ValueError(f"successes ({hits}) can't be more than n ({size})")
    if size < FEWEST_ANSWERS:
        return no_figure(size, method, _too_few(size, "answer"))
    return Figure(hits / size, *wilson(hits / size, size), size, method)


def _too_few(size: int, one: str, many: str | None = None) -> str:
    there = "is" if size == 1 else "are"
    return f"There {there} {only(size, one, many)}; {FEWEST_ANSWERS} are needed."


def mean(values: Any) -> Figure:
    """The mean of answers, with Student's interval.

    values   numbers; NaN or None where somebody didn't answer, who is left out.
    Returns  a Figure in the unit of the values; unknown below 5 answers.
    Raises   ValueError for what is no number.
    """
    found = numbers("values", values)
    kept, method = found[~np.isnan(found)], "Mean with Student's interval"
    if len(kept) < FEWEST_ANSWERS:
        return no_figure(len(kept), method, _too_few(len(kept), "answer"))
    return Figure(*student(kept), len(kept), method + _all_equal(kept))


def _all_equal(values: FloatArray) -> str:
    """What to add to the method where the interval has no width."""
    return "; all are equal, so how far others would vary is not known" if values.min() == values.max() else ""


def nps(answers: Any) -> Figure:
    """The net promoter score: how many in a hundred answer 9 or 10, minus how many answer 0 to 6.

    answers  0 to 10; NaN or None where somebody who was asked didn't answer. If fewer than 30 % answered, ``method`` says so.
    Returns  a Figure in points, -100 to 100; unknown below 5 answers. Its interval comes from the multinomial variance;
             where all answers are of one kind that variance is 0 and says nothing, so there it comes from Wilson's interval.
    Raises   ValueError for an answer outside 0 to 10.
    """
    found = numbers("answers", answers)
    kept = found[~np.isnan(found)]
    wrong = kept[(kept < 0) | (kept > 10)]
    if len(wrong):
        raise ValueError(f"answers go from 0 to 10; there is {wrong[0]:g}")
    n, method = len(kept), "% of 9 and 10 minus % of 0 to 6, interval from the multinomial variance"
    if n and n < LOW_RESPONSE * len(found):
        method += f"; only {n} of {len(found)} answered, who may not speak for all"
    if n < FEWEST_ANSWERS:
        return no_figure(n, method, _too_few(n, "answer"))
    promoters, detractors = float(np.mean(kept >= 9)), float(np.mean(kept <= 6))
    score = promoters - detractors
    variance = (promoters + detractors - score * score) / n
    if promoters in (0.0, 1.0) and detractors in (0.0, 1.0):
        other = 1 - wilson(1.0, n)[0]  # what share of another kind may still be out there
        low, high = (score - 2 * other, score) if score > 0 else (score, score + 2 * other)
        if score == 0:
            low, high = -other, other
    else:
        low, high = score - Z * math.sqrt(variance), score + Z * math.sqrt(variance)
    return Figure(100 * score, 100 * max(low, -1.0), 100 * min(high, 1.0), n, method)


def change(before: Any, after: Any) -> Figure:
    """How much answers changed from one wave to the next, on the same people, with Student's interval of the differences.

    before, after  numbers, one for each person in the same order; NaN or None where somebody didn't answer: who lacks one is left out.
    Returns        a Figure of after minus before; ``n`` people who answered both; unknown below 5.
    Raises         ValueError if the lengths differ or something is no number.
    """
    first, second = numbers("before", before), numbers("after", after)
    same_length(before=first, after=second)
    differences = (second - first)[~np.isnan(second - first)]
    n, method = len(differences), "Mean change of the same people with Student's interval"
    if n < FEWEST_ANSWERS:
        return no_figure(n, method, _too_few(n, "person who answered both times", "people who answered both times"))
    return Figure(*student(differences), n, method + _all_equal(differences))
