"""What a nurse does at the page of a session, in words; shared by the journeys through an infusion day."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

SET = {
    "Systolic": "128", "Diastolic": "81", "Heart rate": "72", "SpO2, %": "98", "Breaths": "14", "MOAA/S": "5",
}  # fmt: skip
WAITS = "Saved here, not yet at the clinic"
NO_NETWORK = (
    "htmx:",
    "ERR_INTERNET_DISCONNECTED",
    "ERR_FAILED",
    "sendEvent",
    "Failed to fetch",
    "NetworkError",
)


def can_go_on_alone(page: Page) -> None:
    """The device holds the key, the page and what it is shown with."""
    page.evaluate(
        """async () => {
          const can = async () => self.tenutoKept
            && navigator.serviceWorker.controller?.state === "activated"
            && (await self.tenutoKept.pages()).some((each) => each.url === location.pathname)
            && Boolean(await caches.match("/offline/"));
          while (!(await can())) await new Promise((again) => setTimeout(again, 100));
        }"""
    )


def charts_vitals(page: Page, values: dict[str, str] = SET) -> None:
    for label, value in values.items():
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name="Keep vital signs").click()


def charts_a_note(page: Page, text: str) -> None:
    page.locator("summary", has_text=re.compile(r"^\s*Note\s*$")).click()
    page.get_by_label("Note", exact=True).fill(text)
    page.get_by_role("button", name="Keep the note").click()


def waiting(page: Page) -> Locator:
    """What is saved on the device and not yet at the clinic."""
    return page.locator("#waiting-lines > li")


def lines(page: Page) -> Locator:
    """What stands on the timeline."""
    return page.locator("#session-lines > li > span")


def expect_on_the_timeline(page: Page, said: list[str]) -> None:
    """Exactly these, in this order."""
    expect(lines(page)).to_have_text([re.compile(re.escape(each)) for each in said])


def no_complaint_but_of_the_network(visit) -> None:
    visit.complaints[:] = [each for each in visit.complaints if not any(part in each for part in NO_NETWORK)]
