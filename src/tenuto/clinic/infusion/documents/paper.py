"""Discharge summary and instructions as one PDF: the first page stays with the patient's doctors, the second with the patient."""

from __future__ import annotations

from pathlib import Path

from tenuto.clinic.accounts.clock import local
from tenuto.clinic.infusion.models import Session
from tenuto.clinic.infusion.presenters.chart import chart_shown
from tenuto.clinic.infusion.presenters.recovery import recovery_shown
from tenuto.clinic.ui.pdf import set_sheet
from tenuto.clinic.ui.words import long_day
from tenuto.core.dates import say_birthday
from tenuto.core.infusion.recovery import RecoveryAccount
from tenuto.core.infusion.recovery_data import recovery_data
from tenuto.core.infusion.replay import SessionAccount

__all__ = ["discharge_pdf"]

TEMPLATE = Path(__file__).with_name("discharge.typ")


def discharge_pdf(session: Session, account: SessionAccount, found: RecoveryAccount) -> bytes:
    """What was given, how it was borne and how the patient left; then what counts until tomorrow."""
    patient, clinic = session.patient, session.patient.clinic
    chart, shown = chart_shown(account, clinic), recovery_shown(found, clinic)
    made = local(clinic, account.now)
    order = account.order
    born = (f"born {say_birthday(patient.birth_date)}",) if patient.birth_date else ()
    sheet = {
        "title": "Discharge summary",
        "clinic": clinic.contact,
        "day": long_day(session.held_on),
        "person": ", ".join((patient.name, *born, str(patient.record_number))),
        "rows": [
            ["Given", f"Ketamine {chart.given} IV ({chart.given_per_kg}) of {order.dose} ordered over {order.duration}"],
            ["Pump", f"Started {chart.started or 'not charted'}, ended {chart.ended_at or 'not charted'}"],
            ["Left", f"{shown.left_at}. {shown.left}. Charted by {shown.left_by}." if shown.left else f"Not yet, as of {made:%H:%M}."],
        ],
        "vitals": list(chart.last_vitals),
        "events": [line.words for line in chart.lines if line.kind in ("AdverseEventCharted", "DrugGiven", "PrescriberSaw")],
        "criteria": [[each.title, each.value or "–", each.missing or "Met"] for each in (*shown.open, *shown.met)],
        "instructions": [each.text for each in recovery_data().teach.values()],
        "phone": clinic.contact,
        "danger": clinic.in_danger,
        "footer": f"Made {made:%Y-%m-%d %H:%M} from what was charted. Clinical limits are the clinic's policy.",
    }  # fmt: skip
    return set_sheet(TEMPLATE, sheet, on=session.held_on)
