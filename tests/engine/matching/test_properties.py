"""What must hold for any problem."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from openmentor.engine import matching as m

AIMS = ["total", "coverage", "worst_off"]
LOADS = st.integers(0, 3)


@st.composite
def problems(draw):
    """Arguments of ``from_scores``: anything up to 6 x 6, with every kind of constraint."""
    mentors, mentees = draw(st.integers(0, 6)), draw(st.integers(0, 6))
    some = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.5, 1.0, np.nan]))
    pair = st.tuples(st.integers(0, max(0, mentors - 1)), st.integers(0, max(0, mentees - 1)))
    pairs = st.lists(pair, max_size=3) if mentors and mentees else st.just([])
    members = st.lists(st.integers(0, mentors - 1), max_size=4) if mentors else st.just([])
    quota = st.builds(m.Quota, members, at_least=st.none() | st.integers(0, 2), at_most=st.none() | st.integers(0, 2))
    names = [f"p{k}" for k in range(8)]
    ids = draw(st.booleans())
    return {
        "scores": draw(hnp.arrays(np.float64, (mentors, mentees), elements=some)),
        "mentor_capacity": draw(st.lists(LOADS, min_size=mentors, max_size=mentors)),
        "mentor_minimum": draw(st.one_of(st.just(0), st.lists(LOADS, min_size=mentors, max_size=mentors))),
        "mentee_demand": draw(st.one_of(st.just(1), st.lists(LOADS, min_size=mentees, max_size=mentees))),
        "mentee_minimum": draw(st.one_of(st.just(0), st.lists(LOADS, min_size=mentees, max_size=mentees))),
        "forced": draw(pairs),
        "forbidden": draw(pairs),
        "quotas": draw(st.lists(quota, max_size=2)),
        "mentor_ids": draw(st.permutations(names))[:mentors] if ids else None,
        "mentee_ids": draw(st.permutations(names))[:mentees] if ids else None,
    }


def levels(result):
    return [level.value for level in result.levels]


def at_most(lower, upper):
    """Read in order, ``lower`` is nowhere first above ``upper``."""
    for a, b in zip(lower, upper):
        if abs(a - b) > 1e-9:
            return a < b
    return True


FEW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@FEW
@given(problems(), st.sampled_from([*AIMS, "stable_mentees", "stable_mentors"]))
def test_every_answer_passes_the_verifier_and_stays_below_its_bounds(arguments, aim):
    problem = m.Problem.from_scores(**arguments)
    result = m.match(problem, aim=aim)
    m.verify(problem, result)
    for level in result.levels:
        assert level.bound <= level.value if level.name == "blocking" else level.value <= level.bound
    if aim in AIMS:
        assert result.gap <= 1e-6


@FEW
@given(problems(), st.sampled_from(AIMS), st.data())
def test_a_ban_never_raises_the_levels(arguments, aim, data):
    arguments |= {"forced": [], "mentor_minimum": 0, "mentee_minimum": 0, "quotas": []}
    before = m.match(m.Problem.from_scores(**arguments), aim=aim)
    if len(before.pairs):
        ban = data.draw(st.sampled_from(before.pairs.tolist()))
        after = m.match(m.Problem.from_scores(**{**arguments, "forbidden": [*arguments["forbidden"], ban]}), aim=aim)
        assert at_most(levels(after), levels(before))


@FEW
@given(problems(), st.sampled_from(AIMS), st.data())
def test_whatever_is_asked_and_can_be_kept_never_raises_the_levels(arguments, aim, data):
    free = {**arguments, "forced": [], "mentor_minimum": 0, "mentee_minimum": 0, "quotas": []}
    asked = {key: arguments[key] for key in ("forced", "mentor_minimum", "mentee_minimum", "quotas")}
    name = data.draw(st.sampled_from(sorted(asked)))
    before = m.match(m.Problem.from_scores(**free), aim=aim)
    after = m.match(m.Problem.from_scores(**{**free, name: asked[name]}), aim=aim)
    assert at_most(levels(after), levels(before))


@FEW
@given(problems(), st.sampled_from(AIMS), st.data())
def test_a_place_never_lowers_the_levels(arguments, aim, data):
    arguments |= {"forced": [], "mentor_minimum": 0, "mentee_minimum": 0}
    arguments["quotas"] = [m.Quota(quota.members, None, quota.at_most) for quota in arguments["quotas"]]
    before = m.match(m.Problem.from_scores(**arguments), aim=aim)
    capacity = list(arguments["mentor_capacity"])
    if capacity:
        capacity[data.draw(st.integers(0, len(capacity) - 1))] += 1
        after = m.match(m.Problem.from_scores(**{**arguments, "mentor_capacity": capacity}), aim=aim)
        assert at_most(levels(before), levels(after))


@FEW
@given(problems(), st.floats(0, 2), st.data())
def test_more_stickiness_keeps_no_fewer_pairs(arguments, stickiness, data):
    problem = m.Problem.from_scores(**arguments)
    possible = np.argwhere(~np.isnan(problem.scores)).tolist()
    previous = data.draw(st.lists(st.sampled_from(possible), max_size=4)) if possible else []
    less = m.match(problem, previous=previous, stickiness=stickiness)
    more = m.match(problem, previous=previous, stickiness=stickiness + 0.5)
    for result in (less, more):
        m.verify(problem, result)
    assert levels(more)[:2] == levels(less)[:2]
    if previous:
        assert less.staying.value <= more.staying.value
