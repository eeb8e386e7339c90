"""From an enquiry to a signed plan by hand, for somebody with depression, within ninety interactions."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from playwright.sync_api import expect

from tests.journeys.counting import Hand
from tests.journeys.intake_steps import IntakeVisit, totp_of
from tests.journeys.steps import PASSWORD, Visit

MOST = 90
PEOPLE = {"bob": ("Demo Tamarisk", "1979-06-21"), "carol": ("Demo Whitebeam", "1983-04-12")}
"""Who is treated, by who takes the history."""
DEPRESSION = "Major depressive disorder, recurrent severe without psychotic features (F33.2)"


class Person:
    """Somebody with a browser of their own. All that they do by hand is counted together."""

    def __init__(self, browser, server: str, count: Counter[str]) -> None:
        self.page = browser.new_context().new_page()
        self.visit = Visit(self.page, server)
        self.hand = Hand(self.page, count)

    def signs_in(self, username: str) -> None:
        self.page.goto(self.visit.address)
        self.hand.fills("User name", username)
        self.hand.fills("Password", PASSWORD)
        self.hand.button("Sign in")
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()

    def gives_the_code(self, username: str) -> None:
        self.hand.fills("Code", totp_of(username))
        self.hand.button("Confirm")

    def is_saved(self) -> None:
        saved = re.compile(r"^Saved \d\d:\d\d$")
        expect(self.page.locator("[data-save-status]")).to_have_text(saved)


@pytest.fixture
def people(browser, server):
    """Makes people, and in the end looks whether the browser of any complained."""
    count: Counter[str] = Counter()
    made: list[Person] = []

    def person() -> Person:
        made.append(Person(browser, server, count))
        return made[-1]

    yield person, count
    assert [each.visit.complaints for each in made if each.visit.complaints] == []


def asks(who: Person, address: str, name: str) -> None:
    who.page.goto(address)
    who.hand.fills("Your name", name)
    who.hand.fills("Phone number or e-mail", "555 0100")
    who.hand.checks("The clinic may contact me")
    who.hand.button("Send")
    expect(who.page.get_by_role("heading", name="It has arrived")).to_be_visible()


def registers(bob: Person, *, name: str, born: str) -> None:
    hand = bob.hand
    hand.link("Enquiries")
    hand.link(name)
    hand.fills("Date of birth", born)
    hand.button("Register the patient")
    expect(bob.page.get_by_role("heading", level=2, name="History")).to_be_visible()


def takes_the_history(bob: Person, *, clinician: bool) -> None:
    hand, page = bob.hand, bob.page

    def step(name: str):
        return page.locator(f"#step-{name}")

    def nothing_of_these(name: str, groups: int = 1) -> None:
        """By one click a short group, whose questions stand in full above it."""
        for left in reversed(range(groups)):
            hand.clicks(step(name).get_by_role("button", name=re.compile("^I asked these")).first)
            expect(step(name).locator(".intake-together")).to_have_count(left)

    hand.answers("Administrative sex", "Male")
    hand.fills("Diagnosis", DEPRESSION, step("diagnoses"))
    bob.page.get_by_label("Length of the present episode").focus()
    bob.is_saved()
    # What belongs to depression is asked from here on.
    hand.fills("Length of the present episode", "since March, the third one")
    hand.fills("Present therapist or prescriber", "Dr Reed, 555 0199")
    hand.answers("Release of information to the treating team", "Yes")
    hand.answers("Agreement of the treating team", "Yes")
    hand.answers("Psychosis, ever", "No")
    nothing_of_these("psychiatric")
    for n, drug in enumerate(("sertraline 200 mg", "venlafaxine 225 mg")):
        row = step("trials").locator("fieldset.intake-row").nth(n)
        told = ", adequate" if clinician else ""
        hand.fills("Treatment", f"{drug} for 10 weeks: no response{told}", row)
    nothing_of_these("trials")
    hand.answers("Suicide attempts", "None")
    hand.answers("Access to means, firearms included", "No")
    hand.answers("Safety plan", "Yes")
    hand.fills("Crisis contact", "sister, 555 0101; crisis line 988")
    # What alone closes the gate has an answer of its own.
    hand.answers("Aneurysm, vascular malformation or bleeding in the brain", "No")
    hand.answers("Raised pressure in the head, recent brain injury", "No")
    hand.answers("Bladder symptoms", "No")
    hand.answers("Porphyria", "No")
    if clinician:
        hand.answers("Airway examination", "Normal")
        hand.answers("ASA class", "2")
    nothing_of_these("medical", groups=3)
    hand.fills("Medicine", "sertraline 200 mg in the morning", step("medicines"))
    hand.answers("Medicine list asked and reconciled", "Yes")
    hand.answers("Allergies asked and attested", "Yes")
    hand.fills("Prescription monitoring query: date, user, result", "today, Carol: nothing")
    hand.answers("Ketamine or PCP use outside treatment, ever", "No")
    nothing_of_these("addiction")
    hand.fills("Goals and intentions, in the person's own words", "to paint again")
    hand.fills("Stop date", f"{datetime.now(UTC) + timedelta(days=120):%Y-%m-%d}")
    hand.fills("Support person", "Sam Reed, brother")
    if clinician:
        hand.answers("Capacity to decide", "Yes")
    page.get_by_label("Transport home").focus()
    bob.is_saved()
    hand.link("Go on to measurements")


def measures(bob: Person) -> None:
    hand, page = bob.hand, bob.page
    now = datetime.fromisoformat(page.get_by_label("Measured at").input_value())
    hand.fills("Measured at", f"{now - timedelta(minutes=7):%Y-%m-%dT%H:%M}")
    for label, value in (
        ("Systolic, mmHg", "124/78"),
        ("Heart rate, /min", "68"),
        ("Oxygen saturation, %", "98"),
        ("Weight, kg", "72.0"),
        ("Height, cm or m", "1.80"),
        ("Second systolic, mmHg", "122/76"),
    ):
        hand.fills(label, value)
    hand.button("Record, and go on to tests")
    expect(page.get_by_text("The reading is recorded.")).to_be_visible()


def enters_results(bob: Person) -> None:
    hand = bob.hand
    for enzyme, value in (("ALT", "22 (40)"), ("AST", "20 (40)"), ("ALP", "70 (120)"), ("GGT", "25 (60)")):
        hand.fills(f"{enzyme}, U/L (upper limit)", value)
    hand.chooses("Urine drug screen", "negative")
    hand.chooses("Urinalysis", "normal")
    hand.chooses("Urinary symptoms", "none")
    hand.button("Record, and go on to scales from paper")
    expect(bob.page.get_by_text("The results are recorded.")).to_be_visible()


def enters_scales(bob: Person) -> None:
    hand = bob.hand
    for scale, answers in (
        ("PHQ-9", "3323222202"),
        ("AUDIT-C", "100"),
        ("DAST-10", "0010000000"),
        ("STOP-BANG", "00000001"),
    ):
        hand.fills(scale, answers)
    hand.button("Record the answers")
    expect(bob.page.get_by_text("PHQ-9: 19, moderately severe.")).to_be_visible()


def triages(alice: Person, *, name: str) -> None:
    hand, page = alice.hand, alice.page
    hand.link(name)
    hand.clicks(page.locator("#missing").get_by_role("link", name="Suicide triage"))
    hand.clicks(page.get_by_role("radio", name=re.compile("^None")))
    hand.fills("What the level rests on", "interview; no thoughts, no plan")
    hand.button("Record, and go on to the decision")
    expect(page.get_by_role("heading", level=2, name="Decision")).to_be_visible()


def decides(alice: Person, *, judged: bool) -> None:
    """Whatever clinical judgement lacks is recorded where it is decided on."""
    hand, page = alice.hand, alice.page
    if not judged:
        hand.answers("Airway examination", "Normal")
        hand.answers("ASA class", "2")
        hand.answers("Capacity to decide", "Yes")
        hand.button("Record the judgements")
        expect(page.get_by_text("The judgements are recorded")).to_be_visible()
    hand.clicks(page.get_by_role("radio", name="Accepted for planning"))
    hand.fills("Reason", "What is missing is arranged before the first infusion.")
    hand.button("Sign the decision")
    alice.gives_the_code("alice")
    expect(page.get_by_text("Accepted for planning, signed by")).to_be_visible()


def plans(alice: Person) -> None:
    hand, page = alice.hand, alice.page
    hand.clicks(page.get_by_role("list", name="Stages").get_by_role("link", name=re.compile("Plan")))
    hand.chooses("Vial", "50")
    hand.fills("Total volume, mL", "100")
    hand.button("Show plan")
    hand.button("Prepare for signature")
    expect(page.get_by_role("heading", name=re.compile("Plan, version 1"))).to_be_visible()
    hand.fills("Reason", "Escort, transport and consent are arranged before the first infusion.")
    hand.button("Sign plan")
    alice.gives_the_code("alice")
    expect(page.get_by_role("status").first).to_contain_text("is signed and in force")


@pytest.mark.parametrize("who", ["bob", "carol"])
def test_from_an_enquiry_to_a_signed_plan_within_ninety_interactions(people, who):
    """Signing in and the enquirer's own part are counted too. Where a coordinator takes the history, a prescriber adds what only a
    clinician judges."""
    clinician, (name, born) = who == "bob", PEOPLE[who]
    person, count = people
    office = person()
    office.visit.given_signed_in("carol")
    address = IntakeVisit(office.visit).public_address()
    assert count.total() == 0
    after: dict[str, int] = {}
    asks(person(), address, name)
    first = person()
    first.signs_in(who)
    takes = partial(takes_the_history, clinician=clinician)
    enters = partial(registers, name=name, born=born)
    for work in (enters, takes, measures, enters_results, enters_scales):
        work(first)
        after[str(work)] = count.total()
    alice = person()
    alice.signs_in("alice")
    for work in (partial(triages, name=name), partial(decides, judged=clinician), plans):
        work(alice)
        after[str(work)] = count.total()
    assert count.total() <= MOST, (after, dict(count))
