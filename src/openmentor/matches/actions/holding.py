"""Locks and bans of pairs: kept for all runs of a cohort, until somebody releases them."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from openmentor.foundation import clock
from openmentor.foundation.actors import Actor
from openmentor.foundation.errors import Denied
from openmentor.foundation.events import record
from openmentor.matches import draft as drafts
from openmentor.matches import policies
from openmentor.matches.actions import drafting
from openmentor.matches.desk import Key
from openmentor.matches.draft import Draft
from openmentor.matches.models import Hold, MatchingRun


def hold(run: MatchingRun, pair: Key, kind: str, *, reason: str, by: Actor) -> Hold:
    """Keep two people together, or apart, in every run of this cohort. Banned, they also come off this board.

    A lock is refused where a veto or a rule forbids the pair: it would only be found in the next run.
    The same again changes the reason alone.
    """
    policies.hold.check(by, run.cohort)
    draft = Draft.of(run)
    if not draft.desk.knows(*pair):
        raise Denied(_("One of them was not part of this run. Start a new run to take them in."))
    known = draft.holds.get(pair)
    if kind == Hold.Kind.LOCK and known is None and pair not in draft.pairs:
        for sentence in drafts.against(draft, [pair]).values():
            raise Denied(sentence)
    comes_off = kind == Hold.Kind.BAN and pair in draft.pairs and policies.draft(by, run)
    if comes_off and known == Hold.Kind.LOCK:
        draft.holds.pop(pair)  # the ban takes its place
    with transaction.atomic():
        if comes_off:
            drafting.change(draft, [], [pair], by=by)
        values = {"kind": kind, "reason": reason.strip()[:300], "author": by.person, "placed_at": clock.now()}
        placed, _made = Hold.objects.update_or_create(
            cohort=run.cohort, mentor_id=pair[0], mentee_id=pair[1], defaults=values
        )
        if known != kind:
            record("pair.locked" if kind == Hold.Kind.LOCK else "pair.banned", placed, by=by)
    return placed


def release(hold: Hold, *, by: Actor) -> None:
    """Let a pair be matched, or not, as it comes. Twice does nothing more."""
    policies.release.check(by, hold)
    with transaction.atomic():
        if Hold.objects.filter(pk=hold.pk).delete()[0]:
            record("pair.released", hold, by=by, facts={"kind": hold.kind})
