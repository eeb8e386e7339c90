"""Sessions that the tests of this folder are about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tenuto.core.infusion.entries import PumpStarted, SessionEntry, VitalsTaken
from tenuto.core.infusion.prescribed import PressureBaseline, SessionOrder
from tenuto.core.policy import demo_policy
from tenuto.core.units import Kg, Mg, MgPerKg, MgPerMl, Minutes, Ml, MlPerHour

BEGAN = datetime(2026, 12, 1, 10, tzinfo=UTC)
POLICY = demo_policy()
ORDER = SessionOrder(
    dose=Mg(35),
    weight=Kg(70),
    target=MgPerKg("0.5"),
    vial=MgPerMl(50),
    volume=Ml(50),
    duration=Minutes(40),
    setting=MlPerHour(75),
)
BASELINE = PressureBaseline(120, 75)
CALM = VitalsTaken(125, 78, 72, 98, 14, 5)


def after(minutes: float, began: datetime = BEGAN) -> datetime:
    return began + timedelta(minutes=minutes)


def entry(
    minutes: float, what, *, key: str = "", number: int = 0, began: datetime = BEGAN, **more
) -> SessionEntry:
    name = key or f"{type(what).__name__}-{minutes}"
    return SessionEntry(
        id=name, number=number or int(minutes * 60) + 1, at=after(minutes, began), what=what, **more
    )


def started(minutes: float = 0, rate: str = "75", **more) -> SessionEntry:
    return entry(minutes, PumpStarted(MlPerHour(rate), **more), key="start")
