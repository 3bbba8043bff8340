"""Texts by their meaning: how many of 60 goals find their skill first, and what ten thousand texts cost.

Goals as people write them, skills as an organization lists them; where they share a word, it is one that many of them have.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from random import Random

import numpy as np

from bench.measure import Figure, cpu
from openmentor.engine.matching.meaning import MODELS
from openmentor.engine.matching.meaning.encoder import Encoder
from openmentor.engine.matching.meaning.models import load

PAIRS = (
    ("I want to lead a group of people for the first time", "people management"),
    ("speak in front of an audience without shaking", "public speaking"),
    ("get better at convincing customers to buy", "sales"),
    ("write programs that analyze numbers", "python for data analysis"),
    ("understand a balance sheet", "financial accounting"),
    ("finish my work on time instead of drowning in it", "time management"),
    ("talk to my boss about more pay", "salary negotiation"),
    ("come back to work after my baby", "returning from parental leave"),
    ("work well with colleagues from other countries", "intercultural communication"),
    ("stop being so nervous before big decisions", "confidence and decision making"),
    ("learn how to keep computers safe from attackers", "information security"),
    ("draw screens that people find easy to use", "user interface design"),
    ("get my papers into journals", "academic publishing"),
    ("found my own company", "entrepreneurship"),
    ("find investors for an idea", "fundraising and venture capital"),
    ("handle quarrels in my team", "conflict resolution"),
    ("bring old employees and new technology together", "change management"),
    ("plan a project from start to end", "project management"),
    ("know which laws apply when we hire somebody", "employment law"),
    ("make advertising that goes around the internet", "social media marketing"),
    ("teach machines to recognize pictures", "computer vision"),
    ("keep servers running at night", "site reliability engineering"),
    ("move our databases out of the basement", "cloud migration"),
    ("ask good questions and really hear the answers", "active listening"),
    ("give honest criticism without hurting anyone", "giving feedback"),
    ("get along with powerful people at the top", "stakeholder management"),
    ("not burn out", "stress management and resilience"),
    ("have a life beside the job", "work-life balance"),
    ("meet people who can help my career", "professional networking"),
    ("write e-mails that get read", "business writing"),
    ("be seen as more than a technician", "personal branding"),
    ("choose what to build next for our users", "product management"),
    ("find out what customers really need", "user research"),
    ("cut waste on the factory floor", "lean manufacturing"),
    ("get goods across borders cheaply", "supply chain and logistics"),
    ("lower the carbon footprint of our plants", "sustainability"),
    ("look after patients with dignity", "nursing care"),
    ("stand in front of a class of teenagers", "teaching in secondary schools"),
    ("make sense of clinical trials", "biostatistics"),
    ("translate contracts into German", "legal translation"),
    ("improve my English for meetings", "business English"),
    ("hire the right people", "recruiting and interviewing"),
    ("help my staff grow", "coaching and talent development"),
    ("prepare for a board seat", "corporate governance"),
    ("lead from home, over video", "managing remote teams"),
    ("make my department fairer to women and minorities", "diversity and inclusion"),
    ("tell a story with charts", "data visualization"),
    ("test software before it breaks", "quality assurance"),
    ("set prices that customers accept", "pricing strategy"),
    ("buy from suppliers at better conditions", "procurement"),
    ("keep books and pay taxes for a small firm", "tax and bookkeeping"),
    ("take better pictures of our products", "photography"),
    ("cut films for our channel", "video editing"),
    ("build bridges that last", "civil engineering"),
    ("design circuits", "electronics"),
    ("repair engines", "automotive mechanics"),
    ("cook for two hundred guests", "catering"),
    ("argue in front of a judge", "litigation"),
    ("reach the right voters", "political campaigning"),
    ("raise money for a charity", "nonprofit donations"),
)
TEXTS = 1_000
WORDS = 40


def figures() -> list[Figure]:
    """One figure a way of comparing, and the time of ``TEXTS`` texts, as if ten thousand."""
    assert len(PAIRS) == 60
    goals, skills = [goal for goal, _ in PAIRS], [skill for _, skill in PAIRS]
    found = [
        Figure(
            f"share of 60 goals that find their skill first, {name}", _share(name, goals, skills), bound, "", least=True
        )
        for name, bound in zip(MODELS, (0.75, 0.45))
    ]
    found.append(Figure("the same by words that both have (TF-IDF)", _first(_by_words(goals, skills)), 0.25, ""))
    for name in MODELS:
        wall, spent = _cost(name)
        note = f"{spent:.0f} CPU seconds, texts of {WORDS} words, two threads"
        found.append(Figure(f"10,000 texts that were never seen, {name}", wall, 600, "s", note=note))
    return found


def _share(name: str, goals: list[str], skills: list[str]) -> float:
    vector = load(name).vector
    return _first(np.array([vector(each) for each in goals]) @ np.array([vector(each) for each in skills]).T)


def _first(likeness: np.ndarray) -> float:
    """The share of rows whose own column is greatest; one that ties with others doesn't count."""
    own = np.diagonal(likeness)
    return float(np.mean([(row >= mine).sum() == 1 for row, mine in zip(likeness, own)]))


def _by_words(goals: list[str], skills: list[str]) -> np.ndarray:
    texts = [each.casefold().replace("-", " ").split() for each in (*goals, *skills)]
    among = Counter(word for text in texts for word in set(text))
    words = {word: k for k, word in enumerate(sorted(among))}
    table = np.zeros((len(texts), len(words)))
    for row, text in zip(table, texts):
        for word in text:
            row[words[word]] += math.log(len(texts) / among[word])
    table /= np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-12)
    return table[: len(goals)] @ table[len(goals) :].T


def _cost(name: str) -> tuple[float, float]:
    rng = Random(1)
    words = sorted({word for pair in PAIRS for text in pair for word in text.split()})
    texts = [" ".join(rng.choices(words, k=WORDS)) for _ in range(TEXTS)]
    made = Encoder(name, threads=2)
    made.vectors(["warm"])
    started, spent = time.perf_counter(), cpu()
    made.vectors(texts)
    return (time.perf_counter() - started) * 10_000 / TEXTS, (cpu() - spent) * 10_000 / TEXTS
