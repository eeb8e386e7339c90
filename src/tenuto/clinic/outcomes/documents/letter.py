"""A signed letter as a page of paper. The same letter gives the same bytes."""

from __future__ import annotations

from pathlib import Path

from tenuto.clinic.outcomes.models import Letter
from tenuto.clinic.ui.pdf import set_sheet
from tenuto.clinic.ui.words import long_day

__all__ = ["letter_pdf"]

TEMPLATE = Path(__file__).with_name("letter.typ")
FOOTER = "From what is on record at the clinic; released by the patient for the treating team. Do not pass it on without consent."


def letter_pdf(letter: Letter) -> bytes:
    """The PDF."""
    content = letter.content
    sheet = {
        "title": "Report on a course of ketamine infusions",
        "clinic": content["clinic"],
        "phone": content["phone"],
        "person": content["person"],
        "day": long_day(letter.recorded_on),
        "addressee": letter.addressee,
        "lines": content["lines"],
        "signed": f"Signed by {letter.signed_by.name} on {long_day(letter.recorded_on)}.",
        "digest": f"Content {letter.content_sha256[:16]}",
        "footer": FOOTER,
    }
    return set_sheet(TEMPLATE, sheet, on=letter.recorded_on)
