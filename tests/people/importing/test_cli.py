"""``openmentor import``: a dry run without a database, without questions where there is no terminal."""

import json
import os
import subprocess
import sys
from datetime import date

import pytest
from tests.people.importing.made import as_csv, hr_rows

from openmentor.people.importing.cli import main
from openmentor.people.importing.plan import dry_run
from openmentor.people.importing.table import open_table


@pytest.fixture
def people(tmp_path):
    path = tmp_path / "people.csv"
    path.write_bytes(as_csv(hr_rows()))
    return path


def test_a_dry_run_says_what_it_would_ask_and_how_many_people(people, capsys):
    assert main([str(people), "--dry-run", "--as-of", "2019-03-01"]) == 0
    said = capsys.readouterr().out
    assert "  email: 120 have no address: give a rule like first.last@example.org, or" in said
    assert "  Absent Boss: is not among the people (24 people: rows 4, 9, 14, 19, 24, …)" in said
    assert said.endswith("120 people\n  40 have left\n  120 without an address\n")


def test_json_has_the_same(people, capsys):
    assert main([str(people), "--dry-run", "--json", "--as-of", "2019-03-01"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["counts"]["people"], said["counts"]["leavers"], said["valid_on"]) == (120, 40, "2019-03-01")
    assert [question["key"] for question in said["questions"]] == ["latest_year", "email", "extent", "sensitive"]
    assert {column["column"]: column["to"] for column in said["columns"]}["Salary"] == "leave_out"


def test_a_mapping_is_saved_and_repeated(people, tmp_path, capsys):
    saved = tmp_path / "mapping.json"
    assert main([str(people), "--dry-run", "--answer", "email=claim_codes", "--save-mapping", str(saved)]) == 0
    capsys.readouterr()
    assert main([str(people), "--dry-run", "--json", "--mapping", str(saved)]) == 0
    questions = {question["key"]: question["answer"] for question in json.loads(capsys.readouterr().out)["questions"]}
    assert questions == {"latest_year": None, "email": "claim_codes", "extent": None}


def test_a_fault_is_one_line_on_standard_error_and_exit_2(tmp_path, capsys):
    path = tmp_path / "people.csv"
    path.write_text("Name,Team\nLee, Ann,Blue\nBo,Red\nCy,Red\n")
    assert main([str(path), "--dry-run"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        "row 2, column 3: This row has 3 cells, but there are 2 columns; some may stand in wrong ones. "
        "Put text that holds the separator between quotation marks, or correct the row."
    ]


def test_a_file_that_is_not_there_is_said(tmp_path, capsys):
    assert main([str(tmp_path / "none.csv"), "--dry-run"]) == 2
    assert capsys.readouterr().err == f"{tmp_path / 'none.csv'}: No such file or directory\n"


def test_the_import_itself_is_given_the_run_once_everything_is_answered(tmp_path, people, capsys):
    taken = []

    def carry_out(run, order):
        taken.append((run.counts.people, order.source))
        return 0

    path = tmp_path / "dates.csv"
    path.write_text("ID,Name,Hired\n1,Ann,01/02/2011\n")
    assert main([str(path)], carry_out=carry_out) == 2
    assert "can be read two ways" in capsys.readouterr().err
    assert main([str(path), "--answer", "date_order=dmy", "--source", "hr"], carry_out=carry_out) == 0
    assert main([str(people), "--dry-run"], carry_out=carry_out) == 0
    assert taken == [(1, "hr")]


def test_at_a_terminal_it_asks_until_the_answer_is_one(tmp_path, monkeypatch, capsys):
    path = tmp_path / "dates.csv"
    path.write_text("ID,Name,Email,Hired\n1,Ann,ann@example.org,01/02/2011\n")
    said = iter(["both", "dmy", "full"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _prompt: next(said))
    assert main([str(path), "--dry-run", "--save-mapping", str(tmp_path / "m.json")]) == 0
    assert "“both” is no answer to “date_order”." in capsys.readouterr().out
    answers = json.loads((tmp_path / "m.json").read_text())["answers"]
    assert answers == {"date_order": "dmy", "extent": "full"}


def test_it_runs_without_settings_and_database(people):
    code = "import sys; from openmentor.people.importing.cli import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, str(people), "--dry-run"],
        env={"PATH": "", "PYTHONPATH": ":".join(sys.path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "120 people" in done.stdout


HEAD = b"id,name,role\n"
BODY = HEAD + b"1,Ann Lee,Analyst\n2,Bo Roe,Clerk\n"


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (BODY + b"3," + b"x" * 2_000_000 + b",Clerk\n", 2, "row 4, column 2: This cell has 2000000 characters"),
        (b"", 2, "The file is empty"),
        (b"\0" * 5_000, 2, "This is no table"),
        (BODY + b"3,Cy\0 Sun,Clerk\n", 0, "3 people"),
        (BODY.decode().encode("utf-16-le"), 0, "(UTF-16, comma)"),
        (BODY.decode().encode("utf-32"), 0, "(UTF-32, comma)"),
        (HEAD + "1,Zoë,Clerk\n".encode() + "2,Jürgen,Clerk\n".encode("cp1252"), 0, "row 3, column name: This cell is written in another"),
        (HEAD + b'=1+1,"=HYPERLINK(""http://x.example"")",@x\n', 0, "1 person"),
        (HEAD + b'1,"Ann\n2,Bo,x\n', 2, "A quotation mark is opened"),
    ],
)  # fmt: skip
def test_a_hostile_file_is_read_or_refused_with_a_sentence(tmp_path, capsys, data, code, words):
    (tmp_path / "people.csv").write_bytes(data)
    assert main([str(tmp_path / "people.csv"), "--dry-run"]) == code
    said = capsys.readouterr()
    assert words in (said.err if code else said.out)
    assert "Traceback" not in said.err


def test_what_is_no_file_is_said_and_not_waited_for(tmp_path, capsys, monkeypatch):
    os.mkfifo(tmp_path / "pipe")
    for path, words in ((tmp_path, "Is a directory"), (tmp_path / "pipe", "a pipe or a device"), ("/dev/zero", "a pipe or a device")):  # fmt: skip
        assert main([str(path), "--dry-run"]) == 2
        assert words in capsys.readouterr().err
    closed = tmp_path / "closed.csv"
    closed.write_bytes(BODY)

    def refuse(path, *_how):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("pathlib.Path.open", refuse)  # whoever runs the tests may be allowed everything
    assert main([str(closed), "--dry-run"]) == 2
    assert capsys.readouterr().err == f"{closed}: Permission denied\n"


def test_signs_that_nobody_sees_are_left_out_of_names(tmp_path):
    text = "id,name,team\n1,Ann \u202eeeL,Bl\u200bue\n2,Bo\0 Roe,Red\n"
    (tmp_path / "people.csv").write_text(text, encoding="utf-8")
    with open_table(tmp_path / "people.csv") as table:
        found = dry_run(table, at=date(2026, 1, 1))
        assert [(person.name, person.team) for person in found.people()] == [("Ann eeL", "Blue"), ("Bo Roe", "Red")]
