"""A thought reported by link stands first and red until a clinician's triage; a consent taken back stands before all else."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.intake_steps import IntakeVisit
from tests.journeys.test_scale_link import birthday, given_a_number, taps

PATIENT = "Demo Lilac"
SIGNED = "Demo Redwood"
PAGES = ("intake/", "intake/history/medical/", "intake/tests/", "plan/", "plan/visits/", "scales/", "person/")
OF_CLINICIANS = ("intake/decision/", "scales/triage/")


class SafetyVisit(IntakeVisit):
    """A person who has to see that somebody is at risk, or who ends it."""

    # ---- when ------------------------------------------------------------------------------------------------
    def opens(self, name: str) -> str:
        self.page.goto(f"{self.address}/?q={name.replace(' ', '+')}")
        self.page.get_by_role("link", name=name, exact=True).first.click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text(name)
        return re.search(r"patients/([0-9a-f-]{36})", self.page.url)[1]

    def makes_a_link(self, patient: str, scale: str) -> str:
        self.go(f"/patients/{patient}/scales/ask/")
        self.page.get_by_label(scale, exact=True).check()
        self.page.get_by_role("button", name="Ask", exact=True).click()
        return self.page.get_by_role("textbox", name="Address").input_value()

    def decides(self, patient: str, outcome: str, reason: str) -> None:
        self.go(f"/patients/{patient}/intake/decision/")
        self.page.get_by_role("radio", name=outcome).check()
        self.page.get_by_label("Reason").fill(reason)
        self.page.get_by_role("button", name="Sign the decision").click()

    def triages(self, patient: str, level: str, rests_on: str) -> None:
        self.go(f"/patients/{patient}/scales/triage/")
        self.page.get_by_role("radio", name=re.compile(rf"^{level}")).check()
        self.page.get_by_label("What the level rests on").fill(rests_on)
        self.page.get_by_role("button", name="Record the triage").click()

    def reaches_them_about(self, patient: str, title: str, words: str) -> None:
        self.go(f"/patients/{patient}/intake/")
        self.visit.section("tasks").get_by_role("link", name=re.compile(title)).first.click()
        self.page.get_by_role("radio", name="Phone").check()
        self.page.get_by_role("radio", name="Reached", exact=True).check()
        self.page.get_by_label("Outcome, when reached").select_option(index=1)
        self.page.get_by_label("What was said or tried").fill(words)
        self.page.get_by_role("button", name="Record the attempt").click()

    def takes_a_consent(self, patient: str, name: str, username: str) -> None:
        self.go(f"/patients/{patient}/intake/consent/")
        for box in self.page.locator("form.card-body input[type=checkbox]").all():
            box.check()
        for choice in self.page.locator("form.card-body fieldset").all():
            choice.get_by_role("radio", name="No", exact=True).check()
        self.page.get_by_label("The patient types their full name").fill(name)
        self.page.get_by_role("button", name="Sign the consent").click()
        self.gives_the_second_factor(username)
        expect(self.page.get_by_role("link", name="The patient withdraws the consent")).to_be_visible()

    def withdraws_the_consent(self, patient: str) -> None:
        self.go(f"/patients/{patient}/intake/consent/")
        self.page.get_by_role("link", name="The patient withdraws the consent").click()
        self.page.get_by_role("button", name="Record the withdrawal").click()
        expect(self.page.get_by_text("Choose how the patient said it.").first).to_be_visible()
        self.page.get_by_role("radio", name="The patient said it by phone").check()
        self.page.get_by_role("button", name="Record the withdrawal").click()
        expect(self.page.get_by_text("Withdrawn").first).to_be_visible()

    # ---- then ------------------------------------------------------------------------------------------------
    def safety(self):
        return self.page.get_by_role("region", name="Safety")

    def sees_it_first_on(self, pages: tuple[str, ...], patient: str, words: str, colour: str) -> None:
        for path in pages:
            self.go(f"/patients/{patient}/{path}")
            expect(self.safety()).to_contain_text(words)
            expect(self.safety()).to_have_class(re.compile(rf"\bsafety-{colour}\b"))
            above = self.page.locator("main > *").first
            expect(above).to_have_attribute("aria-label", "Safety")


@pytest.fixture
def safe(visit):
    return SafetyVisit(visit)


def test_item_9_by_link_is_red_on_every_page_until_a_clinicians_triage(safe, visit, phone):
    # The coordinator sends a link; the patient answers item 9 at home.
    visit.given_signed_in("carol")
    patient = safe.opens(PATIENT)
    born = birthday(visit, patient)
    given_a_number(visit, patient)
    phone.page.goto(safe.makes_a_link(patient, "PHQ-9"))
    phone.page.get_by_label("Your date of birth").fill(born)
    phone.page.get_by_role("button", name="Open").click()
    for answer in (*["Several days"] * 8, "More than half the days"):
        taps(phone, answer)
    expect(phone.page.get_by_role("heading", name="Thank you for saying it")).to_be_visible()
    phone.page.get_by_role("button", name="Go on with the questions").click()
    taps(phone, "Somewhat difficult")
    expect(phone.page.get_by_role("heading", name="Your own scores")).to_be_visible()

    # It is first and red on every page; in the list it is why nothing goes on, before every gate that is closed for less.
    safe.sees_it_first_on(PAGES, patient, "PHQ-9 item 9 was 2", "open")
    visit.then_it_looks_right("safety-person")
    safe.go("/")
    rows = visit.page.get_by_role("row").all_inner_texts()[1:]
    [at] = [n for n, row in enumerate(rows) if PATIENT in row]
    assert "BLOCK" in rows[at]
    assert "PHQ-9 item 9 was 2" in rows[at]
    assert all("REFUSE" not in row for row in rows[:at])
    visit.then_it_looks_right("safety-list")

    # Nobody ends it with words: the coordinator finds no way, and neither does the director but by a triage.
    safe.go(f"/patients/{patient}/intake/")
    task = visit.section("tasks").get_by_role("link", name=re.compile("Suicide risk, urgent")).first
    task.click()
    expect(visit.page.get_by_role("button", name=re.compile("Done|Close|End", re.IGNORECASE))).to_have_count(
        0
    )
    visit.then_it_looks_right("safety-task")
    safe.sign_out()

    # Acceptance is refused until then.
    visit.given_signed_in("alice")
    safe.sees_it_first_on(OF_CLINICIANS, patient, "PHQ-9 item 9 was 2", "open")
    safe.decides(patient, "Accepted for planning", "Seen and weighed.")
    expect(visit.page.get_by_role("main")).to_contain_text(re.compile("Suicide risk, urgent"))
    expect(visit.page.get_by_text("Accepted for planning, signed by")).to_have_count(0)
    visit.then_it_looks_right("safety-not-accepted")

    # A clinician's triage ends it: known from now on, and amber. What follows a low level is done, then the decision stands.
    safe.triages(patient, "Low", "Called at once; passive thoughts, no plan, safety plan made.")
    safe.sees_it_first_on((*PAGES, *OF_CLINICIANS), patient, "known, triaged", "known")
    visit.then_it_looks_right("safety-known")
    safe.reaches_them_about(patient, "Low suicide risk", "Safety plan gone over with her and her sister.")
    safe.decides(patient, "Accepted for planning", "Known and followed.")
    safe.gives_the_second_factor("alice")
    expect(visit.page.get_by_text("Accepted for planning, signed by Alice Demo")).to_be_visible()


def test_a_consent_taken_back_after_the_signature_stands_before_all_else(safe, visit):
    visit.given_signed_in("dora")
    patient = safe.opens(SIGNED)
    safe.takes_a_consent(patient, SIGNED, "dora")
    safe.go(f"/patients/{patient}/plan/")
    calendar = visit.page.get_by_role("link", name="Calendar file").get_attribute("href")
    safe.withdraws_the_consent(patient)
    safe.sign_out()

    visit.given_signed_in("bob")
    safe.go(f"/patients/{patient}/plan/")
    look = visit.page.get_by_role("region", name="Look again")
    expect(look).to_contain_text("until the patient has given a new consent")
    dose = visit.section("dose")
    assert look.bounding_box()["y"] < dose.bounding_box()["y"]
    expect(visit.section("gate")).to_contain_text("REFUSE")
    expect(visit.page.get_by_role("link", name="Calendar file, on hold")).to_be_visible()
    visit.then_it_looks_right("consent-taken-back")
    dates = visit.page.request.get(f"{visit.address}{calendar}").text()
    # The visits stand booked until somebody cancels them: no entry says otherwise, and none is confirmed.
    assert set(re.findall(r"STATUS:(\w+)", dates)) == {"TENTATIVE"}
    assert "booked but not planned now" in dates.replace("\r\n ", "")
    safe.sees_it_first_on(PAGES, patient, "withdrawn the consent", "open")
    visit.then_it_looks_right("consent-taken-back-elsewhere")
    safe.go("/")
    expect(visit.page.get_by_role("row").filter(has_text=SIGNED)).to_contain_text("Consent withdrawn")
