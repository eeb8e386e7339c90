"""Writes the three example Bundles and the example policy. The people do not exist.

    python examples/build.py

`PERSON` below is complete: nothing speaks against planning for them. The other two differ from it only as said.
"""

from __future__ import annotations

import copy
import json
import sys
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from tenuto.core.data.digest import content_digest
from tenuto.core.gate import Level
from tenuto.core.intake.required import JudgementPurpose, facts

HERE = Path(__file__).resolve().parent
DEFAULT = HERE.parent / "src/tenuto/core/policy/default.toml"
AS_OF = "2026-03-02"
"""The day for which the examples are complete: a Monday. Pass it as `--as-of`."""

LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
ICD10CM, RXNORM = "http://hl7.org/fhir/sid/icd-10-cm", "http://www.nlm.nih.gov/research/umls/rxnorm"
HL7 = "http://terminology.hl7.org/CodeSystem"
WEIGHT = "http://hl7.org/fhir/StructureDefinition/ordinalValue"

Json = dict[str, Any]

# ---- the one readable source ---------------------------------------------------------------------------------
PERSON: Json = {
    "name": ("Example", "Pat"),
    "record": "EX-0001",
    "born": "1984-04-09",
    "sex": "male",
    "problems": [
        (
            "F33.2",
            "Major depressive disorder, recurrent severe without psychotic features",
            "active",
            "2025-06-01",
        ),
    ],
    "medicines": [("36437", "sertraline", "100 mg in the morning")],
    "allergies": [("7980", "penicillin", "hives")],
    # LOINC, what, value, UCUM, upper limit of normal
    "measured": [
        ("29463-7", "Body weight", 70, "kg", None),
        ("8302-2", "Body height", 176, "cm", None),
        ("8867-4", "Heart rate", 68, "/min", None),
        ("1742-6", "ALT", 24, "U/L", 40),
        ("1920-8", "AST", 22, "U/L", 40),
        ("6768-6", "ALP", 70, "U/L", 120),
        ("2324-2", "GGT", 25, "U/L", 60),
    ],
    "pressures": [("09:30", 122, 78), ("09:36", 118, 76)],
    "phq9": (2, 3, 2, 2, 1, 3, 2, 1, 0),
    "auditc": (1, 0, 0),
    "screen": {
        "93246-7": False,
        "93247-5": False,
        "93267-3": False,
    },
    # What is asked with yes or no and not named here has the answer that speaks against nothing.
    "intake": {
        "episode.length": "Since June 2025",
        "treatments.trials": "Escitalopram 20 mg 10 weeks, no response; venlafaxine 225 mg 12 weeks, partial; sertraline now",
        "treatments.neuromodulation": "none",
        "history.trauma": "none told",
        "history.ketamine_treatment": "none",
        "care.treating_clinician": "Dr Example Psychiatrist, psychiatrist, every four weeks",
        "suicide.attempts": "none",
        "suicide.crisis_contact": "Sam Example (sibling) and the 988 line",
        "stop_bang": 1,
        "airway.exam": "normal",
        "asa.class": "2",
        "dast_10": 0,
        "tobacco": "never",
        "substance.treatment": "none",
        "pdmp.query": "2026-02-27, Nurse Example, nothing found",
        "support.person": "Sam Example, sibling",
        "transport": "Driven home by Sam Example",
        "escort": "Sam Example, phone confirmed",
        "prescriber": "Dr Example Prescriber, seen on 2026-02-24",
        "goals": "To work half days again; PHQ-9 halved",
        "stop.date": "2026-06-01",
        "lab.drug_screen": "negative",
        "lab.urinalysis": "normal",
        "urinary.symptoms": "none",
    },
    "consent": "Ketamine infusion for depression, off-label",
}


def review() -> Json:
    """The same person, weighed in pounds, with a benzodiazepine and two answers missing."""
    person = copy.deepcopy(PERSON)
    person |= {"name": ("Example", "Robin"), "record": "EX-0002"}
    person["medicines"].append(("596", "alprazolam", "0.5 mg at night"))
    person["measured"][0] = ("29463-7", "Body weight", 154, "[lb_av]", None)
    del person["intake"]["history.porphyria"], person["intake"]["lab.urinalysis"]
    return person


