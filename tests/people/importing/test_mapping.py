"""Columns are guessed from headers and cells, corrected by hand, and what is sensitive stays out without a reason."""

import json

import pytest
from tests.people.importing.made import as_csv, hr_rows, opened

from openmentor.people.importing import mapping
from openmentor.people.importing.faults import InvalidFile
from openmentor.people.importing.mapping import CUSTOM, LEAVE_OUT


def guessed(header, *rows):
    text = "\n".join(";".join(row) for row in [header, *rows])
    with opened(text) as table:
        return {choice.column: choice.to for choice in mapping.guess(table).choices}


def test_an_hr_export_is_understood_without_help():
    with opened(as_csv(hr_rows())) as table:
        choices = mapping.guess(table).choices
    assert {choice.column: choice.to for choice in choices if choice.is_used} == {
        "Employee_Name": "name",
        "EmpID": "external_id",
        "Termd": "has_left",
        "Position": "position",
        "State": "site",
        "DateofHire": "hired_on",
        "DateofTermination": "left_on",
        "EmploymentStatus": "status",
        "Department": "department",
        "ManagerName": "manager_name",
        "ManagerID": "manager_id",
        "RecruitmentSource": CUSTOM,
        "PerformanceScore": "performance_tier",
    }
    assert {choice.column: choice.sensitive for choice in choices if choice.sensitive} == {
        "MarriedID": "family",
        "GenderID": "gender",
        "Salary": "pay",
        "Zip": "private",
        "DOB": "birth",
        "Sex": "gender",
        "RaceDesc": "origin",
        "TermReason": "leaving",
        "EmpSatisfaction": "opinion",
        "Absences": "health",
    }
    codes = {choice.column for choice in choices if not choice.is_used and not choice.sensitive}
    assert codes == {"EmpStatusID", "DeptID", "PositionID", "NumYearsWorked"}
    dept = next(choice for choice in choices if choice.column == "DeptID")
    assert dept.why == "Left out: codes of “Department”, which stands in words in column “Department”."


@pytest.mark.parametrize(
    ("header", "row", "to"),
    [
        (
            (
                "Personal-Nr.",
                "Name",
                "Vorname",
                "Abteilung",
                "Eintrittsdatum",
                "Vorgesetzter",
                "Standort",
                "E-Mail-Adresse",
            ),
            ("7", "Müller", "Zoë", "Einkauf", "05.07.2011", "Jo Adler", "Bonn", "z@example.org"),
            ["external_id", "family_name", "given_name", "department", "hired_on", "manager_name", "site", "email"],
        ),
        (
            ("Matricule", "Nom", "Prénom", "Service", "Date d'embauche", "Responsable", "Courriel", "Équipe"),
            ("7", "Dupont", "Zoé", "Achats", "05/07/2011", "Jo Adler", "z@example.org", "Bleu"),
            ["external_id", "family_name", "given_name", "department", "hired_on", "manager_name", "email", "team"],
        ),
        (
            (
                "Legajo",
                "Apellidos",
                "Nombre",
                "Departamento",
                "Fecha de ingreso",
                "Jefe",
                "Correo electrónico",
                "Puesto",
            ),
            ("7", "García Díaz", "Zoé", "Compras", "05/07/2011", "Jo Adler", "z@example.org", "Técnica"),
            ["external_id", "family_name", "given_name", "department", "hired_on", "manager_name", "email", "position"],
        ),
        (
            ("Worker ID", "Full Name", "Work Email Address", "Job Title", "Manager's Email", "Hire Date", "Time Zone"),
            ("7", "Zoe Lee", "z@example.org", "Nurse", "b@example.org", "2011-07-05", "Europe/Berlin"),
            ["external_id", "name", "email", "position", "manager_email", "hired_on", "timezone"],
        ),
    ],
)
def test_headers_in_four_languages(header, row, to):
    assert list(guessed(header, row).values()) == to


def test_cells_say_what_headers_do_not():
    rows = [
        ("ann@example.org", "M", "yes"),
        ("bo@example.org", "F", "no"),
        ("cy@example.org", "F", "no"),
        ("d@e.org", "M", "no"),
    ]
    assert guessed(("Contact", "Code", "Left"), *rows) == {"Contact": "email", "Code": LEAVE_OUT, "Left": "has_left"}


def test_a_header_that_its_cells_contradict_is_kept_under_its_own_name():
    assert guessed(("Name", "Mail", "Start date"), ("Ann Lee", "yes", "Monday"), ("Bo Roe", "no", "Friday")) == {
        "Name": "name",
        "Mail": CUSTOM,
        "Start date": CUSTOM,
    }


