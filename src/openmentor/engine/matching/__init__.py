"""The matching engine: people and rules in, matches out that are proved and explained.

No Django, no database, no network. ``Problem`` says what is asked, ``match`` answers it, ``verify`` checks the answer.
"""

from .errors import Breach, InvalidProblem
from .matcher import match
from .problem import Problem, Quota
from .result import Level, Move, Result, Unmatched, Unmet, WhyNot
from .verify import verify

__all__ = [
    "Breach",
    "InvalidProblem",
    "Level",
    "Move",
    "Problem",
    "Quota",
    "Result",
    "Unmatched",
    "Unmet",
    "WhyNot",
    "match",
    "verify",
]
