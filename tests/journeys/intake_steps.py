"""What a person does on the pages of intake, in words; shared by the journeys that go through it."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import expect

from tenuto.clinic.demo.staff import STAFF

ROOT = Path(__file__).resolve().parents[2]
COMPLETE_ON = date(2026, 3, 2)
"""The day for which the example bundles are complete."""
CODE_SECONDS = 30


class IntakeVisit:
    """A person who works on an intake."""

    def __init__(self, visit) -> None:
        self.visit, self.page, self.address = visit, visit.page, visit.address

    def go(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")

    def sign_out(self) -> None:
        self.page.get_by_role("button", name="Sign out").click()

    def public_address(self) -> str:
        self.go("/enquiries/")
        return self.page.get_by_role("link", name="/enquire/").get_attribute("href")

    def asks(self, address: str, name: str) -> None:
        self.page.goto(address)
        self.visit.then_it_looks_right("enquire-public")
        self.page.get_by_label("Your name").fill(name)
        self.page.get_by_label("Phone number or e-mail").fill("555 0100")
        self.page.get_by_label("The clinic may contact me").check()
        self.page.get_by_role("button", name="Send").click()
        expect(self.page.get_by_role("heading", name="It has arrived")).to_be_visible()
        assert name not in self.page.content()

    def registers(self, name: str, born: str, number: str) -> None:
        self.go("/enquiries/")
        self.visit.then_it_looks_right("enquiries")
        self.page.get_by_role("link", name=name).first.click()
        self.visit.then_it_looks_right("enquiry")
        self.page.get_by_label("Date of birth").fill(born)
        self.page.get_by_label("Number", exact=True).fill(number)
        self.page.get_by_role("button", name="Register the patient").click()
        another = self.page.get_by_role("button", name=re.compile("It is another person"))
        expect(another.or_(self.page.get_by_role("heading", level=2, name="History"))).to_be_visible()
        if another.is_visible():
            another.click()
        self.page.wait_for_url(re.compile("/patients/"))
        expect(self.page.get_by_role("heading", level=1)).to_have_text(name)
        expect(self.page.get_by_role("heading", level=2, name="History")).to_be_visible()
        self.page.get_by_role("link", name="Intake", exact=True).first.click()

    def opens_step(self, title: str) -> None:
        self.page.get_by_role("link", name=re.compile(rf"^{title}")).first.click()
        expect(self.page.get_by_role("heading", level=2, name=title)).to_be_visible()

    def answers(self, question: str, word: str) -> None:
        group = self.page.get_by_role("group", name=question, exact=True)
        group.get_by_role("radio", name=word, exact=True).check()
        self.is_saved()

    def is_saved(self) -> None:
        # The pause after typing, then the answer of the server.
        expect(self.page.locator("[data-save-status]")).to_have_text(re.compile(r"^Saved \d\d:\d\d$"))

    def presses_twice(self, first: str, second: str) -> None:
        """Two blood pressures, the first one six minutes ago."""
        upper, lower = first.split("/")
        field = self.page.get_by_label("Measured at")
        earlier = datetime.fromisoformat(field.input_value()) - timedelta(minutes=6)
        field.fill(f"{earlier:%Y-%m-%dT%H:%M}")
        self.page.get_by_label("Systolic, mmHg", exact=True).fill(upper)
        self.page.get_by_label("Diastolic, mmHg", exact=True).fill(lower)
        upper, lower = second.split("/")
        self.page.get_by_label("Second systolic, mmHg").fill(upper)
        self.page.get_by_label("Second diastolic, mmHg").fill(lower)
        self.page.get_by_role("button", name="Record the reading").click()
        expect(self.page.get_by_text("The reading is recorded.")).to_be_visible()

    def gives_the_second_factor(self, username: str) -> None:
        self.page.locator("input[name=code]").fill(totp_of(username))
        self.page.get_by_role("button", name="Confirm", exact=True).click()


def totp_of(username: str) -> str:
    """What somebody's authenticator app shows; a code counts once, so whoever gave the last one waits for the next."""
    secret = next(person.secret for person in STAFF if person.username == username)
    if int(time.time()) // CODE_SECONDS <= _given[username]:
        time.sleep(CODE_SECONDS - time.time() % CODE_SECONDS + 0.1)
    _given[username] = int(time.time()) // CODE_SECONDS
    return format_hotp_value(hotp_value(secret, _given[username]))


_given: Counter[str] = Counter()
"""The half minute of the last code that each person gave to this process's server."""


def raised_pressure(name: str) -> bytes:
    """The complete example under another name, recorded yesterday, with a pressure at which nobody is treated."""
    moved = datetime.now(UTC).date() - timedelta(days=1) - COMPLETE_ON
    text = re.sub(
        r"\b202[56]-\d\d-\d\d",
        lambda m: (date.fromisoformat(m[0]) + moved).isoformat(),
        (ROOT / "examples/pass.json").read_text("utf-8"),
    )
    bundle = json.loads(text)
    for entry in bundle["entry"]:
        resource = entry["resource"]
        if resource["resourceType"] == "Patient":
            resource["name"] = [{"text": name}]
            resource["identifier"][0]["value"] = name.upper().replace(" ", "-")
        for part in resource.get("component", ()):
            if part["code"]["coding"][0]["code"] == "8480-6":
                part["valueQuantity"]["value"] = 172
    return json.dumps(bundle).encode()
