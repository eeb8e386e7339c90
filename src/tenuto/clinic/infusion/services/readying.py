"""What is found on the day before a start: identity, measured values, answers, the second reading, and a release."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

from django.db import transaction

from tenuto.clinic.accounts.api import check_role, may
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.accounts.reauthenticate import Reauthentication
from tenuto.clinic.infusion.models import ReadinessAnswer, SecondReading, Session, StartRelease
from tenuto.clinic.infusion.models.session import LONGEST_SAID
from tenuto.clinic.infusion.services.drug import drug_of
from tenuto.clinic.infusion.services.standing import (
    SessionRefused,
    finding_key,
    finding_mark,
    newest_reading,
    order_of_session,
    start_of,
)
from tenuto.clinic.intake.api import Value, policy_of, record_reading
from tenuto.clinic.ledger.facts import recorded, signed
from tenuto.clinic.ledger.models import EventKind
from tenuto.clinic.ledger.services import record
from tenuto.clinic.people.recording import keep
from tenuto.core.gate import Authority, GateClosed, Level, Override
from tenuto.core.infusion.dose_check import DoseReading, dose_differences
from tenuto.core.infusion.readiness import (
    AGREES,
    BREATHS,
    DIFFERS,
    IDENTITY,
    PRESSURE,
    TEMPERATURE,
    AskedOnTheDay,
    BeforeAnswer,
    asked_on_the_day,
    pressure_text,
)
from tenuto.core.intake.identifiers import same_number
from tenuto.core.sentences import LONGEST_REASON, check_length, check_note, inside
from tenuto.core.units import plain

__all__ = ["answer_identity", "answer_rows", "asked_too_soon", "read_dose", "record_before", "release_start"]


@transaction.atomic
def answer_identity(
    *, session: Session, birth_date: date, record_number: str, by: Staff, at: datetime
) -> bool:
    """Compare what the patient said and wears with the record; whether both agree. The answer is kept either way."""
    _check(session, by)
    patient = session.patient
    agrees = same_number(record_number, patient.record_number) and patient.birth_date == birth_date
    _keep(session, {IDENTITY: AGREES if agrees else DIFFERS}, found_at=at, by=by, at=at)
    return agrees


@transaction.atomic
def answer_rows(
    *,
    session: Session,
    values: Mapping[str, str],
    said: Mapping[str, str] | None = None,
    by: Staff,
    at: datetime,
) -> None:
    """Keep the answers that were chosen, and by row what was `said` beside a named one.

    Raises SessionRefused for one that is not offered, a named one without a name, and one that passes before what it rests on is done.
    """
    _check(session, by)
    asked, not_yet, said = asked_on_the_day(), asked_too_soon(session), said or {}
    names: dict[str, str] = {}
    for row, value in values.items():
        choice = asked[row].choice(value) if row in asked else None
        if choice is None:
            raise SessionRefused(f"'{value}' is not among the answers of '{row}'. Choose again.")
        if choice.level is Level.PASS and row in not_yet:
            raise SessionRefused(f"{asked[row].title}: {not_yet[row]}")
        if choice.named:
            names[row] = _name_of(asked[row], said.get(row, ""))
    if not values:
        raise SessionRefused("Nothing was answered. Choose at least one.")
    _keep(session, values, said=names, found_at=at, by=by, at=at)


def _name_of(asked: AskedOnTheDay, said: str) -> str:
    ask = f"{asked.title}: write the {inside(asked.names)}."
    try:
        found = check_note(said)
    except ValueError as missing:
        raise SessionRefused(ask) from missing
    return check_length(found, LONGEST_SAID, refused=SessionRefused)


def asked_too_soon(session: Session) -> Mapping[str, str]:
    """By row of the day what has to be done before it can pass, in a sentence; none of those that can."""
    read = newest_reading(session)
    done = {
        BeforeAnswer.DRAWN: drug_of(session).held.value > 0,
        BeforeAnswer.READ: read is not None and read.agrees,
    }
    open_ = {step for step, is_done in done.items() if not is_done}
    rows = (
        (each, next((step for step in each.after if step in open_), None))
        for each in asked_on_the_day().values()
    )
    return {each.id: step.ask for each, step in rows if step is not None}


@transaction.atomic
def record_before(
    *, session: Session, values: Mapping[str, Decimal], taken_at: datetime, by: Staff, at: datetime
) -> None:
    """Keep what was measured before the start, in the record and on the gate.

    `values` by kind: `systolic_mmhg` and `diastolic_mmhg`, `heart_rate_per_min`, `spo2_percent`, `weight_kg`, and `breaths`,
    `temperature`. Raises SessionRefused for half a pressure, and ValueError for a time to come.
    """
    _check(session, by)
    halves = [values.get(half) for half in ("systolic_mmhg", "diastolic_mmhg")]
    if (halves[0] is None) is not (halves[1] is None):
        raise SessionRefused("Half of the blood pressure is missing. Enter both.")
    if taken_at > at:
        raise SessionRefused("The time of the measurement is in the future. Correct it.")
    for_record = {k: Value(v) for k, v in values.items() if k not in (BREATHS, TEMPERATURE)}
    answers = {row: plain(values[row]) for row in (BREATHS, TEMPERATURE) if row in values}
    if halves[0] is not None and halves[1] is not None:
        answers[PRESSURE] = pressure_text(int(halves[0]), int(halves[1]))
    if not for_record and not answers:
        raise SessionRefused("Nothing was measured. Enter at least one value.")
    readings = {}
    if for_record:
        reading = record_reading(patient=session.patient, values=for_record, taken_at=taken_at, by=by, at=at)
        # Breaths and temperature are on the gate alone: nobody strikes them with a reading of the record.
        readings = {PRESSURE: reading}
    if answers:
        _keep(session, answers, readings=readings, found_at=taken_at, by=by, at=at)


@transaction.atomic
def read_dose(*, session: Session, read: DoseReading, by: Staff, at: datetime) -> SecondReading:
    """Keep what a second clinician read, with every difference from the order. Nobody starts on one that differs."""
    _check(session, by)
    differences = dose_differences(order_of_session(session), read)
    row = SecondReading(
        patient=session.patient,
        session=session,
        read_by=by,
        weight_kg=read.weight.value,
        dose_mg_per_kg=read.target.value,
        vial_mg_per_ml=read.vial.value,
        rate_ml_per_h=read.rate.value,
        differences=[each.text for each in differences],
    )
    action = "second reading differs" if differences else "second reading agrees"
    kept: SecondReading = keep(row, action=action, by=by, at=at, detail={"differences": row.differences})
    return kept


@transaction.atomic
def release_start(
    *, session: Session, reason: str, shown: Collection[str], signature: Reauthentication, at: datetime
) -> StartRelease:
    """Sign for what closes the start now, with a reason: REVIEW by a prescriber, BLOCK by a medical director.

    `shown` are the marks (`finding_mark`) of what the signer saw. It counts for these findings alone; a new one closes the gate
    again. Raises SessionRefused, also for a finding that was not shown, and PermissionError.
    """
    by = signature.by
    check_same_clinic(by, session.patient)
    signature.spend(signer=by, at=at)
    check_role(by, "infusion.release")
    by.clinic.patients.select_for_update().get(pk=session.patient_id)
    left = start_of(session, at).left
    if left.level is Level.PASS:
        raise SessionRefused("Nothing closes the start now. There is nothing to sign.")
    unseen = [
        each.message for each in left.findings if each.level > Level.PASS and finding_mark(each) not in shown
    ]
    if unseen:
        raise SessionRefused(
            f"Since you opened this page, this closes the start as well: {' '.join(unseen)} Look at it, and sign again."
        )
    director = may(by, "gate.exception")
    authority = Authority.MEDICAL_DIRECTOR if director else Authority.PRESCRIBER
    reason = check_length(reason, LONGEST_REASON, refused=SessionRefused)
    try:
        left.require(Override(by.name, authority, reason, at))
    except GateClosed as closed:
        raise SessionRefused(str(closed)) from closed
    row = StartRelease.objects.create(
        patient=session.patient,
        session=session,
        level=left.level.name,
        reason=reason,
        findings=[
            {"key": finding_key(each), "message": each.message}
            for each in left.findings
            if each.level > Level.PASS
        ],
        **signed(signature, at),
    )
    detail = {"level": row.level, "reason": row.reason, "findings": [f["message"] for f in row.findings]}
    record(action="released start", subject=row, by=by, at=at, detail=detail, kind=EventKind.OVERRIDE)
    return row


def _check(session: Session, by: Staff) -> None:
    check_role(by, "infusion.chart")
    check_same_clinic(by, session.patient)


def _keep(
    session: Session,
    values: Mapping[str, str],
    *,
    said: Mapping[str, str] = MappingProxyType({}),
    readings: Mapping[str, UUID] = MappingProxyType({}),
    found_at: datetime,
    by: Staff,
    at: datetime,
) -> None:
    policy = policy_of(session.patient.clinic)
    rows = [
        ReadinessAnswer(
            patient=session.patient,
            session=session,
            row=row,
            value=value,
            found_at=found_at,
            policy=f"{policy.id} {policy.version}",
            said=said.get(row, ""),
            reading=readings.get(row),
            **recorded(by, at),
        )
        for row, value in values.items()
    ]
    ReadinessAnswer.objects.bulk_create(rows)
    record(
        action="answered readiness",
        subject=rows[0],
        by=by,
        at=at,
        detail={**values, **{f"{row}: who": name for row, name in said.items()}},
    )
