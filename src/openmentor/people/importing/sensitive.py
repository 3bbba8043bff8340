"""Columns that stay out of an import unless somebody asks for them and says why."""

from __future__ import annotations

from dataclasses import dataclass

from openmentor.people.importing.fields import compact, tokens
from openmentor.people.importing.wording import _, gettext_noop, words


@dataclass(frozen=True, slots=True)
class Sensitive:
    """A kind of column. ``tokens`` are words of a header, ``inside`` is looked for anywhere in it."""

    key: str
    english: str
    tokens: frozenset[str]
    inside: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """For people."""
        return _(self.english)


SENSITIVE: tuple[Sensitive, ...] = (
    Sensitive(
        "leaving",
        gettext_noop("the reasons of leaving"),
        words("reason reasons grund motif motivo motive"),
        (
            "termreason",
            "reasonforleaving",
            "leavingreason",
            "terminationreason",
            "exitreason",
            "austrittsgrund",
            "kundigungsgrund",
        ),
    ),
    Sensitive(
        "origin",
        gettext_noop("origin"),
        words(
            "race races racial ethnic ethnicity hispanic latino latina latinx bame bipoc origin herkunft origine "
            "raza etnia diversity indigenous veteran birthplace geburtsort migration"
        ),
        ("ethnicgroup", "hispaniclatino", "placeofbirth", "lieudenaissance"),
    ),
    Sensitive(
        "religion",
        gettext_noop("religion or belief"),
        words("religion religious faith belief church konfession kirchensteuer religiose religiosa creed"),
    ),
    Sensitive(
        "health",
        gettext_noop("health, disability or absence"),
        words(
            "health disability disabled disabilities handicap handicape medical sick sickness illness pregnancy "
            "pregnant absence absences absenteeism krank krankheit krankheitstage behinderung schwerbehindert gdb "
            "sante maladie discapacidad salud"
        ),
    ),
    Sensitive(
        "pay",
        gettext_noop("pay"),
        words(
            "salary salaries pay wage wages compensation bonus remuneration payrate income gehalt lohn vergutung "
            "salaire remuneracion salario sueldo hourlyrate ote equity"
        ),
        ("basepay", "payrate", "annualsalary", "salary"),
    ),
    Sensitive(
        "family",
        gettext_noop("family and marriage"),
        words(
            "marital married marriage spouse children dependents dependants familienstand verheiratet kinder "
            "situationfamiliale estadocivil hijos maiden geburtsname"
        ),
        ("maritalstatus", "maritaldesc", "civilstatus", "maidenname"),
    ),
    Sensitive(
        "citizenship",
        gettext_noop("citizenship"),
        words(
            "citizen citizenship nationality visa immigration staatsangehorigkeit nationalitat nationalite "
            "nacionalidad passport"
        ),
        ("citizendesc", "workpermit"),
    ),
    Sensitive(
        "orientation",
        gettext_noop("sexual orientation"),
        words("lgbt lgbtq lgbtqia lgbtqplus gay orientation transgender"),
        ("sexualorientation",),
    ),
    Sensitive(
        "birth",
        gettext_noop("age or date of birth"),
        words("dob birth birthday birthdate born age geburtsdatum geburtstag alter naissance nacimiento edad yob"),
        ("dateofbirth", "birthdate", "birthyear", "yearofbirth", "geburtsjahr", "datedenaissance", "fechadenacimiento"),
    ),
    Sensitive(
        "gender", gettext_noop("sex or gender"), words("sex gender geschlecht sexe genre sexo genero anrede salutation")
    ),
    Sensitive(
        "union",
        gettext_noop("union or party"),
        words("union unions gewerkschaft syndicat sindicato party politics"),
        ("unionmember", "tradeunion"),
    ),
    Sensitive(
        "official_id",
        gettext_noop("official numbers or bank accounts"),
        words("ssn iban sin nino bankaccount sozialversicherungsnummer steuernummer steuerid nir dni nif"),
        ("socialsecurity", "taxid", "nationalid", "bankaccount", "accountnumber", "passport", "driverslicense"),
    ),
    Sensitive(
        "private",
        gettext_noop("private address or telephone"),
        words(
            "zip postcode zipcode postalcode plz homeaddress street homephone privatephone address adresse "
            "strasse codepostal direccion codigopostal emergency"
        ),
        ("homeaddress", "personalemail", "privateemail", "homephone", "personalphone", "emergencycontact"),
    ),
    Sensitive(
        "opinion",
        gettext_noop("answers given in confidence"),
        words("satisfaction engagement enps survey zufriedenheit zufriedenheitswert satisfaccion"),
        ("empsatisfaction",),
    ),
    Sensitive(
        "discipline",
        gettext_noop("discipline"),
        words("disciplinary warning warnings grievance abmahnung misconduct late"),
        ("dayslate",),
    ),
)
SENSITIVE_BY_KEY = {kind.key: kind for kind in SENSITIVE}


def sensitive_kind(header: str) -> Sensitive | None:
    """Which kind of sensitive column this header names, if any."""
    parts, whole = set(tokens(header)), compact(header)
    # 'E-mail address' and 'Office address' are no homes; 'Language' and 'Stage' hold 'age' in no word of their own.
    is_address_at_work = bool(parts & {"email", "mail", "e", "office", "work", "web", "ip"})
    for kind in SENSITIVE:
        if kind.key == "private" and is_address_at_work and not parts & {"home", "private", "personal", "emergency"}:
            continue
        if parts & kind.tokens or whole in kind.tokens or any(text in whole for text in kind.inside):
            return kind
    return None
