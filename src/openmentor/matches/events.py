from openmentor.foundation.events import Audience, declare

declare(
    Audience.MANAGERS,
    "run.queued", "run.started", "run.ready", "run.failed", "run.cancelled", "run.publishing_began", "run.published", "run.discarded",
    "draft.changed", "draft.undone", "draft.redone", "pair.locked", "pair.banned", "pair.released", "list.imported", "list.removed",
    "matches.exported", "matching.changed", "matching.mapped", "matching.measured_anew",
)  # fmt: skip
