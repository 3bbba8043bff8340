from openmentor.foundation.events import Audience, declare

declare(
    Audience.MANAGERS,
    "run.queued",
    "run.started",
    "run.ready",
    "run.failed",
    "run.cancelled",
    "run.publishing_began",
    "run.published",
    "run.discarded",
    "draft.changed",
    "draft.undone",
    "pair.locked",
    "pair.banned",
    "pair.released",
    "list.imported",
    "matches.exported",
)
