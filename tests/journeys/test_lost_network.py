"""The network goes away during an infusion: charting goes on, a closed tab loses nothing, and all arrives once and in order."""

from __future__ import annotations

import re

from playwright.sync_api import expect

SET = {
    "Systolic": "128", "Diastolic": "81", "Heart rate": "72", "SpO2, %": "98", "Breaths": "14", "MOAA/S": "5",
}  # fmt: skip
WAITS = "Saved here, not yet at the clinic"
NO_NETWORK = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "sendEvent", "Failed to fetch", "NetworkError")


def _session_of(visit, name):
    """A nurse at the session of somebody whose pump runs already."""
    visit.given_signed_in("bob", lands_on="Patients")
    visit.when_they_open_the_patient(name)
    page = visit.page
    page.goto(re.sub(r"(/patients/[0-9a-f-]+/).*", r"\1infusion/", page.url))
    if page.get_by_role("button", name="Open today's session").is_visible():
        page.get_by_role("button", name="Open today's session").click()
        page.get_by_text("The pump runs already").click()
        page.get_by_label("New rate, mL/h").fill("60")
        page.get_by_label("Why it ran before the gate was open").fill("Started by a colleague.")
        page.get_by_role("button", name="Chart the start").click()
    expect(page.get_by_role("heading", level=2, name="Session", exact=True)).to_be_visible()
    _can_go_on_alone(page)
    return page


def _can_go_on_alone(page):
    """The device holds the key, the page and what it is shown with."""
    page.wait_for_function(
        """async () => (await self.tenutoKept.pages()).some((each) => each.url === location.pathname)
                && navigator.serviceWorker.controller?.state === "activated"
                && (await caches.has(self.tenutoKept.STATIC))"""
    )


def _chart_vitals(page, values=SET):
    for label, value in values.items():
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name="Keep vital signs").click()


def _chart_note(page, text):
    page.locator("summary", has_text=re.compile("^Note$")).click()
    page.get_by_label("Note", exact=True).fill(text)
    page.get_by_role("button", name="Keep the note").click()


def _waiting(page):
    return page.locator("#waiting-lines > li")


def _no_complaint_but_of_the_network(visit):
    visit.complaints[:] = [each for each in visit.complaints if not any(part in each for part in NO_NETWORK)]


def test_what_is_charted_without_a_network_arrives_once_and_in_order(visit):
    # Given a nurse who charts a running infusion
    page = _session_of(visit, "Demo Redwood")
    # When the network goes away and they go on charting
    page.context.set_offline(True)
    _chart_vitals(page)
    # Then each entry stands on the timeline as saved here
    expect(_waiting(page)).to_have_count(1)
    expect(_waiting(page).first).to_contain_text("Vital signs: Systolic 128")
    expect(_waiting(page).first).to_contain_text(WAITS)
    _chart_note(page, "Looks at the ceiling.")
    expect(_waiting(page)).to_have_count(2)
    page.get_by_role("button", name="Pause").click()
    expect(_waiting(page)).to_have_count(3)
    expect(page.get_by_text("The clinic can't be reached.")).to_be_visible()
    expect(page.get_by_text("Charting aid, not a patient monitor or alarm.")).to_be_visible()
    # And the pump can be charted both ways, whatever the clinic knew last
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(_waiting(page)).to_have_count(4)
    visit.then_it_looks_right("session-without-a-network")
    # When the tab is closed and opened again, still without a network
    address, context = page.url, page.context
    page.close()
    visit.page = page = context.new_page()
    page.goto(address)
    # Then nothing is lost, and they go on
    expect(_waiting(page)).to_have_count(4)
    page.get_by_label("The bag is through").check()
    page.get_by_role("button", name="Stop infusion").click()
    expect(_waiting(page)).to_have_count(5)
    # When the network is back
    context.set_offline(False)
    # Then all arrive without another touch, once and in order
    expect(_waiting(page)).to_have_count(0)
    lines = page.locator("#session-lines > li > span")
    said = [
        "Pump started at 60 mL/h", "BP 128/81", "Looks at the ceiling.", "Pump paused", "Pump resumed",
        "Pump stopped: the bag is through",
    ]  # fmt: skip
    expect(lines).to_have_text([re.compile(re.escape(each)) for each in said])
    page.reload()
    expect(lines).to_have_text([re.compile(re.escape(each)) for each in said])
    visit.then_it_looks_right("session-with-the-network-back")
    _no_complaint_but_of_the_network(visit)
