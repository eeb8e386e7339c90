"""Scales as FHIR resources: what goes out comes in as it was, and the clinic's own reader understands it."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenuto.clinic.interop.fhir import parse, read_bundle
from tenuto.clinic.interop.fhir.forms import (
    OtherForm,
    form_of,
    observations,
    questionnaire,
    response,
    scale_of,
    total_of,
)
from tenuto.core.scales.codes import valid_loinc
from tenuto.core.scales.definition import Take, Tier
from tenuto.core.scales.reading import instrument, instruments
from tenuto.core.scales.scoring import Score, score
from tests.clinic.conftest import NOW
from tests.clinic.scales.filling import phq9

DAY = date(2026, 11, 24)
OF = {"id_": "form-1", "subject": "Patient/ana", "written": DAY}
SCALES = sorted(instruments())


def sent(resource):
    """As it is after a way over the wire."""
    return json.loads(json.dumps(resource))


def forms(name):
    """Any form of a scale, with questions left out."""
    items = instrument(name).items
    values = {
        item.id: st.one_of(st.none(), st.sampled_from([o.value for o in item.options])) for item in items
    }
    return st.fixed_dictionaries(values)


@pytest.mark.parametrize("name", SCALES)
def test_a_form_comes_back_as_the_same_scale(name):
    assert scale_of(sent(questionnaire(instrument(name)))) == instrument(name)


@settings(max_examples=15)
@given(st.data())
@pytest.mark.parametrize("name", SCALES)
def test_answers_and_score_come_back_as_they_were(name, data):
    scale, answers = instrument(name), data.draw(forms(name))
    read = form_of(sent(response(scale, answers, **OF)))
    assert (read.scale, read.written, read.answers) == (scale, DAY, answers)
    result = score(scale, answers)
    for resource in map(sent, observations(scale, answers, **OF)):
        if resource["id"] == "form-1-total":
            expected = result.total if isinstance(result, Score) else None
            assert total_of(resource) == expected
            assert ("dataAbsentReason" in resource) == (expected is None)


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        (
            lambda form: form["item"][1].update(text="Little interest in doing things"),
            "question 1 says other",
        ),
        (lambda form: form["item"].pop(), "10 questions, this form 9"),
        (lambda form: form["item"][1]["answerOption"].reverse(), "other answers or other points"),
        (
            lambda form: form["item"][1]["answerOption"][3]["valueCoding"].update(display="Nearly everyday"),
            "other words",
        ),
        (lambda form: form.update(version="2"), "version 1, not 2"),
        (lambda form: form.update(url="urn:other:bdi", title="BDI"), "not the form of a scale"),
    ],
)
def test_a_form_with_one_altered_word_is_another_form(change, difference):
    form = sent(questionnaire(instrument("phq9")))
    change(form)
    with pytest.raises(OtherForm, match=difference):
        scale_of(form)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda r: r.update(questionnaire="urn:tenuto:questionnaire:phq9|9"), "version 9"),
        (lambda r: r["item"][0].update(linkId="12"), "no question 12"),
        (lambda r: r["item"][0]["answer"][0]["valueCoding"].update(code="LA1-1"), "no answer LA1-1"),
    ],
)
def test_what_is_not_known_is_refused_and_never_a_zero(change, problem):
    made = sent(response(instrument("phq9"), {"1": 1}, **OF))
    change(made)
    with pytest.raises(OtherForm, match=problem):
        form_of(made)


def test_a_void_form_has_no_number_and_says_why():
    total, nine = observations(instrument("phq9"), dict.fromkeys("1234", 3), **OF)
    assert total["dataAbsentReason"]["coding"][0]["code"] == "unknown"
    assert "4 of 9" in total["note"][0]["text"]
    assert "valueQuantity" not in total
    assert nine["dataAbsentReason"]["coding"][0]["code"] == "asked-declined"


def test_item_9_is_an_observation_of_its_own():
    _, nine = observations(instrument("phq9"), {str(n): 0 for n in range(1, 9)} | {"9": 2}, **OF)
    assert nine["code"]["coding"][0]["code"] == "44260-8"
    assert nine["valueCodeableConcept"]["coding"][0]["code"] == "LA6570-1"


def test_no_words_of_a_licensed_scale_leave():
    for scale in instruments().values():
        if scale.tier is Tier.SCORE_ONLY:
            texts = {item["text"] for item in questionnaire(scale)["item"]}
            assert texts == {f"Item {item.id}" for item in scale.items}


def test_every_loinc_code_that_leaves_is_well_formed():
    text = json.dumps([questionnaire(scale) for scale in instruments().values()])
    for _, code in [(x["system"], x["code"]) for x in _codings(json.loads(text)) if "loinc" in x["system"]]:
        assert valid_loinc(code)


def _codings(part):
    if isinstance(part, dict):
        if {"system", "code"} <= set(part):
            yield part
        for each in part.values():
            yield from _codings(each)
    elif isinstance(part, list):
        for each in part:
            yield from _codings(each)


@pytest.mark.parametrize("name", ["phq9", "gad7", "auditc"])
def test_our_own_reader_of_records_finds_the_same_total(name):
    scale = instrument(name)
    answers = {item.id: item.options[1].value for item in scale.items}
    patient = {
        "resourceType": "Patient",
        "id": "ana",
        "birthDate": "1981-05-04",
        "name": [{"text": "Ana Silva"}],
    }
    made = [patient, *observations(scale, answers, **OF)]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in made]}
    read = read_bundle(parse(json.dumps(bundle).encode()), as_of=DAY)
    found = {s.instrument: s.value for s in read.facts.scores}
    assert found[name] == score(scale, answers).total


def test_a_scale_without_a_total_has_no_total():
    for scale in instruments().values():
        made = observations(scale, {}, **OF)
        assert any(r["id"] == "form-1-total" for r in made) == (scale.total is not Take.NONE)


def test_who_may_takes_the_scores_of_a_patient_away(visit, alice, bob, charlie, ana):
    phq9(ana, bob, 1, 1, 1, 1, 1, 1, 1, 1, 0, at=NOW)
    url = f"/interop/patients/{ana.pk}/scores.json"
    answer = visit(alice).get(url)
    kinds = [entry["resource"]["resourceType"] for entry in json.loads(answer.content)["entry"]]
    assert kinds == ["Questionnaire", "QuestionnaireResponse", "Observation", "Observation"]
    assert ana.name not in answer.content.decode()
    totals = [total_of(entry["resource"]) for entry in json.loads(answer.content)["entry"][2:3]]
    assert totals == [Decimal(8)]
    assert visit(bob).get(url).status_code == 403
    assert visit(charlie).get(url).status_code == 404
