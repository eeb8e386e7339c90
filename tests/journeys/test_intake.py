"""An enquiry comes in and is completed; the gate blocks one person and lets another pass after a repeated pressure."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.intake_steps import IntakeVisit, raised_pressure


@pytest.fixture
def intake(visit):
    return IntakeVisit(visit)


def test_an_enquiry_becomes_a_patient_whom_the_gate_blocks_for_a_reason_with_a_source(intake, visit):
    visit.given_signed_in("carol")
    address = intake.public_address()
    intake.sign_out()
    intake.asks(address, "Demo Willow")

    visit.given_signed_in("carol")
    intake.registers("Demo Willow", "1984-02-03", "DEMO-WILLOW-1")
    visit.then_it_looks_right("intake-new")

    intake.opens_step("Measurements")
    visit.page.get_by_label("Weight, kg").fill("71.5")
    visit.page.get_by_role("button", name="Record the reading").click()
    visit.page.get_by_role("link", name="Intake", exact=True).last.click()

    intake.opens_step("Medical history")
    intake.answers("Liver disease", "No")
    intake.answers("Aneurysm, vascular malformation or bleeding in the brain", "Yes")
    visit.then_the_gate_is("BLOCK")
    finding = visit.when_they_open_the_finding("Aneurysm")
    expect(finding).to_contain_text("Spravato (esketamine) prescribing information")
    expect(finding).to_contain_text("tenuto-demo version")
    visit.then_it_looks_right("intake-history")

    visit.page.get_by_role("link", name="Medicines", exact=True).click()
    expect(visit.page.get_by_role("heading", level=2, name="Medicines")).to_be_visible()
    visit.page.get_by_label("Medicine", exact=True).last.fill("Theophylline")
    visit.page.get_by_label("Dose and how often").last.fill("300 mg twice a day")
    visit.page.get_by_role("link", name="Back to").focus()
    intake.is_saved()
    expect(visit.page.locator("[data-notes]").last).to_contain_text("BLOCK")
    visit.then_it_looks_right("intake-medicines")

    visit.page.get_by_role("link", name="Intake", exact=True).first.click()
    expect(visit.page.locator("li", has_text="Medical history").first).to_contain_text("BLOCK")
    visit.then_it_looks_right("intake-blocked")


def test_a_repeated_blood_pressure_lets_another_pass_and_a_prescriber_signs(intake, visit):
    visit.given_signed_in("alice")
    visit.when_they_drop("larch.json", raised_pressure("Demo Larch"))
    visit.when_they_keep_what_was_read()
    visit.page.wait_for_url(re.compile(r"/plan/"))
    patient = re.search(r"/patients/([^/]+)/", visit.page.url)[1]

    intake.go(f"/patients/{patient}/intake/measurements/")
    visit.then_the_gate_is("BLOCK")
    expect(visit.section("gate")).to_contain_text("172")
    intake.presses_twice("128/78", "124/76")
    visit.then_the_gate_is("PASS")
    visit.then_it_looks_right("intake-measurements")

    intake.go(f"/patients/{patient}/intake/decision/")
    visit.page.get_by_role("radio", name="Accepted for planning").check()
    visit.then_it_looks_right("intake-decision")
    visit.page.get_by_role("button", name="Sign the decision").click()
    intake.gives_the_second_factor("alice")
    expect(visit.page.get_by_text("Accepted for planning, signed by Alice Demo.")).to_be_visible()
    visit.then_it_looks_right("intake-decided")


def test_a_thought_of_self_harm_opens_a_task_before_anything_else(intake, visit):
    visit.given_signed_in("bob")
    visit.when_they_open_the_patient("Demo Alder")
    patient = re.search(r"/patients/([^/]+)/", visit.page.url)[1]
    intake.go(f"/patients/{patient}/scales/phq9/")
    visit.then_it_looks_right("intake-scale")
    questions = visit.page.locator("fieldset[data-item]")
    for n in range(8):
        questions.nth(n).get_by_role("radio", name="Not at all").check()
    questions.nth(8).get_by_role("radio", name="Several days").check()
    questions.nth(9).get_by_role("radio", name="Not difficult at all").check()
    visit.page.get_by_role("button", name="Record the answers").click()
    expect(visit.page.get_by_role("heading", level=2, name="Suicide triage")).to_be_visible()
    expect(visit.page.get_by_text("Task opened").first).to_be_visible()
    visit.then_it_looks_right("intake-triage")
    intake.go(f"/patients/{patient}/intake/")
    # The one on call, a prescriber, is whose task it is.
    expect(visit.section("tasks")).to_contain_text("Alice Demo, by")


def test_the_other_pages_look_right_in_the_dim_room(intake, visit):
    visit.given_signed_in("alice")
    visit.given_the_theme("dim")
    visit.when_they_open_the_patient(
        "Demo Maximiliana-Theodora van Oudtshoorn-Featherstonehaugh de la Rocha y Echevarría"
    )
    patient = re.search(r"/patients/([^/]+)/", visit.page.url)[1]
    for page in ("", "history/diagnoses/", "history/trials/", "tests/", "visits/", "consent/"):
        intake.go(f"/patients/{patient}/intake/{page}")
        visit.then_it_looks_right(f"intake-dim-{page.replace('/', '-').strip('-') or 'overview'}")
