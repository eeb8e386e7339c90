"""A responder in maintenance gets her next date: the forecast is read, a day chosen with a reason, signed, and told to all."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.intake_steps import IntakeVisit


def test_a_prescriber_chooses_the_next_date_and_a_nurse_reads_it(visit):
    # Given a patient in maintenance, whom the nurse only looks at.
    staff = IntakeVisit(visit)
    visit.given_signed_in("bob")
    visit.when_they_open_the_patient("Demo Heather")
    patient = re.search(r"/patients/([^/]+)/", visit.page.url)[1]
    page = f"/patients/{patient}/forecast/"
    staff.go(page)
    expect(visit.page.get_by_text("decides on the date.")).to_be_visible()
    visit.then_it_looks_right("forecast-nurse")
    staff.sign_out()

    # When the prescriber moves the slider by the keys, every figure moves with it.
    visit.given_signed_in("alice")
    staff.go(page)
    visit.page.get_by_role("img", name=re.compile("PHQ-9 from 21 on")).wait_for()
    slider = visit.page.get_by_role("slider", name="Day of the next infusion")
    longest = slider.get_attribute("aria-valuetext")
    slider.press("ArrowLeft")
    slider.press("ArrowLeft")
    assert slider.get_attribute("aria-valuetext") != longest
    shown = visit.page.locator("[data-shown=day]").inner_text()
    assert slider.get_attribute("aria-valuetext").startswith(shown)
    # What the day brings in exposure moves with it, beside the decision.
    weighed = visit.page.locator("[data-weight]:visible")
    expect(weighed).to_have_count(1)
    expect(weighed).to_contain_text(f"With an infusion on {shown}")
    visit.page.get_by_role("link", name="Take this day to the decision").click()
    expect(visit.page.get_by_role("radio", name="Another day")).to_be_checked()
    visit.page.get_by_role("button", name="Keep the decision").click()

    # Then a reason is asked for; with one, the plan waits for her signature.
    expect(visit.page.get_by_text("Write why, in a sentence.").first).to_be_visible()
    visit.then_it_looks_right("forecast-refused")
    visit.page.get_by_label("Reason").fill("She travels in that week.")
    visit.page.get_by_role("button", name="Keep the decision").click()
    expect(visit.page.get_by_role("heading", name=re.compile("Plan, version 2"))).to_be_visible()
    reason = visit.page.get_by_label("Reason").first
    if reason.is_visible():
        reason.fill("Read the forecast and weighed it.")
    visit.page.get_by_role("button", name="Sign plan").click()
    staff.gives_the_second_factor("alice")
    expect(visit.page.get_by_role("status").first).to_contain_text("is signed and in force")

    # And everybody reads the decided day.
    staff.go(page)
    expect(visit.page.locator("#decide")).to_contain_text(shown)
    visit.then_it_looks_right("forecast-decided")
    visit.given_the_theme("dim")
    staff.go(page)
    visit.then_it_looks_right("forecast-dim")
