"""``openmentor impact``: what it says, what it writes, and that a fault writes nothing."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from tests.engine.impact.worlds import Setting, make

from openmentor.config.cli import main as openmentor
from openmentor.engine import impact

WORLD = make(4, Setting(people=900, months=30, rate=0.9))
PEOPLE = "person,hired\n" + "".join(f"p{k},2020-01-01\n" for k in range(200))
EVENTS = "person,day,kind\n" + "".join(f"p{k},2022-06-01,left\n" for k in [1, 2, 3, *range(100, 128)])
STARTS = "person,day\n" + "".join(f"p{k},2022-01-10\n" for k in range(60))


def text(table, separator=","):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator)
    writer.writerow(table)
    writer.writerows(
        [["" if each != each else each for each in row] for row in zip(*(c.tolist() for c in table.values()))]
    )
    return out.getvalue()


@pytest.fixture
def run(tmp_path, capsys):
    """Write three files and compare: (exit code, stdout, stderr lines, report or None)."""

    def go(people=PEOPLE, events=EVENTS, starts=STARTS, *arguments, as_of="2023-06-30", of="left", encoding="utf-8"):
        paths = [tmp_path / name for name in ("PEOPLE.csv", "EVENTS.csv", "STARTS.csv")]
        for path, content in zip(paths, (people, events, starts)):
            path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        out = tmp_path / "report.json"
        out.unlink(missing_ok=True)
        code = openmentor(["impact", *map(str, paths), "--as-of", as_of, "--of", of, "--out", str(out), *arguments])
        said = capsys.readouterr()
        lines = [line.replace(f"{tmp_path}{os.sep}", "") for line in said.err.splitlines()]
        return code, said.out, lines, json.loads(out.read_text()) if out.exists() else None

    return go


def test_a_summary_and_a_report_that_says_what_the_library_says(run):
    code, out, said, report = run(text(WORLD.people), text(WORLD.events), text(WORLD.starts), as_of=str(WORLD.as_of))
    assert (code, said) == (0, [])
    covariates = ["level", "performance", "engagement", "department"]
    study = impact.Study(WORLD.people, WORLD.events, WORLD.starts, WORLD.as_of, covariates=covariates)
    found = study.effect("left", rng=np.random.default_rng(0))
    effect = report["effect"]
    assert (effect["value"], effect["low"], effect["high"]) == (found.value, found.low, found.high)
    assert [row[0] for row in effect["balance"]] == [row[0] for row in found.balance]
    assert report["settings"] == {
        "as_of": str(WORLD.as_of), "of": "left", "horizon": 12, "primary": False, "looks": 1, "seed": 0, "covariates": covariates,
        "exact": [], "eligible": None,
    }  # fmt: skip
    assert {name: each["rows"] for name, each in report["files"].items()} == {
        "people": len(WORLD.people["person"]), "events": len(WORLD.events["person"]), "starts": len(WORLD.starts["person"]),
    }  # fmt: skip
    assert all(len(each["sha256"]) == 64 for each in report["files"].values())
    assert {"openmentor", "numpy", "scipy", "python"} == set(report["versions"])
    assert report["curves"]["participants"]["share"][0] == 1
    assert f"participants        {100 * found.treated.value:5.1f} %" in out
    assert f"{found.n_treated} people" in out
    assert found.verdict in out
    assert "performance" in out
    assert f"Method: {found.method}." in out


def test_too_little_is_an_answer(run):
    code, out, said, report = run(starts="person,day\n")
    assert (code, said) == (0, [])
    assert "Can't tell yet. Nobody took part, so there is nobody to compare." in out
    assert report["effect"]["value"] is None
    assert report["effect"]["unknown"] == "Nobody took part, so there is nobody to compare."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_files_as_they_come(run, encoding, separator):
    rows = PEOPLE.splitlines()[1:]
    people = "\n".join(["person,hired,Büro", *(f"{row},{'Köln' if k % 2 else 'Ulm'}" for k, row in enumerate(rows))])
    people, events, starts = (each.replace(",", separator) for each in (people, EVENTS, STARTS))
    code, _, said, report = run(people, events, starts, encoding=encoding)
    assert (code, said) == (0, [])
    assert report["settings"]["covariates"] == ["büro"]
    assert report["effect"]["treated"]["value"] == pytest.approx(0.05)


def test_options_choose_columns(run):
    extra = "".join(f"p{k},2020-01-01,{k % 3},{'yes' if k % 4 else 'no'},u{k}@x.org,{k % 7}\n" for k in range(200))
    people = "person,hired,Site,may,mail,score\n" + extra
    code, _, said, report = run(
        people, EVENTS, STARTS, "--exact", "site", "--eligible", "May", "--leave-out", "score", "--primary"
    )
    assert code == 0
    assert said == ["warning: column mail: nearly everybody has words of their own, left out"]
    assert report["settings"] | {} == report["settings"] | {
        "exact": ["site"],
        "eligible": "may",
        "covariates": [],
        "primary": True,
    }
    assert report["effect"]["primary"] is True
    code, _, said, report = run(people, EVENTS, STARTS, "--exact", "town")
    assert (code, said, report) == (2, ["--exact: there is no column town; there are site, may, mail, score"], None)


def replaced(content, old, new):
    assert old in content
    return content.replace(old, new, 1)


FAULTS = [
    ({"people": replaced(PEOPLE, "p0,2020-01-01", "p0,soon")}, ["PEOPLE.csv: row 2, column hired: soon is no day; a day is written 2026-03-31"]),
    ({"people": "person,hired\n"}, ["PEOPLE.csv: row 2, column person: nobody in the file; below the header each row is a person"]),
    ({"people": ""}, ["PEOPLE.csv: row 1, column id: the file is empty; its first row must name the columns"]),
    ({"people": "name,hired\nx,2020-01-01\n"}, ["PEOPLE.csv: row 1, column person: missing; every row is about somebody"]),
    ({"events": "person,day\n"}, ["EVENTS.csv: row 1, column kind: missing; every event is of a kind: left, hired (back), promoted, …"]),
    ({"events": EVENTS + "p1,2022-09-01,left\n"}, ["EVENTS.csv: row 33, column day: person p1: left on 2022-09-01 again without being hired back between"]),
    ({"starts": STARTS + "p3,2022-02-10\n"}, ["STARTS.csv: row 62, column person: person p3: starts a second time; the first is row 5"]),
    ({"starts": STARTS + "q,2022-02-10\n"}, ["STARTS.csv: row 62, column person: q is not among the people"]),
    ({"people": PEOPLE + "p0,2020-01-01\n"}, ["PEOPLE.csv: row 202, column person: p0 stands in row 2 already; one row a person"]),
    ({"as_of": "2022-13-01"}, ["--as-of: 2022-13-01 is no day; a day is written 2026-03-31"]),
    ({"of": "promotd"}, ["--of: there is no event of the kind 'promotd'; there are left"]),
]  # fmt: skip


@pytest.mark.parametrize(("given", "lines"), FAULTS, ids=[each[1][0][:40] for each in FAULTS])
def test_faults_have_their_place_and_write_nothing(run, given, lines):
    code, out, said, report = run(**given)
    assert (code, out, said, report) == (2, "", lines, None)


def test_faults_of_all_files_are_told_at_once(run):
    code, _, said, _ = run(people="name\nx\n", events="day\n2020-01-01\n", starts=b"\xff\xfe\x00")
    assert code == 2
    assert {line.split(":")[0] for line in said} == {"PEOPLE.csv", "EVENTS.csv", "STARTS.csv"}


def test_a_report_never_replaces_an_input_and_a_file_must_be_there(tmp_path, capsys):
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE)
    arguments = ["impact", str(path), str(path), str(path), "--as-of", "2023-01-01", "--of", "left"]
    assert openmentor([*arguments, "--out", str(path)]) == 2
    assert "is read already; choose another name" in capsys.readouterr().err
    assert path.read_text() == PEOPLE
    assert openmentor(["impact", str(tmp_path / "none.csv"), *arguments[2:]]) == 2
    assert "none.csv: No such file or directory" in capsys.readouterr().err
    assert openmentor([*arguments, "--horizon", "0"]) == 2
    assert openmentor([*arguments, "--looks", "0"]) == 2
    assert "--looks: a whole number from 1 to 120 is needed" in capsys.readouterr().err
    assert openmentor(["impact", "--help"]) == 0


def test_it_starts_without_django():
    done = subprocess.run(
        [sys.executable, "-c", "import sys; from openmentor.engine.impact import cli; sys.exit('django' in sys.modules or 'pandas' in sys.modules or 'numba' in sys.modules)"],
        timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0


def test_what_is_recorded_of_nobody_is_said(run):
    code, _, said, report = run(of="promoted")
    assert (code, said) == (0, ["warning: no event of the kind promoted is recorded"])
    assert report["warnings"] == ["no event of the kind promoted is recorded"]


def test_a_column_that_must_agree_exactly_may_be_left_out_of_the_weights(run):
    people = "person,hired,department\n" + "".join(f"p{k},2020-01-01,{'ab'[k % 2]}\n" for k in range(200))
    code, _, said, report = run(people, EVENTS, STARTS, "--exact", "department", "--leave-out", "department")
    assert (code, said) == (0, [])
    assert report["effect"]["value"] is not None


def test_looks_fixed_before_the_launch_widen_the_interval(run):
    _, _, _, one = run()
    code, out, said, twelve = run(PEOPLE, EVENTS, STARTS, "--primary", "--looks", "12")
    assert (code, said, twelve["settings"]["looks"]) == (0, [], 12)
    assert "wide enough for 12 looks (Pocock)." in out
    assert twelve["effect"]["low"] < one["effect"]["low"] < one["effect"]["high"] < twelve["effect"]["high"]


def test_a_word_for_a_gap_among_numbers_is_a_gap_and_another_word_is_warned_of(run):
    rows = [f"p{k},2020-01-01,{k % 40 + 0.5}\n" for k in range(200)]
    head = "person,hired,score\n"
    code, _, said, gap = run(head + "".join(rows[:-1]) + "p199,2020-01-01,n/a\n")
    assert (code, said) == (0, ["warning: column score: n/a is taken as not known"])
    _, _, said, blank = run(head + "".join(rows[:-1]) + "p199,2020-01-01,\n")
    assert (said, blank["effect"]["value"]) == ([], gap["effect"]["value"])
    _, _, said, _ = run(head + "".join(rows[:-1]) + "p199,2020-01-01,ten\n")
    assert said == ["warning: column score: nearly all are numbers, but ten is not, so all count as words"]


def test_a_terminal_without_the_letters_still_gets_the_figures_and_a_reader_may_stop(tmp_path):
    people = PEOPLE.replace("hired", "hired,größe", 1).replace(",2020-01-01", ",2020-01-01,1.5")
    paths = []
    for name, content in (("people.csv", people), ("events.csv", EVENTS), ("starts.csv", STARTS)):
        (tmp_path / name).write_text(content, encoding="utf-8")
        paths.append(str(tmp_path / name))
    command = [sys.executable, "-m", "openmentor.engine.impact.cli", *paths, "--as-of", "2023-06-30", "--of", "left"]
    plain = {**os.environ, "PYTHONIOENCODING": "ascii"}
    for more in (["--help"], []):
        done = subprocess.run([*command, *more], env=plain, capture_output=True, timeout=60, check=False)
        assert (done.returncode, b"Traceback" in done.stderr) == (0, False)
    assert b"gr\\xf6sse" in done.stdout
    reader = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    reader.stdout.close()
    assert reader.stderr.read() == b""
    reader.wait(timeout=60)
    reader.stderr.close()
