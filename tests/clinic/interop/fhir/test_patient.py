"""Who it is, and whose the other resources are."""

from __future__ import annotations

from datetime import date

import pytest

from tenuto.clinic.interop.fhir import UnusableBundle
from tenuto.core.dates import say_birthday
from tenuto.core.gate import Level
from tenuto.core.intake.facts import Identifier
from tenuto.core.intake.reading_report import Ending
from tests.clinic.interop.fhir.bundles import PATIENT, condition, read

DEPRESSION = {"text": "Depression"}


def sentence_about(found: tuple[str, ...], part: str) -> str:
    return next((s for s in found if part in s), "")


def test_a_us_core_patient_is_read() -> None:
    patient = PATIENT | {
        "identifier": [
            {
                "type": {
                    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]
                },
                "system": "urn:oid:1.2.3",
                "value": "0042",
            },
            {"use": "old", "value": "gone"},
        ],
        "name": [
            {"use": "old", "family": "Before"},
            {"use": "nickname", "given": ["Anita"]},
            {"use": "official", "family": "Ensayo", "given": ["Ana", "Lucía"], "prefix": ["Dr"]},
        ],
    }
    person = read(patient=patient).facts.person
    assert person.name == "Dr Ana Lucía Ensayo"
    assert person.identifiers == (Identifier("0042", "MR", "urn:oid:1.2.3", proves=True),)
    assert person.birth_date == date(1980, 5, 17)
    assert person.sex == "female"


def test_a_name_that_is_only_text_is_read() -> None:
    assert read(patient=PATIENT | {"name": [{"text": "Ana Ensayo"}]}).facts.person.name == "Ana Ensayo"


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ({"family": "王", "given": ["小明"]}, "王小明"),
        ({"family": "김", "given": ["지우"]}, "김지우"),
        (
            {"family": "Nguyễn", "given": ["Thị", "Minh Khai"], "text": "Nguyễn Thị Minh Khai"},
            "Nguyễn Thị Minh Khai",
        ),
        ({"family": "Nagy", "given": ["Ilona"], "text": "NAGY Ilona"}, "NAGY Ilona"),
        ({"given": ["Björk", "Guðmundsdóttir"]}, "Björk Guðmundsdóttir"),
        ({"family": "بن عبد الله", "given": ["محمد"], "text": "محمد بن عبد الله"}, "محمد بن عبد الله"),
        ({"family": "Wang", "given": ["Xiaoming"], "text": "王小明"}, "Xiaoming Wang"),
        ({"family": "Ensayo", "given": ["Ana", "Lucía"], "text": "Ana Ensayo"}, "Ana Lucía Ensayo"),
    ],
)
def test_a_name_is_kept_as_it_is_written_where_it_is_whole(sent: dict, shown: str) -> None:
    assert read(patient=PATIENT | {"name": [sent]}).facts.person.name == shown


@pytest.mark.parametrize(
    ("sent", "taken"),
    [("1980", date(1980, 12, 31)), ("1980-02", date(1980, 2, 29)), ("2010", date(2010, 12, 31))],
)
def test_a_partial_birth_date_gives_the_youngest_age_and_is_said(sent: str, taken: date) -> None:
    facts = read(patient=PATIENT | {"birthDate": sent}).facts
    assert facts.person.birth_date == taken
    assert facts.person.birth_sent == sent
    assert sentence_about(facts.unreadable, "is not complete")


def test_a_birth_date_that_is_none_is_unknown_and_is_said() -> None:
    facts = read(patient=PATIENT | {"birthDate": "17.05.1980"}).facts
    assert facts.person.birth_date is None
    assert sentence_about(facts.unreadable, "'17.05.1980' is not a date")


@pytest.mark.parametrize("death", [{"deceasedBoolean": True}, {"deceasedDateTime": "2025-01-01"}])
def test_death_is_seen(death: dict) -> None:
    reading = read(patient=PATIENT | death)
    assert [(f.code, f.level) for f in reading.findings] == [("PERSON-DEAD", Level.REFUSE)]


def test_not_dead_is_not_a_remark() -> None:
    reading = read(patient=PATIENT | {"deceasedBoolean": False})
    assert reading.findings == ()


def test_no_patient_is_refused() -> None:
    with pytest.raises(UnusableBundle, match="holds no Patient"):
        read(condition(DEPRESSION), patient=None)


def test_two_different_patients_are_refused() -> None:
    with pytest.raises(UnusableBundle, match="two different patients"):
        read(PATIENT | {"id": "p2"})


def test_two_versions_of_one_patient_that_nothing_orders_are_refused() -> None:
    with pytest.raises(UnusableBundle, match="nothing says which version is newer"):
        read(PATIENT | {"birthDate": "1999-01-01"})
    with pytest.raises(UnusableBundle, match="two different patients"):
        read(PATIENT | {"id": "p2"})


