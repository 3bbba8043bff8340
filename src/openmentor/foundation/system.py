"""What an administrator sees and does about the machinery: jobs that were given up, mails and what became of them."""

from __future__ import annotations

from django.conf import settings
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from openmentor.foundation import clock
from openmentor.foundation.actors import Actor
from openmentor.foundation.errors import Conflict
from openmentor.foundation.events import record
from openmentor.foundation.jobs import signal
from openmentor.foundation.models import DatabaseProperty, Delivery, JobRecord
from openmentor.foundation.notices.mail import send_mail
from openmentor.foundation.policies import rule


def is_demo() -> bool:
    """Whether this database was made as a demo. The navigation asks on every page, so it is remembered."""
    known = cache.get("foundation.is_demo")
    if known is None:
        known = DatabaseProperty.read("demo") is True
        cache.set("foundation.is_demo", known, 60)
    return bool(known)


@rule
def see_jobs(actor: Actor, _subject: None) -> str | None:
    """Jobs may name ids of anything, so they are the administrators' alone."""
    return None if actor.is_administrator else _("Only administrators can see this page.")


@rule
def see_mails(actor: Actor, _subject: None) -> str | None:
    """To whom, about what, and what became of it: for administrators; in a demo, where nobody is real, for everybody in it."""
    if actor.is_administrator or (actor.is_person and is_demo()):
        return None
    return _("Only administrators can see this page.")


@rule
def read_mail(actor: Actor, _subject: Delivery) -> str | None:
    """Nobody reads other people's mail, administrators neither; in a demo everybody is made up."""
    if actor.is_person and is_demo():
        return None
    return _("What is in a mail is between the product and its reader.")


@rule
def change_jobs(actor: Actor, _subject: JobRecord) -> str | None:
    return None if actor.is_administrator else _("Only administrators can do this.")


@rule
def send_mails_again(actor: Actor, _subject: Delivery) -> str | None:
    return None if actor.is_administrator else _("Only administrators can do this.")


def send_again(job: JobRecord, *, by: Actor) -> JobRecord:
    """Let a parked job have its tries again. Raises ``Conflict`` if it is parked no longer."""
    change_jobs.check(by, job)
    now = clock.now()
    with transaction.atomic():
        parked = JobRecord.objects.filter(pk=job.pk, status=JobRecord.Status.PARKED)
        try:
            with transaction.atomic():
                moved = parked.update(status=JobRecord.Status.WAITING, attempts=0, run_after=now, finished_at=None)
        except IntegrityError:
            raise Conflict(_("The same work waits already. You can drop this one.")) from None
        if not moved:
            raise Conflict(_("This job is not parked any more."))
        record("job.sent_again", job, by=by, facts={"task": job.name})
        transaction.on_commit(signal.wake)
    job.refresh_from_db()
    return job


def drop(job: JobRecord, *, by: Actor) -> None:
    """Give a parked job up for good. Raises ``Conflict`` if it is parked no longer."""
    change_jobs.check(by, job)
    with transaction.atomic():
        if not JobRecord.objects.filter(pk=job.pk, status=JobRecord.Status.PARKED).delete()[0]:
            raise Conflict(_("This job is not parked any more."))
        record("job.dropped", job, by=by, facts={"task": job.name})


def send_mail_again(delivery: Delivery, *, by: Actor) -> Delivery:
    """Try a mail again that could not be sent, or was held since there was no server. The same message, with the same id."""
    send_mails_again.check(by, delivery)
    if not settings.EMAIL_URL:
        raise Conflict(_("No mail server is set up, so nothing can be sent."))
    states = [Delivery.State.PARKED, Delivery.State.HELD]
    with transaction.atomic():
        if (
            not Delivery.objects.mails()
            .filter(pk=delivery.pk, state__in=states)
            .update(state=Delivery.State.WAITING, why="")
        ):
            raise Conflict(_("This mail is on its way already."))
        send_mail.enqueue(delivery.pk)
        record("mail.sent_again", delivery, by=by, facts={"notice": delivery.notice})
    delivery.refresh_from_db()
    return delivery
