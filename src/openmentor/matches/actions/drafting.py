"""What a manager makes of a run's pairs by hand. Each change names the state of the board that its author saw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from openmentor.enrollment.models import Enrollment
from openmentor.foundation import clock
from openmentor.foundation.actors import Actor
from openmentor.foundation.errors import Conflict, Denied
from openmentor.foundation.events import record
from openmentor.matches import draft as drafts
from openmentor.matches import policies
from openmentor.matches.desk import Key
from openmentor.matches.draft import Draft, Plan
from openmentor.matches.models import DraftChange, MatchingRun, ProposedMatch


def move(
    run: MatchingRun,
    *,
    mentee: int,
    source: int | None,
    target: int | None,
    seen: int,
    by: Actor,
    swap: int | None = None,
) -> Plan:
    """Move a mentee from one mentor (None: from nobody) to another (None: to nobody); see ``draft.move``.

    seen     the token of the board that ``by`` saw.
    Raises   ``Denied`` where a veto, a rule, a place or a lock stands against it; ``Conflict`` if the board has changed meanwhile.
    """
    policies.draft.check(by, run)
    draft = _seen(run, seen)
    plan = drafts.move(draft, mentee, source, target, swap=swap)
    change(draft, plan.added, plan.removed, by=by)
    return plan


def undo(run: MatchingRun, *, seen: int, by: Actor) -> DraftChange:
    """Take the last change back. What it took apart comes together again only if nothing stands against it now."""
    policies.draft.check(by, run)
    draft = _seen(run, seen)
    last = DraftChange.objects.filter(run=run, is_undone=False).last()
    if last is None:
        raise Denied(_("There is nothing to undo."))
    _write(draft, _keys(last.removed), _keys(last.added), by=by, verb="draft.undone", again=last)
    return last


def redo(run: MatchingRun, *, seen: int, by: Actor) -> DraftChange:
    """Make the change again that was undone last."""
    policies.draft.check(by, run)
    draft = _seen(run, seen)
    first = DraftChange.objects.filter(run=run, is_undone=True).first()
    if first is None:
        raise Denied(_("There is nothing to do again."))
    _write(draft, _keys(first.added), _keys(first.removed), by=by, verb="draft.redone", again=first)
    return first


def reset(run: MatchingRun, *, seen: int, by: Actor) -> None:
    """Back to the pairs that the run itself found: one change, which can be undone as any other."""
    policies.draft.check(by, run)
    draft = _seen(run, seen)
    own = set(run.matches.filter(in_run=True).values_list("mentor", "mentee"))
    now = set(draft.pairs)
    if own == now:
        raise Denied(_("These are the run's own pairs."))
    change(draft, sorted(own - now), sorted(now - own), by=by)


def change(draft: Draft, added: Iterable[Key], removed: Iterable[Key], *, by: Actor) -> None:
    """Make a change of the draft as it was read. Raises ``Conflict`` if it is another one by now."""
    _write(draft, list(added), list(removed), by=by, verb="draft.changed")


def _seen(run: MatchingRun, token: int) -> Draft:
    draft = Draft.of(run)
    if draft.token != token:
        raise Conflict(_moved_on())
    return draft


def _moved_on() -> str:
    return _("Somebody changed this board a moment ago. Here it is as it stands now; nothing of yours was done.")


def _keys(pairs: Iterable[Iterable[int]]) -> list[Key]:
    return [(mentor, mentee) for mentor, mentee in pairs]


def _write(
    draft: Draft, added: list[Key], removed: list[Key], *, by: Actor, verb: str, again: DraftChange | None = None
) -> None:
    run = draft.run
    for sentence in drafts.against(draft, added).values():
        raise Denied(sentence)
    _room(draft, added, removed)
    for pair in removed:
        if draft.is_locked(pair):
            raise Denied(_("This pair is locked. Release it first."))
    rows = {(mentor, mentee): pk for pk, mentor, mentee in run.matches.values_list("pk", "mentor", "mentee")}
    new = [pair for pair in added if pair not in rows]
    # Before the transaction: reasons take the engine some time.
    made = [
        ProposedMatch(run=run, mentor_id=pair[0], mentee_id=pair[1], score=score, reasons=reasons, in_run=False)
        for pair, score, reasons in zip(new, draft.desk.scores(new), draft.desk.reasons(new), strict=True)
    ]
    with transaction.atomic():
        # Locked: of two managers who change the board at once, the second finds it changed and does nothing.
        fresh = MatchingRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if fresh.status != MatchingRun.Status.READY or drafts.token_of(fresh) != draft.token:
            raise Conflict(_moved_on())
        ProposedMatch.objects.filter(pk__in=[rows[pair] for pair in removed]).update(in_draft=False)
        ProposedMatch.objects.filter(pk__in=[rows[pair] for pair in added if pair in rows]).update(in_draft=True)
        ProposedMatch.objects.bulk_create(made, batch_size=250)
        if again is None:
            _note(run, added, removed, by)
        else:
            DraftChange.objects.filter(pk=again.pk).update(is_undone=verb == "draft.undone")
        record(verb, run, by=by, facts={"added": len(added), "removed": len(removed)})


def _note(run: MatchingRun, added: list[Key], removed: list[Key], by: Actor) -> None:
    changes = DraftChange.objects.filter(run=run)
    number = (changes.aggregate(last=Max("number"))["last"] or 0) + 1
    changes.filter(is_undone=True).delete()
    DraftChange.objects.create(
        run=run, number=number, added=[list(pair) for pair in added], removed=[list(pair) for pair in removed],
        author=by.person, made_at=clock.now(),
    )  # fmt: skip


def _room(draft: Draft, added: list[Key], removed: list[Key]) -> None:
    """Whether everybody still has the places for it: somebody's may have been taken since, or given back."""
    used = Counter(person for pair in (set(draft.pairs) - set(removed)) | set(added) for person in pair)
    touched = {person for pair in added for person in pair}
    for enrollment in Enrollment.objects.filter(pk__in=touched).select_related("person"):
        if used[enrollment.pk] > enrollment.free_places:
            raise Denied(_("%(name)s has no free place.") % {"name": enrollment.person.name})
