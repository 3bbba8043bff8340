import pytest

from openmentor.people.importing import names


@pytest.mark.parametrize(
    ("text", "given", "family"),
    [
        ("Adler, Wilson  K", "Wilson K", "Adler"),
        ("Adler,Trina", "Trina", "Adler"),
        ("Ait Brahim, Karima   ", "Karima", "Ait Brahim"),
        ("Brandon R. LeBlanc", "Brandon R.", "LeBlanc"),
        ("Ludwig van Beethoven", "Ludwig", "van Beethoven"),
        ("María de la Cruz", "María", "de la Cruz"),
        ("Hans-Peter von der Müller III", "Hans-Peter", "von der Müller"),
        ("DUPONT Jean-Paul", "Jean-Paul", "DUPONT"),
        ("Jean de LA TOUR", "Jean", "de LA TOUR"),
        ("Dr. Ann Lee, PhD", "Ann", "Lee"),
        ("Smith, John, Jr.", "John", "Smith"),
        ("John Smith, Jr.", "John", "Smith"),
        ("Sukarno", "Sukarno", ""),
        ("Don Smith", "Don", "Smith"),
        ("ANN SMITH", "ANN", "SMITH"),
        ("李 小龙", "李", "小龙"),
    ],
)
def test_a_name_is_split(text, given, family):
    assert names.split(text) == names.Name(given, family)


@pytest.mark.parametrize("text", ["", "   ", "--", "12", ", "])
def test_what_has_no_letter_is_no_name(text):
    assert names.split(text) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Adler, Wilson  K", "Wilson K. Adler"),
        ("Müller, Zoë", "zoe MULLER"),
        ("D'Arcy, Jo", "Jo D’Arcy"),
        ("Smith-Jones, Ann", "Ann Smith Jones"),
        ("Łuczak, Søren", "Soren Luczak"),
    ],
)
def test_two_spellings_of_one_name_have_one_key(one, other):
    assert names.key(names.split(one)) == names.key(names.split(other))


def test_middle_initials_are_told_from_the_rest():
    assert names.initials_and_core(names.Name("Wilson K", "Adler")) == ("k", "wilson adler")
    assert names.initials_and_core(names.Name("Ana Maria", "Adler")) == ("", "ana maria adler")


def test_a_mailbox_has_plain_letters_only():
    assert names.mailbox("D'Arcy-Müller ß") == "darcy-mullerss"