def test_the_same_patient_twice_is_one_patient() -> None:
    assert read(dict(PATIENT)).facts.person.name == "Ana Ensayo"


@pytest.mark.parametrize(
    "reference",
    [
        {"reference": "Patient/p1"},
        {"reference": "Patient/p1/_history/3"},
        {"reference": "urn:uuid:p1"},
        {"reference": "https://ehr.example.org/api/FHIR/R4/Patient/p1"},
    ],
)
def test_every_form_of_reference_to_the_patient_is_understood(reference: dict) -> None:
    facts = read(condition(DEPRESSION, subject=reference)).facts
    assert len(facts.problems) == 1
    assert facts.unreadable == ()


def test_a_reference_by_full_url_is_understood() -> None:
    url = "urn:uuid:0a56854c-d96f-e6b8-40fb-d55b3e438d27"
    entry = [
        {"fullUrl": url, "resource": {k: v for k, v in PATIENT.items() if k != "id"}},
        {"resource": condition(DEPRESSION, subject={"reference": url})},
    ]
    facts = read(patient=None, entry=entry).facts
    assert [p.text for p in facts.problems] == ["Depression"]
    assert facts.unreadable == ()


def test_a_reference_by_identifier_is_understood() -> None:
    patient = PATIENT | {"identifier": [{"system": "urn:x", "value": "7"}]}
    mine = condition(DEPRESSION, subject={"identifier": {"system": "urn:x", "value": "7"}})
    other = condition(DEPRESSION, subject={"identifier": {"system": "urn:x", "value": "8"}})
    assert len(read(mine, patient=patient).facts.problems) == 1
    assert len(read(other, patient=patient).facts.problems) == 0


@pytest.mark.parametrize(
    "reference",
    [
        "Patient/p2",
        "urn:uuid:other",
        "https://ehr.example.org/Patient/p2",
        "p11",
        "Patient?identifier=urn:x|9",
        "Patient?name=Ana",
        "#nobody",
        "Group/g1",
    ],
)
def test_a_resource_that_refers_to_nobody_here_is_not_known_whose_and_not_used(reference: str) -> None:
    reading = read(condition(DEPRESSION, subject={"reference": reference}))
    assert reading.facts.problems == ()
    assert sentence_about(reading.facts.unreadable, "Condition/c1 (“Depression”): not known whose it is")
    assert reading.report.counts[Ending.NOT_UNDERSTOOD] == 1


@pytest.mark.parametrize("reference", ["Device/d1", "RelatedPerson/mother"])
def test_a_resource_about_somebody_else_is_not_used_and_is_listed(reference: str) -> None:
    reading = read(condition(DEPRESSION, subject={"reference": reference}))
    assert reading.facts.problems == ()
    assert sentence_about(reading.facts.unreadable, "Condition/c1 is about somebody else")
    assert reading.report.counts[Ending.SOMEBODY_ELSE] == 1


def test_a_resource_without_subject_is_used_and_is_listed() -> None:
    facts = read(condition(DEPRESSION, subject=None)).facts
    assert len(facts.problems) == 1
    assert sentence_about(facts.unreadable, "does not say whom it is about")


def test_other_types_are_ignored_with_a_count() -> None:
    reading = read(
        {"resourceType": "Encounter"},
        {"resourceType": "Encounter"},
        {"resourceType": "Claim"},
        {"resourceType": "Medication"},
    )
    assert reading.ignored == {"Claim": 1, "Encounter": 2}
    assert reading.ignored_resources == 3


def test_one_page_of_several_is_said() -> None:
    facts = read(link=[{"relation": "next", "url": "https://ehr.example.org/?page=2"}]).facts
    assert sentence_about(facts.unreadable, "one page of several")


def test_a_modifier_that_is_not_understood_keeps_the_resource_out() -> None:
    facts = read(
        condition(DEPRESSION, modifierExtension=[{"url": "urn:negated", "valueBoolean": True}])
    ).facts
    assert facts.problems == ()
    assert sentence_about(facts.unreadable, "carries a mark that changes its meaning (urn:negated)")


@pytest.mark.parametrize(
    ("patient", "path"),
    [
        (PATIENT | {"name": {"family": "x"}}, r"Patient/p1\.name must be a list but is an object"),
        (PATIENT | {"name": ["x"]}, r"Patient/p1\.name\[0\] must be an object but is text"),
        (PATIENT | {"birthDate": 1980}, r"Patient/p1\.birthDate must be text but is a number"),
        (
            PATIENT | {"deceasedBoolean": "no"},
            r"Patient/p1\.deceasedBoolean must be true or false but is text",
        ),
        (PATIENT | {"id": ["p1"]}, r"id must be text but is a list"),
    ],
)
def test_a_wrong_type_is_refused_with_its_path(patient: dict, path: str) -> None:
    with pytest.raises(UnusableBundle, match=path):
        read(patient=patient)


