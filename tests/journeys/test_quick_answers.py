"""Answers that are given faster than any save, on a page that is left at once: none is lost."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.intake_steps import IntakeVisit

QUICK = {
    "history.aneurysm": "no",
    "history.raised_icp": "no",
    "history.bladder": "no",
    "history.porphyria": "no",
    "suicide.means": "no",
    "suicide.safety_plan": "yes",
    "allergies.attested": "yes",
}

LOOKS = 60


@pytest.fixture
def whole(visit):
    """The history on one page of somebody who was just registered."""
    intake = IntakeVisit(visit)
    visit.given_signed_in("carol")
    address = intake.public_address()
    intake.sign_out()
    intake.asks(address, "Demo Sorrel")
    visit.given_signed_in("carol")
    intake.registers("Demo Sorrel", "1984-02-03", "DEMO-SORREL-1")
    visit.page.get_by_role("link", name="History on one page").click()
    expect(visit.page.get_by_role("heading", level=2, name="History")).to_be_visible()
    visit.page.wait_for_load_state("load")  # words can be there before the script that saves
    visit.page.on("dialog", lambda dialog: dialog.accept())
    return visit.page


def test_answers_at_machine_speed_are_there_after_a_reload(whole):
    marked = whole.evaluate(
        """answers => {
            Object.entries(answers).forEach(([name, value]) =>
                document.querySelector(`[name="q-${name}"][value="${value}"]`).click());
            return document.querySelectorAll("[data-unsaved]").length;
        }""",
        QUICK,
    )
    # Each is marked until it is kept; a moment later some of them are.
    assert marked > 0
    address = whole.url
    whole.reload()
    # What the server has: a page of its own, which the browser did not fill in again, until what was under way has arrived.
    fresh = whole.context.new_page()
    for _ in range(LOOKS):
        fresh.goto(address)
        lacking = {name for name, value in QUICK.items() if not is_kept(fresh, name, value)}
        if not lacking:
            break
        fresh.wait_for_timeout(1000)
    assert lacking == set()


def is_kept(page, name: str, value: str) -> bool:
    return page.locator(f'[name="q-{name}"][value="{value}"]').is_checked()


def test_a_group_right_after_an_answer_keeps_both(whole):
    step = whole.locator("#step-psychiatric")
    step.locator('[name="q-history.psychosis"][value="no"]').check()
    step.get_by_role("button", name=re.compile("^I asked these")).first.click()
    expect(step.locator(".intake-together")).to_have_count(0)
    whole.reload()
    for name in ("history.psychosis", "history.mania"):
        expect(whole.locator(f'[name="q-{name}"][value="no"]')).to_be_checked()
