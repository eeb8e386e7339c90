"""Taking back a form that was entered in error: in another patient's record, or with a slip."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from tenuto.clinic.accounts.api import check_may_strike, check_role
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.recording import keep
from tenuto.clinic.scales.models import ScaleForm, ScaleFormStruck
from tenuto.core.sentences import check_reason

__all__ = ["StrikeRefused", "strike_form"]


class StrikeRefused(ValueError):
    """This form can't be struck. The text says why; nothing was changed."""


@transaction.atomic
def strike_form(*, patient: Patient, form: UUID, why: str, by: Staff, at: datetime) -> ScaleFormStruck:
    """Strike a form: its total counts as never recorded, and it stays to be read.

    What an answer about death opened stays open, and the answer stays a fact: a triage ends it. Raises StrikeRefused for a
    form that is not this patient's or was struck, and for a reason that is no sentence.
    """
    check_same_clinic(by, patient)
    check_role(by, "scale.record")
    ask = "Write in a sentence why this was an error. Nothing was changed."
    why = check_reason(why, ask, refused=StrikeRefused)
    by.clinic.patients.select_for_update().get(pk=patient.pk)
    row = ScaleForm.objects.filter(patient=patient, pk=form, struck=None).first()
    if row is None:
        raise StrikeRefused(
            "This form is not on record for the patient, or it was struck. Nothing was changed."
        )
    check_may_strike(by, row.recorded_by_name, "scale.record", what="This form", refused=StrikeRefused)
    struck = ScaleFormStruck(patient=patient, form=row, why=why)
    detail = {
        "form": str(row.pk),
        "instrument": row.instrument,
        "taken": row.taken.isoformat(),
        "why": struck.why,
    }
    kept: ScaleFormStruck = keep(struck, action="struck scale", by=by, at=at, detail=detail)
    return kept
