"""The network goes away while a history is being taken: nothing typed is lost, and it is saved when the network is back."""

from __future__ import annotations

import re

from playwright.sync_api import expect

TYPED = "two episodes, the first after a move"


def test_what_was_typed_without_a_connection_is_saved_when_it_is_back(visit):
    # Given the coordinator at a patient's history
    visit.given_signed_in("carol")
    visit.when_they_open_the_patient("Demo Linden")
    page = visit.page
    page.get_by_role("link", name=re.compile("^Intake")).click()
    page.get_by_role("link", name=re.compile("^Psychiatric history")).first.click()
    expect(page.get_by_role("heading", level=2, name="Psychiatric history")).to_be_visible()
    page.wait_for_load_state("networkidle")
    answer, status = page.get_by_label("Length of the present episode"), page.locator("[data-save-status]")
    # When the network goes away and they go on typing
    page.context.set_offline(True)
    answer.fill(TYPED)
    # Then the page says so and keeps the words
    expect(status).to_contain_text("Not saved: no connection")
    visit.then_it_looks_right("history-without-a-connection")
    # When the network is back
    page.context.set_offline(False)
    # Then it is saved without another touch, and is there for the next reader
    expect(status).to_have_text(re.compile(r"^Saved \d\d:\d\d$"))
    page.reload()
    expect(page.get_by_label("Length of the present episode")).to_have_value(TYPED)
    # The browser's own complaints about the missing network are the only ones.
    assert all("ERR_INTERNET_DISCONNECTED" in complaint for complaint in visit.complaints)
    visit.complaints.clear()
