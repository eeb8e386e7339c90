"""Drug ledgers that the tests of this folder are about."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from tenuto.core.stock.balance import replay_stock
from tenuto.core.stock.entries import (
    SessionDraw,
    SessionGiven,
    SessionWaste,
    StockEntry,
    StockWitnessed,
    VialCounted,
    VialReceived,
)
from tenuto.core.units import Mg, MgPerMl, Ml

BEGAN = datetime(2026, 12, 1, 8, tzinfo=UTC)
MIDNIGHT = BEGAN - timedelta(hours=8)
DAY = date(2026, 12, 1)


def received(vial: str = "V1", strength: str = "50", volume: str = "10") -> VialReceived:
    return VialReceived(
        vial, "42023-138-10", "L7", date(2028, 1, 1), MgPerMl(strength), Ml(volume), "Supplier, DEA RS0000000"
    )


def entry(minutes: float, what, *, by: str = "bob", key: str = "", number: int = 0) -> StockEntry:
    return StockEntry(
        id=key or f"{type(what).__name__}-{minutes}",
        number=number or int(minutes) + 1,
        at=BEGAN + timedelta(minutes=minutes),
        what=what,
        by=by,
    )


def seen(minutes: float, of: str, *, by: str = "bea") -> StockEntry:
    return entry(minutes, StockWitnessed(of), by=by, key=f"seen-{of}-{by}")


def ledger(*entries: StockEntry, minutes: float = 600):
    return replay_stock(entries, BEGAN + timedelta(minutes=minutes))


def balanced_day() -> list[StockEntry]:
    """A vial of 10 mL at 50 mg/mL; 40 mg drawn, 35 given, 5 wasted before a witness, and the rest counted by two."""
    return [
        entry(0, received(), key="in"),
        entry(10, SessionDraw("V1", "S1", Ml("0.8")), key="draw"),
        entry(90, SessionGiven("S1", Mg(35)), key="given"),
        entry(95, SessionWaste("S1", Mg(5), "into the waste gel"), key="waste"),
        seen(96, "waste"),
        entry(480, VialCounted("V1", Ml("9.2")), key="count"),
        seen(481, "count"),
    ]
