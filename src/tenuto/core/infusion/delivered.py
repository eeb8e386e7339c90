"""What the pump gave, integrated over rate changes, pauses and boluses, in exact fractions.

What was given and what is left always add up to the bag.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from tenuto.core.infusion.entries import BolusGiven, PumpStarted, RateChanged, SessionEntry
from tenuto.core.infusion.prescribed import SessionOrder
from tenuto.core.infusion.pump import PumpState, step
from tenuto.core.units import Mg, Ml, MlPerHour

__all__ = ["PLACES", "PumpRun", "exact_decimal", "is_off_the_order", "run"]

PLACES = 6
"""Amounts come out of the fractions to a millionth: far below what any syringe measures."""
MICROSECOND = timedelta(microseconds=1)


@dataclass(slots=True)
class PumpRun:
    """The pump at the moment up to which it was run. `note` is told of every entry that does not fit."""

    order: SessionOrder
    note: Callable[[SessionEntry, str], None]
    state: PumpState = PumpState.NOT_STARTED
    rate: MlPerHour | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    emptied_at: datetime | None = None
    given: Fraction = field(default_factory=Fraction)
    """Out of the bag, mL."""
    ran: Fraction = field(default_factory=Fraction)
    """Time in which the pump ran with something left in the bag, s."""
    reached: datetime | None = None

    @property
    def left(self) -> Fraction:
        """What is left in the bag, mL."""
        return Fraction(self.order.volume.value) - self.given

    @property
    def given_ml(self) -> Ml:
        """Given out of the bag, to a millionth of a mL."""
        return Ml(min(exact_decimal(self.given), self.order.volume.value))

    @property
    def given_mg(self) -> Mg:
        """The drug in it, to a millionth of a mg."""
        mg = self.given * Fraction(self.order.dose.value) / Fraction(self.order.volume.value)
        return Mg(min(exact_decimal(mg), self.order.dose.value))

    def take(self, entry: SessionEntry) -> None:
        """Run up to an entry, and let it change the pump."""
        self.run_until(entry.at)
        done, what = step(self.state, entry.what), entry.what
        if done.deviation:
            self.note(entry, done.deviation)
        if isinstance(what, PumpStarted | RateChanged):
            self._set(entry, what)
        if isinstance(what, BolusGiven):
            self._bolus(entry, what)
        if done.to is PumpState.RUNNING and self.started_at is None:
            self.started_at = entry.at
        if done.to is PumpState.ENDED and self.state is not PumpState.ENDED:
            self.ended_at = entry.at
        self.state = done.to

    def run_until(self, moment: datetime) -> None:
        """Count what flowed since the last entry; an empty bag gives nothing more."""
        if self.state is PumpState.RUNNING and self.reached is not None:
            self._flow(self.reached, Fraction((moment - self.reached) // MICROSECOND, 10**6))
        self.reached = moment

    def _flow(self, since: datetime, seconds: Fraction) -> None:
        flow = Fraction(self.rate.value if self.rate else 0) / 3600
        lasts = self.left / flow if flow else seconds
        if flow and lasts <= seconds and self.emptied_at is None:
            self.emptied_at = since + MICROSECOND * int(lasts * 10**6)
        self.ran += min(seconds, lasts)
        self.given += flow * min(seconds, lasts)

    def _set(self, entry: SessionEntry, what: PumpStarted | RateChanged) -> None:
        self.rate, ordered = what.rate, self.order.setting
        if is_off_the_order(what, ordered):
            self.note(entry, f"the pump runs at {what.rate}, and {ordered} is ordered")
        if isinstance(what, PumpStarted) and what.why_ungated:
            self.note(entry, f"the pump was started before the gate was open: {what.why_ungated}")

    def _bolus(self, entry: SessionEntry, what: BolusGiven) -> None:
        if not self.order.bolus:
            self.note(entry, "a bolus was given, and the protocol has none")
        volume = (
            Fraction(what.dose.value) * Fraction(self.order.volume.value) / Fraction(self.order.dose.value)
        )
        if volume > self.left:
            self.note(entry, f"the bolus of {what.dose} is more than was left in the bag")
        self.given += min(volume, self.left)
        if volume and not self.left and self.emptied_at is None:
            self.emptied_at = entry.at


def is_off_the_order(what: PumpStarted | RateChanged, ordered: MlPerHour) -> bool:
    """Whether a rate is none that was ordered: faster, or at the start another one. Slower is always allowed later."""
    return what.rate > ordered or (isinstance(what, PumpStarted) and what.rate != ordered)


def run(
    entries: Sequence[SessionEntry],
    order: SessionOrder,
    now: datetime,
    note: Callable[[SessionEntry, str], None],
) -> PumpRun:
    """The pump at `now`, after entries in the order in which they happened, none of them later."""
    pump = PumpRun(order, note)
    for entry in entries:
        pump.take(entry)
    pump.run_until(now)
    return pump


def exact_decimal(value: Fraction) -> Decimal:
    """A fraction to a millionth, half up, whatever the precision of the context."""
    scaled = (value * 10**PLACES * 2 + 1) // 2
    return Decimal((0, tuple(int(digit) for digit in str(scaled)), -PLACES))
