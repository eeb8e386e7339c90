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
    "weight_kg": ("weights of {} kg", "a weight of {:g} kg"),
    "age_years": ("ages of {} years", "age {:g}"),
    "shortest_input_min": ("doses given over {} min", "a dose given over {:g} min"),
    "infusion_hours": ("infusions of {} h", "an infusion of {:g} h"),
    "dose_mg_per_kg_24h": ("{} mg/kg within 24 h", "{:.3g} mg/kg within 24 h"),
}
"""For each thing that can be limited: a range of it, and one value of it."""


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
        return [
            regimen.most_mg_per_kg_in_24_h(
                weight_kg=subjects.weights, dosing_weight_kg=subjects.dosing_weights
            )
        ]
    raise ValueError(f"A model can't be limited by '{of}'. Use one of {', '.join(_WORDS)}.")


def _judge(model: PkModel, limit: Limit, values: list[float]) -> list[Caution]:
    for value in values:
        if not limit.hard[0] <= value <= limit.hard[1]:
            raise OutsideModel(
                f"{model.short} says nothing about {_about(limit.of, value)}; at the widest it covers "
                f"{_range(limit.of, limit.hard)}. Check the number, or use another model."
            )
    for value in values:
        if not limit.soft[0] <= value <= limit.soft[1]:
            message = f"{model.short} rests on {_range(limit.of, limit.soft)}; this is {_about(limit.of, value)}. {limit.says}"
            return [Caution(limit.of, value, message, limit.basis, limit.analyte)]
    return []


def _about(of: str, value: float) -> str:
    if of == "shortest_input_min" and value == 0:
        return "a dose given at once"
    return _WORDS[of][1].format(value)


def _range(of: str, limits: tuple[float, float]) -> str:
    """Such as `weights of 50 to 100 kg`, `infusions of up to 8 h`, `doses given over at least 10 min`."""
    low, high = limits
    if math.isinf(high):
        between = f"at least {low:g}"
    else:
        between = f"up to {high:g}" if low == 0 else f"{low:g} to {high:g}"
    return _WORDS[of][0].format(between)
