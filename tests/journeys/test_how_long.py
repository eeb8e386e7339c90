"""Somebody who is no patient asks how long it lasts, of 100 people."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect


@pytest.mark.parametrize("theme", ["paper", "dim"])
def test_a_stranger_asks_and_asks_again(visit, theme):
    visit.given_the_theme(theme)
    visit.page.goto(f"{visit.address}/how-long/")
    expect(visit.page.get_by_role("img", name="100 respond")).to_be_visible()
    visit.then_it_looks_right(f"how-long-{theme}")
    visit.page.get_by_label("Infusions", exact=True).select_option(label="One infusion")
    visit.page.get_by_role("button", name="Show 100 people").click()
    expect(visit.page.get_by_role("heading", name="one infusion")).to_be_visible()
    visit.page.get_by_label("Condition", exact=True).select_option(label="Thoughts of suicide")
    visit.page.get_by_role("button", name="Show 100 people").click()
    expect(visit.page.get_by_text("crisis line now")).to_be_visible()
    visit.then_it_looks_right(f"how-long-silent-{theme}")