def block() -> Json:
    """The same person with an aneurysm on the problem list."""
    person = copy.deepcopy(PERSON)
    person |= {"name": ("Example", "Kim"), "record": "EX-0003"}
    person["problems"].append(
        ("I71.43", "Infrarenal abdominal aortic aneurysm, without rupture", "active", "2024-11-12")
    )
    person["intake"]["history.aneurysm"] = True
    return person


def _calm_answers() -> Json:
    """The answer that speaks against nothing, to every yes-or-no question that planning asks of this person."""
    asked = (
        item
        for item in facts()
        if item.value == "yes_no"
        and item.kind == "answer"
        and item.absent(JudgementPurpose.PLANNING) > Level.PASS
        and {"all", "psychiatric"}.intersection(item.applies)
    )
    return {
        item.id: next(word for word, level in item.effects.items() if level is Level.PASS) == "yes"
        for item in asked
    }


PERSON["intake"] = _calm_answers() | PERSON["intake"]


# ---- as FHIR R4 ----------------------------------------------------------------------------------------------
def bundle(person: Json) -> Json:
    """The person's records as one collection Bundle."""
    resources = [
        _patient(person),
        {
            "resourceType": "Encounter",
            "id": "enc-1",
            "status": "finished",
            "class": _coding(f"{HL7}/v3-ActCode", "AMB"),
            **_of(),
        },
        *_conditions(person),
        *_medicines(person),
        *_allergies(person),
        *_observations(person),
        _consent(person),
        *_responses(person),
    ]
    entries = [
        {"fullUrl": f"https://example.org/fhir/{r['resourceType']}/{r['id']}", "resource": r}
        for r in resources
    ]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": f"{AS_OF}T08:00:00Z",
        "entry": entries,
    }


def _coding(system: str, code: str, display: str = "") -> Json:
    return {"system": system, "code": code} | ({"display": display} if display else {})


def _concept(system: str, code: str, display: str = "") -> Json:
    return {"coding": [_coding(system, code, display)]} | ({"text": display} if display else {})


def _of() -> Json:
    return {"subject": {"reference": "Patient/pat-1"}}


def _patient(person: Json) -> Json:
    family, given = person["name"]
    return {
        "resourceType": "Patient",
        "id": "pat-1",
        "identifier": [
            {
                "type": _concept(f"{HL7}/v2-0203", "MR"),
                "system": "https://example.org/records",
                "value": person["record"],
            }
        ],
        "name": [{"use": "official", "family": family, "given": [given]}],
        "gender": person["sex"],
        "birthDate": person["born"],
    }


def _conditions(person: Json) -> list[Json]:
    return [
        {
            "resourceType": "Condition",
            "id": f"con-{n}",
            "clinicalStatus": _concept(f"{HL7}/condition-clinical", status),
            "verificationStatus": _concept(f"{HL7}/condition-ver-status", "confirmed"),
            "code": _concept(ICD10CM, code, text),
            "onsetDateTime": onset,
            **_of(),
        }
        for n, (code, text, status, onset) in enumerate(person["problems"], 1)
    ]


def _medicines(person: Json) -> list[Json]:
    return [
        {
            "resourceType": "MedicationStatement",
            "id": f"med-{n}",
            "status": "active",
            "medicationCodeableConcept": _concept(RXNORM, code, text),
            "dosage": [{"text": dose}],
            **_of(),
        }
        for n, (code, text, dose) in enumerate(person["medicines"], 1)
    ]


def _allergies(person: Json) -> list[Json]:
    return [
        {
            "resourceType": "AllergyIntolerance",
            "id": f"all-{n}",
            "clinicalStatus": _concept(f"{HL7}/allergyintolerance-clinical", "active"),
            "verificationStatus": _concept(f"{HL7}/allergyintolerance-verification", "confirmed"),
            "code": _concept(RXNORM, code, text),
            "patient": {"reference": "Patient/pat-1"},
            "reaction": [{"manifestation": [{"text": reaction}]}],
        }
        for n, (code, text, reaction) in enumerate(person["allergies"], 1)
    ]


def _quantity(value: float, unit: str) -> Json:
    return {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}


def _observation(identity: str, code: str, text: str, at: str, **value: Any) -> Json:
    return {
        "resourceType": "Observation",
        "id": identity,
        "status": "final",
        "code": _concept(LOINC, code, text),
        "effectiveDateTime": f"2026-02-27T{at}:00-05:00",
        **_of(),
        **value,
    }


