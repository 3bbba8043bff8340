"""Every dimension, each one small class; ``prepare`` makes them all for a pool."""

from __future__ import annotations

from . import custom, growth, likeness, meeting, texts, wishes
from .base import Context, Dimension

CLASSES: tuple[type[Dimension], ...] = (
    growth.Goals,
    growth.Skills,
    growth.SoftSkills,
    growth.Priority,
    texts.Text,
    texts.TargetRole,
    likeness.Values,
    likeness.Style,
    likeness.WorkStyle,
    likeness.Communication,
    likeness.Interests,
    likeness.Hobbies,
    likeness.Industry,
    likeness.Education,
    likeness.Certifications,
    likeness.Networks,
    likeness.Function,
    likeness.Department,
    likeness.Site,
    likeness.LevelGap,
    likeness.TenureGap,
    meeting.CommonHours,
    meeting.TimeZone,
    meeting.Cadence,
    meeting.Minutes,
    meeting.Medium,
    meeting.Commitment,
    meeting.Languages,
    wishes.Challenge,
    wishes.IdentityWish,
    likeness.Generation,
    wishes.WishesOfMentee,
    wishes.WishesOfMentor,
    wishes.Past,
    wishes.Waited,
)


def prepare(context: Context) -> dict[str, Dimension]:
    """All dimensions in the order of reports, also set in the context; those without a weight too, for what may be asked next."""
    for each in CLASSES:
        context.dimensions[each.key] = each(context)
    for field in context.spec.fields:
        context.dimensions[field.key] = custom.make(field, context)
    return context.dimensions


__all__ = ["CLASSES", "Context", "Dimension", "prepare"]
