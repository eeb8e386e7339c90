"""The manual's page on facts and FHIR says what the reader does: its examples and codes are read as written there."""

from __future__ import annotations

import json
from datetime import date

import pytest

from tenuto.clinic.interop.fhir import tables
from tenuto.core.intake.facts import PatientFacts
from tenuto.core.intake.required import facts
from tenuto.manual import fhir_facts as reference
from tests.clinic.interop.fhir.bundles import ME, observation, quantity, read, response

LATER = date(2026, 12, 1)


def found(read_facts: PatientFacts) -> set[str]:
    """Every kind, instrument and fact id that was read."""
    return {
        *(m.kind for m in read_facts.measurements),
        *(s.instrument for s in read_facts.scores),
        *(a.fact for a in read_facts.answers),
        *("diagnosis" for _ in read_facts.problems),
        *("consent" for _ in read_facts.consents),
    }


@pytest.mark.parametrize("name", reference._SNIPPETS)
def test_every_example_of_the_page_is_read_without_a_remark(name: str) -> None:
    sent = json.loads(reference._SNIPPETS[name])
    resource = sent | {"subject": ME} if "resourceType" in sent else response(sent)
    read_facts = read(resource, as_of=LATER).facts
    kinds = {m.kind for f in facts() if f.id == name for m in f.measures}
    assert found(read_facts) & (kinds | {name})
    assert read_facts.unreadable == ()


MEASURED = [(m, code) for f in facts() for m in f.measures for code in (*m.loinc, *m.estimated)]


@pytest.mark.parametrize(("measure", "code"), MEASURED, ids=[f"{m.kind}-{code}" for m, code in MEASURED])
def test_every_code_of_a_measurement_is_read_in_its_unit(measure, code: str) -> None:
    sent = observation(code, valueQuantity=quantity(60, measure.unit))
    (value,) = read(sent).facts.measurements
    assert (value.kind, value.value, value.estimated) == (measure.kind, 60, code in measure.estimated)


SCALES = [(name, codes) for f in facts() for name, codes in (f.scores or {}).items()]


@pytest.mark.parametrize(("name", "codes"), SCALES, ids=[name for name, _ in SCALES])
def test_every_scale_is_read_by_each_of_its_codes(name: str, codes: tuple[str, ...]) -> None:
    local = {"coding": [{"system": tables.INSTRUMENTS, "code": name}]}
    sent = [observation(code, valueInteger=1) for code in codes]
    sent += [
        observation("x", code=local, valueInteger=1),
        response({"linkId": name, "answer": [{"valueInteger": 1}]}),
    ]
    for resource in sent:
        assert found(read(resource).facts) == {name}


ASKED = [f for f in facts() if f.kind == "answer"]


@pytest.mark.parametrize("fact", ASKED, ids=[f.id for f in ASKED])
def test_every_question_is_read_by_its_link_and_its_codes(fact) -> None:
    assert found(read(response({"linkId": fact.id, "answer": [{"valueString": "no"}]})).facts) == {fact.id}
    for code in fact.codes:
        assert found(read(observation(code.code, valueString="no")).facts) == {fact.id}
