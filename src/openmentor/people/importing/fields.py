"""What can be known of a person from a file, and by which headers it is recognized.

Headers are compared without case, accents, spaces and signs, in English, German, French and Spanish.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from openmentor.people.importing.names import plain
from openmentor.people.importing.wording import _, gettext_noop, words

Kind = Literal["text", "name", "email", "id", "date", "level", "timezone", "flag", "status", "list"]


@dataclass(frozen=True, slots=True)
class Field:
    """A fact of a person. ``headers`` are whole headers; ``parts`` also count within a longer one."""

    key: str
    english: str
    kind: Kind
    headers: frozenset[str]
    parts: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """For people."""
        return _(self.english)


FIELDS: tuple[Field, ...] = (
    Field(
        "external_id",
        gettext_noop("Personnel number"),
        "id",
        words(
            "id no nr number empid employeeid employeenumber employeeno employeenr empno empnumber personid personnelnumber "
            "personnelno personnelid staffid staffnumber workerid userid externalid hrid badge badgenumber "
            "payrollnumber associateid personalnummer persnr personalnr mitarbeiternummer mitarbeiterid "
            "mitarbeiternr matricule numeroemploye identifiant numeroempleado idempleado legajo matricula"
        ),
    ),
    Field(
        "name",
        gettext_noop("Name"),
        "name",
        words(
            "name fullname employeename personname displayname staffname workername employee person preferredname "
            "names vollstandigername mitarbeiter mitarbeitername nachnamevorname namevorname nomcomplet "
            "nometprenom nomprenom collaborateur employe nombrecompleto nombreyapellidos apellidosynombre "
            "empleado lastnamefirstname"
        ),
    ),
    Field(
        "given_name",
        gettext_noop("Given name"),
        "text",
        words(
            "firstname givenname forename first given fname christianname vorname rufname prenom nombre primernombre"
        ),
        ("first name", "given name", "forename", "vorname", "prenom"),
    ),
    Field(
        "middle_name",
        gettext_noop("Middle name"),
        "text",
        words("middlename middle middleinitial mi zweitname secondname"),
    ),
    Field(
        "family_name",
        gettext_noop("Family name"),
        "text",
        words("lastname surname familyname last lname nachname familienname nom nomdefamille apellido apellidos"),
        ("last name", "family name", "surname", "nachname", "apellido", "apellidos"),
    ),
    Field(
        "email",
        gettext_noop("E-mail"),
        "email",
        words(
            "email mail emailaddress mailaddress emailid workemail businessemail companyemail emailadresse "
            "mailadresse adressemail courriel adressecourriel correo correoelectronico emailwork primaryemail upn "
            "userprincipalname"
        ),
        ("email", "e mail", "mail", "courriel", "correo"),
    ),
    Field(
        "position",
        gettext_noop("Position"),
        "text",
        words(
            "position jobtitle title job role jobrole positiontitle jobname occupation jobposition businesstitle "
            "stelle funktionsbezeichnung stellenbezeichnung beruf poste intituleduposte fonctionposte puesto "
            "cargo"
        ),
        ("job title", "position title", "stellenbezeichnung"),
    ),
    Field(
        "function",
        gettext_noop("Function"),
        "text",
        words(
            "function jobfunction jobfamily jobgroup functionalarea funktion berufsgruppe fonction metier funcion area"
        ),
        ("job family", "job function"),
    ),
    Field(
        "department",
        gettext_noop("Department"),
        "text",
        words(
            "department dept departement departmentname deptname division businessunit bu orgunit "
            "organizationunit unit organisationunit costcentername abteilung bereich service direction "
            "departamento section"
        ),
        ("department", "abteilung", "departamento", "business unit"),
    ),
    Field(
        "team",
        gettext_noop("Team"),
        "text",
        words("team teamname squad workgroup group crew gruppe mannschaft equipe equipo grupo"),
        ("team", "equipe", "equipo"),
    ),
    Field(
        "level",
        gettext_noop("Level"),
        "level",
        words(
            "level grade joblevel jobgrade band careerlevel paygrade seniority seniorityllevel managementlevel "
            "stufe ebene karrierestufe hierarchieebene niveau echelon nivel grado"
        ),
        ("job level", "career level", "job grade"),
    ),
    Field(
        "site",
        gettext_noop("Site"),
        "text",
        words(
            "site location office worklocation officelocation sitename branch plant workplace campus standort "
            "buro arbeitsort niederlassung lieu lieudetravail bureau etablissement sede oficina ubicacion centro"
        ),
        ("work location", "office location", "standort"),
    ),
    Field(
        "country",
        gettext_noop("Country"),
        "text",
        words("country countryname nation land pays pais countrycode workcountry"),
    ),
    Field(
        "timezone",
        gettext_noop("Time zone"),
        "timezone",
        words("timezone tz timezonename zeitzone fuseauhoraire zonahoraria husohorario"),
        ("time zone",),
    ),
    Field(
        "partner",
        gettext_noop("Partner organization"),
        "text",
        words(
            "partner partnerorganization partnerorganisation company organization organisation employer school "
            "chapter firma unternehmen gesellschaft entreprise societe empresa"
        ),
    ),
    Field(
        "performance_tier",
        gettext_noop("Performance tier"),
        "text",
        words(
            "performance performancescore performancerating performancetier performancelevel rating perfscore "
            "perfrating talenttier leistungsbeurteilung beurteilung leistung evaluation desempeno"
        ),
        ("performance score", "performance rating"),
    ),
    Field(
        "hired_on",
        gettext_noop("Hired on"),
        "date",
        words(
            "hiredate hireddate hired hiredon dateofhire datehired startdate joindate joiningdate dateofjoining "
            "joined joinedon entrydate employmentstart employmentstartdate originalhiredate start seniositydate "
            "eintritt eintrittsdatum eintrittam dateembauche datedembauche dateentree datedentree embauche "
            "fechadeingreso fechaingreso fechadecontratacion fechaalta"
        ),
        ("hire date", "date of hire", "start date", "eintrittsdatum"),
    ),
    Field(
        "left_on",
        gettext_noop("Left on"),
        "date",
        words(
            "termdate terminationdate dateoftermination dateterminated enddate leavedate leavingdate leftdate "
            "lefton left exitdate lastday lastworkingday lastdayworked separationdate employmentend "
            "employmentenddate austritt austrittsdatum austrittam datedepart datededepart datesortie datedesortie "
            "fechadebaja fechabaja fechadesalida"
        ),
        ("termination date", "date of termination", "exit date", "austrittsdatum"),
    ),
    Field(
        "has_left",
        gettext_noop("Has left (yes or no)"),
        "flag",
        words(
            "termd terminated isterminated hasleft isleaver leaver inactive isinactive resigned ausgetreten parti baja"
        ),
    ),
    Field(
        "is_active",
        gettext_noop("Is employed (yes or no)"),
        "flag",
        words("active isactive isemployed employed current aktiv actif activo"),
    ),
    Field(
        "status",
        gettext_noop("Employment status"),
        "status",
        words(
            "status employmentstatus employeestatus empstatus workerstatus jobstatus beschaftigungsstatus statut "
            "statutemploye situacion estado estadolaboral"
        ),
        ("employment status", "employee status"),
    ),
    Field(
        "manager_id",
        gettext_noop("Manager's number"),
        "id",
        words(
            "managerid managernumber managerno managerempid manageremployeeid supervisorid reportstoid bossid "
            "linemanagerid vorgesetzterid vorgesetztennummer idmanager idresponsable idjefe"
        ),
    ),
    Field(
        "manager_email",
        gettext_noop("Manager's e-mail"),
        "email",
        words("manageremail manageremailaddress supervisoremail bossemail"),
    ),
    Field(
        "manager_name",
        gettext_noop("Manager"),
        "name",
        words(
            "manager managername linemanager supervisor supervisorname reportsto boss directmanager "
            "managerfullname vorgesetzter vorgesetzte fuhrungskraft nomdumanager responsable superieur jefe "
            "supervisornombre gerente"
        ),
    ),
    Field(
        "skills",
        gettext_noop("Skills"),
        "list",
        words("skills skill competencies competences kompetenzen fahigkeiten competencias habilidades expertise"),
    ),
    Field(
        "languages",
        gettext_noop("Languages"),
        "list",
        words("languages spokenlanguages language sprachen langues idiomas"),
    ),
    Field("pronouns", gettext_noop("Pronouns"), "text", words("pronouns pronoun pronomen pronoms pronombres")),
)
BY_KEY = {field.key: field for field in FIELDS}

#: Where there is no column of sites, these say where somebody works; the first that occurs is proposed.
SITE_STAND_INS = (
    words("city town worksitecity workcity stadt ort ville ciudad localidad"),
    words("state province region county bundesland provincia workstate"),
)
#: They follow from the day of hiring, and are wrong a year later.
DERIVED = words(
    "tenure tenureyears yearsofservice yearsworked numyearsworked lengthofservice seniorityyears serviceyears "
    "betriebszugehorigkeit anciennete antiguedad"
)
#: Words that say nothing of which field a header means.
FILLERS = words(
    "employee employees emp person persons staff worker user current primary work business company the of a full "
    "desc description text label name value hr official main de du la le el der die das des"
)
CODE_WORDS = words("id ids code codes nr no num number key nummer numero kurzel")
MANAGER_WORDS = words(
    "manager managers supervisor supervisors boss vorgesetzter vorgesetzte vorgesetzten superieur jefe reports mgr"
)


_CAMEL = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[^\W\d])(?=\d)")
_SIGNS = re.compile(r"[\W_]+")


def tokens(header: str) -> tuple[str, ...]:
    """The words of a header: 'Employee_Name', 'EmpID' and 'Date of Hire' have two, two and three."""
    spaced = _SIGNS.sub(" ", _CAMEL.sub(" ", header.replace("'s", "").replace("’s", "")))
    return tuple(plain(spaced).split())


def compact(header: str) -> str:
    """A header without spaces, signs, case and accents."""
    return "".join(tokens(header))


def field_of(header: str) -> tuple[Field, float] | None:
    """The field a header names and how sure that is (0..1): the whole header, without fillers, or a part of it."""
    parts = tokens(header)
    whole = "".join(parts)
    for field in FIELDS:
        if whole in field.headers:
            return field, 0.95
    is_of_manager = bool(set(parts) & MANAGER_WORDS)
    if is_of_manager:
        return _manager_field(parts)
    lean = "".join(part for part in parts if part not in FILLERS)
    for field in FIELDS:
        if lean and lean in field.headers:
            return field, 0.85
    spaced = f" {' '.join(parts)} "
    for field in FIELDS:
        if any(f" {part} " in spaced for part in field.parts):
            return field, 0.6
    return None


def _manager_field(parts: tuple[str, ...]) -> tuple[Field, float] | None:
    rest = {part for part in parts if part not in MANAGER_WORDS and part not in FILLERS}
    if rest & {"email", "mail"}:
        return BY_KEY["manager_email"], 0.9
    if rest & CODE_WORDS:
        return BY_KEY["manager_id"], 0.9
    if not rest - {"line", "direct", "name", "to"}:
        return BY_KEY["manager_name"], 0.85
    return None


def coded_field(header: str) -> Field | None:
    """The field whose codes a header announces: 'DeptID' those of the department."""
    parts = tokens(header)
    rest = tuple(part for part in parts if part not in CODE_WORDS)
    if len(rest) == len(parts) or not rest:
        return None
    found = field_of(" ".join(rest))
    return found[0] if found and found[0].kind in ("text", "status", "level") else None
