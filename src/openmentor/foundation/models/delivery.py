"""What was told to whom, by which way, and what became of it; and what people do not want to be told."""

from __future__ import annotations

from datetime import time

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from openmentor.foundation.models.event import Event


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def mails(self) -> DeliveryQuerySet:
        return self.filter(channel=Delivery.Channel.MAIL)

    def in_app_of(self, person_id: int) -> DeliveryQuerySet:
        return self.filter(person_id=person_id, channel=Delivery.Channel.APP)

    def unread(self) -> DeliveryQuerySet:
        return self.filter(read_at=None)


class Delivery(models.Model):
    """One message to one person by one channel. No body is stored: it is written from template and context when it goes out."""

    class Channel(models.TextChoices):
        APP = "app", _("in the app")
        MAIL = "mail", _("mail")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        HELD = "held", _("held: no mail server is set up")
        PARKED = "parked", _("could not be sent")
        DROPPED = "dropped", _("not sent")

    #: which notice, by the path of its function or its template
    notice = models.CharField(max_length=250)
    #: what it was about, as far as it must not be told twice: ``event:7``, ``once:…``, or a random word
    occasion = models.CharField(max_length=150)
    event = models.ForeignKey(Event, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="deliveries"
    )
    #: of a mail: where it went, or is to go if there is no person
    address = models.CharField(max_length=254, blank=True)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    category = models.CharField(max_length=60)
    language = models.CharField(max_length=10, blank=True)
    subject = models.CharField(max_length=250)
    template = models.CharField(max_length=150)
    link = models.JSONField(default=dict, blank=True)
    link_label = models.CharField(max_length=100, blank=True)
    context = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    why = models.CharField(max_length=500, blank=True)
    #: of a mail: given when the row is made and used for every try, so that a mail that comes twice is known as one
    message_id = models.CharField(max_length=200, null=True, blank=True, unique=True)
    created_at = models.DateTimeField()
    send_after = models.DateTimeField()
    sending_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["occasion", "notice", "person", "channel"],
                condition=models.Q(person__isnull=False),
                name="delivery_once",
            ),
            models.UniqueConstraint(
                fields=["occasion", "notice", "address", "channel"],
                condition=models.Q(person=None),
                name="delivery_address_once",
            ),
            models.CheckConstraint(
                condition=models.Q(person__isnull=False) | ~models.Q(address=""), name="delivery_to_somebody"
            ),
            models.CheckConstraint(
                condition=~models.Q(channel="mail") | models.Q(message_id__isnull=False),
                name="delivery_mail_has_message_id",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "channel", "read_at", "-id"], name="delivery_of_person"),
            models.Index(fields=["channel", "state", "-id"], name="delivery_by_state"),
            models.Index(fields=["created_at"], name="delivery_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.notice} {self.channel} #{self.pk}"


class Mute(models.Model):
    """A category of mails that somebody turned off: a person, or an address of nobody we know."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="mutes"
    )
    address = models.CharField(max_length=254, blank=True)
    category = models.CharField(max_length=60)
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "category"], condition=models.Q(person__isnull=False), name="mute_once"
            ),
            models.UniqueConstraint(
                fields=["address", "category"], condition=models.Q(person=None), name="mute_address_once"
            ),
        ]

    def __str__(self) -> str:
        return self.category


class QuietHours(models.Model):
    """When somebody wants no mail that can wait, in their own time zone. Without a row the usual hours hold."""

    USUAL = (time(20), time(7))

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="quiet_hours"
    )
    starts = models.TimeField(_("from"), default=USUAL[0])
    ends = models.TimeField(_("until"), default=USUAL[1])

    class Meta:
        verbose_name_plural = "quiet hours"

    def __str__(self) -> str:
        return f"{self.starts:%H:%M}-{self.ends:%H:%M}"
