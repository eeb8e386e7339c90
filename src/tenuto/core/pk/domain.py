"""Does this model cover this patient and this regimen? Outside its soft limits it says so; outside the hard ones it refuses.

What can be limited (`of` in a model file):

| `of` | Is |
|---|---|
| `weight_kg`, `age_years` | of the body; an unknown age is not judged |
| `shortest_input_min` | the shortest time over which a dose is given; 0 for a bolus |
| `infusion_hours` | the longest unbroken infusion |
| `dose_mg_per_kg_24h` | the largest dose of any 24 hours |
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from tenuto.core.pk.model import Limit, PkModel
from tenuto.core.pk.regimen import Regimen
from tenuto.core.pk.subjects import Subjects
from tenuto.core.sources import Basis

__all__ = ["Caution", "OutsideModel", "cautions"]


class OutsideModel(ValueError):
    """The model says nothing about this patient or dose; the message names the limit."""


@dataclass(frozen=True, slots=True)
class Caution:
    """A limit that is passed, in a sentence. `analyte` is empty when it concerns all."""

    of: str
    value: float
    message: str
    basis: Basis
    analyte: str = ""


_WORDS = {
    "weight_kg": "a weight of {0:g} kg",
    "age_years": "an age of {0:g} years",
    "shortest_input_min": "a dose given within {0:g} min",
    "infusion_hours": "an infusion of {0:g} h",
    "dose_mg_per_kg_24h": "{0:.3g} mg/kg within 24 h",
}

_UNITS = {
    "weight_kg": "kg",
    "age_years": "years",
    "shortest_input_min": "min",
    "infusion_hours": "h of infusion",
    "dose_mg_per_kg_24h": "mg/kg in 24 h",
}


def cautions(
    model: PkModel, subjects: Subjects, regimen: Regimen, form: str = "racemic"
) -> tuple[Caution, ...]:
    """What a reader must know before believing the curve; raises `OutsideModel` outside a hard limit."""
    caution = model.form(form).caution
    found = [c for limit in model.limits for c in _judge(model, limit, _values(limit.of, subjects, regimen))]
    if caution:
        found.append(Caution("form", math.nan, f"{model.short}: {caution}", model.basis))
    return tuple(found)


def _values(of: str, subjects: Subjects, regimen: Regimen) -> list[float]:
    """The smallest and the largest value of what is limited, over the patients."""
    if of == "weight_kg":
        return [float(subjects.weights.min()), float(subjects.weights.max())]
    if of == "age_years":
        return [] if subjects.ages is None else [float(subjects.ages.min()), float(subjects.ages.max())]
    if of == "shortest_input_min":
        return [regimen.shortest_min]
    if of == "infusion_hours":
        return [regimen.longest_run_hours]
    if of == "dose_mg_per_kg_24h":
        pairs = zip(subjects.weights, subjects.dosing_weights, strict=True)
        unique = {(float(w), float(d)) for w, d in pairs}
        return [max(regimen.most_mg_per_kg_in_24_h(weight_kg=w, dosing_weight_kg=d) for w, d in unique)]
    raise ValueError(f"A model can't be limited by '{of}'. Use one of {', '.join(_WORDS)}.")


def _judge(model: PkModel, limit: Limit, values: list[float]) -> list[Caution]:
    for value in values:
        if not limit.hard[0] <= value <= limit.hard[1]:
            raise OutsideModel(
                f"{model.short} says nothing about {_about(limit.of, value)}; "
                f"it ends at {_range(limit.of, limit.hard)}. {limit.says}"
            )
    for value in values:
        if not limit.soft[0] <= value <= limit.soft[1]:
            message = f"{model.short} rests on {_range(limit.of, limit.soft)}; this is {_about(limit.of, value)}. {limit.says}"
            return [Caution(limit.of, value, message, limit.basis, limit.analyte)]
    return []


def _about(of: str, value: float) -> str:
    if of == "shortest_input_min" and value == 0:
        return "a dose given at once"
    return _WORDS[of].format(value)


def _range(of: str, limits: tuple[float, float]) -> str:
    low, high = limits
    return f"{low:g} {_UNITS[of]} or more" if math.isinf(high) else f"{low:g} to {high:g} {_UNITS[of]}"
