"""Pages are gone through by single keys, and an error on top of a form leads to its field."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect


def test_pages_are_gone_through_by_single_keys(visit):
    visit.given_signed_in()
    page = visit.page
    # Rows: down, up, and into the record.
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.locator("tbody tr").nth(1).get_by_role("link").first
    expect(second).to_be_focused()
    page.keyboard.press("k")
    first = page.locator("tbody tr").nth(0).get_by_role("link").first
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/patients/"))
    # A page by its letter, a stage by its number.
    page.keyboard.press("g")
    page.keyboard.press("1")
    page.wait_for_url(re.compile("/intake/$"))
    page.keyboard.press("g")
    page.keyboard.press("w")
    page.wait_for_url(re.compile("/worklist/"))
    # From where there is no search, into the field of the page with one, where letters are letters.
    page.keyboard.press("/")
    expect(page.get_by_role("heading", name="Patients")).to_be_visible()
    search = page.get_by_role("searchbox")
    expect(search).to_be_focused()
    page.keyboard.type("gw?j")
    expect(search).to_have_value("gw?j")


def test_the_list_of_keys_looks_right_and_turns_them_off(visit):
    visit.given_signed_in()
    page = visit.page
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard")
    expect(keys).to_contain_text("g w")
    visit.then_it_looks_right("keys")
    keys.get_by_label("Use single keys in this browser").uncheck()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.keyboard.press("?")
    expect(keys).to_be_hidden()
    page.get_by_role("button", name="Keyboard").click()
    keys.get_by_label("Use single keys in this browser").check()
    keys.get_by_role("button", name="Close").click()
    page.keyboard.press("?")
    expect(keys).to_be_visible()


@pytest.mark.parametrize("theme", ["paper", "dim"])
def test_what_is_wrong_takes_the_focus_and_leads_to_its_field(visit, theme):
    visit.given_signed_in("carol")
    visit.given_the_theme(theme)
    page = visit.page
    page.goto(f"{visit.address}/register/")
    page.get_by_label("Full name").fill("Demo Sorrel")
    page.get_by_role("button", name="Register the patient").click()
    problems = page.get_by_role("alert")
    expect(problems).to_be_focused()
    visit.then_it_looks_right(f"register-problems-{theme}")
    problems.get_by_role("link", name="Date of birth").click()
    expect(page.get_by_label("Date of birth")).to_be_focused()
    expect(page.get_by_label("Full name")).to_have_value("Demo Sorrel")


@pytest.mark.parametrize("theme", ["paper", "dim"])
def test_the_pages_of_intake_look_right(visit, theme):
    visit.given_signed_in("alice")
    visit.given_the_theme(theme)
    visit.when_they_open_the_patient("Demo Alder")
    patient = re.search(r"/patients/([^/]+)/", visit.page.url)[1]
    for name in ("intake/history", "intake/measurements", "intake/tests", "scales/paper"):
        visit.page.goto(f"{visit.address}/patients/{patient}/{name}/")
        visit.then_it_looks_right(f"{name.replace('/', '-')}-{theme}")


def test_what_waits_in_one_step_is_saved_before_another_is_sent(visit):
    visit.given_signed_in("carol")
    visit.when_they_open_the_patient("Demo Linden")
    page = visit.page
    page.goto(re.sub(r"/(plan|intake)/.*", "/intake/history/", page.url))
    page.get_by_label("Crisis contact").fill("neighbour, 555 0177")
    page.locator("#step-goals").get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile("#step-support$"))
    page.reload()
    expect(page.get_by_label("Crisis contact")).to_have_value("neighbour, 555 0177")
