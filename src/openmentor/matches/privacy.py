from datetime import timedelta

from openmentor.foundation.privacy import DROP, KEEP, PERSONAL, PLAIN, SECRET, SENSITIVE, declare

declare(
    "matches.MatchingRun",
    dict.fromkeys(
        ["cohort", "number", "status", "settings", "versions", "pool_digest", "attempt", "stage", "progress", "levels", "value", "bound", "gap",
         "report", "message", "messages", "created_by", "created_at", "finished_at", "published_at"],
        PLAIN,
    ),
    keep="as long as the cohort: settings, levels and proof, opaque ids alone", on_erase=KEEP,
)  # fmt: skip
declare(
    "matches.PoolLook",
    dict.fromkeys(["cohort", "stamp", "found", "taken_at", "failed_stamp"], PLAIN),
    keep="until the next look: counts, positions and sites, and opaque ids of what can't be read",
    on_erase=KEEP,
)
declare(
    "matches.RunInput",
    {"run": PLAIN, "enrollment": PERSONAL, "cells": SENSITIVE, "sources": PERSONAL},
    owner=("enrollment__person",), keep="two years, so that a run can be replayed", on_erase=DROP,
    drop_after=("run__created_at", timedelta(days=730)),
)  # fmt: skip
declare(
    "matches.ProposedMatch",
    # Secret: what a manager weighs is no part of what is told of the two, and each row is about somebody else as well.
    {"run": PLAIN, "mentor": SECRET, "mentee": SECRET, "score": SECRET, "reasons": SECRET, "in_run": PLAIN, "in_draft": PLAIN, "refused": SECRET},
    owner=("mentor__person", "mentee__person"), keep="as long as the cohort", on_erase=DROP,
)  # fmt: skip
declare(
    "matches.DraftChange",
    dict.fromkeys(["run", "number", "added", "removed", "is_undone", "author", "made_at"], PLAIN),
    keep="as long as the run: opaque ids alone",
    on_erase=KEEP,
)
declare(
    "matches.UnmatchedEnrollment",
    {"run": PLAIN, "enrollment": PERSONAL, "kind": PERSONAL, "text": PERSONAL},
    owner=("enrollment__person",), keep="as long as the cohort", on_erase=DROP,
)  # fmt: skip
declare(
    "matches.Hold",
    {"cohort": PLAIN, "mentor": SECRET, "mentee": SECRET, "kind": SECRET, "reason": SECRET, "author": SECRET, "placed_at": PLAIN},
    owner=("mentor__person", "mentee__person"), keep="as long as the cohort", on_erase=DROP,
)  # fmt: skip
declare(
    "matches.ComparedList",
    dict.fromkeys(["cohort", "name", "pairs", "faults", "created_by", "created_at"], PLAIN),
    keep="as long as the cohort: opaque ids, and what could not be read",
    on_erase=KEEP,
)
