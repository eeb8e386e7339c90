"""The parts of the model: dose effect, uptake, benefit compartments, context. Each can be swapped for another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from tenuto.core.compartments.chain import chain
from tenuto.core.durability.normal import Floats
from tenuto.core.durability.patients import PatientParameters

__all__ = [
    "Additive",
    "Benefit",
    "Context",
    "DoseEffect",
    "FadingAndGrowing",
    "Holding",
    "SaturatingDose",
    "SingleExponential",
    "ToppingUp",
    "TwoCompartments",
    "Uptake",
]

LN2 = math.log(2)
_GONE = -25.0
"""Log of what is left of a mode below which nothing is: a hundred thousand millionth of a benefit shows on no scale."""
_NOTHING, _SWEPT_STEPS = 1e-20, 4
"""What is left of a mode below this is set to 0 every few steps: before it gets so small that processors slow down."""


class DoseEffect(Protocol):
    """How much of a full infusion a dose is worth."""

    def __call__(self, mg_per_kg: float) -> float:
        """The worth of a dose: 0 at dose 0, 1 at the usual 0.5 mg/kg."""


@dataclass(frozen=True, slots=True)
class SaturatingDose:
    """A Hill curve: rises to 0.5 mg/kg and is nearly flat above."""

    half: float
    """Dose worth half of the largest possible, mg/kg."""
    hill: float = 2.0
    usual: float = 0.5

    def __call__(self, mg_per_kg: float) -> float:
        """See `DoseEffect`."""
        return self._share(mg_per_kg) / self._share(self.usual)

    def _share(self, dose: float) -> float:
        powered = float(dose**self.hill)
        return powered / (powered + float(self.half**self.hill))


class Benefit(Protocol):
    """Compartments that hold drug benefit between infusions."""

    def begin(self, patients: PatientParameters) -> Holding:
        """Empty compartments of these patients."""


class Holding:
    """What the compartments of n patients hold, in modes that each decay by one exponential. Changes as time passes.

    An infusion enters the first compartment, which adds its amount to every mode alike.
    """

    def __init__(self, rates: Floats, passed: Floats, held: Sequence[int], seen: Sequence[int]) -> None:
        """A chain (see `compartments.chain`); infusions top up the compartments `held`; benefit is what `seen` hold."""
        out = chain(rates, passed)
        self.rates = rates
        self.to_held = out[list(held)].sum(axis=0)
        self.to_seen = out[list(seen)].sum(axis=0)
        self.state = np.zeros_like(rates)
        self._hurry: Floats | float = 1.0
        """How many times as fast as at first the modes decay now."""
        self._decay = np.empty_like(rates)
        self._spacing: float | None = None
        self._steps = 0

    def copy(self) -> Holding:
        """The same, free to go another way."""
        other = copy(self)
        other.state, other._decay, other._spacing = self.state.copy(), np.empty_like(self.state), None
        return other

    @classmethod
    def together(cls, holdings: Sequence[Holding]) -> Holding:
        """What groups of patients hold, as one group."""
        one = copy(holdings[0])
        for name in ("rates", "to_held", "to_seen", "state"):
            setattr(one, name, np.concatenate([getattr(h, name) for h in holdings], axis=1))
        one._hurry = np.concatenate([np.broadcast_to(h._hurry, h.state.shape[1:]) for h in holdings])
        one._decay, one._spacing = np.empty_like(one.state), None
        return one

    def single(self) -> Holding:
        """The same in single precision."""
        one = copy(self)
        for name in ("rates", "to_held", "to_seen", "state"):
            setattr(one, name, getattr(self, name).astype(np.float32))
        if not isinstance(self._hurry, float):
            one._hurry = self._hurry.astype(np.float32)
        one._decay, one._spacing = np.empty_like(one.state), None
        return one

    def only(self, places: npt.NDArray[np.intp]) -> Holding:
        """What the patients at these places hold."""
        one = copy(self)
        for name in ("rates", "to_held", "to_seen", "state"):
            # Taken, not indexed: an index would leave the modes of each patient side by side, and everything after slow.
            setattr(one, name, np.take(getattr(self, name), places, axis=1))
        if not isinstance(self._hurry, float):
            one._hurry = self._hurry[places]
        one._decay, one._spacing = np.empty_like(one.state), None
        return one

    def stretch(self, log_factor: Floats) -> None:
        """From now on every half-life is exp(`log_factor`) times what it was at first, shape (n,)."""
        self._hurry, self._spacing = np.exp(-log_factor), None

    @property
    def pace(self) -> Floats:
        """Log-decay a day, at the pace of now."""
        return self.rates * -self._hurry

    def advance(self, days: float) -> None:
        """Let time pass. Visits are evenly spaced more often than not, so the last decay is kept for the next."""
        if days != self._spacing:
            np.multiply(self.rates, self._hurry * -days, out=self._decay)
            # The onset, the first mode, is gone in a week: an exponential less, and no number too small for the processor.
            gone = int(days >= 1 and self._decay[0].max() < _GONE)
            np.exp(self._decay[gone:], out=self._decay[gone:])
            if gone:
                self._decay[0] = 0.0
            self._spacing = days
        self.state *= self._decay
        self._steps += 1
        if self._steps % _SWEPT_STEPS == 0:
            self.state[self.state < _NOTHING] = 0.0

    def add(self, amount: Floats) -> None:
        """An infusion that adds `amount`, shape (n,)."""
        self.state += amount

    def held(self) -> Floats:
        """What an infusion tops up, shape (n,)."""
        return _weighted(self.to_held, self.state)

    def level(self) -> Floats:
        """The benefit expressed now, shape (n,)."""
        return _weighted(self.to_seen, self.state)


def _weighted(weights: Floats, state: Floats) -> Floats:
    total: Floats = np.einsum("mn,mn->n", weights, state)
    return total


@dataclass(frozen=True, slots=True)
class TwoCompartments:
    """Onset in hours into a fast compartment; part of what leaves it fills a slow one. Benefit is fast plus slow."""

    onset_half_life: float
    """Days."""

    def begin(self, patients: PatientParameters) -> Holding:
        """See `Benefit`."""
        onset = np.full(len(patients), LN2 / self.onset_half_life)
        fast = LN2 / patients.fast
        return Holding(
            np.stack([onset, fast, LN2 / patients.slow]),
            np.stack([onset, fast * patients.transfer]),
            held=(0, 1),
            seen=(1, 2),
        )


@dataclass(frozen=True, slots=True)
class SingleExponential:
    """One compartment that loses benefit at one fixed rate, the same in every patient: the baseline to beat."""

    onset_half_life: float
    half_life: float
    """Days, for everybody; nobody's own half-life is used."""

    def begin(self, patients: PatientParameters) -> Holding:
        """See `Benefit`."""
        each = np.ones(len(patients))
        onset = LN2 / self.onset_half_life * each
        return Holding(np.stack([onset, LN2 / self.half_life * each]), onset[None, :], held=(0, 1), seen=(1,))


