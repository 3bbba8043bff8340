"""What if something unmeasured explains it? The E-value."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .conclusion import Effect


def e_value(effect: Effect) -> tuple[float | None, float | None]:
    """How strong something unmeasured would have to be to explain an effect away, as a risk ratio.

    Returns  (for the estimate, for the limit of its interval nearer to none): by at least so many times it would have to make
             taking part likelier, and the outcome too, beyond what is measured. 1 means that nothing is needed; infinity that
             no strength is enough (nobody in one group had the outcome). A number as outcome goes by its standardized
             difference. (None, None) where the effect is unknown.
    Source   VanderWeele and Ding (2017), Annals of Internal Medicine 167.
    """
    return e_value_of(effect)


def e_value_of(effect: Effect) -> tuple[float | None, float | None]:
    """The same; apart, so that an Effect can be made with it."""
    if effect.value is None or effect.low is None or effect.high is None or effect.compared.value is None:
        return None, None
    near = 0.0 if effect.low <= 0 <= effect.high else effect.low if effect.low > 0 else effect.high
    return _strength(_ratio(effect, effect.value)), _strength(_ratio(effect, near))


def _ratio(effect: Effect, difference: float) -> float:
    if effect.deviation is not None:
        return math.exp(min(0.91 * abs(difference) / effect.deviation, 700)) if effect.deviation > 0 else 1.0
    base = effect.compared.value
    assert base is not None
    if difference == 0:
        return 1.0
    return math.inf if base <= 0 else max(base + difference, 0.0) / base


def _strength(ratio: float) -> float:
    if ratio < 1:
        ratio = 1 / ratio if ratio > 0 else math.inf
    return ratio + math.sqrt(ratio) * math.sqrt(ratio - 1) if math.isfinite(ratio) else math.inf
