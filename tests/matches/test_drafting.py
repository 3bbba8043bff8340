"""What managers make of a run by hand: the cost before it is done, what is never allowed, and two managers at once."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connections
from tests.factories import make_mentorship, make_person
from tests.matches.world import Enroll, pairs_of

from openmentor.enrollment.models import Enrollment, Veto
from openmentor.foundation import clock
from openmentor.foundation.actors import Actor
from openmentor.foundation.errors import Conflict, Denied
from openmentor.foundation.models import Event
from openmentor.matches import actions
from openmentor.matches import draft as drafts
from openmentor.matches.draft import Draft
from openmentor.matches.models import DraftChange, Hold, MatchingRun
from openmentor.people.models import Person

Pool = dict[str, Enrollment]
OWN = {("Ada", "Uma"), ("Ada", "Xia"), ("Bo", "Vic"), ("Cy", "Wes")}


def move(run: MatchingRun, pool: Pool, who: str, source: str | None, target: str | None, by: Person) -> drafts.Plan:
    """By first names; on the board as it is."""
    return actions.move(
        run, mentee=pool[who].pk, source=pool[source].pk if source else None, target=pool[target].pk if target else None,
        seen=drafts.token_of(run), by=Actor.of(by),
    )  # fmt: skip


@pytest.mark.django_db
class TestTheEnginesOwnAnswers:
    def test_scores_and_reasons_of_a_run_are_found_again_to_the_last_bit(self, run: MatchingRun) -> None:
        draft = Draft.of(run)
        pairs = list(draft.pairs)
        assert draft.desk.scores(pairs) == list(draft.pairs.values())
        stored = {(match.mentor_id, match.mentee_id): match.reasons for match in run.matches.all()}
        assert dict(zip(pairs, draft.desk.reasons(pairs), strict=True)) == stored

    def test_somebody_erased_since_is_no_longer_asked_about(self, run: MatchingRun, pool: Pool) -> None:
        assert Draft.of(run).desk.knows(pool["Bo"].pk, pool["Yan"].pk)
        run.inputs.filter(enrollment=pool["Yan"]).delete()
        assert not Draft.of(run).desk.knows(pool["Bo"].pk, pool["Yan"].pk)
        assert Draft.of(run).desk.knows(pool["Bo"].pk, pool["Vic"].pk)


@pytest.mark.django_db
class TestMoving:
    def test_the_cost_is_known_before_and_is_what_is_paid(self, run: MatchingRun, pool: Pool, manager: Person) -> None:
        before = Draft.of(run)
        total = before.levels["total fit"]
        plan = drafts.move(before, pool["Vic"].pk, pool["Bo"].pk, pool["Cy"].pk)
        assert plan.swapped == pool["Wes"].pk
        assert (plan.alone, plan.served) == ((), ())
        assert pairs_of(run) == OWN
        move(run, pool, "Vic", "Bo", "Cy", manager)
        assert pairs_of(run) == {("Ada", "Uma"), ("Ada", "Xia"), ("Cy", "Vic"), ("Bo", "Wes")}
        assert Draft.of(run).levels["total fit"] - total == pytest.approx(plan.cost)
        assert plan.cost < 0

    def test_who_is_put_in_the_place_of_another_says_so(self, run: MatchingRun, pool: Pool, manager: Person) -> None:
        plan = move(run, pool, "Yan", None, "Bo", manager)
        assert (plan.alone, plan.served) == ((pool["Vic"].pk,), (pool["Yan"].pk,))
        assert ("Bo", "Yan") in pairs_of(run)
        assert pool["Vic"].pk not in Draft.of(run).mentors_of

    def test_a_pair_is_taken_apart_and_the_place_can_be_given_again(
        self, run: MatchingRun, pool: Pool, manager: Person
    ) -> None:
        move(run, pool, "Vic", "Bo", None, manager)
        assert pairs_of(run) == OWN - {("Bo", "Vic")}
        plan = move(run, pool, "Yan", None, "Bo", manager)
        assert (plan.alone, plan.swapped) == ((), None)

    def test_each_change_leaves_an_event_and_its_author(self, run: MatchingRun, pool: Pool, manager: Person) -> None:
        move(run, pool, "Vic", "Bo", None, manager)
        event = Event.objects.get(verb="draft.changed")
        assert (event.subject_id, event.actor_id, event.facts) == (run.pk, manager.pk, {"added": 0, "removed": 1})
        assert DraftChange.objects.get().author == manager

    def test_made_pairs_carry_the_engines_reasons(self, run: MatchingRun, pool: Pool, manager: Person) -> None:
        move(run, pool, "Yan", None, "Bo", manager)
        made = run.matches.get(mentee=pool["Yan"])
        assert (made.in_run, made.in_draft) == (False, True)
        assert sum(reason["share"] for reason in made.reasons) == pytest.approx(1)


@pytest.mark.django_db
class TestNeverAllowed:
    def refused(self, run: MatchingRun, pool: Pool, manager: Person, who: str = "Yan", target: str = "Bo") -> str:
        with pytest.raises(Denied) as denied:
            move(run, pool, who, None, target, manager)
        assert pairs_of(run) == OWN
        return denied.value.sentence

    def test_a_veto_said_since_the_run(self, run: MatchingRun, pool: Pool, manager: Person) -> None:
        Veto.objects.create(author=pool["Bo"].person, kind="person", person=pool["Yan"].person, said_at=clock.now())
        assert self.refused(run, pool, manager) == "This pair is not allowed."

    @pytest.mark.parametrize("says", ["Bo", "Yan"])
    def test_a_veto_that_the_run_knew(
        self, pool: Pool, matched: Callable[[], MatchingRun], manager: Person, says: str
    ) -> None:
        other = "Yan" if says == "Bo" else "Bo"
        Veto.objects.create(author=pool[says].person, kind="person", person=pool[other].person, said_at=clock.now())
        assert self.refused(matched(), pool, manager) == "This pair is not allowed."

    def test_a_veto_even_if_a_lock_asks(self, run: MatchingRun, pool: Pool, manager: Person) -> None:
        Veto.objects.create(author=pool["Bo"].person, kind="person", person=pool["Yan"].person, said_at=clock.now())
        with pytest.raises(Denied, match="This pair is not allowed"):
            actions.hold(run, (pool["Bo"].pk, pool["Yan"].pk), "lock", reason="", by=Actor.of(manager))
        assert self.refused(run, pool, manager) == "This pair is not allowed."

    def test_ones_own_manager(self, pool: Pool, matched: Callable[[], MatchingRun], manager: Person) -> None:
        Person.objects.filter(pk=pool["Yan"].person_id).update(manager=pool["Bo"].person_id)
        assert self.refused(matched(), pool, manager) == "One reports to the other."

    def test_a_ban(self, run: MatchingRun, pool: Pool, manager: Person) -> None:
        actions.hold(run, (pool["Bo"].pk, pool["Yan"].pk), "ban", reason="", by=Actor.of(manager))
        assert "not to be matched" in self.refused(run, pool, manager)

    def test_a_pair_that_declined(self, run: MatchingRun, pool: Pool, manager: Person) -> None:
        make_mentorship(run.cohort, mentor=pool["Bo"].person, mentee=pool["Yan"].person, status="declined")
        assert "came to nothing" in self.refused(run, pool, manager)

    def test_somebody_who_left(self, run: MatchingRun, pool: Pool, manager: Person) -> None:
        Person.objects.filter(pk=pool["Yan"].person_id).update(left_on=clock.now().date())
        assert "has left" in self.refused(run, pool, manager)

    def test_places_are_never_exceeded(self, run: MatchingRun, pool: Pool, manager: Person) -> None:
        Enrollment.objects.filter(pk=pool["Bo"].pk).update(places=0)
        with pytest.raises(Denied):
            move(run, pool, "Yan", None, "Bo", manager)
        assert pairs_of(run) == OWN

    def test_a_locked_pair_stays(self, run: MatchingRun, pool: Pool, manager: Person) -> None:
        actions.hold(run, (pool["Bo"].pk, pool["Vic"].pk), "lock", reason="", by=Actor.of(manager))
        for source, target in (("Bo", None), ("Bo", "Cy")):
            with pytest.raises(Denied, match="locked"):
                move(run, pool, "Vic", source, target, manager)
        assert "locked" in self.refused(run, pool, manager)

    def test_somebody_who_came_after_the_run(
        self, run: MatchingRun, pool: Pool, manager: Person, enroll: Enroll
    ) -> None:
        pool["Zoe"] = enroll("Zoe Late", "mentee")
        assert "was not part of this run" in self.refused(run, pool, manager, who="Zoe")

    def test_nothing_is_changed_once_it_is_put_away(self, run: MatchingRun, pool: Pool, manager: Person) -> None:
        actions.discard(run, by=Actor.of(manager))
        with pytest.raises(Denied, match="can't be changed any more"):
            move(run, pool, "Vic", "Bo", None, manager)


@pytest.mark.django_db
class TestUndoing:
    def test_back_and_forth(self, run: MatchingRun, pool: Pool, manager: Person) -> None:
        by = Actor.of(manager)
        move(run, pool, "Vic", "Bo", None, manager)
        move(run, pool, "Yan", None, "Bo", manager)
        after = pairs_of(run)
        actions.undo(run, seen=drafts.token_of(run), by=by)
        assert pairs_of(run) == OWN - {("Bo", "Vic")}
        actions.undo(run, seen=drafts.token_of(run), by=by)
        assert pairs_of(run) == OWN
        with pytest.raises(Denied, match="nothing to undo"):
            actions.undo(run, seen=drafts.token_of(run), by=by)
        for _ in range(2):
            actions.redo(run, seen=drafts.token_of(run), by=by)
        assert pairs_of(run) == after
        with pytest.raises(Denied, match="nothing to do again"):
            actions.redo(run, seen=drafts.token_of(run), by=by)
        verbs = Event.objects.filter(verb__startswith="draft.").order_by("pk").values_list("verb", flat=True)
        assert list(verbs) == ["draft.changed"] * 2 + ["draft.undone"] * 2 + ["draft.redone"] * 2

    def test_what_was_undone_is_gone_once_something_else_is_changed(
        self, run: MatchingRun, pool: Pool, manager: Person
    ) -> None:
        by = Actor.of(manager)
        move(run, pool, "Vic", "Bo", None, manager)
        token = drafts.token_of(run)
        actions.undo(run, seen=token, by=by)
        move(run, pool, "Wes", "Cy", None, manager)
        assert drafts.token_of(run) != token
        with pytest.raises(Denied, match="nothing to do again"):
            actions.redo(run, seen=drafts.token_of(run), by=by)

    def test_undoing_brings_no_pair_back_that_is_not_allowed_any_more(
        self, run: MatchingRun, pool: Pool, manager: Person
    ) -> None:
        move(run, pool, "Vic", "Bo", None, manager)
        Veto.objects.create(author=pool["Vic"].person, kind="person", person=pool["Bo"].person, said_at=clock.now())
        with pytest.raises(Denied, match="This pair is not allowed"):
            actions.undo(run, seen=drafts.token_of(run), by=Actor.of(manager))
        assert ("Bo", "Vic") not in pairs_of(run)

    def test_back_to_the_runs_own_pairs_in_one_step(self, run: MatchingRun, pool: Pool, manager: Person) -> None:
        by = Actor.of(manager)
        move(run, pool, "Vic", "Bo", "Cy", manager)
        move(run, pool, "Uma", "Ada", None, manager)
        changed = pairs_of(run)
        actions.reset(run, seen=drafts.token_of(run), by=by)
        assert pairs_of(run) == OWN
        actions.undo(run, seen=drafts.token_of(run), by=by)
        assert pairs_of(run) == changed


@pytest.mark.django_db
class TestHolding:
    def test_a_lock_and_a_ban_outlive_the_run(
        self, run: MatchingRun, pool: Pool, manager: Person, matched: Callable[[], MatchingRun]
    ) -> None:
        by = Actor.of(manager)
        actions.hold(run, (pool["Bo"].pk, pool["Yan"].pk), "lock", reason="They asked for it", by=by)
        actions.hold(run, (pool["Ada"].pk, pool["Uma"].pk), "ban", reason="", by=by)
        assert pairs_of(run) == OWN - {("Ada", "Uma")}
        found = pairs_of(matched())
        assert ("Bo", "Yan") in found
        assert ("Ada", "Uma") not in found
        verbs = Event.objects.filter(verb__startswith="pair.").order_by("pk").values_list("verb", flat=True)
        assert list(verbs) == ["pair.locked", "pair.banned"]

    def test_the_same_twice_is_one_event(self, run: MatchingRun, pool: Pool, manager: Person) -> None:
        for reason in ("first", "second"):
            actions.hold(run, (pool["Bo"].pk, pool["Vic"].pk), "lock", reason=reason, by=Actor.of(manager))
        assert Hold.objects.get().reason == "second"
        assert Event.objects.filter(verb="pair.locked").count() == 1

    def test_a_ban_takes_the_place_of_a_lock(self, run: MatchingRun, pool: Pool, manager: Person) -> None:
        for kind in ("lock", "ban"):
            actions.hold(run, (pool["Bo"].pk, pool["Vic"].pk), kind, reason="", by=Actor.of(manager))
        assert Hold.objects.get().kind == "ban"
        assert ("Bo", "Vic") not in pairs_of(run)

    def test_released_it_can_be_changed_again(self, run: MatchingRun, pool: Pool, manager: Person) -> None:
        by = Actor.of(manager)
        held = actions.hold(run, (pool["Bo"].pk, pool["Vic"].pk), "lock", reason="", by=by)
        actions.release(held, by=by)
        actions.release(held, by=by)
        move(run, pool, "Vic", "Bo", None, manager)
        assert Event.objects.filter(verb="pair.released").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["visitor", "stranger", "member", "other_manager", "sponsor", "administrator", "rule"])
def test_nobody_but_the_managers_changes_a_board(
    run: MatchingRun, pool: Pool, cast: dict[str, Actor], who: str
) -> None:
    pair = (pool["Bo"].pk, pool["Vic"].pk)
    for act in (
        lambda by: actions.move(run, mentee=pair[1], source=pair[0], target=None, seen=0, by=by),
        lambda by: actions.reset(run, seen=0, by=by),
        lambda by: actions.undo(run, seen=0, by=by),
        lambda by: actions.hold(run, pair, "lock", reason="", by=by),
        lambda by: actions.publish(run, messages={}, seen=0, by=by),
    ):
        with pytest.raises(Denied):
            act(cast[who])
    assert pairs_of(run) == OWN
    actions.hold(run, pair, "lock", reason="", by=cast["manager"])


@pytest.mark.django_db(transaction=True)
def test_of_two_managers_at_once_one_changes_the_board_and_the_other_is_told(
    run: MatchingRun, pool: Pool, manager: Person
) -> None:
    other = make_person("Max Manager")
    run.cohort.program.roles.create(person=other, role="manager")
    Draft.of(run).desk.scores([(pool["Bo"].pk, pool["Vic"].pk)])
    barrier, results = threading.Barrier(2), []

    def act(person: Person, who: str, source: str) -> None:
        try:
            barrier.wait(30)
            actions.move(run, mentee=pool[who].pk, source=pool[source].pk, target=None, seen=0, by=Actor.of(person))
            results.append("done")
        except Conflict:
            results.append("conflict")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=act, args=each) for each in ((manager, "Vic", "Bo"), (other, "Wes", "Cy"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(results) == ["conflict", "done"]
    assert DraftChange.objects.filter(run=run).count() == 1
    assert len(pairs_of(run)) == 3