def test_a_manager_column_of_addresses_or_numbers_is_one():
    assert guessed(("Name", "Manager"), ("Ann", "bo@example.org"))["Manager"] == "manager_email"
    assert guessed(("Name", "Manager"), ("Ann", "17"))["Manager"] == "manager_id"


def test_codes_without_words_beside_them_are_taken():
    assert guessed(("Name", "DeptID"), ("Ann", "17"))["DeptID"] == "department"


def test_a_field_is_taken_from_one_column_alone():
    to = guessed(("Name", "Department", "Dept"), ("Ann", "Sales", "Sales"))
    assert to == {"Name": "name", "Department": "department", "Dept": CUSTOM}


@pytest.mark.parametrize(
    "header",
    ["Ethnicity", "Religion", "Disability status", "Base Salary", "Pay", "Reason for leaving", "Marital Status",
     "Nationality",
     "Sexual orientation", "Date of birth", "Gender", "Union member", "Gehalt", "Geburtsdatum", "Konfession", "SSN",
     "Home address", "Sick days", "Personal email", "Nationalité", "Salario"],
)  # fmt: skip
def test_sensitive_columns_stay_out(header):
    assert guessed(("Name", header), ("Ann", "x"), ("Bo", "y"))[header] == LEAVE_OUT


@pytest.mark.parametrize("header", ["Stage", "Language", "Office address", "Package", "Brace", "Payroll group"])
def test_columns_that_only_sound_alike_stay_in(header):
    assert guessed(("Name", header), ("Ann", "x"), ("Bo", "y"))[header] != LEAVE_OUT


HR = "Name;Gender;Unit code;Squad\nAnn;F;7;Blue\n"


def test_a_choice_by_hand_stands_and_frees_the_guess():
    with opened(HR) as table:
        changed = mapping.guess(table).changed({"Unit code": "team"})
    assert [(choice.column, choice.to) for choice in changed.choices] == [
        ("Name", "name"),
        ("Gender", LEAVE_OUT),
        ("Unit code", "team"),
        ("Squad", LEAVE_OUT),
    ]


def test_a_sensitive_column_comes_in_with_a_reason_alone():
    with opened(HR) as table:
        guess = mapping.guess(table)
    with pytest.raises(InvalidFile) as caught:
        guess.changed({"Gender": CUSTOM})
    assert [(fault.kind, fault.column) for fault in caught.value.faults] == [("mapping.no_reason", "Gender")]
    taken = guess.changed({"Gender": CUSTOM}, {"Gender": "inclusion report"}).choice("Gender")
    assert (taken.to, taken.reason, taken.sensitive) == (CUSTOM, "inclusion report", "gender")


def test_a_mapping_that_does_not_fit_says_so_with_the_nearest():
    with opened(HR) as table:
        guess = mapping.guess(table)
    with pytest.raises(InvalidFile) as caught:
        guess.changed({"Squat": "team", "Unit code": "departement", "Name": "name", "Squad": "name"})
    assert {(fault.kind, fault.column, fault.advice) for fault in caught.value.faults} == {
        ("mapping.no_column", "Squat", "The nearest is “Squad”."),
        ("mapping.no_field", "Unit code", "The nearest is “department”."),
        ("mapping.twice", "Squad", "Choose one of them."),
    }


def test_a_mapping_is_repeated_from_json_and_from_toml():
    with opened(HR) as table:
        guess = mapping.guess(table)
    chosen = guess.changed({"Gender": CUSTOM, "Unit code": LEAVE_OUT}, {"Gender": "report"})
    again = mapping.saved(json.dumps(chosen.as_dict()))
    assert guess.changed(again.to, again.reasons).as_dict() == chosen.as_dict()
    toml = (
        '[columns]\n"Unit code" = "team"\nGender = {to = "custom", reason = "report"}\n[answers]\ndate_order = "mdy"\n'
    )
    read = mapping.saved(toml, is_toml=True)
    assert (read.to, read.reasons, read.answers) == (
        {"Unit code": "team", "Gender": "custom"},
        {"Gender": "report"},
        {"date_order": "mdy"},
    )


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"columns": 3}', '{"columns": {"a": 3}}', "{" * 5000])
def test_a_mapping_of_another_form_is_refused(text):
    with pytest.raises(InvalidFile):
        mapping.saved(text)
