"""An enquiry becomes a signed plan: blocked with a source, passed after a repeat, signed, printed, and seen by the auditor."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from icalendar import Calendar
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.journeys.intake_steps import IntakeVisit, raised_pressure

BORN = "1984-04-09"
"""Of the person in the example bundle."""


class PlanVisit(IntakeVisit):
    """A person who works on a plan."""

    # ---- when ------------------------------------------------------------------------------------------------
    def takes_in(self, name: str) -> None:
        """The referrer's record, for whoever was registered under the same number."""
        self.visit.when_they_drop("referral.json", raised_pressure(name))
        # The number in the file is of a system that nobody names: a person says that it is the one registered.
        self.page.get_by_role("button", name=re.compile(f"It is {name}")).click()
        self.page.wait_for_url(re.compile(r"/plan/"))
        expect(self.page.get_by_role("heading", level=1)).to_have_text(name)

    def follows_the_spine_to(self, stage: str) -> None:
        self.page.get_by_role("list", name="Stages").get_by_role("link", name=re.compile(stage)).click()

    def decides(self, username: str, outcome: str) -> None:
        self.page.get_by_role("link", name="Decide in intake").click()
        self.page.get_by_role("radio", name=outcome).check()
        self.page.get_by_role("button", name="Sign the decision").click()
        self.gives_the_second_factor(username)
        expect(self.page.get_by_text(f"{outcome}, signed by")).to_be_visible()

    def prepares_for_signature(self) -> None:
        self.page.get_by_role("button", name="Prepare for signature").click()
        expect(self.page.get_by_role("heading", name=re.compile("Plan, version 1"))).to_be_visible()

    def signs(self, username: str) -> None:
        self.page.get_by_role("button", name="Sign plan").click()
        expect(self.page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
        self.visit.then_it_looks_right("plan-second-factor")
        self.gives_the_second_factor(username)
        expect(self.page.get_by_role("status").first).to_contain_text("is signed and in force")

    def downloads(self, link: str) -> bytes:
        with self.page.expect_download() as download:
            self.page.get_by_role("link", name=link).click()
        return Path(download.value.path()).read_bytes()

    def prints(self) -> bytes:
        """The page as the printer gets it; the browser tells the server that it prints."""
        with self.page.expect_request(re.compile(r"/printed/$")):
            self.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        return self.page.pdf(format="A4")

    def reads_the_audit_of(self, name: str) -> str:
        self.go("/audit/")
        self.page.get_by_role("link", name=name, exact=True).first.click()
        expect(self.page.get_by_role("heading", name=f"Everything about {name}")).to_be_visible()
        return self.page.locator("tbody").inner_text()


@pytest.fixture
def plan(visit):
    return PlanVisit(visit)


def words_of(pdf: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_an_enquiry_becomes_a_signed_plan_that_the_auditor_can_follow(plan, visit):
    # An enquiry arrives, and the coordinator completes it with the patient.
    name, number = "Demo Saxifrage", "DEMO-SAXIFRAGE"
    visit.given_signed_in("carol")
    address = plan.public_address()
    plan.sign_out()
    plan.asks(address, name)
    visit.given_signed_in("carol")
    plan.registers(name, BORN, number)
    patient = re.search(r"/patients/([^/]+)/", visit.page.url)[1]
    plan.go(f"/patients/{patient}/plan/")
    expect(visit.page.get_by_text("Verdict, dose and series appear here")).to_be_visible()
    visit.then_it_looks_right("plan-nothing")
    plan.takes_in(name)
    assert patient in visit.page.url

    # The gate blocks for a reason that opens to its source; a repeated blood pressure lets it pass.
    visit.then_the_gate_is("BLOCK")
    finding = visit.when_they_open_the_finding("172")
    expect(finding).to_contain_text("Source")
    expect(finding).to_contain_text("tenuto-demo version")
    visit.then_it_looks_right("plan-blocked")
    plan.follows_the_spine_to("Intake")
    plan.opens_step("Measurements")
    plan.presses_twice("128/78", "124/76")
    visit.then_the_gate_is("PASS")
    plan.sign_out()

    # One prescriber decides in intake; another signs the plan, each with a second factor of their own.
    visit.given_signed_in("dora")
    plan.go(f"/patients/{patient}/plan/")
    plan.decides("dora", "Accepted for planning")
    plan.sign_out()
    visit.given_signed_in("alice")
    visit.when_they_open_the_patient(name)
    visit.when_they_choose(vial="50", volume="100")
    visit.then_the_gate_is("PASS")
    visit.then_it_looks_right("plan-ready")
    plan.prepares_for_signature()
    visit.then_it_looks_right("plan-draft")
    plan.signs("alice")
    expect(visit.section("signature")).to_contain_text("with a fresh authenticator code")
    visit.then_it_looks_right("plan-signed")

    # It goes on paper and into a calendar.
    dose = visit.section("dose").locator(".dose-hero strong").inner_text()
    visit.page.emulate_media(media="print")
    expect(visit.page.get_by_role("button", name="Withdraw")).to_be_hidden()
    printed = words_of(plan.prints())
    assert dose in printed
    assert printed.index("PASS") < printed.index(dose) < printed.index("Signed by")
    visit.page.emulate_media(media="screen")
    paper = plan.downloads("Version as PDF")
    assert f"{dose} ketamine base" in words_of(paper)
    assert "Alice Demo" in words_of(paper)
    dates = Calendar.from_ical(plan.downloads("Calendar file"))
    assert len(dates.walk("VEVENT")) == visit.section("series").locator(".visits li").count()
    assert name not in dates.to_ical().decode()
    plan.sign_out()

    # The auditor sees each step, reads included.
    visit.given_signed_in("erin", lands_on="Audit")
    seen = plan.reads_the_audit_of(name)
    for action in (
        "registered patient",
        "recorded intake",
        "recorded reading",
        "decided about treatment",
        "drafted plan",
        "signed plan",
        "plan page",
        "plan version",
        "print plan version",
        "export series of plan version",
        "printed",
    ):
        assert action.lower() in seen.lower(), action
    for person in ("Carol Demo", "Dora Demo", "Alice Demo"):
        assert person in seen
    visit.then_it_looks_right("audit-of-one")
