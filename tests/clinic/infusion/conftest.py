"""A patient with a plan in force, a session of today, and the steps by which it becomes ready."""

from __future__ import annotations

from datetime import date, timedelta
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
from tenuto.clinic.infusion.services.drug import draw_drug
from tenuto.clinic.infusion.services.standing import order_of_session
from tenuto.clinic.stock.api import write_stock
from tenuto.core.infusion.dose_check import DoseReading
from tenuto.core.infusion.readiness import asked_on_the_day
from tenuto.core.stock.entries import VialReceived
from tenuto.core.units import Ml
from tests.clinic.conftest import NOW, hired
from tests.clinic.plan.conftest import OPTIONS, accepted, add, signature_of, signed  # noqa: F401 - fixtures

ESCORT = {"escort_today": "Ana Silva, 555-0100"}
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


def ordered_ml(session) -> Ml:
    order = order_of_session(session)
    return Ml(order.dose.value / order.vial.value)


def received(by, order, *, vial="V1", strength=None, expires=date(2028, 1, 1), volume="10", at=NOW):
    """A vial in the ledger."""
    what = VialReceived(vial, "42023", "L7", expires, strength or order.vial, Ml(volume), "Supplier")
    write_stock(client_id=f"in-{vial}", what=what, happened_at=at, by=by, at=at)


def draw_ordered(session, by) -> None:
    """What is ordered, out of a vial of its own."""
    vial = f"R-{session.pk.hex[:8]}"
    received(by, order_of_session(session), vial=vial)
    draw_drug(session=session, client_id=f"draw-{vial}", vial=vial, volume=ordered_ml(session), by=by, at=NOW)


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
    draw_ordered(session, bob)
    read_dose(session=session, read=agreed(session), by=bea, at=LATER)
    answer_rows(
        session=session,
        values={each.id: each.choices[0].id for each in asked_on_the_day().values()},
        said=ESCORT,
        by=bob,
        at=LATER,
    )


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
