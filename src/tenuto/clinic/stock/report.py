"""The drug ledger for an inventory or an inspection: its rows between two days, and what was in the cabinet at the end of the last."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.clock import local
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.stock.models import StockRow
from tenuto.clinic.stock.presenters import named_in, names_of, rows_of, stock_words, vial_shown
from tenuto.clinic.stock.reading import ledger_of
from tenuto.clinic.ui.pdf import set_sheet
from tenuto.clinic.ui.words import long_day, moment
from tenuto.core.stock.balance import VialBalance, replay_stock
from tenuto.core.stock.entries import StockWitnessed
from tenuto.core.stock.entry_json import content_from_json
from tenuto.core.units import plain

__all__ = [
    "LedgerRow",
    "LedgerSpan",
    "cabinet_at_the_end",
    "ledger_paper",
    "ledger_table",
    "open_at_the_end",
    "rows_between",
]

TEMPLATE = Path(__file__).with_name("report.typ")
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class LedgerSpan:
    """From one day of the clinic to another, both included. None reaches to the beginning, or to now."""

    first: date | None = None
    last: date | None = None

    def includes(self, day: date) -> bool:
        """Whether a day lies in it."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One row of the ledger in words."""

    happened: datetime
    entered: datetime
    kind: str
    vial: str
    volume: str
    mass: str
    whose: str
    words: str
    by: str
    witness: str
    number: int
    patient_id: UUID | None


def rows_between(clinic: Clinic, span: LedgerSpan, *, hidden: Collection[UUID]) -> tuple[LedgerRow, ...]:
    """What happened on the days of a span, oldest first, each with its witness whenever that was."""
    rows = rows_of(clinic)
    names = names_of(rows, hidden)
    witnesses = {
        row.content["entry"]: row.recorded_by_name for row in rows if row.kind == StockWitnessed.__name__
    }

    def told() -> Iterator[LedgerRow]:
        for row in rows:
            if span.includes(clock.day_of(clinic, row.happened_at)):
                seen_by = witnesses.get(row.client_id, "")
                patient = row.patient_id if row.patient_id not in hidden else None
                yield _row(row, clinic, names, seen_by, patient)

    return tuple(told())


def _row(
    row: StockRow, clinic: Clinic, names: Mapping[str, str], seen_by: str, patient: UUID | None
) -> LedgerRow:
    what = content_from_json(row.kind, row.content)
    return LedgerRow(
        happened=local(clinic, row.happened_at),
        entered=local(clinic, row.recorded_at),
        kind=row.kind,
        vial=getattr(what, "vial", ""),
        volume=plain(what.volume.value) if hasattr(what, "volume") else "",
        mass=plain(what.mass.value) if hasattr(what, "mass") else "",
        whose=names.get(getattr(what, "session", ""), ""),
        words=named_in(stock_words(what), names),
        by=row.recorded_by_name,
        witness=seen_by,
        number=row.event_number,
        patient_id=patient,
    )


def ledger_table(rows: Collection[LedgerRow]) -> str:
    """Rows as CSV. No cell is taken for a formula by a spreadsheet."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(
        ["happened", "entered", "kind", "vial", "mL", "mg", "for", "words", "by", "witness", "number"]
    )
    for row in rows:
        times = (row.happened.isoformat(), row.entered.isoformat())
        cells = (row.kind, row.vial, row.volume, row.mass, row.whose, row.words, row.by, row.witness)
        table.writerow([_safe(cell) for cell in (*times, *cells, str(row.number))])
    return out.getvalue()


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(STARTS_A_FORMULA) else cell


def cabinet_at_the_end(clinic: Clinic, last: date) -> tuple[VialBalance, ...]:
    """What was in each vial at the end of a day, by what had happened until then; vials with nothing in them are left out."""
    found = replay_stock(ledger_of(clinic).entries, _end_of(clinic, last))
    return tuple(each for each in found.vials.values() if each.left.value or not each.settled)


def open_at_the_end(clinic: Clinic, last: date, *, hidden: Collection[UUID]) -> tuple[str, ...]:
    """Everything for which the last day could not be closed, in sentences that name whose session it was."""
    found = replay_stock(ledger_of(clinic).entries, _end_of(clinic, last))
    names = names_of(rows_of(clinic), hidden)
    return tuple(named_in(each, names) for each in found.unbalanced(clock.start_of_day(clinic, last)))


def _end_of(clinic: Clinic, day: date) -> datetime:
    return clock.start_of_day(clinic, day + timedelta(days=1)) - timedelta(microseconds=1)


def ledger_paper(
    clinic: Clinic,
    span: LedgerSpan,
    rows: Collection[LedgerRow],
    *,
    hidden: Collection[UUID],
    made: datetime,
    by: str,
) -> bytes:
    """The inventory at the end of a span and its rows, as one PDF."""
    last = span.last or clock.day_of(clinic, made)
    since = long_day(span.first) if span.first else "the beginning"
    vials = [
        vial_shown(each, clinic, min(made, _end_of(clinic, last)))
        for each in cabinet_at_the_end(clinic, last)
    ]
    sheet = {
        "title": "Drug ledger",
        "clinic": clinic.contact,
        "span": f"From {since} to {long_day(last)}",
        "vials": [[each.vial, each.label, f"{each.expires}, expired" if each.expired else each.expires, each.left, each.counted or "Not yet"] for each in vials],
        "open": list(open_at_the_end(clinic, last, hidden=hidden)),
        "rows": [
            [moment(row.happened), row.words + (f" For {row.whose}." if row.whose and row.whose not in row.words else ""), row.by, row.witness]
            for row in rows
            if row.kind != StockWitnessed.__name__
        ],
        "footer": f"Made {local(clinic, made):%Y-%m-%d %H:%M} by {by} from what is in the ledger.",
    }  # fmt: skip
    return set_sheet(TEMPLATE, sheet, on=last)
