"""The verbs of the drug ledger. What happened is always written; only a witness who is none, and closing out of balance, are refused."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import check_role
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.ledger.facts import recorded
from tenuto.clinic.ledger.services import record
from tenuto.clinic.people.models import Patient
from tenuto.clinic.policies.api import policy_of
from tenuto.clinic.ports.api import end_task, open_task, open_tasks_about_nobody
from tenuto.clinic.stock.models import StockRow
from tenuto.clinic.stock.reading import ledger_of, session_balance, vial_balance, witness_id
from tenuto.core.literature.tasks import EndsBy, task_kind
from tenuto.core.stock.clocks import due_day, loss_clocks
from tenuto.core.stock.entries import (
    WITNESSED,
    DayClosed,
    LossReported,
    SessionGiven,
    StockContent,
    StockWitnessed,
    VialLoss,
    VialReceived,
)
from tenuto.core.stock.entry_json import content_to_json, kind_of
from tenuto.core.units import Mg

__all__ = [
    "StockRefused",
    "close_day",
    "is_written_still",
    "tell_given",
    "witness",
    "write_stock",
]


WITNESSED_KINDS = frozenset(each.__name__ for each in WITNESSED)


class StockRefused(ValueError):
    """This can't be written. The text says why and what to do; nothing was saved."""


@transaction.atomic
def write_stock(
    *,
    client_id: str,
    what: StockContent,
    happened_at: datetime,
    patient: Patient | None = None,
    by: Staff,
    at: datetime,
) -> StockRow:
    """Keep an entry, once for each `client_id`. A moment ahead of the server's clock becomes `at`.

    Raises StockRefused for another entry under the same id, for a vial received twice, and for what has a verb of its own; and
    PermissionError.
    """
    check_role(by, "stock.record")
    check_same_clinic(by, patient)
    _lock(by)
    if isinstance(what, StockWitnessed | DayClosed):
        raise StockRefused("A witness and the close of a day have a button of their own.")
    if isinstance(what, VialReceived):
        known = vial_balance(by.clinic, what.vial)
        if known is not None and known.received is not None and not _is_written(by, client_id):
            raise StockRefused(f"Vial {what.vial} is in the ledger already. Read the number again.")
    row = _append(client_id, what, min(happened_at, at), patient, by=by, at=at)
    if isinstance(what, VialLoss):
        _start_clocks(row, what, by=by, at=at)
    if isinstance(what, LossReported):
        _end_clock(row, what, by=by, at=at)
    return row


@transaction.atomic
def witness(*, entry: str, by: Staff, at: datetime) -> StockRow:
    """Stand for what somebody else wrote, on one's own sign-in. Hazard H26.

    Raises StockRefused for one's own entry, for one that nothing waits for, and PermissionError.
    """
    check_role(by, "stock.record")
    _lock(by)
    row = StockRow.objects.filter(clinic=by.clinic, client_id=entry).first()
    if row is None or row.kind not in WITNESSED_KINDS or _is_written(by, witness_id(entry)):
        raise StockRefused("Nothing waits for a witness here. Open the ledger again.")
    if row.written_by_id == by.pk:
        raise StockRefused("You wrote this yourself. Somebody else who saw it signs in and witnesses it.")
    # It counts from the moment at which it happened; when it was witnessed stands on the row.
    return _append(witness_id(entry), StockWitnessed(entry), at, None, by=by, at=at)


@transaction.atomic
def close_day(*, by: Staff, at: datetime) -> StockRow:
    """Close the ledger of the clinic's day. Raises StockRefused with everything that is not in balance, and PermissionError."""
    check_role(by, "stock.record")
    _lock(by)
    day = clock.day_of(by.clinic, at)
    problems = ledger_of(by.clinic).unbalanced(clock.start_of_day(by.clinic, day))
    if problems:
        raise StockRefused(f"Not closed. {' '.join(problems)}")
    return _append(f"closed:{day.isoformat()}:{at.isoformat()}", DayClosed(day), at, None, by=by, at=at)


@transaction.atomic
def tell_given(*, session: UUID, patient: Patient, mass: Mg, by: Staff, at: datetime) -> None:
    """Keep what a session gave by its chart; told again when the chart changes. Nothing is written while it is the same."""
    check_role(by, "infusion.chart")
    check_same_clinic(by, patient)
    _lock(by)
    told = session_balance(patient, session)
    if told is None or told.given != mass:
        key = f"given:{session.hex}:{at:%Y%m%dT%H%M%S%f}"
        _append(key[:64], SessionGiven(str(session), mass), at, patient, by=by, at=at)


def is_written_still(*, client_id: str, by: Staff) -> bool:
    """Whether an entry of this id is in the ledger; until the transaction ends nobody else writes, so what is read of it holds."""
    _lock(by)
    return _is_written(by, client_id)


def _is_written(by: Staff, client_id: str) -> bool:
    return StockRow.objects.filter(clinic=by.clinic, client_id=client_id).exists()


def _append(
    client_id: str,
    what: StockContent,
    happened_at: datetime,
    patient: Patient | None,
    *,
    by: Staff,
    at: datetime,
) -> StockRow:
    known = StockRow.objects.filter(clinic=by.clinic, client_id=client_id).first()
    if known is not None:
        if (known.kind, known.content) != (kind_of(what), content_to_json(what)):
            raise StockRefused(
                f"Another entry is in the ledger under this number: {known.kind}, by {known.recorded_by_name}. "
                "Open the page again to write one beside it."
            )
        return known
    row = StockRow.objects.create(
        clinic=by.clinic,
        patient=patient,
        client_id=client_id,
        kind=kind_of(what),
        content=content_to_json(what),
        happened_at=happened_at,
        written_by=by,
        **recorded(by, at),
    )
    record(
        action="wrote drug ledger",
        subject=row,
        by=by,
        at=at,
        detail={"kind": row.kind, "content": row.content},
    )
    return row


def _start_clocks(row: StockRow, what: VialLoss, *, by: Staff, at: datetime) -> None:
    """A task for each statutory report, due by the end of its last day. Hazard H28."""
    clinic = by.clinic
    discovered = clock.day_of(clinic, row.happened_at)
    for each in loss_clocks().values():
        kind = f"stock.{each.id}"
        last = due_day(each, discovered, policy_of(clinic).holidays)
        open_task(
            patient=None,
            kind=kind,
            why=f"Vial {what.vial}, {what.volume} lost: {what.why} Tell {each.to}, by {last:%a %d %b %Y}.",
            owner_role=Role(task_kind(kind).owner),
            target=row.client_id,
            key=f"{kind}:{row.pk}",
            due=clock.start_of_day(clinic, last + timedelta(days=1)),
            by=by,
            at=at,
        )


def _end_clock(row: StockRow, what: LossReported, *, by: Staff, at: datetime) -> None:
    for task in open_tasks_about_nobody(by.clinic):
        if task.kind == f"stock.{what.clock}" and task.target == what.loss:
            end_task(task=task.id, ends_by=EndsBy.RECORDED, subject=row, note=what.reference, by=by, at=at)


def _lock(by: Staff) -> None:
    """Two who write at once are served one after the other."""
    Clinic.objects.select_for_update().get(pk=by.clinic_id)
