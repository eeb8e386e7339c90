"""What is given: doses in time, as amounts of base, either in mg or for each kg of the dosing weight."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tenuto.core.units import Mg, MgPerHour, MgPerKg, MgPerKgPerHour, Minutes

__all__ = ["GivenDose", "Regimen", "RegimenError"]

Floats = NDArray[np.float64]
_DAY = 1440
"""Minutes."""


class RegimenError(ValueError):
    """Doses that can't be given as written; the message says which and what to change."""


@dataclass(frozen=True, slots=True)
class GivenDose:
    """An amount of ketamine base from `at` minutes on: evenly `over` a time, or at once when `over` is None."""

    at: Minutes
    amount: Mg | MgPerKg
    over: Minutes | None = None

    def __post_init__(self) -> None:
        if self.over is not None and self.over.value <= 0:
            raise RegimenError(
                "An infusion over 0 min has no rate. Write a time above 0, or leave `over` out of an amount given at once."
            )
        if self.amount.value <= 0:
            raise RegimenError(f"A dose of {self.amount} gives nothing. Write an amount above zero.")

    @classmethod
    def at_rate(cls, at: Minutes, rate: MgPerHour | MgPerKgPerHour, over: Minutes) -> GivenDose:
        """An infusion given by its rate: a dose of rate times duration."""
        return cls(at, rate.during(over), over)

    @property
    def start(self) -> float:
        """Start, min."""
        return float(self.at.value)

    @property
    def stop(self) -> float:
        """End, min; the start for a bolus."""
        return self.start + float(self.over.value) if self.over else self.start

    def milligrams(self, dosing_weight_kg: ArrayLike) -> Floats:
        """The amount in mg for each dosing weight in kg."""
        weight = np.asarray(dosing_weight_kg, dtype=np.float64)
        per = float(self.amount.value)
        return per * weight if isinstance(self.amount, MgPerKg) else np.full_like(weight, per)

    @property
    def text(self) -> str:
        """Such as `0.5 mg/kg over 40 min`."""
        if self.over is None:
            return f"{self.amount} at once"
        return f"{self.amount} over {_duration(self.over)}"


@dataclass(frozen=True, slots=True)
class Regimen:
    """Doses in order of time. Two infusions never run at once: one pump, one rate."""

    doses: tuple[GivenDose, ...]

    def __post_init__(self) -> None:
        if not self.doses:
            raise RegimenError("The regimen has no dose. Give at least one.")
        ordered = sorted(self.doses, key=lambda d: d.start)
        object.__setattr__(self, "doses", tuple(ordered))
        running = [d for d in ordered if d.over]
        for one, following in pairwise(running):
            if following.start < one.stop - 1e-9:
                raise RegimenError(
                    f"The infusion that starts at {following.start:g} min overlaps the one from "
                    f"{one.start:g} to {one.stop:g} min. End the first before the second starts, or add their rates."
                )

    @classmethod
    def single(cls, amount: Mg | MgPerKg, over: Minutes | None) -> Regimen:
        """One dose at time zero."""
        return cls((GivenDose(Minutes(0), amount, over),))

    def repeated(self, *, every: Minutes, count: int) -> Regimen:
        """The whole regimen `count` times, each `every` minutes after the one before."""
        return Regimen(
            tuple(
                replace(dose, at=Minutes(dose.at.value + turn * every.value))
                for turn in range(count)
                for dose in self.doses
            )
        )

    @property
    def end(self) -> float:
        """When the last dose has been given, min."""
        return max(dose.stop for dose in self.doses)

    @property
    def shortest_min(self) -> float:
        """The shortest time over which a dose is given, min; zero when there is a bolus."""
        return min(dose.stop - dose.start for dose in self.doses)

    def rate_mg_per_min(self, times_min: ArrayLike, dosing_weight_kg: ArrayLike) -> Floats:
        """The pump rate `(patients, times)`. It counts from just after an infusion's start up to and at its end."""
        times = np.asarray(times_min, dtype=np.float64)
        weight = np.atleast_1d(np.asarray(dosing_weight_kg, dtype=np.float64))
        total = np.zeros((len(weight), len(times)))
        for dose in self.doses:
            if dose.over:
                runs = (dose.start < times) & (times <= dose.stop)
                total += np.outer(dose.milligrams(weight) / float(dose.over.value), runs)
        return total

    def most_mg_per_kg_in_24_h(self, *, weight_kg: ArrayLike, dosing_weight_kg: ArrayLike) -> float:
        """The largest dose for each kg of body weight that any patient `(patients,)` is given within any 24 hours; of a
        longer infusion the part that falls into them.
        """
        weights = np.atleast_1d(np.asarray(weight_kg, dtype=np.float64))
        ratios = np.asarray(dosing_weight_kg, dtype=np.float64) / weights
        # The most is given in a day that begins with a dose or ends with one.
        days = np.array(sorted({t for d in self.doses for t in (d.start, d.stop - _DAY)}))
        for_each_kg = _given_in_days([d for d in self.doses if isinstance(d.amount, MgPerKg)], days)
        milligrams = _given_in_days([d for d in self.doses if isinstance(d.amount, Mg)], days)
        if not milligrams.any():
            return float(for_each_kg.max() * ratios.max())
        if not for_each_kg.any():
            return float(milligrams.max() / weights.min())
        alike = np.unique(np.column_stack([for_each_kg, milligrams]).round(12), axis=0)
        return max(float((each * ratios + mg / weights).max()) for each, mg in alike)

    @property
    def longest_run_hours(self) -> float:
        """The longest unbroken infusion, h: segments that follow each other without a gap count as one."""
        longest, begun, ended = 0.0, -math.inf, -math.inf
        for dose in (d for d in self.doses if d.over):
            begun = begun if dose.start <= ended + 1e-9 else dose.start
            ended = dose.stop
            longest = max(longest, (ended - begun) / 60)
        return longest

    @property
    def text(self) -> str:
        """One line that says what is given."""
        first, *others = self.doses
        if not others:
            return first.text
        if any((d.amount, d.over) != (first.amount, first.over) for d in others):
            return f"{first.text}, and {len(others)} more dose{'s' if len(others) > 1 else ''}"
        gaps = {following.at.value - one.at.value for one, following in pairwise(self.doses)}
        every = f", every {_duration(Minutes(gaps.pop()))}" if len(gaps) == 1 else ""
        return f"{len(self.doses)} doses of {first.text}{every}"


def _given_in_days(doses: Sequence[GivenDose], days: Floats) -> Floats:
    """How much of `doses`, in their own unit, is given within the 24 hours from each of `days`."""
    total = np.zeros(len(days))
    for one in doses:
        if one.over:
            overlap = np.minimum(one.stop, days + _DAY) - np.maximum(one.start, days)
            inside = overlap.clip(0) / (one.stop - one.start)
        else:
            inside = ((days <= one.start) & (one.start < days + _DAY)).astype(np.float64)
        total += float(one.amount.value) * inside
    return total


def _duration(minutes: Minutes) -> str:
    """Minutes until 120, then hours, then whole days."""
    if minutes.value <= 120:
        return f"{float(minutes.value):g} min"
    if minutes.value >= 2 * _DAY and minutes.value % _DAY == 0:
        return f"{float(minutes.value) / _DAY:g} d"
    return f"{float(minutes.value) / 60:g} h"