class Uptake(Protocol):
    """How much an infusion adds, given what is already held."""

    def __call__(self, gain: Floats, worth: float, held: Floats) -> Floats:
        """Log-fall that is added, shape (n,); `gain` is what a full infusion adds from empty, `held` what is there."""


@dataclass(frozen=True, slots=True)
class ToppingUp:
    """An infusion fills up towards a limit: six in two weeks do not hold six times what one does.

    An infusion adds `gain` from empty and nothing once `1 + headroom` times that is held. What is held never falls by
    an infusion, and who holds more before it holds more after it.
    """

    headroom: float

    def __call__(self, gain: Floats, worth: float, held: Floats) -> Floats:
        """See `Uptake`."""
        free = held * (-1 / (1 + self.headroom))
        free += gain
        np.maximum(free, 0, out=free)
        free *= worth
        return free


@dataclass(frozen=True, slots=True)
class Additive:
    """Every infusion adds the same, however much is held."""

    def __call__(self, gain: Floats, worth: float, held: Floats) -> Floats:
        """See `Uptake`."""
        return worth * gain


class Context(Protocol):
    """Benefit that is not the drug's: expectancy, regression to the mean, admission, other treatment."""

    def shares(self, days: float, treated: Floats | float) -> tuple[float, Floats | float]:
        """Shares of a patient's expectancy and growth that are there `days` after the first infusion; 0 up to day 0.

        treated: days from the first infusion to the last so far (dose 0 counts), of all or of each patient.
        """

    def __call__(self, days: float, treated: Floats | float, patients: PatientParameters) -> Floats:
        """Log-fall of the score, shape (n,), at the same time."""


@dataclass(frozen=True, slots=True)
class FadingAndGrowing:
    """Expectancy is there from the first visit and fades; growth comes over weeks while patients are treated, and stays."""

    expectancy_half_life: float
    """Days."""
    growth_half_time: float
    """Days until half of the growth has come."""
    ongoing: float = 0.0
    """Share of patients whose other treatment goes on when infusions end, so that their growth goes on too."""

    def shares(self, days: float, treated: Floats | float) -> tuple[float, Floats | float]:
        """See `Context`."""
        if days <= 0:
            return 0.0, 0.0
        until = treated + _ATTENTION_DAYS
        growing = min(days, until) if isinstance(until, float) else np.minimum(days, until)
        growing = growing + self.ongoing * (days - growing)
        return 2.0 ** (-days / self.expectancy_half_life), 1 - 2.0 ** (-growing / self.growth_half_time)

    def __call__(self, days: float, treated: Floats | float, patients: PatientParameters) -> Floats:
        """See `Context`."""
        left, grown = self.shares(days, treated)
        return patients.expectancy * left + patients.growth * grown


_ATTENTION_DAYS = 7.0
"""Days for which a session is followed by visits and calls: growth goes on for so long after the last."""
