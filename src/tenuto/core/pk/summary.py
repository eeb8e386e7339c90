"""Numbers that people ask of a curve: peak, time above a level, area, time to fall by half."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from tenuto.core import compartments
from tenuto.core.pk.model import PkModel
from tenuto.core.pk.regimen import Floats, GivenDose, Regimen
from tenuto.core.pk.simulate import AS_PUBLISHED, Options, moieties, simulate, summed
from tenuto.core.pk.subjects import Subjects
from tenuto.core.units import MgPerHour, Minutes

__all__ = ["area_to_infinity", "decrement_min", "last_above", "peak", "steady_state"]

_FINE = 0.01
"""A parabola that rises further than this above the highest level given is drawn through times that are too coarse."""


def peak(times_min: ArrayLike, levels: ArrayLike) -> tuple[float, float]:
    """Highest level and its time; on a round top between fine, even times refined by a parabola.

    Where the times are coarse or uneven, or the top is a corner such as the end of an infusion, it is the highest of the
    levels given: a parabola through them would invent a higher one.
    """
    t, c = np.asarray(times_min, dtype=np.float64), np.asarray(levels, dtype=np.float64)
    top = int(c.argmax())
    highest = float(c[top]), float(t[top])
    around = slice(max(top - 2, 0), top + 3)
    steps = np.diff(t[around])
    if len(steps) < 4 or not np.allclose(steps, steps[0]):
        return highest
    left, over, right = np.abs(np.diff(c[around], 2))
    if over > 4 * min(left, right):
        return highest
    before, after = c[top] - c[top - 1], c[top] - c[top + 1]
    shift = 0.5 * (before - after) / (before + after)
    rise = 0.25 * (before - after) * shift
    return (float(c[top] + rise), float(t[top] + shift * steps[0])) if rise <= _FINE * c[top] else highest


def last_above(times_min: ArrayLike, levels: ArrayLike, threshold: float) -> float | None:
    """The last time at which the level passes down through `threshold`, min: None when it is never above, the last of
    the times when it still is.
    """
    t, c = np.asarray(times_min, dtype=np.float64), np.asarray(levels, dtype=np.float64)
    above = np.flatnonzero(c > threshold)
    if not len(above):
        return None
    last = int(above[-1])
    if last == len(c) - 1:
        return float(t[last])
    fallen = (c[last] - threshold) / (c[last] - c[last + 1])
    return float(t[last] + fallen * (t[last + 1] - t[last]))


def area_to_infinity(
    model: PkModel, regimen: Regimen, subjects: Subjects, options: Options = AS_PUBLISHED
) -> Floats:
    """Area under the levels of each analyte, `(analytes, patients)`, ng·h/mL, for the typical person.

    In the blood to which the model was fitted; raises what `simulate` raises of a form or a covariate.
    """
    body, split = moieties(model, regimen, subjects, options)
    given = sum((d.milligrams(subjects.dosing_weights) for d in regimen.doses), np.zeros(subjects.count))
    amounts = compartments.area(body.matrix, [compartments.Bolus(0.0, np.resize(given, len(split)) * split)])
    # mg·min/L to ng·h/mL
    return summed(model, options, amounts[:, list(body.observed)].T / body.volumes * (1000.0 / 60.0))


def steady_state(
    model: PkModel, rate: MgPerHour, subjects: Subjects, options: Options = AS_PUBLISHED
) -> Floats:
    """Levels that a constant rate leads to, `(analytes, patients)`, ng/mL: the area of one hour's dose."""
    hourly = Regimen((GivenDose.at_rate(Minutes(0), rate, Minutes(60)),))
    return area_to_infinity(model, hourly, subjects, options)


def decrement_min(
    model: PkModel, infused_min: float, share: float, subjects: Subjects, options: Options = AS_PUBLISHED
) -> float:
    """Minutes after a constant infusion of `infused_min` until the ketamine level has fallen by `share`.

    Raises ValueError for a share that is not from 0 to less than 1, or a fall that takes more than a week.
    """
    if not 0 <= share < 1:
        raise ValueError(f"A level can't fall by {share:g} of itself. Write a share from 0 to less than 1.")
    regimen = Regimen((GivenDose.at_rate(Minutes(0), MgPerHour(20), Minutes(round(infused_min))),))
    end = float(round(infused_min))

    def level(after: Floats) -> Floats:
        curve: Floats = simulate(model, regimen, subjects, end + after, options).of("ketamine")[0]
        return curve

    at_end = float(level(np.zeros(1))[0])
    low, high = 0.0, 10_080.0
    for _ in range(4):
        grid = np.linspace(low, high, 101)
        fallen = np.flatnonzero(level(grid) <= (1 - share) * at_end)
        if not len(fallen):
            raise ValueError(f"The level does not fall by {share:g} of itself within a week. Ask for less.")
        below = int(fallen[0])
        low, high = grid[max(below - 1, 0)], grid[below]
    return float(high)
