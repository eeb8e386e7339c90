"""What a page remembers between two looks belongs to what it was worked out from, and to nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tenuto.clinic.intake.services import receive
from tenuto.clinic.plan.document import plain_values
from tenuto.clinic.plan.services import proposing
from tenuto.clinic.plan.services.proposing import grounds
from tenuto.core.plan.request import PlanRequest
from tests.clinic.conftest import NOW, numbers, source_of
from tests.clinic.intake.filling import weigh
from tests.clinic.plan.test_page import OPTIONS, plan, text_of


@pytest.fixture
def twins(add, alice):
    """Two patients of whom everything is the same except who they are."""
    patient, facts = add("Demo Alder")
    person = replace(facts.person, name="Wilma Birch", identifiers=numbers("MRN TWIN"))
    source = source_of("twin.json", "9" * 64)
    return patient, receive(facts=replace(facts, person=person), source=source, by=alice, at=NOW).patient


def test_neither_of_two_patients_with_the_same_facts_sees_the_other(visit, alice, twins):
    browser = visit(alice)
    for _ in range(2):
        first, second = (text_of(plan(browser, patient, **OPTIONS)) for patient in twins)
        assert "Demo Alder" in first
        assert "Wilma Birch" not in first
        assert "MRN TWIN" not in first
        assert "Wilma Birch" in second
        assert "Demo Alder" not in second
    assert "36 mg of ketamine base" in first
    assert "36 mg of ketamine base" in second


def test_a_further_weighing_is_seen_at_the_next_look(visit, alice, add):
    patient, _ = add("Demo Alder")
    browser = visit(alice)
    before = plan(browser, patient, **OPTIONS)
    weigh(patient, 70, alice, at=NOW - timedelta(minutes=1))
    after = plan(browser, patient, **OPTIONS)
    assert "36 mg of ketamine base" in text_of(before)
    assert "35 mg of ketamine base" in text_of(after)
    assert '<svg class="marks"' in after.content.decode()
    assert drawing(before) != drawing(after)


def drawing(response) -> str:
    return response.content.decode().split('<path class="line" d="')[1].split('"')[0]


def test_the_same_plan_is_worked_out_once_and_another_policy_works_it_out_anew(add):
    patient, _ = add("Demo Alder")
    found = grounds(patient)
    policy = found.state.policy
    proposing._planned.cache_clear()
    first = found.proposal(PlanRequest())
    assert grounds(patient).proposal(PlanRequest()) is first
    other = replace(policy, sha256="0" * 64)
    record = found.state.record
    anew = proposing.plan_for(record, first.request, policy=other, as_of=found.state.as_of)
    assert anew is not first
    assert anew.policy is other


def test_what_is_kept_of_a_page_is_plain_and_anything_else_is_refused():
    assert plain_values((1, [True, None], "ä")) == [1, [True, None], "ä"]
    with pytest.raises(TypeError, match="can't be kept with a plan"):
        plain_values(Decimal(1))
