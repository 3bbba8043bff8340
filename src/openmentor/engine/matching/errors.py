"""What the engine raises."""

from __future__ import annotations

from collections.abc import Sequence


class InvalidProblem(ValueError):
    """The input can't be a matching problem: shapes that disagree, values out of range, cells that can't be read.

    faults  every fault found, one sentence each, with its place named; the message is all of them, one a line.
    """

    def __init__(self, faults: str | Sequence[str]) -> None:
        self.faults: tuple[str, ...] = (faults,) if isinstance(faults, str) else tuple(faults)
        super().__init__("\n".join(self.faults))


class NeedsMemory(InvalidProblem):
    """What is asked of so many people takes more memory than is allowed."""


class Breach(AssertionError):
    """A result breaks a constraint of its problem, or claims a value or bound that isn't so."""
