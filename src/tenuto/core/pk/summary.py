"""Numbers that people ask of a curve: peak, time above a level, area, time to fall by half."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from tenuto.core import compartments
from tenuto.core.pk.build import parameter_values, system
from tenuto.core.pk.model import PkModel
from tenuto.core.pk.regimen import Dose, Floats, Regimen
from tenuto.core.pk.simulate import AS_PUBLISHED, Options, simulate
from tenuto.core.pk.subjects import Subjects
from tenuto.core.units import MgPerHour, Minutes

__all__ = ["area_to_infinity", "decrement_min", "last_above", "peak", "steady_state"]


def peak(times_min: ArrayLike, levels: ArrayLike) -> tuple[float, float]:
    """Highest level and its time, refined between grid points by a parabola through the top three."""
    t, c = np.asarray(times_min, dtype=np.float64), np.asarray(levels, dtype=np.float64)
    top = int(c.argmax())
    if top in (0, len(c) - 1):
        return float(c[top]), float(t[top])
    bend = np.abs(np.diff(np.diff(c) / np.diff(t)))
    beside = bend[[i for i in (top - 3, top + 1) if 0 <= i < len(bend)]]
    if len(beside) and bend[top - 1] > 4 * beside.min():
        return float(c[top]), float(t[top])  # a corner, such as the end of an infusion
    a, b, _ = np.polyfit(t[top - 1 : top + 2] - t[top], c[top - 1 : top + 2], 2)
    shift = -b / (2 * a)
    return float(c[top] + b * shift / 2), float(t[top] + shift)


def last_above(times_min: ArrayLike, levels: ArrayLike, threshold: float) -> float | None:
    """The last time at which the level passes down through `threshold`, min; None when it is never above."""
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
    """Area under the levels of each analyte, `(analytes, patients)`, ng·h/mL, for the typical person."""
    total = np.zeros((len(model.analytes), subjects.count))
    for moiety, share in model.forms[options.form].share.items():
        values = parameter_values(
            model,
            weights_kg=subjects.weights,
            scaling=options.scaling,
            ages=subjects.ages,
            covariates=options.covariates,
        )
        own = {name: v * model.moieties[moiety].get(name, 1.0) for name, v in values.items()}
        body = system(model, own)
        given = sum((d.milligrams(subjects.dosing_weights) for d in regimen.doses), np.zeros(subjects.count))
        amounts = compartments.area(body.matrix, [compartments.Bolus(0.0, given * share)])
        total += amounts[:, list(body.observed)].T / body.volumes * (1000.0 / 60.0)
    return total


def steady_state(
    model: PkModel, rate: MgPerHour, subjects: Subjects, options: Options = AS_PUBLISHED
) -> Floats:
    """Levels that a constant rate leads to, `(analytes, patients)`, ng/mL: the area of one hour's dose."""
    hourly = Regimen((Dose.at_rate(Minutes(0), rate, Minutes(60)),))
    return area_to_infinity(model, hourly, subjects, options)


def decrement_min(
    model: PkModel, infused_min: float, share: float, subjects: Subjects, options: Options = AS_PUBLISHED
) -> float:
    """Minutes after a constant infusion of `infused_min` until the ketamine level has fallen by `share` (0 to 1)."""
    regimen = Regimen((Dose.at_rate(Minutes(0), MgPerHour(20), Minutes(round(infused_min))),))
    end = float(round(infused_min))

    def level(after: Floats) -> Floats:
        curve: Floats = simulate(model, regimen, subjects, end + after, options).of("ketamine")[0]
        return curve

    at_end = float(level(np.zeros(1))[0])
    low, high = 0.0, 10_000.0
    for _ in range(4):
        grid = np.linspace(low, high, 101)
        below = int(np.flatnonzero(level(grid) <= (1 - share) * at_end)[0])
        low, high = grid[max(below - 1, 0)], grid[below]
    return float(high)
