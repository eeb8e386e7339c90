"""The drug ledger as it is read: the whole of it, one session, or one vial."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID

from django.db.models import Q

from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.ledger.facts import in_order, newest
from tenuto.clinic.people.models import Patient
from tenuto.clinic.stock.models import StockRow
from tenuto.core.stock.balance import SessionBalance, StockAccount, VialBalance, replay_stock
from tenuto.core.stock.entries import SessionDraw, StockEntry, VialReceived
from tenuto.core.stock.entry_json import content_from_json

__all__ = ["ledger_of", "session_balance", "vial_balance", "witness_id"]

CLINICS_KEPT = 8
NEVER = datetime.min.replace(tzinfo=UTC)


def witness_id(entry: str) -> str:
    """The client id of who witnesses an entry: one witness counts, and the second press of a button is the first."""
    return f"seen:{entry}"


def ledger_of(clinic: Clinic) -> StockAccount:
    """The whole ledger of a clinic. One query as long as nothing was written since it was read last.

    Rows are only added, so that the newest one stands for all before it. Its cost grows with the years of the ledger; a page about one
    session or one vial asks for that alone.
    """
    last = newest(StockRow.objects.filter(clinic=clinic))
    return _replayed([]) if last is None else _whole(clinic.pk, last.pk)


@lru_cache(maxsize=CLINICS_KEPT)
def _whole(clinic: UUID, newest_row: UUID) -> StockAccount:
    return _replayed(in_order(StockRow.objects.filter(clinic=clinic)))


def session_balance(patient: Patient, session: UUID) -> SessionBalance | None:
    """The balance of one session of a patient, as the whole ledger has it; None while nothing was drawn.

    However long the ledger is, it asks for what is written of the session, who witnessed it, and the receipt of each of its vials,
    from the newest back: a vial in use came in lately.
    """
    mine = list(StockRow.objects.filter(patient=patient, content__session=str(session)))
    vials = {row.content["vial"] for row in mine if row.kind == SessionDraw.__name__}
    receipts = StockRow.objects.filter(clinic=patient.clinic, kind=VialReceived.__name__)
    came = [row for vial in vials if (row := newest(receipts.filter(content__vial=vial)))]
    rows = [*mine, *_witnesses(patient.clinic, mine), *came]
    return _replayed(rows).sessions.get(str(session))


def vial_balance(clinic: Clinic, vial: str) -> VialBalance | None:
    """The balance of one vial, as the whole ledger has it; None for a vial that nobody has written of."""
    rows = list(StockRow.objects.filter(Q(content__vial=vial), clinic=clinic))
    return _replayed([*rows, *_witnesses(clinic, rows)]).vials.get(vial)


def _witnesses(clinic: Clinic, rows: Iterable[StockRow]) -> Iterable[StockRow]:
    return StockRow.objects.filter(clinic=clinic, client_id__in=[witness_id(row.client_id) for row in rows])


def _replayed(rows: Iterable[StockRow]) -> StockAccount:
    """Whatever a clock says now: what was written has happened by then."""
    entries = [
        StockEntry(
            id=row.client_id,
            number=row.event_number,
            at=row.happened_at,
            what=content_from_json(row.kind, row.content),
            by=str(row.written_by_id),
        )
        for row in rows
    ]
    return replay_stock(entries, max((each.at for each in entries), default=NEVER))
