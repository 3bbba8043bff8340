"""``openmentor import`` through the command line, with a database of its own: what it does, says, and asks of its caller."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.people.importing.made import as_csv, hr_rows


@pytest.fixture
def openmentor(tmp_path: Path):  # type: ignore[no-untyped-def]
    """Run a command as a person does at a shell without a terminal; in a folder of its own, on SQLite."""

    def run(*words: str) -> tuple[int, str, str]:
        env = {key: value for key, value in os.environ.items() if key not in ("DJANGO_SETTINGS_MODULE", "DATABASE_URL")}
        done = subprocess.run(
            [sys.executable, "-m", "openmentor.config.cli", *words],
            env={**env, "OPENMENTOR_DATA": str(tmp_path / "data")},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    return run


def test_an_export_comes_in_by_one_command_and_again_changes_nothing(openmentor, tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "people.csv"
    file.write_bytes(as_csv(hr_rows()))
    assert openmentor("import", str(file), "--dry-run", "--as-of", "2019-03-01")[1].endswith(
        "120 people\n  40 have left\n  120 without an address\n"
    )
    assert not (tmp_path / "data").exists()  # a dry run needs no database, and makes none
    assert openmentor("import", str(file), "--as-of", "2019-03-01", "--source", "HR") == (
        0,
        "120 people are new\n0 changed\n0 as before\n40 of the new have left\n80 without an address: print claim codes for them\n"
        "71 of 120 managers found: --dry-run says which not and why\n",
        "",
    )
    code, said, _err = openmentor("import", str(file), "--as-of", "2019-03-02", "--source", "HR", "--json")
    counts = json.loads(said)
    assert (code, counts.get("new", 0), counts.get("changed", 0), counts["same"]) == (0, 0, 0, 120)

    # Who is absent from a file of everybody is never taken out unasked.
    file.write_bytes(as_csv(hr_rows(100)))
    full = ("import", str(file), "--as-of", "2019-04-01", "--source", "HR", "--answer", "extent=full")
    code, said, err = openmentor(*full)
    assert (code, said) == (2, "")
    assert err.splitlines() == [
        "13 people are not in the file: say whether they have left.",
        "It is checked and waits for you at http://127.0.0.1:8000/people/imports/3/",
    ]
    code, said, _err = openmentor(*full, "--absent", "left")
    assert (code, "13 were absent and are noted as left" in said) == (0, True)


def test_a_bad_file_and_an_open_question_bring_nobody_in(openmentor, tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "people.csv"
    file.write_text("No,Name,Hired\n1,Kim Lee,01/02/2011\n")
    code, said, err = openmentor("import", str(file))
    assert (code, said, err) == (
        2, "", "date_order: The dates of 1 column can be read two ways. Which comes first, the day or the month?\n",
    )  # fmt: skip
    file.write_text("No,Name\n1,Lee, Kim\n2,Lou\n")
    code, said, err = openmentor("import", str(file))
    assert (code, said, err[:40]) == (2, "", "row 2, column 3: This row has 3 cells, b")
    assert not (tmp_path / "data").exists()
