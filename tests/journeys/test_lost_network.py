"""The network goes away during an infusion: charting goes on, a closed tab loses nothing, and all arrives once and in order."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.conftest import Killable
from tests.journeys.session_steps import (
    SET,
    WAITS,
    can_go_on_alone,
    charts_a_note,
    charts_vitals,
    expect_on_the_timeline,
    lines,
    no_complaint_but_of_the_network,
    waiting,
)
from tests.journeys.steps import PASSWORD, Visit
from tests.patience import PATIENCE


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
    can_go_on_alone(page)
    return page


def test_what_is_charted_without_a_network_arrives_once_and_in_order(visit):
    # Given a nurse who charts a running infusion
    page = _session_of(visit, "Demo Redwood")
    # When the network goes away and they go on charting
    page.context.set_offline(True)
    charts_vitals(page)
    # Then each entry stands on the timeline as saved here
    expect(waiting(page)).to_have_count(1)
    expect(waiting(page).first).to_contain_text("Vital signs: Systolic 128")
    expect(waiting(page).first).to_contain_text(WAITS)
    charts_a_note(page, "Looks at the ceiling.")
    expect(waiting(page)).to_have_count(2)
    page.get_by_role("button", name="Pause").click()
    expect(waiting(page)).to_have_count(3)
    expect(page.get_by_text("The clinic can't be reached.")).to_be_visible()
    expect(page.get_by_text("Charting aid, not a patient monitor or alarm.")).to_be_visible()
    # And the pump can be charted both ways, whatever the clinic knew last
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(waiting(page)).to_have_count(4)
    visit.then_it_looks_right("session-without-a-network")
    # When the tab is closed and opened again, still without a network
    address, context = page.url, page.context
    page.close()
    visit.page = page = context.new_page()
    page.goto(address)
    # Then nothing is lost, and they go on
    expect(waiting(page)).to_have_count(4)
    page.get_by_label("The bag is through").check()
    page.get_by_role("button", name="Stop infusion").click()
    expect(waiting(page)).to_have_count(5)
    # When the network is back
    context.set_offline(False)
    # Then all arrive without another touch, once and in order
    expect(waiting(page)).to_have_count(0)
    said = [
        "Pump started at 60 mL/h", "BP 128/81", "Looks at the ceiling.", "Pump paused", "Pump resumed",
        "Pump stopped: the bag is through",
    ]  # fmt: skip
    expect_on_the_timeline(page, said)
    page.reload()
    expect_on_the_timeline(page, said)
    visit.then_it_looks_right("session-with-the-network-back")
    no_complaint_but_of_the_network(visit)


def test_an_emergency_on_a_locked_screen_without_a_network_is_charted_and_sent_after_unlocking(visit):
    # Given a nurse at a running infusion, whose network is gone and whose screen has locked
    page = _session_of(visit, "Demo Sequoia")
    page.context.set_offline(True)
    page.evaluate("document.querySelector('#session').dataset.lockAfter = '0'")
    lock = page.locator("#session dialog")
    expect(lock).to_be_visible()
    # When they press Emergency without a password
    lock.get_by_role("button", name="Emergency").click()
    # Then it is saved, and its clock and steps are there
    expect(lock.get_by_role("status").filter(has_text="sent once you have unlocked")).to_be_visible()
    expect(lock.get_by_text("Emergency since")).to_be_visible()
    visit.then_it_looks_right("locked-without-a-network")
    # And a password that nobody can look at is said to be so
    lock.get_by_label("Password").fill(PASSWORD)
    lock.get_by_role("button", name="Unlock").click()
    expect(lock.get_by_text("the password can't be looked at")).to_be_visible()
    # When the network is back and they unlock
    page.context.set_offline(False)
    page.evaluate("document.querySelector('#session').dataset.lockAfter = '900'")
    lock.get_by_label("Password").fill(PASSWORD)
    lock.get_by_role("button", name="Unlock").click()
    # Then the emergency stands on the chart
    expect(lock).not_to_be_visible()
    expect(waiting(page)).to_have_count(0)
    expect(page.locator("#session-lines")).to_contain_text("Emergency")
    no_complaint_but_of_the_network(visit)


def test_who_signs_out_without_a_network_leaves_nothing_that_can_be_read(visit):
    # Given an entry that waits on the device
    page = _session_of(visit, "Demo Clary")
    page.context.set_offline(True)
    charts_a_note(page, "Words that nobody else may read.")
    expect(waiting(page)).to_have_count(1)
    # When the nurse signs out
    page.get_by_role("button", name="Sign out").click()
    # Then the key is gone, the entry is not, and it is said what the clinic does not know yet
    expect(page.get_by_role("heading", name="The clinic can't be reached")).to_be_visible()
    expect(page.get_by_text("Not signed out at the clinic yet")).to_be_visible()
    visit.then_it_looks_right("signed-out-without-a-network")
    kept = "async () => [(await tenutoKept.heldKeys()).length, await tenutoKept.entries(), await tenutoKept.pages()]"
    keys, entries, pages = page.evaluate(kept)
    assert (keys, pages) == (0, [])
    assert [(each["label"], each["content"]) for each in entries] == [("Bob Demo", None)]
    # When the network is back and the same person opens the session
    page.context.set_offline(False)
    page.go_back()
    # Then it arrives
    expect(page.locator("#session-lines")).to_contain_text("Words that nobody else may read.")
    no_complaint_but_of_the_network(visit)


def test_two_who_charted_the_pump_without_knowing_of_each_other_settle_it(visit, browser, server):
    # Given a nurse whose network is gone, and a colleague at another browser
    page = _session_of(visit, "Demo Bracken")
    colleague = Visit(browser.new_context().new_page(), server)
    colleague.given_signed_in("alice")
    colleague.page.goto(page.url)
    page.context.set_offline(True)
    # When both chart the pump
    page.get_by_role("button", name="Pause").click()
    expect(waiting(page)).to_have_count(1)
    colleague.page.get_by_label("The patient wanted it").check()
    colleague.page.get_by_role("button", name="Stop infusion").click()
    expect(lines(colleague.page).last).to_contain_text("Pump stopped")
    page.context.set_offline(False)
    expect(waiting(page)).to_have_count(0)
    # Then both stand side by side, at both browsers, until one says why both are right
    for each in (visit, colleague):
        each.page.reload()
        card = each.page.get_by_role("region", name=re.compile("both charted the pump"))
        expect(card).to_contain_text("Pump paused")
        expect(card).to_contain_text("Pump stopped")
    for theme in ("paper", "dim"):
        visit.given_the_theme(theme)
        page.reload()
        visit.then_it_looks_right(f"session-collision-{theme}")
    card = colleague.page.get_by_role("region", name=re.compile("both charted the pump"))
    card.get_by_label("Why both are right").fill("Paused first, and stopped a moment later.")
    card.get_by_role("button", name="Both are right").click()
    expect(card).to_have_count(0)
    page.reload()
    expect(page.get_by_role("region", name=re.compile("both charted the pump"))).to_have_count(0)
    expect(page.locator("#session-lines")).to_contain_text("Paused first, and stopped a moment later.")
    no_complaint_but_of_the_network(visit)
    assert colleague.complaints == []


def test_what_the_chart_does_not_take_stays_on_the_device_until_a_person_has_settled_it(visit):
    # Given a set whose pressure has its halves exchanged, saved without a network
    page = _session_of(visit, "Demo Clary")
    page.context.set_offline(True)
    charts_vitals(page, SET | {"Systolic": "80", "Diastolic": "120"})
    expect(waiting(page)).to_have_count(1)
    # When it is sent
    page.context.set_offline(False)
    # Then it stands beside what the clinic says of it, however often it is sent as it is
    settle = page.locator("[data-refused]")
    expect(settle).to_contain_text("Systolic 80")
    visit.then_it_looks_right("session-not-on-the-chart")
    settle.get_by_role("button", name="Send it again").click()
    expect(settle).to_contain_text("Systolic 80")
    # When it is charted in words, then it is on the chart, and nothing waits
    settle.get_by_role("button", name="Chart it in words").click()
    expect(settle).not_to_be_visible()
    expect(lines(page).last).to_contain_text("not taken as it was: Vital signs: Systolic 80")
    no_complaint_but_of_the_network(visit)


def test_a_server_that_is_killed_while_entries_arrive_keeps_each_once(page, tmp_path):
    """Killed without warning when the second entry was sent, whose answer never comes; started again on the same data."""
    with Killable(tmp_path) as server:
        visit = Visit(page, server.address)
        _session_of(visit, "Demo Tamarind")
        page.context.set_offline(True)
        for text in ("First.", "Second.", "Third.", "Fourth."):
            charts_a_note(page, text)
            expect(waiting(page).last).to_contain_text(text)
        sent = []

        def kill_at_the_second(request):
            if request.url.endswith("/infusion/chart/"):
                sent.append(request)
                if len(sent) == 2:
                    server.kill()

        page.on("request", kill_at_the_second)
        page.context.set_offline(False)
        expect(page.get_by_text("The clinic can't be reached.")).to_be_visible()
        server.start()
        expect(waiting(page)).to_have_count(0, timeout=PATIENCE * 1000)
        page.reload()
        notes = lines(page).filter(has_text=re.compile(r"^(First|Second|Third|Fourth)\."))
        expect(notes).to_have_text([re.compile(text) for text in ("First", "Second", "Third", "Fourth")])


def test_a_clock_that_is_set_back_while_the_network_is_gone_brings_no_set_later(visit):
    # Given a tablet whose clock somebody can turn
    turned = "const real = Date.now.bind(Date); Date.now = () => real() - Number(localStorage.getItem('back') ?? 0);"
    visit.page.context.add_init_script(turned)
    page = _session_of(visit, "Demo Sequoia")
    due = page.locator("[data-due]")
    expect(due).to_have_text(re.compile(r"^in \d:\d\d$"))
    # When the network is lost, the clock is set back by an hour, and the page is opened again
    page.context.set_offline(True)
    page.evaluate("localStorage.setItem('back', String(60 * 60 * 1000))")
    page.reload()
    # Then the next vital signs are as near as they were
    expect(due).to_have_text(re.compile(r"^(in \d|\d):\d\d( late)?$"))
    no_complaint_but_of_the_network(visit)
