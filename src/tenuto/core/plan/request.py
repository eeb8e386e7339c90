"""What a prescriber asks of a plan. Everything may be left out; nothing that matters has a hidden default."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from tenuto.core.course.infusion import GivenInfusion
from tenuto.core.plan.dosing_weight import WeightChoice
from tenuto.core.plan.inputs import InfusateVolume
from tenuto.core.units import MgPerKg, MgPerKgPerHour, MgPerMl, Minutes, Ml

__all__ = ["PlanRequest", "PlanRequestError"]


class PlanRequestError(ValueError):
    """A request that can't be planned at all, such as an unknown protocol; the message says what to choose from."""


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """A request. `start` defaults to the day of the plan, `clinic_days` (Monday = 0) to those of the policy."""

    protocol: str | None = None
    indication: str | None = None
    start: date | None = None
    clinic_days: tuple[int, ...] | None = None
    closed: tuple[date, ...] = ()
    """Further closed dates, beside the policy's holidays."""
    vial: MgPerMl | None = None
    volume: InfusateVolume | None = None
    dead_volume: Ml = field(default_factory=lambda: Ml(0))
    weight_choice: WeightChoice | None = None
    target: MgPerKg | MgPerKgPerHour | None = None
    """A dose or rate that the prescriber asks for instead of the protocol's."""
    minutes: Minutes | None = None
    infusions: int | None = None
    maintenance: str | None = None
    next_maintenance: date | None = None
    """The day that was decided for the next maintenance infusion, once the induction is complete; None while none is."""
    diluent: str | None = None
    """Id of a diluent of the order set; the usual one when left out."""
    side_effects: tuple[str, ...] = ()
    """Ids of the order set's medicines that may be given for a side effect; none is ordered by itself."""
    given: tuple[date, ...] = ()
    """Dates of infusions of this series already given, in order: the rest is planned anew from `start`."""
    earlier: tuple[GivenInfusion, ...] = ()
    """Every infusion on record, this series' included, for the total exposure."""

    def settled(self, *, as_of: date, clinic_days: tuple[int, ...]) -> PlanRequest:
        """The same request with the day and the clinic days that count when they were left out written into it."""
        return replace(
            self,
            start=self.start or as_of,
            clinic_days=clinic_days if self.clinic_days is None else self.clinic_days,
        )
