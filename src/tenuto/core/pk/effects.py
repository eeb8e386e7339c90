"""What a level does, each with its evidence and the statistic that it gives. Nothing here is a target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tenuto.core import compartments
from tenuto.core.compartments import ConstantInput, rate_matrix
from tenuto.core.pk.effect_values import effect_values
from tenuto.core.pk.regimen import Floats
from tenuto.core.pk.simulate import Levels
from tenuto.core.sources import Basis

__all__ = ["Effect", "dissociation", "drug_high", "drug_high_range", "effect_site", "haemodynamics"]


@dataclass(frozen=True, slots=True)
class Effect:
    """A predicted effect over time: `values` `(patients, times)`, in `unit`, as the `statistic` says."""

    label: str
    statistic: str
    unit: str
    values: Floats
    basis: Basis
    cautions: tuple[str, ...] = ()


def effect_site(levels: Levels, delay: str = "olofsen", *, analyte: str = "ketamine") -> Effect:
    """Level at the effect site: the curve of `levels` behind a first-order delay, ng/mL.

    The level is taken as straight between its times, so give times close together. A delay is only valid with the
    model and site it was fitted with; anything else carries a caution. Sources: `effects.toml`, `delay`.
    """
    known = effect_values().delays
    if delay not in known:
        raise ValueError(f"There is no delay '{delay[:40]}'. Use one of {', '.join(known)}.")
    entry = known[delay]
    rate = np.log(2) / entry.half_life_min
    cautions = []
    if levels.model.id not in entry.fitted_with:
        cautions.append(
            f"The delay of {entry.label} was not fitted with {levels.model.short}; the timing is borrowed."
        )
    if levels.site != entry.fitted_site:
        cautions.append(
            f"The delay was fitted to a site that is {entry.fitted_site}; these levels are {levels.site}."
        )
    delayed = _delayed(levels.times_min, levels.of(analyte), rate)
    return Effect(
        f"effect site: {entry.label}",
        "typical level",
        "ng/mL",
        delayed,
        entry.basis,
        tuple(cautions),
    )


def drug_high(levels: Levels) -> Effect:
    """Share of the maximum drug high, 0 to 1: level / (level + C50), C50 71 ng/mL of arterial S-ketamine."""
    entry = effect_values().drug_high
    level = levels.of(entry.analyte)
    cautions = []
    if levels.site != entry.site:
        cautions.append(f"The C50 belongs to {entry.site} levels; these are {levels.site}.")
    if len(levels.model.moieties) > 1:
        cautions.append("The C50 belongs to S-ketamine; the level here is the sum of both enantiomers.")
    share = level / (level + entry.c50_ng_per_ml)
    return Effect(entry.label, entry.statistic, "share", share, entry.basis, tuple(cautions))


def drug_high_range(levels: Levels) -> tuple[Effect, Effect]:
    """Lowest and highest item of psychotomimetic scores, 0 to 1: straight lines over 50 to 200 ng/mL, racemic venous."""
    entry = effect_values().drug_high_line
    level = levels.of("ketamine")
    top = entry.levels_ng_per_ml[1]
    cautions = []
    if levels.site != entry.site:
        cautions.append(f"The lines belong to {entry.site} levels; these are {levels.site}.")
    if level.max() > top:
        cautions.append(f"Nobody was studied above {top:g} ng/mL; the lines stop there.")
    low, high = (
        Effect(
            entry.label,
            entry.statistic,
            "share",
            share * np.minimum(level, top) / top,
            entry.basis,
            tuple(cautions),
        )
        for share in entry.share_at_top
    )
    return low, high


def haemodynamics(levels: Levels, reference: Levels, statistic: str = "pooled-mean") -> Mapping[str, Effect]:
    """Rise of `systolic`, `diastolic` (mmHg) and, where known, `heart_rate` (/min) over baseline.

    reference: the same model's levels for 0.5 mg/kg over 40 min in one patient; the statistic is reached at its highest
    level and is proportional to the level in between, which is an assumption. statistic: `group-mean`,
    `pooled-mean` or `individual-maxima`; they differ six-fold, so always show its words.
    """
    values = effect_values()
    known = values.responses
    if statistic not in known:
        raise ValueError(f"There is no statistic '{statistic[:40]}'. Use one of {', '.join(known)}.")
    entry = known[statistic]
    shape = levels.of("ketamine") / reference.of("ketamine").max()
    return {
        name: Effect(
            name.replace("_", " "),
            entry.statistic,
            unit,
            entry.rises[name] * shape,
            entry.basis,
            (values.response_basis.note,),
        )
        for name, unit in (("systolic", "mmHg"), ("diastolic", "mmHg"), ("heart_rate", "/min"))
        if name in entry.rises
    }


def dissociation(
    levels: Levels,
    reference: Levels,
    *,
    peak: float | None = None,
    steepness: float | None = None,
) -> Effect:
    """CADSS total as an **exploratory** curve: `peak * (level / reference peak) ** steepness`.

    No published model relates CADSS to a level; both parameters are a user's to change, and people differ far more
    than the curve shows.
    """
    entry = effect_values().dissociation
    top = entry.peak_typical if peak is None else peak
    power = entry.steepness if steepness is None else steepness
    if not (np.isfinite([top, power]).all() and top >= 0 and power > 0):
        raise ValueError(
            f"A peak of {top:g} and a steepness of {power:g} give no curve. Use a peak from 0 and a steepness above 0."
        )
    values = top * (levels.of("ketamine") / reference.of("ketamine").max()) ** power
    warning = f"Exploratory. Between people the spread is about {entry.between_people_cv:.0%} and more."
    return Effect(
        entry.label,
        entry.statistic,
        "points",
        values,
        entry.basis,
        (warning, entry.basis.note),
    )


def _delayed(times: Floats, level: Floats, rate: float) -> Floats:
    """`dE/dt = rate * (level - E)`, the level straight between its times: its slope is fed as a constant input."""
    if len(times) < 2:
        raise ValueError("An effect site needs the level at two times or more.")
    # E follows the level minus a lag L with dL/dt = slope - rate * L; L starts at the first level.
    lag = rate_matrix(1, losses={0: rate})
    steps = np.diff(times)
    slopes = np.divide(np.diff(level, axis=1), steps, out=np.zeros_like(level[:, 1:]), where=steps > 0)
    course = [
        ConstantInput(float(a), float(b), slopes[:, i]) for i, (a, b) in enumerate(pairwise(times)) if b > a
    ]
    start = compartments.Bolus(float(times[0]), level[:, 0])
    lags = compartments.simulate(np.repeat(lag, len(level), axis=0), [start, *course], times)[0]
    return np.asarray(level - lags, dtype=np.float64)
