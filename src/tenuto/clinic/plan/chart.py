"""A patient's chart as text: what is signed, and what the facts come to today. Only read; for when no page can be shown."""

from __future__ import annotations

from tenuto.clinic.people.models import Patient
from tenuto.clinic.plan.documents.sheet import nothing_to_give, sheet_of
from tenuto.clinic.plan.documents.text import as_text
from tenuto.clinic.plan.services.drafting import build
from tenuto.clinic.plan.services.looking_again import why_held
from tenuto.clinic.plan.services.proposing import grounds
from tenuto.clinic.plan.verdict import verdict_today, why_no_dose
from tenuto.clinic.plan.versions import in_force
from tenuto.core.plan.request import PlanRequest

__all__ = ["chart_text"]


def chart_text(patient: Patient) -> str:
    """The version in force, who signed it and when, and the sheet of its order as today's facts judge it."""
    found = grounds(patient)
    signed = in_force(found.versions)
    built = build(found, signed.order.request if signed else PlanRequest())
    ignored = dict(found.state.record.ignored) if found.state.record else {}
    lead = "No plan is signed and in force; below is what today's facts come to."
    if signed:
        signature = signed.signature
        lead = (
            f"Plan version {signed.number}, signed by {signature.recorded_by_name} on "
            f"{signature.on_its_clock(signature.recorded_at):%Y-%m-%d %H:%M}, is in force; below as judged today."
        )
    batch = found.batch
    if held := why_held(found, batch):
        lead += f"\n\nGive nothing. {held}"
    verdict = verdict_today(built.proposal, patient, found.state, batch)
    sheet = sheet_of(built.proposal, found.state.facts, ignored, gate=verdict, zone=found.state.zone)
    if why := why_no_dose(verdict, found.state):
        sheet = nothing_to_give(sheet, why)
    return f"{lead}\n\n{as_text(sheet)}"
