"""A coordinator gives a patient a link; the patient answers on the phone; an alarming answer reaches the prescriber."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.steps import Visit

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
PATIENT = "Demo Hazel"


@pytest.fixture
def phone(browser, server):
    """The patient's own phone: another browser, without a sign-in."""
    context = browser.new_context(**PHONE)
    person = Visit(context.new_page(), server)
    yield person
    assert person.complaints == []
    context.close()


def birthday(visit, patient: str) -> str:
    visit.page.goto(f"{visit.address}/patients/{patient}/person/")
    return visit.page.get_by_label("Date of birth").input_value()


def given_a_link(visit, patient: str, *scales: str) -> str:
    visit.page.goto(f"{visit.address}/patients/{patient}/scales/")
    visit.page.get_by_role("link", name="Ask by link").click()
    visit.then_it_looks_right("ask-by-link")
    for scale in scales:
        visit.page.get_by_label(scale, exact=True).check()
    visit.page.get_by_role("button", name="Make the link").click()
    expect(visit.page.get_by_role("heading", name="The link is made")).to_be_visible()
    visit.then_it_looks_right("link-made")
    return visit.page.get_by_role("textbox", name="Address").input_value()


def taps(phone, answer: str) -> None:
    expect(phone.page.locator("[data-progress]")).to_be_visible()
    question = phone.page.locator("fieldset:not([hidden]) legend").inner_text()
    phone.page.locator("fieldset:not([hidden])").get_by_text(answer, exact=True).tap()
    # A tap leads on by itself; the last question waits to be sent.
    if phone.page.locator("[data-send]").is_hidden():
        expect(phone.page.locator("fieldset:not([hidden]) legend")).not_to_have_text(question)


def test_answers_by_link_reach_the_record_and_the_prescriber(visit, phone):
    visit.given_signed_in("carol")
    visit.page.get_by_role("link", name=PATIENT, exact=True).first.click()
    patient = re.search(r"patients/([0-9a-f-]{36})", visit.page.url)[1]
    born = birthday(visit, patient)
    address = given_a_link(visit, patient, "PHQ-9", "PEG")
    assert not re.search(r"hazel|phq|peg|19\d\d", address, re.IGNORECASE)

    phone.page.goto(address)
    phone.then_it_looks_right("link-door")
    phone.page.get_by_label("Your date of birth").fill("1900-01-01")
    phone.page.get_by_role("button", name="Open").click()
    expect(phone.page.get_by_role("alert")).to_contain_text("does not match")
    phone.page.get_by_label("Your date of birth").fill(born)
    phone.page.get_by_role("button", name="Open").click()
    expect(phone.page.get_by_text("13 questions to go")).to_be_visible()
    phone.then_it_looks_right("link-asked")

    phone.page.set_viewport_size(PHONE["viewport"])
    phone.page.get_by_role("link", name="Begin").click()
    phone.page.get_by_role("button", name="Next").click()
    expect(phone.page.get_by_role("alert")).to_contain_text("Choose an answer")
    phone.then_it_looks_right("link-question")
    phone.page.set_viewport_size(PHONE["viewport"])
    for answer in (*["Several days"] * 8, "More than half the days", "Somewhat difficult"):
        taps(phone, answer)
    phone.page.get_by_role("button", name="Send the answers").click()

    expect(phone.page.get_by_role("heading", name="Thank you for saying it")).to_be_visible()
    expect(phone.page.locator(".visitor-danger")).to_contain_text("crisis line")
    assert PATIENT not in phone.page.content()
    phone.then_it_looks_right("link-heard")
    phone.page.set_viewport_size(PHONE["viewport"])
    phone.page.get_by_role("link", name="Go on with the questions").click()
    phone.page.get_by_role("link", name="Go on").click()
    for _ in range(3):
        taps(phone, "4")
    phone.page.get_by_role("button", name="Send the answers").click()
    expect(phone.page.get_by_role("heading", name="Thank you")).to_be_visible()
    phone.then_it_looks_right("link-thanks")

    phone.page.goto(address)
    phone.page.get_by_label("Your date of birth").fill(born)
    phone.page.get_by_role("button", name="Open").click()
    expect(phone.page.get_by_role("alert")).to_contain_text("it was used")

    visit.page.goto(f"{visit.address}/patients/{patient}/scales/ask/")
    expect(visit.page.get_by_text("2 of 2 answered")).to_be_visible()
    visit.page.goto(f"{visit.address}/patients/{patient}/intake/")
    task = visit.page.locator("#tasks a", has_text="the person is not here: call them").first
    expect(task).to_contain_text("Suicide risk, urgent")
    expect(task).to_contain_text("prescriber")


def test_without_scripts_all_questions_are_there_and_are_sent(visit, browser, server):
    visit.given_signed_in("carol")
    visit.page.get_by_role("link", name=PATIENT, exact=True).first.click()
    patient = re.search(r"patients/([0-9a-f-]{36})", visit.page.url)[1]
    born = birthday(visit, patient)
    visit.page.goto(f"{visit.address}/patients/{patient}/scales/ask/")
    visit.page.get_by_label("PEG", exact=True).check()
    visit.page.get_by_role("button", name="Make the link").click()
    address = visit.page.get_by_role("textbox", name="Address").input_value()

    context = browser.new_context(**PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    page.get_by_label("Your date of birth").fill(born)
    page.get_by_role("button", name="Open").click()
    page.get_by_role("link", name="Begin").click()
    for group in page.locator("fieldset").all():
        group.get_by_text("2", exact=True).tap()
    page.get_by_role("button", name="Send the answers").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    context.close()