@pytest.mark.parametrize(
    "entry", ["x", [3], [{"resource": []}], [{"resource": {"resourceType": 3}}], {"a": 1}]
)
def test_entries_of_a_wrong_type_are_refused(entry: object) -> None:
    with pytest.raises(UnusableBundle, match="must be"):
        read(entry=entry)


def test_hostile_text_comes_out_printable_and_short() -> None:
    name = "Ana\x1b[31m\u202egnp\u0000\ud800\r\nEnsayo" + "x" * 1_000_000
    person = read(patient=PATIENT | {"name": [{"text": name}]}).facts.person
    assert person.name.isprintable()
    assert len(person.name) <= 2010
    assert person.name.encode("utf-8")


MR = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]}
MB = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MB"}]}


@pytest.mark.parametrize(
    ("sent", "proves"),
    [
        ({"type": MR, "system": "urn:oid:1.2.3", "value": "0042"}, True),
        ({"system": "https://hospital.example/patients", "value": "0042"}, True),
        ({"type": MR, "value": "0042"}, False),
        ({"type": MB, "system": "https://insurer.example", "value": "W777"}, False),
        ({"type": {"text": "Insurance number"}, "system": "https://insurer.example", "value": "W777"}, False),
        ({"system": "http://ns.electronichealth.net.au/id/medicare-number", "value": "32788511952"}, False),
        ({"use": "temp", "system": "urn:oid:1.2.3", "value": "0042"}, False),
        ({"system": "urn:oid:1.2.3", "value": "999-99-9999"}, False),
        ({"system": "urn:oid:1.2.3", "value": "123456789"}, False),
        ({"system": "urn:oid:1.2.3", "value": "UNKNOWN"}, False),
    ],
)
def test_only_a_number_of_ones_own_in_a_named_system_proves_who_it_is(sent: dict, proves: bool) -> None:
    (number,) = read(patient=PATIENT | {"identifier": [sent]}).facts.person.identifiers
    assert number.proves is proves
    assert number.value == sent["value"]


@pytest.mark.parametrize(
    "sent",
    [
        {"use": "old", "system": "urn:x", "value": "7"},
        {"system": "urn:x", "value": "7", "period": {"end": "2019-01-01"}},
        {"system": "urn:x", "_value": {"extension": []}},
    ],
)
def test_a_number_that_is_not_in_use_is_not_read(sent: dict) -> None:
    assert read(patient=PATIENT | {"identifier": [sent]}).facts.person.identifiers == ()


@pytest.mark.parametrize("system", ["2.16.840.1.113883.19.5", "urn:oid:2.16.840.1.113883.19.5"])
def test_a_system_is_the_same_with_and_without_its_prefix(system: str) -> None:
    patient = PATIENT | {"identifier": [{"system": system, "value": "7"}]}
    assert read(patient=patient).facts.person.identifiers[0].system == "urn:oid:2.16.840.1.113883.19.5"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("\u200fعلی\u200cرضا\u200f", "علی\u200cرضا"),
        ("Jean\u00adne \u200eDupont", "Jeanne Dupont"),
        ("Ana\u202eSilva", "Ana\ufffdSilva"),
    ],
)
def test_marks_that_nobody_sees_are_dropped_and_those_that_turn_a_text_round_are_shown(
    sent: str, kept: str
) -> None:
    assert read(patient=PATIENT | {"name": [{"text": sent}]}).facts.person.name == kept


@pytest.mark.parametrize(
    ("sent", "shown"), [("1984", "1984"), ("1984-02", "Feb 1984"), ("1984-02-09", "9 Feb 1984")]
)
def test_a_birth_date_is_shown_as_far_as_it_is_known(sent: str, shown: str) -> None:
    person = read(patient=PATIENT | {"birthDate": sent}).facts.person
    assert person.birth_date is not None
    assert say_birthday(person.birth_date, person.birth_sent) == shown


@pytest.mark.parametrize(
    ("url", "value", "sex"),
    [
        ("http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex", {"valueCode": "F"}, ""),
        ("http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex", {"valueCode": "M"}, "male"),
        ("http://hl7.org/fhir/us/core/StructureDefinition/us-core-sex", {"valueCode": "248152002"}, ""),
        (
            "http://hl7.org/fhir/StructureDefinition/patient-sexParameterForClinicalUse",
            {
                "extension": [
                    {"url": "value", "valueCodeableConcept": {"coding": [{"code": "female-typical"}]}}
                ]
            },
            "",
        ),
        ("https://example.org/favourite-letter", {"valueCode": "F"}, "male"),
    ],
)
def test_a_man_by_gender_whom_another_statement_calls_female_is_asked_for_every_test(
    url: str, value: dict, sex: str
) -> None:
    reading = read(patient=PATIENT | {"gender": "male", "extension": [{"url": url} | value]})
    assert reading.facts.person.sex == sex
    assert any("female by another statement" in s for s in reading.facts.unreadable) is (sex == "")
