"""The matching engine: people and rules in, matches out that are proved and explained.

No Django, no database, no network. ``Problem`` says what is asked, ``match`` answers it, ``verify`` checks the answer.
"""

from .binding import BindingRule
from .changes import AddPerson, AddPlaces, DropRule, Forbid, Force, RemovePerson, SetWeight, WhatIf, rematch, what_if
from .circles import Circle, CircleProblem, CirclesResult, circles
from .compare import Comparison, compare
from .errors import Breach, InvalidProblem, NeedsMemory
from .explain import Reason
from .fairness import Fairness, fairness
from .features import Features, features
from .hints import Hint, hints
from .learning import Learned, WeightChange, learn
from .matcher import match
from .parity import GroupRate, Parity
from .pool import Pool, PoolResult, pairs
from .problem import Problem, Quota
from .result import Level, Move, Result, Unmatched, Unmet, WhyNot
from .spec import Spec
from .verify import verify

__all__ = [
    "AddPerson",
    "AddPlaces",
    "BindingRule",
    "Breach",
    "Circle",
    "CircleProblem",
    "CirclesResult",
    "Comparison",
    "DropRule",
    "Fairness",
    "Features",
    "Forbid",
    "Force",
    "GroupRate",
    "Hint",
    "InvalidProblem",
    "Learned",
    "Level",
    "Move",
    "NeedsMemory",
    "Parity",
    "Pool",
    "PoolResult",
    "Problem",
    "Quota",
    "Reason",
    "RemovePerson",
    "Result",
    "SetWeight",
    "Spec",
    "Unmatched",
    "Unmet",
    "WeightChange",
    "WhatIf",
    "WhyNot",
    "circles",
    "compare",
    "fairness",
    "features",
    "hints",
    "learn",
    "match",
    "pairs",
    "rematch",
    "verify",
    "what_if",
]
