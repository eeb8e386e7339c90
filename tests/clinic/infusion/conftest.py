"""A patient with a plan in force, a session of today, and the steps by which it becomes ready."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from tenuto.clinic.infusion.services import (
    answer_identity,
    answer_rows,
    finding_mark,
    open_session,
    read_dose,
    record_before,
    release_start,
    start_infusion,
    start_of,
)
from tenuto.clinic.infusion.services.standing import order_of_session
from tenuto.core.infusion.dose_check import DoseReading
from tenuto.core.infusion.readiness import asked_on_the_day
from tests.clinic.conftest import NOW, hired
from tests.clinic.plan.conftest import OPTIONS, accepted, add, signature_of, signed  # noqa: F401 - fixtures

LATER = NOW + timedelta(minutes=15)
VALUES = {
    "systolic_mmhg": Decimal(124), "diastolic_mmhg": Decimal(78), "heart_rate_per_min": Decimal(70),
    "spo2_percent": Decimal(98), "breaths": Decimal(14), "temperature": Decimal("36.7"),
}  # fmt: skip


@pytest.fixture
def bea(clinic):
    return hired(clinic, "bea", "nurse")


@pytest.fixture
def patient(accepted, alice):  # noqa: F811 - the fixture
    found = accepted()
    signed(found, alice, OPTIONS)
    return found


@pytest.fixture
def session(patient, bob):
    return open_session(patient=patient, by=bob, at=NOW)


def agreed(session) -> DoseReading:
    order = order_of_session(session)
    return DoseReading(order.weight, order.target, order.vial, order.setting)


def released(session, by, reason, at=LATER):
    """Sign for what closes the start, as it stands on a page that is opened now."""
    shown = [finding_mark(each) for each in start_of(session, at).left.findings]
    return release_start(session=session, reason=reason, shown=shown, signature=signature_of(by, at), at=at)


def make_ready(session, bob, bea) -> None:
    """Everything that a nurse finds on a good day; what the record lacks is left for a release."""
    patient = session.patient
    answer_identity(
        session=session,
        birth_date=patient.birth_date,
        record_number=str(patient.record_number),
        by=bob,
        at=NOW,
    )
    record_before(session=session, values=VALUES, taken_at=NOW, by=bob, at=NOW)
    record_before(session=session, values=VALUES, taken_at=NOW + timedelta(minutes=10), by=bob, at=LATER)
    answer_rows(
        session=session,
        values={each.id: each.choices[0].id for each in asked_on_the_day().values()},
        by=bob,
        at=LATER,
    )
    read_dose(session=session, read=agreed(session), by=bea, at=LATER)


@pytest.fixture
def ready(session, bob, bea, dora):
    """Ready, and what the record lacks on the day released by the director."""
    make_ready(session, bob, bea)
    released(session, dora, "Looked at each, and asked.")
    return session


@pytest.fixture
def running(ready, bob):
    start_infusion(session=ready, client_id="start", by=bob, at=LATER)
    return ready
