"""Recording what was measured."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from tenuto.clinic.accounts.api import check_role
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.intake.models import Measured
from tenuto.clinic.intake.services.tests import end_tests_waited_for
from tenuto.clinic.intake.services.to_dos import end_what_was_done
from tenuto.clinic.ledger.facts import recorded
from tenuto.clinic.ledger.services import record
from tenuto.clinic.people.models import Patient
from tenuto.core.intake.required import facts

__all__ = ["Value", "record_reading"]


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a reading in the unit of its kind, with the laboratory's upper limit where there is one."""

    number: Decimal
    reference_high: Decimal | None = None


@transaction.atomic
def record_reading(
    *, patient: Patient, values: Mapping[str, Value], taken_at: datetime, by: Staff, at: datetime
) -> UUID:
    """Keep values that were measured together, as one reading. What happened is always recorded; the gate judges it.

    Raises ValueError for a reading without values or from the future.
    """
    check_role(by, "intake.record")
    check_same_clinic(by, patient)
    if not values:
        raise ValueError("Nothing was measured. Enter at least one value.")
    if taken_at > at:
        raise ValueError("The time of the measurement is in the future. Correct it.")
    reading = uuid.uuid4()
    rows = [
        Measured(
            patient=patient,
            reading=reading,
            kind=kind,
            value=value.number,
            reference_high=value.reference_high,
            taken_at=taken_at,
            **recorded(by, at),
        )
        for kind, value in values.items()
    ]
    Measured.objects.bulk_create(rows)
    detail = {"kinds": sorted(values), "reading": str(reading)}
    record(action="recorded reading", subject=rows[0], by=by, at=at, detail=detail)
    told = [item.id for item in facts() if item.measures and all(m.kind in values for m in item.measures)]
    end_tests_waited_for(told, rows[0], by=by, at=at)
    end_what_was_done(row=rows[0], by=by, at=at)
    return reading
