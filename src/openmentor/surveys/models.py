"""Questions, and what people answered. A question says for whom the answer is before it is given. Knows no program."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from openmentor.foundation.actors import Actor


class QuestionQuerySet(models.QuerySet["Question"]):
    def newest(self) -> Self:
        """The newest version of each question."""
        later = Question.objects.filter(key=models.OuterRef("key"), version__gt=models.OuterRef("version"))
        return self.filter(~models.Exists(later))


class Question(models.Model):
    """One version of one question. ``key`` is stable: a changed meaning is a new key, changed words are a new version."""

    class Audience(models.TextChoices):
        PROFILE = "profile", _("People in your cohort see this.")
        MATCHING = "matching", _("Only the program's managers and the matching see this.")
        CONFIDENTIAL = (
            "confidential",
            _("Only the matching uses this. No person sees it, and no reason ever quotes it."),
        )
        FEEDBACK = "feedback", _("Only shown in reports on five people or more.")

    class Kind(models.TextChoices):
        TEXT = "text", _("a line")
        LONG_TEXT = "long_text", _("some sentences")
        NUMBER = "number", _("a number")
        SCALE = "scale", _("a scale from 1 to 5")
        CHOICE = "choice", _("one of several")
        CHOICES = "choices", _("any of several")
        RANKING = "ranking", _("several, the most important first")
        TAGS = "tags", _("words of one's own")
        SKILLS = "skills", _("skills with levels")
        HOURS = "hours", _("hours of the week")
        LANGUAGES = "languages", _("languages with levels")
        TRAITS = "traits", _("five scales from 1 to 5")
        BOOLEAN = "boolean", _("yes or no")

    key = models.SlugField(max_length=60)
    version = models.PositiveSmallIntegerField(default=1)
    text = models.CharField(max_length=300)
    help = models.CharField(max_length=500, blank=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    audience = models.CharField(max_length=12, choices=Audience.choices)
    #: {"choices": [[value, label]]} for choice, choices, ranking; {"own": true} where one's own words may stand beside them;
    #: {"most": n} answers at most; {"ends": [[low, high]]} of a scale or of each trait; {"least": n, "greatest": n} of a number;
    #: {"suggestions": [words]} for tags and skills
    options = models.JSONField(default=dict, blank=True)
    #: for whom it is asked: "", "mentor", "mentee"
    role = models.CharField(max_length=10, blank=True)
    #: the engine's column that the answer becomes, if any (MATCHING, People)
    column = models.CharField(max_length=40, blank=True)
    #: the profile field that the answer also writes, if any
    writes_profile = models.CharField(max_length=40, blank=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="question_version_once")]

    def __str__(self) -> str:
        return f"{self.key}.{self.version}"

    @property
    def choices(self) -> list[tuple[str, str]]:
        """What can be chosen: value and words."""
        return [(str(value), str(label)) for value, label in self.options.get("choices", [])]

    @property
    def most(self) -> int | None:
        """How many answers at most, None for as many as one likes."""
        found = self.options.get("most")
        return int(found) if found is not None else None

    def label_of(self, value: Any) -> str:
        """The words of one chosen value."""
        for known, label in self.options.get("choices", []):
            if known == value:
                return str(label)
        return str(value)

    def is_for(self, roles: Collection[str]) -> bool:
        """Whether somebody in these roles is asked."""
        return not self.role or self.role in roles


class Questionnaire(models.Model):
    """Questions in an order, on screens."""

    name = models.CharField(max_length=200)
    questions: models.ManyToManyField[Question, Item] = models.ManyToManyField(Question, through="Item")

    def __str__(self) -> str:
        return self.name


class Item(models.Model):
    """One question's place in a questionnaire. Screen 0 holds the optional ones that come after."""

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.CASCADE, related_name="items")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="+")
    screen = models.PositiveSmallIntegerField(default=1)
    position = models.PositiveSmallIntegerField()
    required = models.BooleanField(default=False)

    class Meta:
        ordering = ["screen", "position"]
        constraints = [models.UniqueConstraint(fields=["questionnaire", "question"], name="item_once")]

    def __str__(self) -> str:
        return f"{self.questionnaire_id}:{self.question_id}"


class ResponseQuerySet(models.QuerySet["Response"]):
    def visible_to(self, actor: Actor) -> Self:
        """One's own alone. What others may read of it are single answers, by the audience of their question."""
        return self.none() if actor.person is None else self.filter(person=actor.person)


class Response(models.Model):
    """One person's answers to a questionnaire, saved as they go."""

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.PROTECT, related_name="responses")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="responses")
    started_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)

    objects = ResponseQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["questionnaire", "person"], name="response_once")]

    def __str__(self) -> str:
        return str(self.pk)


class AnswerQuerySet(models.QuerySet["Answer"]):
    def for_cohort(self) -> Self:
        """What the people of one's cohort may read."""
        return self.filter(question__audience=Question.Audience.PROFILE)

    def for_managers(self) -> Self:
        """What the managers of one's program may read: never confidential or feedback answers."""
        return self.filter(question__audience__in=Answer.FOR_MANAGERS)

    def for_matching(self) -> Self:
        """What the engine is given."""
        return self.exclude(question__audience=Question.Audience.FEEDBACK).exclude(question__column="")


class Answer(models.Model):
    """What was answered. Shapes of ``value`` by kind of question: text and long_text a string; number a number; scale 1..5; choice one
    value; choices, ranking and tags a list of strings, in order; skills ``[{"name", "level" (1..5 or None)}]``; hours a string
    ``"Mon 09:00-11:00;Thu 16:30-18:00"`` in the person's own time zone; languages ``[{"code", "level" (1..5 or None)}]``; traits five
    numbers 1..5; boolean true or false. A question that was skipped has no row.
    """

    FOR_MANAGERS: ClassVar[tuple[str, ...]] = (Question.Audience.PROFILE, Question.Audience.MATCHING)

    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="answers")
    #: the version that was read when answering
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    value = models.JSONField()
    answered_at = models.DateTimeField()
    #: read from a file that a manager brought, not answered here
    is_imported = models.BooleanField(default=False)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["response", "question"], name="answer_once")]

    def __str__(self) -> str:
        return f"{self.response_id}:{self.question_id}"
