"""The impact engine: people's histories and answers in, figures out that carry their interval, their group sizes, their method,
and, where they can't say, the reason.

No Django, no clock, no network, and no randomness but the ``rng`` that is passed in.
"""

from .calibration import Calibration, calibration
from .comparison import effect
from .conclusion import Effect
from .disclosure import disclose
from .errors import Fault, InvalidHistory
from .figures import Figure, change, mean, nps, share
from .power import pairs_needed, power
from .roi import Range, Roi, roi
from .sensitivity import e_value
from .study import Study
from .survival import Curve, incidence, logrank, survival, survival_curve

__all__ = [
    "Calibration",
    "Curve",
    "Effect",
    "Fault",
    "Figure",
    "InvalidHistory",
    "Range",
    "Roi",
    "Study",
    "calibration",
    "change",
    "disclose",
    "e_value",
    "effect",
    "incidence",
    "logrank",
    "mean",
    "nps",
    "pairs_needed",
    "power",
    "roi",
    "share",
    "survival",
    "survival_curve",
]
