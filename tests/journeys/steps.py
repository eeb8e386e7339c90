"""What a person does and sees, in words. Every `looks_right` measures the page."""

from __future__ import annotations

import re
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.patience import ACTION_MILLISECONDS

RESULTS = Path(__file__).resolve().parents[2] / "test-results"
WIDTHS = {"desk": (1440, 900), "tablet": (1180, 820), "phone": (390, 844)}
PASSWORD = "hold-the-note"
AA = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
EXPECTED_COMPLAINTS = (
    "status of 422",  # a refused file: the browser calls it a failed load, and it is what was asked for
    "status of 429",  # somebody who goes through pages faster than the server notices the closed ones
    "[object Event]",  # the same, as htmx says it; it asks for the stream of changes again by itself
)

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


class Visit:
    """A person at a browser."""

    def __init__(self, page: Page, address: str) -> None:
        page.set_default_timeout(ACTION_MILLISECONDS)
        self.page, self.address = page, address
        self.complaints: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message) -> None:
        if message.type == "error" and not any(part in message.text for part in EXPECTED_COMPLAINTS):
            self.complaints.append(message.text)

    # ---- given -----------------------------------------------------------------------------------------------
    def given_signed_in(self, username: str = "alice", lands_on: str = "Patients") -> None:
        self.page.goto(self.address)
        self.page.get_by_label("User name").fill(username)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        expect(self.page.get_by_role("heading", name=lands_on)).to_be_visible()

    def given_the_theme(self, name: str) -> None:
        self.page.context.add_cookies([{"name": "tenuto_theme", "value": name, "url": self.address}])

    # ---- when ------------------------------------------------------------------------------------------------
    def when_they_drop(self, name: str, content: bytes) -> None:
        self.page.goto(self.address)
        file = {"name": name, "mimeType": "application/json", "buffer": content}
        self.page.get_by_label("FHIR bundle").set_input_files([file])

    def when_they_keep_what_was_read(self) -> None:
        expect(self.page.get_by_role("heading", name="What was read")).to_be_visible()
        self.page.get_by_role("button", name="Keep this record").click()

    def when_they_open_the_patient(self, name: str) -> None:
        self.page.goto(self.address)
        self.page.get_by_role("link", name=name, exact=True).click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text(name)

    def when_they_choose(self, *, vial: str, volume: str) -> None:
        self.page.get_by_label("Vial").select_option(vial)
        self.page.get_by_label("Total volume, mL").fill(volume)
        self.page.get_by_role("button", name="Show plan").click()
        expect(self.section("dose")).to_contain_text(f"{volume} mL")

    def when_they_open_the_finding(self, part: str) -> Locator:
        finding = self.page.locator("details.finding", has_text=part).first
        finding.locator("summary").click()
        return finding

    # ---- then ------------------------------------------------------------------------------------------------
    def section(self, name: str) -> Locator:
        return self.page.locator(f"section#{name}")

    def then_the_gate_is(self, word: str) -> None:
        expect(self.section("gate").get_by_role("heading")).to_have_text(re.compile(rf"{word}\s*$"))

    def then_it_looks_right(self, name: str) -> None:
        """No violation of WCAG 2.2 AA, nothing wider than the screen; a picture at each width."""
        RESULTS.mkdir(exist_ok=True)
        self.page.wait_for_load_state("load")  # words can be there before the style sheets that set them
        for width_name, (width, height) in WIDTHS.items():
            self.page.set_viewport_size({"width": width, "height": height})
            # What stays in sight while one scrolls covers a part of what is under it; nothing is covered at the top.
            self.page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
            wider = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wider <= 0, f"{name} is {wider} px wider than the {width_name}"
            found = Axe().run(self.page, options=AA)
            problems = [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found.response["violations"]]
            assert problems == [], f"{name} at {width} px: {problems}"
            self.page.screenshot(path=RESULTS / f"{name}-{width}.png", full_page=True)
        width, height = WIDTHS["desk"]
        self.page.set_viewport_size({"width": width, "height": height})
