"""What a paper says of the day on which it is made: the clinic, the safety line and the alerts, as on every page."""

from __future__ import annotations

from tenuto.clinic.pathway.api import Batch, banner_of, judgements_of, next_card, next_steps_of, safety_now
from tenuto.clinic.people.models import Patient
from tenuto.clinic.plan.documents.sheet import Today

__all__ = ["today_of"]


def today_of(patient: Patient, batch: Batch, *, in_force: bool = False) -> Today:
    """The same words as in the frame of the patient's pages; with `in_force`, also the verdict on the signed plan and what comes next."""
    clinic, judged = patient.clinic, judgements_of(batch).get(patient.pk) if in_force else None
    step = next_card(
        next_steps_of(batch).get(patient.pk) if in_force else None,
        batch.today,
        said=safety_now(patient, batch).pressing,
    )
    return Today(
        level=judged.mark.upper() if judged else "",
        why=judged.why if judged else "",
        safety=safety_now(patient, batch),
        on=batch.today,
        clinic=clinic.contact,
        alerts=banner_of(patient, batch).alerts,
        # What stands first on the paper is not said again.
        next_step=" ".join((f"{step.when}.", *step.lines)) if step else "",
    )
