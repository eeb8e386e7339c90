"""The round as its people go through it: answers by link, a red flag, a review, a decided date, and what drift does to it.

Time is moved as a visitor of the demonstration moves it, in a clinic of its own: the other journeys stay in today.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import served
from tests.journeys.passing_time import lets_pass
from tests.journeys.steps import PHONE
from tests.journeys.test_nobody_is_missed import SafetyVisit
from tests.journeys.test_scale_link import birthday, given_a_number, taps

FLAGGED, NOT_BETTER, BETTER = "Demo Sorrel", "Demo Bracken", "Demo Clary"
NEARLY = "Nearly every day"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A clinic whose clock this journey may move."""
    with served(tmp_path_factory.mktemp("round")) as address:
        yield address


class RoundVisit(SafetyVisit):
    """Staff who go through the round."""

    def lets_days_pass(self, days: int) -> None:
        lets_pass(self, days, "days")

    def is_signed_in_as(self, username: str) -> None:
        self.sign_out()
        self.visit.given_signed_in(username)

    def looks_right_in_both_themes(self, name: str) -> None:
        for theme in ("paper", "dim"):
            self.visit.given_the_theme(theme)
            self.page.reload()
            self.visit.then_it_looks_right(f"round-{name}-{theme}")
        self.visit.given_the_theme("paper")


@pytest.fixture
def staff(visit):
    return RoundVisit(visit)


def answers_phq9(staff, phone, patient: str, *, each: str, of_death: str) -> None:
    """Carol asks by link, and the patient answers at home."""
    born = birthday(staff.visit, patient)
    phone.page.goto(staff.makes_a_link(patient, "PHQ-9"))
    phone.page.get_by_label("Your date of birth").fill(born)
    phone.page.get_by_role("button", name="Open").click()
    for answer in (*[each] * 8, of_death):
        taps(phone, answer)
    if of_death != "Not at all":
        expect(phone.page.get_by_role("heading", name="Thank you for saying it")).to_be_visible()
        phone.page.get_by_role("button", name="Go on with the questions").click()
    taps(phone, "Somewhat difficult")
    expect(phone.page.get_by_role("heading", name="Your own scores")).to_be_visible()


def test_from_an_answer_to_a_decided_date_and_on(staff, visit, phone):
    visit.given_signed_in("carol")
    she_answers_by_link_and_sees_her_dates(staff, visit, phone)
    a_red_flag_is_given_on_and_ended_by_a_triage(staff, visit, phone)
    a_non_responder_is_stopped(staff, visit)
    page = a_responder_gets_her_date(staff, visit)
    her_scores_drift_and_the_window_is_taken_back(staff, visit, phone, page)


def she_answers_by_link_and_sees_her_dates(staff, visit, phone) -> None:
    sorrel = staff.opens(FLAGGED)
    given_a_number(visit, sorrel)
    answers_phq9(staff, phone, sorrel, each="Several days", of_death="Not at all")
    expect(phone.page.get_by_text("4 of 6 done.")).to_be_visible()
    expect(phone.page.get_by_role("region", name="What comes next")).to_contain_text("Next:")
    expect(phone.page.locator(".visitor-danger").first).to_contain_text("988")
    phone.then_it_looks_right("round-own-page")
    phone.given_the_theme("dim")
    phone.page.reload()
    phone.then_it_looks_right("round-own-page-dim")
    phone.page.set_viewport_size(PHONE["viewport"])


def a_red_flag_is_given_on_and_ended_by_a_triage(staff, visit, phone) -> None:
    # A thought of death holds what was planned, and has an owner at once.
    sorrel = staff.opens(FLAGGED)
    answers_phq9(staff, phone, sorrel, each="Several days", of_death="More than half the days")
    expect(phone.page.get_by_text("Nothing is given for now.")).to_be_visible()
    staff.is_signed_in_as("alice")
    staff.go(f"/patients/{sorrel}/intake/")
    expect(visit.section("tasks")).to_contain_text("Alice Demo")

    # When nobody acts, it is given on, and the director is told.
    staff.lets_days_pass(1)
    staff.go(f"/patients/{sorrel}/intake/")
    visit.section("tasks").get_by_role("link", name=re.compile("Suicide risk, urgent")).first.click()
    expect(visit.page.get_by_role("region", name="Task")).to_contain_text("Dora Demo")
    staff.looks_right_in_both_themes("task")

    # Only a triage ends it.
    staff.triages(sorrel, "No", "Called at once: no plan, no intent, and her sister is with her.")
    staff.go(f"/patients/{sorrel}/intake/")
    # Others may name it; none of the tasks is it.
    expect(visit.page.get_by_role("link", name=re.compile(r"^\w+\s+Suicide risk, urgent"))).to_have_count(0)


def a_non_responder_is_stopped(staff, visit) -> None:
    bracken = staff.opens(NOT_BETTER)
    staff.go(f"/patients/{bracken}/outcomes/")
    decide = visit.page.get_by_role("region", name="Stop or justify")
    expect(decide).to_contain_text(re.compile("no response", re.IGNORECASE))
    staff.looks_right_in_both_themes("stop-or-justify")
    decide.get_by_role("radio", name="Stop the course").check()
    decide.get_by_label("Why").fill("Six infusions without a change that she can feel.")
    decide.get_by_role("button", name="Record the review").click()
    expect(visit.page.get_by_role("region", name="Reviews")).to_contain_text("Stop the course")


def a_responder_gets_her_date(staff, visit) -> str:
    # The card shows the window of the rule and that of the model.
    clary = staff.opens(BETTER)
    given_a_number(visit, clary)
    page = f"/patients/{clary}/forecast/"
    staff.go(page)
    card = visit.page.locator("main")
    expect(card).to_contain_text("By the rule")
    expect(card).to_contain_text("By the model")
    staff.looks_right_in_both_themes("forecast")

    # The prescriber chooses the proposed day and signs.
    visit.page.get_by_role("radio", name=re.compile("^The proposed day")).check()
    visit.page.get_by_role("button", name="Keep the decision").click()
    expect(visit.page.get_by_role("heading", name=re.compile("Plan, version 2"))).to_be_visible()
    reason = visit.page.get_by_label("Reason").first
    if reason.is_visible():
        reason.fill("Read the forecast and weighed it.")
    visit.page.get_by_role("button", name="Sign plan").click()
    staff.gives_the_second_factor("alice")
    expect(visit.page.get_by_role("status").first).to_contain_text("is signed and in force")
    staff.go(page)
    expect(visit.page.locator("#decide")).to_contain_text("Decided")
    expect(visit.page.get_by_role("slider", name="Day of the next infusion")).to_be_visible()
    return page


def her_scores_drift_and_the_window_is_taken_back(staff, visit, phone, page: str) -> None:
    clary = page.split("/")[2]
    for _ in range(2):
        staff.lets_days_pass(1)
        answers_phq9(staff, phone, clary, each=NEARLY, of_death="Not at all")

    # The worklist says why now, and no day is offered any more; silence opens none.
    staff.lets_days_pass(1)
    staff.go("/worklist/?owner=all")
    row = visit.page.get_by_role("row").filter(has_text=BETTER).filter(has_text="Response is being lost")
    expect(row.first).to_contain_text("PHQ-9")
    staff.looks_right_in_both_themes("worklist")
    staff.go(page)
    expect(visit.page.get_by_text("Not forecast").first).to_be_visible()
    expect(visit.page.get_by_role("slider")).to_have_count(0)
    staff.looks_right_in_both_themes("drifting")
    staff.lets_days_pass(1)
    staff.go(page)
    expect(visit.page.get_by_role("slider")).to_have_count(0)
