"""An enquiry comes in and is completed; the gate blocks one person and lets another pass after a repeated pressure."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import expect

from tenuto.clinic.demo.staff import STAFF

ROOT = Path(__file__).resolve().parents[2]
COMPLETE_ON = date(2026, 3, 2)
"""The day for which the example bundles are complete."""
CODE_SECONDS = 30


class IntakeVisit:
    """A person who works on an intake."""

    def __init__(self, visit) -> None:
        self.visit, self.page, self.address = visit, visit.page, visit.address
        self.page.set_default_timeout(10_000)

    def go(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")

    def sign_out(self) -> None:
        self.page.get_by_role("button", name="Sign out").click()

    def public_address(self) -> str:
        self.go("/enquiries/")
        return self.page.get_by_role("link", name="/enquire/").get_attribute("href")

    def asks(self, address: str, name: str) -> None:
        self.page.goto(address)
        self.visit.then_it_looks_right("enquire-public")
        self.page.get_by_label("Your name").fill(name)
        self.page.get_by_label("Phone number or e-mail").fill("555 0100")
        self.page.get_by_label("The clinic may contact me").check()
        self.page.get_by_role("button", name="Send").click()
        expect(self.page.get_by_role("heading", name="It has arrived")).to_be_visible()
        assert name not in self.page.content()

    def registers(self, name: str, born: str, number: str) -> None:
        self.go("/enquiries/")
        self.visit.then_it_looks_right("enquiries")
        self.page.get_by_role("link", name=name).first.click()
        self.visit.then_it_looks_right("enquiry")
        self.page.get_by_label("Date of birth").fill(born)
        self.page.get_by_label("Record or insurance number").fill(number)
        self.page.get_by_role("button", name="Register the patient").click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text(name)

    def opens_step(self, title: str) -> None:
        self.page.get_by_role("link", name=re.compile(rf"^{title}")).first.click()
        expect(self.page.get_by_role("heading", level=2, name=title)).to_be_visible()

    def answers(self, question: str, word: str) -> None:
        group = self.page.get_by_role("group", name=question, exact=True)
        group.get_by_role("radio", name=word, exact=True).check()
        self.is_saved()

    def is_saved(self) -> None:
        # The pause after typing, then the answer of the server.
        expect(self.page.locator("[data-save-status]")).to_have_text(
            re.compile(r"^Saved \d\d:\d\d$"), timeout=8000
        )

    def presses(self, upper: str, lower: str) -> None:
        self.page.get_by_label("Systolic, mmHg").fill(upper)
        self.page.get_by_label("Diastolic, mmHg").fill(lower)
        self.page.get_by_role("button", name="Record the reading").click()
        expect(self.page.get_by_text("The reading is recorded.")).to_be_visible()

    def gives_the_second_factor(self, username: str) -> None:
        secret = next(person.secret for person in STAFF if person.username == username)
        counter = int(time.time()) // CODE_SECONDS
        self.page.locator("input[name=code]").fill(format_hotp_value(hotp_value(secret, counter)))
        self.page.get_by_role("button", name="Confirm", exact=True).click()


@pytest.fixture
def intake(visit):
    return IntakeVisit(visit)


def raised_pressure() -> bytes:
    """The complete example, recorded yesterday, with a pressure at which nobody is treated."""
    moved = datetime.now(UTC).date() - timedelta(days=1) - COMPLETE_ON
    text = re.sub(
        r"\b202[56]-\d\d-\d\d",
        lambda m: (date.fromisoformat(m[0]) + moved).isoformat(),
        (ROOT / "examples/pass.json").read_text("utf-8"),
    )
    bundle = json.loads(text)
    for entry in bundle["entry"]:
        resource = entry["resource"]
        if resource["resourceType"] == "Patient":
            resource["name"] = [{"text": "Demo Larch"}]
            resource["identifier"] = [{"value": "DEMO-LARCH"}]
        for part in resource.get("component", ()):
            if part["code"]["coding"][0]["code"] == "8480-6":
                part["valueQuantity"]["value"] = 172
    return json.dumps(bundle).encode()


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
    expect(visit.page.locator("li", has_text="Medical history").first).to_contain_text("Blocked")
    visit.then_it_looks_right("intake-blocked")


def test_a_repeated_blood_pressure_lets_another_pass_and_a_prescriber_signs(intake, visit):
    visit.given_signed_in("alice")
    visit.when_they_drop("larch.json", raised_pressure())
    visit.page.wait_for_url(re.compile(r"/plan/"))
    patient = re.search(r"/patients/([^/]+)/", visit.page.url)[1]

    intake.go(f"/patients/{patient}/intake/measurements/")
    visit.then_the_gate_is("BLOCK")
    expect(visit.section("gate")).to_contain_text("172")
    intake.presses("128", "78")
    intake.presses("124", "76")
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
    intake.go(f"/patients/{patient}/intake/scales/phq9/")
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
    expect(visit.section("tasks")).to_contain_text("prescriber, by")


def test_the_other_pages_look_right_in_the_dim_room(intake, visit):
    visit.given_signed_in("alice")
    visit.given_the_theme("dim")
    visit.when_they_open_the_patient(
        "Demo Maximiliana-Theodora van Oudtshoorn-Featherstonehaugh de la Rocha y Echevarría"
    )
    patient = re.search(r"/patients/([^/]+)/", visit.page.url)[1]
    for page in ("", "history/diagnoses/", "history/trials/", "tests/", "scales/", "visits/", "consent/"):
        intake.go(f"/patients/{patient}/intake/{page}")
        visit.then_it_looks_right(f"intake-dim-{page.replace('/', '-').strip('-') or 'overview'}")
