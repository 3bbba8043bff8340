"""The standard compatibility survey: what the matching asks about, in few words, to be answered by thumb.

At most twelve questions are required of anybody, on four screens; all others come after the application is sent.
The rows are made from here: a question whose words change gets the next version, one whose meaning changes a new key.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from openmentor.surveys.models import Item, Question, Questionnaire

Audience = Question.Audience
Kind = Question.Kind

MENTOR, MENTEE = "mentor", "mentee"
MOST_REQUIRED = 12
SCREENS = 4
#: screen 0 holds what comes after
SCREEN_TITLES = {
    1: _("What it is about"),
    2: _("What matters to you"),
    3: _("How you work"),
    4: _("When and how"),
    0: _("For an even better match"),
}


@dataclass(frozen=True)
class Standard:
    """A question as it is made, and where it stands in a new questionnaire.

    screen    where it is asked when it is required (1 to 4).
    use       'required', 'shown' (on its screen, with a default, not required), 'optional' (after the application) or 'off'.
    """

    key: str
    text: str
    kind: Kind
    audience: Audience
    column: str
    screen: int
    use: str = "optional"
    help: str = ""
    role: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    writes_profile: str = ""
    version: int = 1


def _choices(*pairs: tuple[str, str]) -> list[list[str]]:
    return [[value, label] for value, label in pairs]


GOALS = _choices(
    ("lead", _("Leading people")), ("role", _("Growing in my role")), ("promotion", _("Preparing for the next step")),
    ("change", _("Changing field or job")), ("network", _("Building a network")), ("visible", _("Being more visible")),
    ("confidence", _("Confidence")), ("speaking", _("Speaking and presenting")), ("strategy", _("Thinking strategically")),
    ("technical", _("Technical depth")), ("company", _("Understanding the organization")), ("newcomer", _("Settling in")),
    ("balance", _("Work and life in balance")), ("returning", _("Coming back after a break")),
)  # fmt: skip
SOFT_SKILLS = _choices(
    ("listening", _("Listening")), ("feedback", _("Giving feedback")), ("conflict", _("Handling conflict")), ("negotiating", _("Negotiating")),
    ("deciding", _("Deciding")), ("delegating", _("Delegating")), ("influencing", _("Influencing")), ("time", _("Managing time")),
    ("empathy", _("Empathy")), ("resilience", _("Staying calm under pressure")),
)  # fmt: skip
VALUES = _choices(
    ("honesty", _("Honesty")), ("learning", _("Learning")), ("helping", _("Helping others")), ("freedom", _("Independence")),
    ("achievement", _("Achievement")), ("creativity", _("Creativity")), ("fairness", _("Fairness")), ("security", _("Security")),
    ("adventure", _("Adventure")), ("recognition", _("Recognition")), ("community", _("Community")), ("family", _("Family")),
)  # fmt: skip
STYLES = _choices(
    ("coach", _("Asks good questions")), ("advise", _("Gives clear advice")), ("challenge", _("Gives frank feedback")),
    ("encourage", _("Encourages")), ("story", _("Shares own experience")), ("teach", _("Teaches a skill")), ("connect", _("Opens doors")),
)  # fmt: skip
MEDIA = _choices(("person", _("In person")), ("video", _("Video call")), ("phone", _("Phone")), ("chat", _("Messages")))
CADENCES = _choices(
    ("weekly", _("Every week")),
    ("biweekly", _("Every two weeks")),
    ("monthly", _("Every month")),
    ("quarterly", _("Every three months")),
)
CHALLENGES = _choices(
    ("children", _("Caring for children")), ("relatives", _("Caring for relatives")), ("health", _("A long illness or disability")),
    ("neurodivergent", _("Being neurodivergent")), ("first", _("First of my family in such a job")), ("country", _("New in the country")),
    ("break", _("Back after a break")), ("stress", _("Too much stress")), ("discrimination", _("Discrimination")),
)  # fmt: skip
IDENTITIES = _choices(
    ("woman", _("Woman")), ("man", _("Man")), ("nonbinary", _("Non-binary")), ("lgbtq", _("LGBTQ+")), ("color", _("Person of color")),
    ("disability", _("Person with a disability")), ("parent", _("Parent")), ("migrant", _("Migrant")), ("veteran", _("Veteran")),
    ("first_generation", _("First-generation graduate")),
)  # fmt: skip
PRIORITIES = _choices(
    ("goals", _("Somebody who can help with my goals")), ("skills", _("Somebody who knows the skills I want")),
    ("values", _("Somebody who shares my values")), ("style", _("Somebody with the style I like")),
    ("common_hours", _("Somebody who has time when I have")), ("site", _("Somebody at my site")),
)  # fmt: skip
SKILLS = (
    "Project management", "Data analysis", "Python", "SQL", "Excel", "Sales", "Marketing", "Finance", "Product management", "Design",
    "Software architecture", "Recruiting", "Change management", "Public relations", "Legal", "Quality management",
)  # fmt: skip
TRAIT_ENDS = [
    [_("Plan first"), _("Start and see")],
    [_("Think alone"), _("Think out loud")],
    [_("The details"), _("The big picture")],
    [_("Quick"), _("Thorough")],
    [_("Frank"), _("Gentle")],
]

STANDARD: tuple[Standard, ...] = (
    # 1 What it is about
    Standard("goals", _("What would you like to get out of it?"), Kind.RANKING, Audience.PROFILE, "goals", 1, "required",
             _("Up to three. Tap the most important first."), MENTEE, {"choices": GOALS, "most": 3, "own": True}, "goals"),
    Standard("skills_wanted", _("Which skills would you like to learn?"), Kind.SKILLS, Audience.PROFILE, "skills_wanted", 1, "required",
             _("Tap some, or add your own. The level is where you stand today; leave it out if you like."), MENTEE,
             {"suggestions": list(SKILLS), "most": 8}, "skills_wanted"),
    Standard("helps_with", _("What can you help with?"), Kind.CHOICES, Audience.PROFILE, "helps_with", 1, "required",
             _("As many as are true."), MENTOR, {"choices": GOALS, "own": True}, "helps_with"),
    Standard("skills_offered", _("Which skills can you pass on?"), Kind.SKILLS, Audience.PROFILE, "skills_offered", 1, "required",
             _("Tap some, or add your own. How well do you know them?"), MENTOR, {"suggestions": list(SKILLS), "most": 12}, "skills_offered"),
    Standard("target_role", _("Which role would you like to have one day?"), Kind.TEXT, Audience.MATCHING, "target_role", 1, role=MENTEE),
    Standard("soft_wanted", _("What would you like to get better at with people?"), Kind.CHOICES, Audience.PROFILE, "soft_wanted", 1,
             role=MENTEE, options={"choices": SOFT_SKILLS, "own": True}, writes_profile="soft_wanted"),
    Standard("soft_offered", _("What are you good at with people?"), Kind.CHOICES, Audience.PROFILE, "soft_offered", 1,
             role=MENTOR, options={"choices": SOFT_SKILLS, "own": True}, writes_profile="soft_offered"),
    Standard("priority", _("What matters most to you in a match?"), Kind.CHOICE, Audience.MATCHING, "priority", 1, role=MENTEE,
             options={"choices": PRIORITIES}),
    # 2 What matters to you
    Standard("values", _("What matters most to you at work?"), Kind.RANKING, Audience.MATCHING, "values", 2, "required",
             _("Up to three. Tap the most important first."), options={"choices": VALUES, "most": 3}),
    Standard("style_sought", _("What should your mentor do?"), Kind.CHOICES, Audience.MATCHING, "style_sought", 2, "required",
             _("As many as you like."), MENTEE, {"choices": STYLES}),
    Standard("style_offered", _("What do you do as a mentor?"), Kind.CHOICES, Audience.MATCHING, "style_offered", 2, "required",
             _("As many as are true."), MENTOR, {"choices": STYLES}),
    Standard("about", _("A few sentences about you"), Kind.LONG_TEXT, Audience.PROFILE, "about", 2, writes_profile="about"),
    Standard("interests", _("What are you interested in?"), Kind.TAGS, Audience.PROFILE, "interests", 2, writes_profile="interests"),
    Standard("hobbies", _("What do you do in your free time?"), Kind.TAGS, Audience.PROFILE, "hobbies", 2, writes_profile="hobbies"),
    # 3 How you work
    Standard("work_style", _("How do you work?"), Kind.TRAITS, Audience.MATCHING, "work_style", 3, "required",
             _("In each line, tap where you are. There is no better end."), options={"ends": TRAIT_ENDS}),
    Standard("communication", _("How do you like to talk things over?"), Kind.SCALE, Audience.MATCHING, "communication", 3, "required",
             options={"ends": [[_("In writing"), _("Live")]]}),
    Standard("formality", _("How formal should it be?"), Kind.SCALE, Audience.MATCHING, "formality", 3,
             options={"ends": [[_("Relaxed"), _("Formal")]]}),
    # 4 When and how
    Standard("availability", _("When are you usually free to meet?"), Kind.HOURS, Audience.MATCHING, "availability", 4, "required",
             _("In your own time zone. More hours never hurt your match.")),
    Standard("timezone", _("Your time zone"), Kind.TEXT, Audience.PROFILE, "timezone", 4, "shown", writes_profile="timezone"),
    Standard("languages", _("In which languages can you talk?"), Kind.LANGUAGES, Audience.PROFILE, "languages", 4, "required",
             writes_profile="languages"),
    Standard("medium", _("How would you like to meet?"), Kind.CHOICES, Audience.MATCHING, "medium", 4, "required",
             _("As many as you like."), options={"choices": MEDIA}),
    Standard("cadence", _("How often?"), Kind.CHOICE, Audience.MATCHING, "cadence", 4, "shown", options={"choices": CADENCES}),
    Standard("minutes", _("How many minutes should a session last?"), Kind.NUMBER, Audience.MATCHING, "minutes", 4,
             options={"least": 15, "greatest": 240}),
    Standard("commitment_hours", _("How many hours a month can you give?"), Kind.NUMBER, Audience.MATCHING, "commitment_hours", 4,
             options={"least": 0, "greatest": 80}),
    # Where one comes from, and what few should know
    Standard("industry", _("In which industries have you worked?"), Kind.TAGS, Audience.PROFILE, "industry", 2, writes_profile="industry"),
    Standard("education", _("What have you studied or learned?"), Kind.TAGS, Audience.PROFILE, "education", 2, writes_profile="education"),
    Standard("certifications", _("Which certificates do you hold?"), Kind.TAGS, Audience.PROFILE, "certifications", 2,
             writes_profile="certifications"),
    Standard("networks", _("Which networks or groups do you belong to?"), Kind.TAGS, Audience.MATCHING, "networks", 2),
    Standard("challenge", _("Is there something you'd like to share with somebody who knows it too?"), Kind.CHOICES, Audience.CONFIDENTIAL,
             "challenge", 3, help=_("Only if you want to. It is compared with those who answer this too."),
             options={"choices": CHALLENGES, "own": True}),
    Standard("identity", _("Who are you?"), Kind.CHOICES, Audience.CONFIDENTIAL, "identity", 3,
             help=_("Only if you want to. It is used where somebody wishes for it, and for nothing else."),
             options={"choices": IDENTITIES, "own": True}),
    Standard("identity_wish", _("Would you like to be matched with somebody who is…"), Kind.CHOICES, Audience.CONFIDENTIAL, "identity_wish", 3,
             help=_("Only if it matters to you."), options={"choices": IDENTITIES, "own": True}),
    Standard("birth_year", _("In which year were you born?"), Kind.NUMBER, Audience.CONFIDENTIAL, "birth_year", 3,
             help=_("Only if you want to. It counts where a program mixes generations on purpose."),
             options={"least": 1900, "greatest": 2020}),
)  # fmt: skip
BY_KEY = {standard.key: standard for standard in STANDARD}


def ensure() -> dict[str, Question]:
    """The standard questions in their newest version, by key; those that are missing are made. Asking again makes nothing twice."""
    wanted = {(standard.key, standard.version) for standard in STANDARD}
    there = _rows(wanted)
    missing = [standard for standard in STANDARD if (standard.key, standard.version) not in there]
    if missing:
        # Two who ask at once both try; the constraint keeps one row of each.
        Question.objects.bulk_create(map(_row, missing), ignore_conflicts=True)
        there = _rows(wanted)
    return {key: question for (key, _version), question in there.items()}


def _rows(wanted: set[tuple[str, int]]) -> dict[tuple[str, int], Question]:
    found = Question.objects.filter(key__in={key for key, _version in wanted})
    return {
        (question.key, question.version): question for question in found if (question.key, question.version) in wanted
    }


def _row(standard: Standard) -> Question:
    return Question(
        key=standard.key, version=standard.version, text=standard.text, help=standard.help, kind=standard.kind,
        audience=standard.audience, options=standard.options, role=standard.role, column=standard.column,
        writes_profile=standard.writes_profile,
    )  # fmt: skip


def make_questionnaire(name: str) -> Questionnaire:
    """A questionnaire of its own, to be changed for one cohort without touching another's: all standard questions in their places."""
    with transaction.atomic():
        questions = ensure()
        questionnaire = Questionnaire.objects.create(name=name)
        Item.objects.bulk_create(
            item(questionnaire, questions[standard.key], standard.use) for standard in STANDARD if standard.use != "off"
        )
    return questionnaire


def item(questionnaire: Questionnaire, question: Question, use: str) -> Item:
    """The place of a question in a questionnaire, for a use as in ``Standard``."""
    standard = BY_KEY.get(question.key)
    on_screen = use in ("required", "shown")
    home = standard.screen if standard else SCREENS
    position = STANDARD.index(standard) if standard else len(STANDARD) + question.pk % 1000
    return Item(
        questionnaire=questionnaire,
        question=question,
        screen=home if on_screen else 0,
        position=position,
        required=use == "required",
    )


def use_of(found: Item | None) -> str:
    """The use that an item has, as in ``Standard``; None is 'off'."""
    if found is None:
        return "off"
    return "required" if found.required else "shown" if found.screen else "optional"


def most_required(questions: Iterable[Question]) -> dict[str, int]:
    """How many of these somebody has to answer as mentor, as mentee, and as both."""
    asked: Sequence[Question] = list(questions)
    return {
        name: sum(question.is_for(roles) for question in asked)
        for name, roles in ((MENTOR, {MENTOR}), (MENTEE, {MENTEE}), ("both", {MENTOR, MENTEE}))
    }
