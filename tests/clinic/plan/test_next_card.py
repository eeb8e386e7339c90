"""The card of the next infusion, on the pages of staff: the account of the course and what stands in the way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.course.api import next_steps
from tenuto.clinic.intake.services.consents import withdraw_consent
from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.ports.api import lift_hold, open_task, place_hold
from tenuto.core.course.next_facts import NextState
from tests.clinic.conftest import NOW
from tests.clinic.outcomes.conftest import course  # noqa: F401 - fixture
from tests.clinic.plan.conftest import OPTIONS, drafted, signed
from tests.clinic.plan.test_course_account import batch_of
from tests.clinic.plan.test_documents_of_versions import pdf
from tests.clinic.plan.test_page import text_of
from tests.clinic.plan.test_visits import DAY, given, scored


@pytest.fixture
def running(accepted, alice):
    """A patient with a plan in force, and its number."""
    patient = accepted()
    return patient, signed(patient, alice, OPTIONS)


def step_of(patient):
    return next_steps(Batch.of(patient)).get(patient.pk)


def test_staff_see_it_on_the_pages_of_patient_plan_and_visits(visit, running, alice, bob):
    patient, version = running
    given(patient, bob, on=DAY - timedelta(days=1))
    scored(patient, bob, 12)
    lines = (
        "Given 1 of 6, 36 mg.",
        "PHQ-9 17 → 12, no response yet.",
        "Fri 27 Nov planned; not booked.",
    )
    for page in ("intake/", "plan/visits/", f"plan/versions/{version.pk}/"):
        shown = text_of(visit(alice).get(f"/patients/{patient.pk}/{page}"))
        for line in lines:
            assert line in shown, page
        assert "Coordinator. Looked at again by Fri 27 Nov." in shown


def test_the_paper_of_the_plan_in_force_says_it_too(visit, running, alice, bob):
    patient, version = running
    given(patient, bob, on=DAY - timedelta(days=1))
    _, text = pdf(visit(alice), version)
    assert "Given 1 of 6, 36 mg. PHQ-9 17 before;" in " ".join(text.split())


def test_a_hold_takes_the_date_away_and_gives_it_back(running, alice):
    patient, _ = running
    assert step_of(patient).state is NextState.BEFORE
    hold = place_hold(patient=patient, why="Fever.", by=alice, at=NOW)
    held = step_of(patient)
    assert (held.state, held.when, held.staff[0]) == (NextState.HELD, "On hold", "On hold: Fever.")
    lift_hold(hold=hold.id, why="Gone.", by=alice, at=NOW)
    assert step_of(patient).state is NextState.BEFORE


def test_what_stops_the_plan_counts_before_any_hold_is_placed(running, alice):
    patient, _ = running
    withdraw_consent(patient=patient, how="phone", why="Asked for it.", by=alice, at=NOW)
    held = step_of(patient)
    assert held.state is NextState.HELD
    assert "withdrawn the consent" in held.staff[0]
    assert held.patient == ("Nothing is given for now.", "Your clinic calls you.")


def test_without_a_plan_the_card_says_what_has_to_happen_first(visit, accepted, alice):
    patient = accepted()
    assert step_of(patient) is None
    page = text_of(visit(alice).get(f"/patients/{patient.pk}/intake/"))
    assert (
        "Next Due Plan to make Accepted by Dora (dora). There is no plan yet. Prescriber. Make the plan."
        in page
    )


def test_many_cards_take_as_many_queries_as_two(accepted, alice, django_assert_max_num_queries):
    people = [accepted(name) for name in ("Demo Alder", "Demo Birch", "Demo Oak")]
    for patient in people:
        signed(patient, alice, OPTIONS)
    counts = []
    for chosen in (people[:2], people):
        batch = batch_of(*chosen)
        with django_assert_max_num_queries(40) as asked:
            next_steps(batch)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_before_the_signature_the_card_says_what_comes_first(visit, accepted, alice):
    patient = accepted()
    version = drafted(patient, alice, OPTIONS)
    page = visit(alice).get(f"/patients/{patient.pk}/plan/versions/{version.pk}/")
    card = text_of(page).split(" Next ", 1)[1]
    assert "Plan to sign" in card
    assert "Prescriber. Sign the plan." in card


def test_before_a_plan_somebody_looks_first_at_who_may_be_at_risk(visit, accepted, alice, bob):
    patient = accepted()
    due = NOW + timedelta(hours=1)
    open_task(patient=patient, kind="suicide.urgent", why="Item 9 was 2.", owner_role=Role.PRESCRIBER, due=due, by=alice, at=NOW)  # fmt: skip
    card = text_of(visit(bob).get(f"/patients/{patient.pk}/intake/")).split(" Next ", 1)[1]
    assert card.startswith("Due Suicide triage Suicide risk, urgent: open")
    assert "records a triage." in card


def test_nothing_is_said_twice_on_the_card_and_todays_verdict_stands_before_it(visit, course, alice):  # noqa: F811
    patient = course((30, 28, 26, 23, 21, 19), [(32, 21), (0, 18)])
    answer = visit(alice).get(f"/patients/{patient.pk}/plan/", follow=True)
    page = text_of(answer)
    assert page.count("No date") == 1
    assert "The coordinator books the series" not in page
    html = answer.content.decode()
    assert html.index('id="gate-title"') < html.index('id="next-title"')
