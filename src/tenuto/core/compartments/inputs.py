"""What enters a compartment and when: impulses and constant-rate segments, cut into stretches without change."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from tenuto.core.compartments.matrix import Floats

__all__ = ["Bolus", "ConstantInput", "Input", "Stretch", "entered", "repeated", "same_for_all", "stretches"]


@dataclass(frozen=True, slots=True)
class Bolus:
    """`amount` enters `compartment` at once at `time`. The amount is a number or an array `(patients,)`."""

    time: float
    amount: ArrayLike
    compartment: int = 0


@dataclass(frozen=True, slots=True)
class ConstantInput:
    """`rate` (amount per unit of time) enters `compartment` from `start` to `stop`. A number or `(patients,)`."""

    start: float
    stop: float
    rate: ArrayLike
    compartment: int = 0


Input = Bolus | ConstantInput


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `start` to `end` nothing changes: `impulses` fell at the start, `rates` run; both by compartment."""

    start: float
    end: float
    impulses: dict[int, Floats]
    rates: dict[int, Floats]


def repeated(inputs: Sequence[Input], *, every: float, count: int) -> list[Input]:
    """The same inputs `count` times, each `every` later than the one before."""
    return [_later(one, turn * every) for turn in range(count) for one in inputs]


def stretches(inputs: Sequence[Input], *, patients: int, size: int) -> Iterator[Stretch]:
    """Cut time at every change of input, in order; the last stretch has no end. Overlapping inputs add up."""
    for one in inputs:
        _check(one, patients, size)
    falling: dict[float, list[Bolus]] = {}
    starting: dict[float, list[ConstantInput]] = {}
    for one in inputs:
        if isinstance(one, Bolus):
            falling.setdefault(one.time, []).append(one)
        else:
            starting.setdefault(one.start, []).append(one)
    cuts = sorted({t for one in inputs for t in _changes(one)})
    running: list[ConstantInput] = []
    for start, end in zip(cuts, [*cuts[1:], math.inf], strict=True):
        running = [i for i in running if start < i.stop] + starting.get(start, [])
        impulses = [(b.compartment, b.amount) for b in falling.get(start, ())]
        # Rates are added up afresh, so that nothing is left over when the last infusion stops.
        yield Stretch(start, end, _summed(impulses), _summed([(i.compartment, i.rate) for i in running]))


def same_for_all(parts: dict[int, Floats]) -> tuple[tuple[int, float], ...] | None:
    """What enters each compartment, where it is the same in all patients: equal for equal inputs; else None."""
    if any(value.size > 1 for value in parts.values()):
        return None
    return tuple((compartment, value.item()) for compartment, value in parts.items())


def entered(cuts: Sequence[Stretch]) -> list[int]:
    """The compartments into which anything goes."""
    return sorted({c for cut in cuts for c in (*cut.impulses, *cut.rates)})


def _later(one: Input, shift: float) -> Input:
    if isinstance(one, Bolus):
        return replace(one, time=one.time + shift)
    return replace(one, start=one.start + shift, stop=one.stop + shift)


def _changes(one: Input) -> tuple[float, ...]:
    return (one.time,) if isinstance(one, Bolus) else (one.start, one.stop)


def _summed(parts: Sequence[tuple[int, ArrayLike]]) -> dict[int, Floats]:
    total: dict[int, Floats] = {}
    for compartment, value in parts:
        total[compartment] = total.get(compartment, np.zeros(())) + np.asarray(value, dtype=np.float64)
    return total


def _check(one: Input, patients: int, size: int) -> None:
    value = np.asarray(one.amount if isinstance(one, Bolus) else one.rate, dtype=np.float64)
    if not all(math.isfinite(t) for t in _changes(one)) or not np.isfinite(value).all():
        raise ValueError(f"{one} has a time or amount that is missing or infinite.")
    if value.shape not in ((), (1,), (patients,)):
        raise ValueError(
            f"{one} has {value.shape} amounts for {patients} patients. Give one, or one for each."
        )
    if not 0 <= one.compartment < size:
        raise ValueError(f"{one} goes into compartment {one.compartment}; there are {size}, counted from 0.")
    if isinstance(one, ConstantInput) and not one.start < one.stop:
        raise ValueError(f"{one} stops before it starts.")
