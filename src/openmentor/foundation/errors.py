"""The two answers to a verb that does not happen. One middleware turns them into 403 and 409 for every door."""

from __future__ import annotations


class Refusal(Exception):
    """A sentence for the person who asked; never a detail they may not know."""

    status = 400

    def __init__(self, sentence: str) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


class Denied(Refusal):
    """They may not, or not now. The page shows why."""

    status = 403


class Conflict(Refusal):
    """They might, but the world changed meanwhile. The page shows the fresh state."""

    status = 409
