"""The recovery of a session: how it stands, what was looked at, and the discharge by criteria."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import check_role
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.accounts.reauthenticate import Reauthentication
from tenuto.clinic.booking.api import BookingRefused, week_of
from tenuto.clinic.infusion.models import ChartEntry, DischargeSignature, Session
from tenuto.clinic.infusion.services.charting import SavedFirst, chart, chart_departure
from tenuto.clinic.infusion.services.standing import (
    SessionRefused,
    account_of,
    answers_of,
    facts_of_session,
    session_today,
)
from tenuto.clinic.intake.api import policy_of
from tenuto.clinic.ledger.facts import newest, signed
from tenuto.clinic.ledger.services import record
from tenuto.clinic.people.models import Patient
from tenuto.clinic.plan.api import current
from tenuto.clinic.scales.api import triages_of
from tenuto.core.infusion.entries import RecoveryAnswered
from tenuto.core.infusion.readiness import baseline_of
from tenuto.core.infusion.recovery import Before, RecoveryAccount, Rescreen, recovery
from tenuto.core.infusion.recovery_data import recovery_data
from tenuto.core.literature.protocol import protocol

__all__ = ["chart_look", "discharge", "last_session", "recovery_of"]


def last_session(patient: Patient, at: datetime) -> Session | None:
    """The session of today, else the newest one of which a discharge can be read; None without."""
    return session_today(patient, at) or newest(
        Session.objects.filter(patient=patient, entries__isnull=False).distinct()
    )


def recovery_of(session: Session, at: datetime) -> RecoveryAccount:
    """The recovery of a session at a moment, by the policy that is in effect."""
    account, clinic = account_of(session, at), session.patient.clinic
    began = account.started_at or account.now
    return recovery(
        account,
        before=Before(baseline_of(answers_of(session), began), _spo2_before(session, began)),
        rescreens=[Rescreen(row.level, row.recorded_at) for row in triages_of(session.patient_id)],
        policy=policy_of(clinic),
        stay=_stay(session),
        closes_at=_closes_at(session, at),
    )


def _spo2_before(session: Session, began: datetime) -> int | None:
    """The newest value of the day on which the infusion began."""
    day = clock.day_of(session.patient.clinic, began)
    taken = [each for each in facts_of_session(session, began).measured("spo2_percent") if each.taken == day]
    return int(taken[0].value) if taken else None


def _stay(session: Session) -> timedelta | None:
    """The shortest stay of the protocol that the session runs on, where that has one."""
    plan = current(session.patient)
    pinned = plan.order.protocol if plan is not None and plan.version_id == session.plan_version else None
    if pinned is None:
        return None
    minutes = protocol(pinned.id, pinned.version).recovery.minutes
    return timedelta(minutes=float(minutes.value.value)) if minutes else None


def _closes_at(session: Session, at: datetime) -> datetime | None:
    """When the clinic closes on the session's day; None where its week is not set up."""
    clinic = session.patient.clinic
    try:
        hours = week_of(clinic).hours.get(session.held_on.weekday())
    except BookingRefused:
        return None
    if hours is None:
        return None
    local = clock.local(clinic, at)
    return datetime.combine(session.held_on, hours[1], local.tzinfo)


@transaction.atomic
def chart_look(
    *,
    session: Session,
    client_id: str,
    values: Mapping[str, str],
    happened_at: datetime | None,
    saved: SavedFirst | None = None,
    by: Staff,
    at: datetime,
) -> tuple[ChartEntry, ...]:
    """Chart what was looked at, row by row, each once. Raises SessionRefused for an answer that is not offered, and PermissionError."""
    check_role(by, "infusion.chart")
    rows = recovery_data().rows
    if not values:
        raise SessionRefused("Nothing was chosen. Choose at least one.")
    for row, choice in values.items():
        if row not in rows or choice not in {each.id for each in rows[row].choices}:
            raise SessionRefused(f"'{choice}' is not among the answers of '{row}'. Choose again.")
    return tuple(
        chart(
            session=session,
            client_id=f"{client_id}:{row}",
            what=RecoveryAnswered(row, choice),
            happened_at=happened_at,
            saved=saved,
            by=by,
            at=at,
        )
        for row, choice in values.items()
    )


@transaction.atomic
def discharge(
    *, session: Session, client_id: str, signature: Reauthentication, at: datetime
) -> DischargeSignature:
    """Sign that the patient leaves by criteria; each is kept as it stands. Hazards H19, H20 and H21.

    Raises SessionRefused with everything that is missing, and PermissionError. Only this way of leaving can be refused.
    """
    by = signature.by
    check_same_clinic(by, session.patient)
    signature.spend(signer=by, at=at)
    check_role(by, "infusion.discharge")
    by.clinic.patients.select_for_update().get(pk=session.patient_id)
    found, policy = recovery_of(session, at), policy_of(session.patient.clinic)
    if found.left is not None:
        raise SessionRefused("That the patient left is charted already. Strike it first, where it is wrong.")
    if not found.ready:
        missing = " ".join(f"{each.title}: {each.missing}" for each in found.open)
        raise SessionRefused(f"Not discharged by criteria. {missing}")
    entry = chart_departure(session=session, client_id=client_id, by=by, at=at)
    row = DischargeSignature.objects.create(
        patient=session.patient,
        session=session,
        entry=entry.client_id,
        policy=f"{policy.id} {policy.version}",
        criteria=[{"id": each.id, "title": each.title, "value": each.value} for each in found.criteria],
        **signed(signature, at),
    )
    detail = {"criteria": row.criteria, "policy": row.policy}
    record(action="discharged by criteria", subject=row, by=by, at=at, detail=detail)
    return row
