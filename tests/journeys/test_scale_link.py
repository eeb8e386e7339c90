"""A coordinator gives a patient a link; the patient answers on the phone; an alarming answer reaches the prescriber."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.steps import PHONE, Visit
from tests.whole_words import whole_words

PATIENT = "Demo Hazel"


@pytest.fixture
def phone(browser, server):
    """The patient's own phone: another browser, without a sign-in."""
    context = browser.new_context(**PHONE)
    person = Visit(context.new_page(), server)
    yield person
    # It was without a network for a while, and says so.
    assert [said for said in person.complaints if "ERR_INTERNET_DISCONNECTED" not in said] == []
    context.close()


def birthday(visit, patient: str) -> str:
    visit.page.goto(f"{visit.address}/patients/{patient}/person/")
    return visit.page.get_by_label("Date of birth").input_value()


def given_a_number(visit, patient: str) -> None:
    """Without one nothing that asks about death is sent by link."""
    visit.page.goto(f"{visit.address}/patients/{patient}/person/")
    card = visit.page.get_by_role("region", name="How to reach them")
    card.get_by_label("Channel").select_option("phone")
    card.get_by_label("Wanted").select_option("yes")
    card.get_by_label("Number or address").fill("555 0142")
    card.get_by_role("button", name="Save preference").click()
    expect(card.get_by_text("555 0142")).to_be_visible()


def given_a_link(visit, patient: str, *scales: str) -> str:
    visit.page.goto(f"{visit.address}/patients/{patient}/scales/")
    visit.page.get_by_role("link", name="Ask the patient").click()
    visit.then_it_looks_right("ask-by-link")
    for scale in scales:
        visit.page.get_by_label(scale, exact=True).check()
    visit.page.get_by_role("button", name="Ask", exact=True).click()
    expect(visit.page.get_by_role("heading", name="The link is made")).to_be_visible()
    visit.then_it_looks_right("link-made")
    return visit.page.get_by_role("textbox", name="Address").input_value()


def taps(phone, answer: str) -> None:
    """A tap on an answer keeps it and leads on by itself, once the page's script counts the questions."""
    expect(phone.page.get_by_text(re.compile(r"^Question \d+ of \d+"))).to_be_visible()
    question = phone.page.locator("form:not([hidden]) legend").inner_text()
    phone.page.locator("form:not([hidden])").get_by_text(answer, exact=True).tap()
    expect(phone.page.locator("form:not([hidden]) legend", has_text=question)).to_have_count(0)


def test_answers_by_link_reach_the_record_and_the_prescriber(visit, phone):
    visit.given_signed_in("carol")
    visit.page.get_by_role("link", name=PATIENT, exact=True).first.click()
    patient = re.search(r"patients/([0-9a-f-]{36})", visit.page.url)[1]
    born = birthday(visit, patient)
    given_a_number(visit, patient)
    address = given_a_link(visit, patient, "PHQ-9", "PEG")
    assert whole_words(address, ("demo", "hazel", "phq9", "phq", "peg", born, born[:4], patient)) == []

    phone.page.goto(address)
    phone.then_it_looks_right("link-door")
    phone.page.get_by_label("Your date of birth").fill("1900-01-01")
    phone.page.get_by_role("button", name="Open").click()
    expect(phone.page.get_by_role("alert")).to_contain_text("does not match")
    phone.page.get_by_label("Your date of birth").fill(born)
    phone.page.get_by_role("button", name="Open").click()
    expect(phone.page.get_by_text("Question 1 of 13")).to_be_visible()
    phone.then_it_looks_right("link-question")

    phone.page.set_viewport_size(PHONE["viewport"])
    for answer in ["Several days"] * 8:
        taps(phone, answer)
    phone.page.context.set_offline(True)
    taps(phone, "More than half the days")
    # Whom to call is on the screen although nothing could be sent.
    expect(phone.page.get_by_role("heading", name="Thank you for saying it")).to_be_visible()
    expect(phone.page.locator(".visitor-danger")).to_contain_text("call or text 988")
    assert PATIENT not in phone.page.content()
    phone.then_it_looks_right("link-heard")
    phone.page.set_viewport_size(PHONE["viewport"])
    phone.page.get_by_role("button", name="Go on with the questions").click()
    taps(phone, "Somewhat difficult")
    expect(phone.page.get_by_text("No network. Your answers are kept on this phone")).to_be_visible()
    phone.page.context.set_offline(False)
    for _ in range(3):
        taps(phone, "4")
    expect(phone.page.get_by_role("heading", name="Your own scores")).to_be_visible()
    phone.then_it_looks_right("link-thanks")

    visit.page.goto(f"{visit.address}/patients/{patient}/scales/ask/")
    expect(visit.page.get_by_text("2 of 2 answered")).to_be_visible()
    visit.page.goto(f"{visit.address}/patients/{patient}/intake/")
    task = visit.page.locator("#tasks a", has_text="the person is not here: call them").first
    expect(task).to_contain_text("Suicide risk, urgent")
    # Who is on call in the demonstration.
    expect(task).to_contain_text("Alice Demo")


def test_without_scripts_one_question_follows_the_other(visit, browser, server):
    visit.given_signed_in("carol")
    visit.page.get_by_role("link", name=PATIENT, exact=True).first.click()
    patient = re.search(r"patients/([0-9a-f-]{36})", visit.page.url)[1]
    born = birthday(visit, patient)
    visit.page.goto(f"{visit.address}/patients/{patient}/scales/ask/")
    visit.page.get_by_label("PEG", exact=True).check()
    visit.page.get_by_role("button", name="Ask", exact=True).click()
    address = visit.page.get_by_role("textbox", name="Address").input_value()

    context = browser.new_context(**PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    page.get_by_label("Your date of birth").fill(born)
    page.get_by_role("button", name="Open").click()
    for question in range(3):
        if question == 0:
            # Not by what is visible: that is so once every stylesheet is there.
            page.locator("form:not([hidden])").get_by_role("button", name="Next").click()
            expect(page.get_by_text("3 questions to go")).to_be_visible()
        page.locator("form:not([hidden])").get_by_text("2", exact=True).tap()
        page.locator("form:not([hidden])").get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    context.close()
