"""What holds for every person, whatever is recorded."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenuto.core.gate import Level
from tenuto.core.intake.facts_json import facts_from_json, facts_to_json
from tenuto.core.intake.required import JudgementPurpose
from tests.core.intake.generated import (
    allergies,
    any_problem,
    medications,
    nearly_healthy,
    patients,
    shuffled,
    stated,
    with_depression,
)
from tests.core.intake.people import judged

purposes = st.sampled_from(JudgementPurpose)


@given(patients, purposes)
@settings(max_examples=150)
def test_a_missing_fact_never_passes(patient, purpose):
    assessment = judged(patient, purpose)
    assert assessment.gate.level is not Level.PASS or not assessment.missing
    assert {f.fact for f in assessment.gate.findings if f.missing} == set(assessment.missing)
    assert not assessment.not_checked or assessment.gate.level >= Level.REVIEW


@given(patients, purposes, stated)
@settings(max_examples=150)
def test_a_further_problem_never_improves_the_gate(patient, purpose, problem):
    patient = with_depression(patient)
    worse = replace(patient, problems=(*patient.problems, problem))
    assert judged(worse, purpose).gate.level >= judged(patient, purpose).gate.level


@given(patients, purposes, medications, allergies)
@settings(max_examples=100)
def test_a_further_medicine_or_allergy_never_improves_the_gate(patient, purpose, medication, allergy):
    before = judged(patient, purpose).gate.level
    assert (
        judged(replace(patient, medications=(*patient.medications, medication)), purpose).gate.level >= before
    )
    assert judged(replace(patient, allergies=(*patient.allergies, allergy)), purpose).gate.level >= before


@given(patients, purposes, st.randoms(use_true_random=False))
@settings(max_examples=100)
def test_the_order_of_facts_never_matters(patient, purpose, rng):
    assert judged(shuffled(patient, rng), purpose) == judged(patient, purpose)


@given(patients)
@settings(max_examples=150)
def test_facts_survive_storage(patient):
    assert facts_from_json(facts_to_json(patient)) == patient


@given(patients, purposes)
@settings(max_examples=100)
def test_without_a_usable_weight_the_gate_is_refused(patient, purpose):
    assessment = judged(patient, purpose)
    assert (assessment.weight is None) == any(
        f.fact == "weight" and f.level is Level.REFUSE for f in assessment.gate.findings
    )


@pytest.mark.parametrize("people", [300, pytest.param(10_000, marks=pytest.mark.thorough)])
def test_many_people_keep_the_laws(people):
    rng = random.Random(20261122)
    passed = 0
    for _ in range(people):
        patient, removed = nearly_healthy(rng)
        level = judged(patient).gate.level
        passed += level is Level.PASS
        assert not (removed and level is Level.PASS), patient
        if rng.random() < 0.1:
            worse = replace(patient, problems=(*patient.problems, any_problem(rng)))
            assert judged(worse).gate.level >= level, (patient, worse.problems[-1])
    assert passed > people / 10
