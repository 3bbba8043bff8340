"""``openmentor match``: what it writes, what it says, and that a fault writes nothing."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from random import Random

import pytest
from tests.engine.matching.pools import columns, people

from openmentor.engine.matching import cli

SMALL = """id,role,places,goals,helps_with,level
m1,mentor,2,,python;sql,5
m2,Mentor,1,,law,6
e1,mentee,junk,python,,2
e2,mentee,,law;sql,,3
x,both,0,sql,law,4
"""


@pytest.fixture
def run(tmp_path, capsys):
    """Write a file of people and match it: (exit code, stderr lines, pairs, report); the last two None if not written."""

    def go(text, *arguments, settings=None, encoding="utf-8"):
        source = tmp_path / "people.csv"
        source.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        out, report = tmp_path / "pairs.csv", tmp_path / "report.json"
        for each in (out, report):
            each.unlink(missing_ok=True)
        if settings is not None:
            (tmp_path / "matching.toml").write_text(settings)
            arguments = ("--settings", str(tmp_path / "matching.toml"), *arguments)
        code = cli.main([str(source), "--out", str(out), "--report", str(report), *arguments])
        said = capsys.readouterr().err.splitlines()
        pairs = list(csv.reader(out.open(newline=""))) if out.exists() else None
        assert sorted(each.name for each in tmp_path.iterdir() if each.name.startswith(".")) == []
        return code, said, pairs, json.loads(report.read_text()) if report.exists() else None

    return go


def table(side, role):
    cells = columns(side)
    return cells | {"role": [role] * len(side)}


def csv_of(*tables):
    names = sorted({name for each in tables for name in each}, key=lambda name: (name != "id", name))
    rows = [names]
    for each in tables:
        rows += [[each[name][k] if name in each else "" for name in names] for k in range(len(each["id"]))]
    return rows


def text_of(rows):
    return "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows) + "\n"


def test_pairs_and_report(run):
    code, said, pairs, report = run(SMALL)
    assert (code, said) == (0, [])
    assert pairs[0] == ["mentor", "mentee", "score"]
    assert [row[:2] for row in pairs[1:]] == [["m1", "e1"], ["m1", "x"], ["m2", "e2"]]
    assert [(each["mentor"], each["mentee"]) for each in report["pairs"]] == [("m1", "e1"), ("m1", "x"), ("m2", "e2")]
    assert [float(row[2]) for row in pairs[1:]] == [each["score"] for each in report["pairs"]]
    assert report["aim"] == "coverage"
    assert [each["name"] for each in report["levels"]] == ["served", "filled", "total fit"]
    assert {key: report["levels"][-1][key] for key in ("value", "bound")} == {
        key: report[key] for key in ("value", "bound")
    }
    assert report["gap"] == 0
    assert report["value"] == pytest.approx(sum(each["score"] for each in report["pairs"]))
    assert report["unmatched"] == [
        {"id": "x", "side": "mentor", "kind": "no_places", "text": "They have no places at the moment."}
    ]
    for each in report["pairs"]:
        assert {reason["key"] for reason in each["reasons"]} == {"goals", "text", "level_gap"}
        assert all(set(reason["text"]) == {"mentor", "mentee", "manager"} for reason in each["reasons"])
    assert report["settings"]["weights"]["goals"] == 10
    assert {"python", "numpy", "scipy", "ortools", "openmentor"} <= set(report["versions"])
    assert len(report["hash"]) == 64
    assert report["deciding_text"] == "2 dimensions decide most: goals, texts by their meaning."


def test_more_than_twenty_dimensions_count_in_one_run_and_each_is_a_reason(run):
    rng = Random(5)
    mentors, mentees = people(rng, 12, 15)
    code, _, pairs, report = run(text_of(csv_of(table(mentors, "mentor"), table(mentees, "mentee"))))
    assert code == 0
    assert len(pairs) > 1
    used = {each["key"] for each in report["readiness"] if each["weight_in_effect"] > 0}
    assert len(used) >= 20
    assert used >= {"goals", "communication", "level_gap", "department", "time_zone", "common_hours", "networks"}
    for pair in report["pairs"]:
        assert used <= {reason["key"] for reason in pair["reasons"]}


def test_a_report_replays_its_run(run, tmp_path):
    rng = Random(1)
    mentors, mentees = people(rng, 12, 15)
    rows = csv_of(table(mentors, "mentor"), table(mentees, "mentee"))
    settings = 'seed = 5\ncommitment_hours = 2\n[weights]\ngoals = 3.5\n[rules]\ntime_zone = 11\n[fields.level2]\nkind = "near"\nspan = 3\ncolumn = "level"\n'
    code, _, first, report = run(text_of(rows), settings=settings)
    assert code == 0
    kept = tmp_path / "kept.json"
    kept.write_text(json.dumps(report))
    rng.shuffle(shuffled := rows[1:])
    code, _, again, replayed = run(text_of([rows[0], *shuffled]), "--settings", str(kept))
    assert (code, again) == (0, first)
    assert {key: value for key, value in replayed.items() if key != "warnings"} == {
        key: value for key, value in report.items() if key != "warnings"
    }
    assert sorted(each.split("column")[1] for each in replayed["warnings"]) == sorted(
        each.split("column")[1] for each in report["warnings"]
    )


def test_an_earlier_report_keeps_its_means_when_somebody_joins(run, tmp_path):
    code, _, _, report = run(SMALL)
    assert code == 0
    kept = tmp_path / "kept.json"
    kept.write_text(json.dumps(report))
    code, _, _, later = run(SMALL + "m9,mentor,0,,python;law;sql,9\ne9,mentee,,chess,,0\n", "--settings", str(kept))
    assert code == 0
    scores = {(each["mentor"], each["mentee"]): each["score"] for each in later["pairs"]}
    before = {(each["mentor"], each["mentee"]): each["score"] for each in report["pairs"]}
    assert later["reference"] == report["reference"]
    assert {pair: scores[pair] for pair in scores if pair in before} == {
        pair: before[pair] for pair in before if pair in scores
    }
    assert set(scores) & set(before)


def test_everybody_without_somebody_is_listed_once_for_each_role(run):
    text = "id,role,never,gate\nm1,mentor,e1,\nm2,mentor,,Training is missing.\ne1,mentee,m2,\nx,both,e1,\n"
    code, _, pairs, report = run(text)
    assert code == 0
    assert [row[:2] for row in pairs[1:]] == [["m1", "x"]]
    assert [(each["id"], each["side"], each["kind"]) for each in report["unmatched"]] == [
        ("e1", "mentee", "no_partner"),
        ("m2", "mentor", "gate"),
        ("x", "mentor", "no_partner"),
    ]
    assert "m2" not in json.dumps(report["pairs"])


@pytest.mark.parametrize("text", ["id,role\nm1,mentor\n", "id,role\ne1,mentee\n", "id,role\nx,both\n"])
def test_nobody_to_meet_is_an_answer(run, text):
    code, _, pairs, report = run(text)
    assert (code, pairs, report["pairs"], report["gap"]) == (0, [["mentor", "mentee", "score"]], [], 0)
    assert report["unmatched"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ["row 1, column id: the file is empty; its first row must name the columns"]),
        (
            "id,role\nm1,teacher\n",
            ["row 2, column role: 'teacher' is no role; one of mentor, mentee, both, peer is needed"],
        ),
        ("id,role\nm1,\n", ["row 2, column role: blank; one of mentor, mentee, both, peer is needed"]),
        ("id,role\n,mentor\n", ["row 2, column id: blank; everybody needs an id of their own"]),
        (
            "id,role\nm1,mentor\n\nm1,mentee\n",
            ["row 4, column id: m1 stands for somebody else already; one row a person"],
        ),
        (
            "id,role,places,level\nm1,mentor,-1,x\nm2,both,2.5,\n",
            [
                "row 2, column level: 'x' is no number",
                "row 2, column places: -1: a whole number is needed, 0 or more",
                "row 3, column places: 2.5: a whole number is needed, 0 or more",
            ],
        ),
        (
            "id,role,never\nm1,mentor,e7\ne1,mentee,\n",
            ["row 2, column never: nobody here has the id e7; the nearest is e1"],
        ),
        (
            "id,role,never\nm1,mentor,tem:x\n",
            ["row 2, column never: 'tem:x' is no id here, and no veto of a team: or site:"],
        ),
        (
            "id,role\nm1,mentor\np1,peer\n",
            ["row 3, column role: peers can't stand beside mentors and mentees in one file; match them apart"],
        ),
        (
            "id,role\np1,peer\nx,both\n",
            ["row 2, column role: peers can't stand beside mentors and mentees in one file; match them apart"],
        ),
    ],
)
def test_a_fault_is_one_line_and_nothing_is_written(run, text, said):
    assert run(text) == (2, said, None, None)


def test_what_is_left_out_is_a_warning(run):
    text = (
        "ID;Role;gaols;wants;past;manager;availability\nm1;mentor;x;e1|e2;;m2;Mon 9-11\nm2;mentor;;;zed;m1;\n"
        "e1;mentee;;m1;e1;e1;\ne2;mentee;;m1;;m1;\n"
    )
    code, said, pairs, report = run(text)
    assert code == 0
    assert said == [
        "warning: row 1, column gaols: not a known column, left out; the nearest is goals",
        "warning: row 2, column manager: m2 leads round in a loop, left out",
        "warning: row 2, column timezone: blank; their hours are taken as UTC",
        "warning: row 2, column wants: nobody here has the id e1|e2, left out",
        "warning: row 3, column manager: m1 leads round in a loop, left out",
        "warning: row 3, column past: nobody here has the id zed, left out",
        "warning: row 4, column manager: their own id, left out",
        "warning: row 4, column past: their own id, left out",
    ]
    assert [row[:2] for row in pairs[1:]] == [["m1", "e1"], ["m2", "e2"]]  # m1 is the manager of e2
    assert report["warnings"] == [each.removeprefix("warning: ") for each in said]


def test_unknown_vetoes_are_kept_where_asked(run):
    text = "id,role,never\nm1,mentor,gone;e1\ne1,mentee,\n"
    assert run(text)[0] == 2
    code, _, pairs, report = run(text, "--unknown-vetoes", "keep")
    assert (code, len(pairs)) == (0, 1)
    assert {each["kind"] for each in report["unmatched"]} == {"no_partner"}
    assert run(text.replace("gone", "tem:x"), "--unknown-vetoes", "keep")[0] == 2


def test_settings_choose_aim_weights_and_rules(run):
    code, _, pairs, report = run(SMALL, settings='aim = "total"\ndemand = 2\n[weights]\ngoals = 0\n')
    assert code == 0
    assert (report["aim"], [each["name"] for each in report["levels"]]) == ("total", ["total fit"])
    assert {reason["key"] for each in report["pairs"] for reason in each["reasons"]} == {"text", "level_gap"}
    code, said, pairs, _ = run(SMALL, settings="[weights]\ngaols = 1\n")
    assert (code, said, pairs) == (2, ["settings: weights.gaols: gaols is not known; the nearest is goals"], None)
    code, _, pairs, _ = run(SMALL, settings='forced = [["m2", "e1"]]\nforbidden = [["m1", "e2"], ["m2", "e2"]]\n')
    assert [row[:2] for row in pairs[1:]] == [["m1", "x"], ["m2", "e1"]]


def test_a_veto_wins_over_a_wish_and_a_lock(run):
    text = "id,role,wants,never\nm1,mentor,e1,\ne1,mentee,m1,m1\n"
    code, _, pairs, report = run(text, settings='forced = [["m1", "e1"]]\n')
    assert (code, pairs) == (0, [["mentor", "mentee", "score"]])
    assert [each["kind"] for each in report["unmet"]] == ["forced"]
    assert "veto" not in json.dumps({key: value for key, value in report.items() if key != "settings"}).casefold()


PEERS = """id,role,goals,helps_with,never,past
a,peer,sql,python,,b
b,peer,python,sql,,a
c,Peer,sql,python,d,
d,peer,python,sql,,
e,peer,,,,
"""


def test_a_file_of_peers_is_paired_without_roles(run):
    code, said, pairs, report = run(PEERS)
    assert (code, said) == (0, [])
    assert pairs[0] == ["mentor", "mentee", "score"]
    assert [row[:2] for row in pairs[1:]] == [["a", "d"], ["b", "c"]]
    assert [(each["name"], each["value"], each["bound"]) for each in report["levels"][:2]] == [
        ("served", 4.0, 4.0), ("filled", 2.0, 2.0)]  # fmt: skip
    assert report["gap"] == 0.0
    assert [(each["id"], each["side"], each["kind"]) for each in report["unmatched"]] == [("e", "peer", "outcompeted")]
    assert report["people"]["peers"] == 5
    reason = report["pairs"][0]["reasons"][0]
    assert (reason["key"], reason["text"]["mentor"]) == (
        "goals", "You can help with their goal: python. They can help with your goal: sql.")  # fmt: skip
    rows = PEERS.splitlines()
    assert run("\n".join([rows[0], *reversed(rows[1:])]) + "\n")[2:] == (pairs, report)
    assert run(PEERS, settings='aim = "stable_mentors"')[:2] == (
        2, ["settings: aim: stable_mentors is for mentors and mentees; peers take coverage, total, worst_off"])  # fmt: skip


def test_ids_that_a_spreadsheet_would_run(run):
    code, _, pairs, report = run("id,role\n=1+1,mentor\n@e,mentee\n")
    assert code == 0
    assert pairs[1][:2] == ["'=1+1", "'@e"]
    assert (report["pairs"][0]["mentor"], report["pairs"][0]["mentee"]) == ("=1+1", "@e")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_encodings(run, encoding):
    code, said, pairs, _ = run("id;role;goals;helps_with\nZoë;mentee;Führung;\nm;mentor;;FÜHRUNG\n", encoding=encoding)
    assert (code, said, pairs[1]) == (0, [], ["m", "Zoë", "1.0"])


def test_bad_paths_are_said_and_nothing_is_lost(run, tmp_path, capsys):
    source = tmp_path / "p.csv"
    source.write_text(SMALL)
    report = str(tmp_path / "r.json")
    for arguments in (
        [str(tmp_path / "none.csv"), "--out", str(tmp_path / "o"), "--report", report],
        [str(source), "--out", str(source), "--report", report],
        [str(source), "--out", report, "--report", report],
        [str(source), "--out", str(tmp_path / "no" / "o"), "--report", report],
        [str(source), "--out", str(tmp_path), "--report", report],
        [str(source), "--settings", str(tmp_path / "none.toml"), "--out", str(tmp_path / "o"), "--report", report],
        [str(source), "--report", report],
        [],
    ):
        assert cli.main(arguments) == 2
        assert capsys.readouterr().err
    assert source.read_text() == SMALL
    assert [each.name for each in tmp_path.iterdir()] == ["p.csv"]


def test_hundred_thousand_rows_with_faults_are_refused_in_seconds(run):
    code, said, pairs, _ = run("id,role,timezone\n" + "".join(f"m{k},mentor,Europe/Berln\n" for k in range(100_000)))
    assert (code, pairs) == (2, None)
    assert said[0].startswith("row 2, column timezone: 'Europe/Berln' is no IANA time zone")


def test_memory_is_a_number_of_megabytes(run):
    for wrong in ("0", "-5", "much"):
        code, said, pairs, _ = run(SMALL, "--memory", wrong)
        assert (code, pairs) == (2, None)
        assert wrong in said[-1]


def test_too_many_pairs_for_the_memory_is_a_clear_sentence(run):
    text = "id,role\n" + "".join(f"{side[0]}{k},{side}\n" for side in ("mentor", "mxntee") for k in range(2000))
    code, said, pairs, _ = run(text.replace("mxntee", "mentee").replace("\nm0,mentee", "\nn0,mentee").replace(
        "id,role", "id,role"), "--memory", "1")  # fmt: skip
    assert (code, pairs) == (2, None)
    assert said


def test_no_module_of_django_is_loaded_and_the_terminal_alone_gets_a_bar(tmp_path):
    source = tmp_path / "p.csv"
    source.write_text(SMALL)
    program = (
        "import sys; from openmentor.engine.matching.cli import main; code = main(sys.argv[1:]);"
        "assert not any(name.split('.')[0] == 'django' for name in sys.modules); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(source), "--out", str(tmp_path / "o"), "--report", str(tmp_path / "r")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("3 pairs, 1 role without anybody; the best possible.")


HEAD = b"id,name,role,goals,helps_with\n"
BODY = HEAD + b"1,Ann Lee,mentor,,python\n2,Bo Roe,mentee,python,\n"


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (BODY + b"3," + b"x" * 2_000_000 + b",mentee,python,\n", 2, "row 4, column name: 2,000,000 characters"),
        (b"", 2, "the file is empty"),
        (b"\0" * 5_000, 2, "no readable name of a column"),
        (BODY + b"3,Cy\0 Sun,mentee,python,\n", 2, "row 4, column name: holds a NUL byte"),
        (BODY.decode().encode("utf-16-le"), 0, ""),
        (BODY.decode().encode("utf-32"), 2, "NUL byte"),
        (HEAD + "1,Zoë,mentor,,a\n".encode() + "2,Jürgen,mentee,a,\n".encode("cp1252"), 2, "row 3, column name: not UTF-8, while other"),
        (HEAD + b'1,"Ann\n2,Bo\n', 2, "the quotes do not close"),
    ],
)  # fmt: skip
def test_a_hostile_file_is_matched_or_refused_with_a_sentence(run, data, code, words):
    found, said, pairs, _report = run(data)
    assert (found, pairs is None) == (code, code == 2)
    assert words in "\n".join(said) if code else len(pairs) == 2


def test_formulas_of_a_file_are_text_in_what_is_written(run):
    code, _said, pairs, _ = run(HEAD + b'=1+1,"=HYPERLINK(""http://x"")",mentor,,python\n@x,+Bo,mentee,python,\n')
    assert (code, pairs[1][:2]) == (0, ["'=1+1", "'@x"])


def test_what_is_no_file_is_said_and_not_waited_for(tmp_path, capsys, monkeypatch):
    os.mkfifo(tmp_path / "pipe")
    where = ["--out", str(tmp_path / "o.csv"), "--report", str(tmp_path / "r.json")]
    for path, words in ((tmp_path, "Is a directory"), (tmp_path / "pipe", "a pipe, not a file")):
        assert cli.main([str(path), *where]) == 2
        assert words in capsys.readouterr().err
    closed = tmp_path / "closed.csv"
    closed.write_bytes(BODY)

    def refuse(path, *_how):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("pathlib.Path.open", refuse)  # whoever runs the tests may be allowed everything
    assert cli.main([str(closed), *where]) == 2
    assert f"{closed}: Permission denied" in capsys.readouterr().err
    assert sorted(each.name for each in tmp_path.iterdir()) == ["closed.csv", "pipe"]


@pytest.mark.parametrize("aim", ["stable_mentees", "stable_mentors"])
def test_a_stable_matching_is_written_without_prices(run, aim):
    code, _, pairs, report = run(SMALL, settings=f'aim = "{aim}"\n')
    assert code == 0
    assert len(pairs) == 1 + len(report["pairs"]) == 4
    assert set(report["prices"].values()) == {None}
