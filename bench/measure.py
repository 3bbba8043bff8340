"""Timing that survives a shared machine: CPU seconds of this process and its children, the best of several, pairs taken in turn."""

from __future__ import annotations

import gc
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass
class Figure:
    """One line of docs/performance.md. ``value`` is held against ``bound``: at most it, or at least it where ``least``."""

    what: str
    value: float
    bound: float
    unit: str = "x"
    least: bool = False
    note: str = ""

    @property
    def kept(self) -> bool:
        return self.value >= self.bound if self.least else self.value <= self.bound

    @property
    def told(self) -> str:
        return f"{self.value:.3g} {self.unit}{f' ({self.note})' if self.note else ''}"

    @property
    def bound_told(self) -> str:
        return f"{'at least' if self.least else 'at most'} {self.bound:g} {self.unit}"


def cpu() -> float:
    """CPU seconds so far, of this process and of children that have ended."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


@dataclass
class Timing:
    cpu: float
    wall: float


def timed(work: Callable[[], object]) -> Timing:
    gc.collect()
    before, clock = cpu(), time.perf_counter()
    work()
    return Timing(cpu() - before, time.perf_counter() - clock)


def ratio(
    first: Callable[[], object], second: Callable[[], object], *, rounds: int = 3
) -> tuple[float, Timing, Timing]:
    """How many times the CPU of ``second`` the ``first`` takes: the median over rounds that take both in turn, after one warm-up."""
    first()
    second()
    pairs = [(timed(first), timed(second)) for _ in range(rounds)]
    found = median(one.cpu / max(two.cpu, 1e-9) for one, two in pairs)
    return (
        found,
        min((one for one, _two in pairs), key=lambda timing: timing.cpu),
        min((two for _one, two in pairs), key=lambda timing: timing.cpu),
    )