def _observations(person: Json) -> list[Json]:
    found = []
    for code, text, value, unit, high in person["measured"]:
        normal = {"referenceRange": [{"high": _quantity(high, unit)}]} if high else {}
        found.append(
            _observation(f"obs-{code}", code, text, "09:25", valueQuantity=_quantity(value, unit), **normal)
        )
    for n, (at, systolic, diastolic) in enumerate(person["pressures"], 1):
        parts = [
            {"code": _concept(LOINC, "8480-6", "Systolic"), "valueQuantity": _quantity(systolic, "mm[Hg]")},
            {"code": _concept(LOINC, "8462-4", "Diastolic"), "valueQuantity": _quantity(diastolic, "mm[Hg]")},
        ]
        found.append(_observation(f"obs-bp-{n}", "85354-9", "Blood pressure", at, component=parts))
    return found


def _consent(person: Json) -> Json:
    return {
        "resourceType": "Consent",
        "id": "consent-1",
        "status": "active",
        "scope": _concept(f"{HL7}/consentscope", "treatment"),
        "category": [{"text": person["consent"]}],
        "patient": {"reference": "Patient/pat-1"},
        "dateTime": "2026-02-27T10:00:00-05:00",
        "policyRule": {"text": "Example consent form, version 1"},
    }


def _responses(person: Json) -> list[Json]:
    phq9 = ("44250-9", "44255-8", "44259-0", "44254-1", "44251-7", "44258-2", "44252-5", "44253-3", "44260-8")
    auditc = ("68518-0", "68519-8", "68520-6")
    screen = {code: {"valueBoolean": said} for code, said in person["screen"].items()}
    return [
        _response(
            "phq9",
            f"{LOINC}/q/44249-1",
            {f"/{c}": _item(v) for c, v in zip(phq9, person["phq9"], strict=True)},
        ),
        _response(
            "auditc",
            f"{LOINC}/q/72109-2",
            {f"/{c}": _item(v) for c, v in zip(auditc, person["auditc"], strict=True)},
        ),
        _response("screen", f"{LOINC}/q/93373-9", {f"/{c}": answer for c, answer in screen.items()}),
        _response(
            "intake",
            "urn:tenuto:questionnaire:intake",
            {k: _answer(k, v) for k, v in person["intake"].items()},
        ),
    ]


def _response(name: str, questionnaire: str, answers: dict[str, Json]) -> Json:
    return {
        "resourceType": "QuestionnaireResponse",
        "id": f"qr-{name}",
        "questionnaire": questionnaire,
        "status": "completed",
        "authored": "2026-02-27T09:00:00-05:00",
        **_of(),
        "item": [{"linkId": link, "answer": [answer]} for link, answer in answers.items()],
    }


def _item(value: int) -> Json:
    return {"valueCoding": {"display": str(value), "extension": [{"url": WEIGHT, "valueDecimal": value}]}}


def _answer(name: str, value: bool | int | str) -> Json:
    if isinstance(value, bool):
        return {"valueBoolean": value}
    if isinstance(value, int):
        return {"valueInteger": value}
    return {"valueDate": value} if name.endswith(".date") else {"valueString": value}


# ---- the policy ----------------------------------------------------------------------------------------------
HEAD = """\
# The default limits under the name of a clinic that does not exist, signed by two people who do not exist.
# Written by examples/build.py. For the examples only.
id = "example-clinic"
version = {version}
title = "Example clinic limits"
"""
SIGNED_BY = (("Dr Example Director", "medical_director"), ("Example Pharmacist", "pharmacist"))


def policy(default: str) -> str:
    """The example policy for the text of the default one."""
    text = HEAD.format(version=tomllib.loads(default)["version"]) + default[default.index("clinic_days") :]
    sha256 = content_digest(tomllib.loads(text, parse_float=Decimal))
    for by, role in SIGNED_BY:
        text += f'\n[[signatures]]\nby = "{by}"\nrole = "{role}"\nat = 2026-01-05T09:00:00Z\nsha256 = "{sha256}"\n'
    return text


def files() -> dict[str, str]:
    """The content of every example file by name."""
    people = {"pass.json": PERSON, "review.json": review(), "block.json": block()}
    made = {name: json.dumps(bundle(person), indent=1) + "\n" for name, person in people.items()}
    return made | {"policy-example.toml": policy(DEFAULT.read_text("utf-8"))}


if __name__ == "__main__":
    for name, content in files().items():
        (HERE / name).write_text(content, "utf-8")
        sys.stdout.write(f"wrote {HERE / name}\n")
