"""A coordinator books six visits in few steps, cancels the third, and the series repairs."""

from __future__ import annotations

import re
from collections import Counter

from playwright.sync_api import expect

from tests.journeys.counting import Hand
from tests.journeys.test_scale_link import birthday

NEW, MOST = "Demo Sequoia", 12


def test_a_series_is_booked_and_repaired_and_prepared_for(visit, phone):
    # Given a coordinator, and a patient whose plan was signed and of whom nothing is booked.
    visit.given_signed_in("carol")
    page, count = visit.page, Counter()
    hand = Hand(page, count)
    hand.clicks(page.get_by_role("link", name=NEW, exact=True).first)

    # When she opens the booking and takes one of the ways that are offered, six visits stand.
    hand.clicks(page.get_by_role("link", name=re.compile("booking", re.IGNORECASE)).first)
    expect(page.get_by_role("heading", name="Ways to book the series")).to_be_visible()
    visit.then_it_looks_right("booking-ways")
    hand.clicks(page.get_by_role("button", name="Book these 6 visits").first)
    rows = page.get_by_role("table", name="Booked").get_by_role("row")
    expect(rows).to_have_count(7)
    assert count.total() < MOST
    visit.then_it_looks_right("booking-booked")

    # She cancels the third: what is left is repaired, and exactly what is new is shown before she accepts.
    page.get_by_role("link", name="Move or end visit 3").click()
    visit.then_it_looks_right("booking-visit")
    page.locator("#id_end_reason").select_option("The patient is ill.")
    page.get_by_role("button", name="End the visit").click()
    expect(page.get_by_role("heading", name="Repair of the series")).to_be_visible()
    # The place that came free is there to be offered to somebody else.
    expect(page.get_by_role("heading", name="Came free")).to_be_visible()
    visit.then_it_looks_right("booking-repair")
    page.get_by_role("button", name="Accept the repair").click()
    expect(rows).to_have_count(7)

    # The patient opens the link of the first visit on a phone, and reads by which hour of the clock to do what.
    starts = rows.nth(1).get_by_role("cell").nth(1).inner_text().split()[0]
    page.get_by_role("link", name="Move or end visit 1").click()
    page.get_by_role("button", name="Preparation link").click()
    address = page.get_by_label("Address").input_value()
    born = birthday(visit, re.search(r"patients/([0-9a-f-]{36})", page.url)[1])
    phone.page.goto(address)
    phone.page.get_by_label("Your date of birth").fill(born)
    phone.page.get_by_role("button", name="Open").click()
    expect(phone.page.get_by_role("heading", level=1)).to_contain_text(starts)
    expect(phone.page.get_by_role("listitem").filter(has_text="Be at the clinic.")).to_contain_text(starts)
    hour, minute = map(int, starts.split(":"))
    fast = f"{(hour - 2) % 24:02}:{minute:02}"
    expect(phone.page.get_by_role("listitem").filter(has_text="clear liquids")).to_contain_text(fast)
    phone.then_it_looks_right("booking-preparation")


def test_a_visit_is_moved_by_keys_alone_and_by_dragging(visit):
    # Given a coordinator who looks at the next week.
    visit.given_signed_in("carol")
    page = visit.page
    page.goto(visit.address + "/bookings/week/")
    page.get_by_role("link", name="Week after").click()
    visits, said = page.locator("a[data-visit]"), page.locator("[data-said]")
    expect(visits.first).to_be_visible()
    visit.then_it_looks_right("booking-week")

    # When she picks a visit up with M and carries it, each place says whether it is free.
    visits.first.focus()
    expect(visits.first).to_be_focused()
    page.keyboard.press("m")
    expect(said).not_to_have_text("")
    for _ in range(40):
        before = said.inner_text()
        page.keyboard.press("ArrowRight")
        expect(said).not_to_have_text(before)
        if said.inner_text().endswith("Enter puts the visit there."):
            break
    expect(said).to_contain_text("free. Enter puts the visit there.")

    # Another day and back is the same clock time, which is what is asked about.
    here = said.inner_text()
    page.keyboard.press("PageDown")
    expect(said).not_to_have_text(here)
    page.keyboard.press("PageUp")
    expect(said).to_have_text(here)

    # Then Enter puts it down, and its page asks why before it is moved.
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing stands against this place.")).to_be_visible()
    page.locator("#id_move_reason").select_option("The patient asked for it.")
    page.get_by_role("button", name="Move the visit").click()
    expect(page.get_by_text("The visit is on")).to_be_visible()

    # Dragged to the end of its row, it leads to the same page with that place.
    page.goto(visit.address + "/bookings/week/")
    page.get_by_role("link", name="Week after").click()
    dragged = page.locator("a[data-visit]").first
    row = page.locator("tr[data-row]").filter(has=dragged).first
    dragged.drag_to(row.locator("td[data-start]").last)
    expect(page).to_have_url(re.compile(r"/visits/[^/]+/\?start="))
    expect(page.get_by_role("heading", name="Move it")).to_be_visible()
