"""From a model and bodies to rate matrices: parameter values, then the system of each moiety."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from tenuto.core.compartments import rate_matrix
from tenuto.core.pk.model import Exchange, Parameter, PkModel, Removal
from tenuto.core.pk.regimen import Floats

__all__ = ["Scaling", "System", "parameter_values", "system"]

REFERENCE_KG = 70.0
_ALL_TERMS = {"volume": 1.0, "clearance": 0.75, "rate": -0.25, "time": 0.25}


class Scaling(StrEnum):
    """How parameters follow body weight: as the paper printed, all of them by allometry, or none."""

    PUBLISHED = "published"
    ALL_TERMS = "all-terms"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class System:
    """Rate constants `(patients, n, n)` in 1/min, the compartment in which each analyte is measured, and its volume."""

    matrix: Floats
    observed: tuple[int, ...]
    volumes: Floats
    """Litres, `(analytes, patients)`."""


def parameter_values(
    model: PkModel,
    *,
    weights_kg: Floats,
    scaling: Scaling = Scaling.PUBLISHED,
    factors: Mapping[str, Floats] | None = None,
    ages: Floats | None = None,
    covariates: tuple[str, ...] = (),
    effects: Mapping[str, Floats] | None = None,
) -> dict[str, Floats]:
    """Every parameter `(patients,)` in L, L/min, 1/min, min.

    factors: by what they move, from `covariates.multipliers`. effects: random effects by parameter, on the log scale.
    The model's own age effect always acts when ages are known; its other covariates when named.
    """
    values = {name: _scaled(p, weights_kg, scaling) for name, p in model.parameters.items()}
    for own in model.covariates:
        if own.on == "age" and ages is not None:
            unit = model.parameters[own.parameter].value
            slope = (
                own.slope_per_year / 60
                if model.parameters[own.parameter].kind == "clearance"
                else own.slope_per_year
            )
            change = 1 + slope * np.maximum(ages - own.above_years, 0) / unit
            values[own.parameter] = values[own.parameter] * change
        elif own.on != "age" and own.on in covariates:
            values[own.parameter] = values[own.parameter] * own.factor
    for name, parameter in model.parameters.items():
        if factors and parameter.moves in factors:
            values[name] = values[name] * factors[parameter.moves]
        if effects and name in effects:
            values[name] = values[name] * np.exp(effects[name])
    return values


def system(model: PkModel, values: Mapping[str, Floats], *, formation: Floats | None = None) -> System:
    """The rate matrix of one moiety. `formation` multiplies what becomes a metabolite (1 when None)."""
    places = {c.id: i for i, c in enumerate(model.compartments)}
    volumes = {c.id: values[c.volume] for c in model.compartments if c.volume}
    flows: dict[tuple[int, int], ArrayLike] = {}
    losses: dict[int, ArrayLike] = {}
    copies: dict[tuple[int, int], ArrayLike] = {}
    for exchange in model.exchanges:
        for here, there, constant in _both_ways(exchange):
            rate = values[constant] if constant else values[exchange.clearance] / volumes[here]
            flows[places[here], places[there]] = rate
    size = len(places)
    for removal in model.removals:
        source = places[removal.of]
        rate = values[removal.rate] if removal.rate else values[removal.clearance] / volumes[removal.of]
        losses[source] = np.asarray(losses.get(source, 0.0)) + rate
        if not removal.to:
            continue
        made = removal.fraction * _mass_ratio(model, removal) * (1.0 if formation is None else formation)
        stages = [source, *range(size, size + removal.delay_compartments), places[removal.to]]
        size += removal.delay_compartments
        # What leaves is a loss at its own rate; what is made of it is a copy, because masses and fractions differ.
        copies[stages[0], stages[1]] = rate * made
        for stage, following in pairwise(stages[1:]):
            flows[stage, following] = removal.delay_compartments / values[removal.delay_mean_time]
    observed = tuple(places[a.compartment] for a in model.analytes)
    matrix = rate_matrix(size, flows=flows, losses=losses, copies=copies)
    rows = [np.broadcast_to(volumes[a.compartment], len(matrix)) for a in model.analytes]
    return System(matrix, observed, np.array(rows))


def _both_ways(exchange: Exchange) -> tuple[tuple[str, str, str], tuple[str, str, str]]:
    """From, to and rate constant, there and back."""
    (one, other), (there, back) = exchange.between, exchange.rates
    return (one, other, there), (other, one, back)


def _scaled(parameter: Parameter, weights_kg: Floats, scaling: Scaling) -> Floats:
    if parameter.per_kg:
        body = np.full_like(weights_kg, REFERENCE_KG) if scaling is Scaling.NONE else weights_kg
        return parameter.value * body
    exponent = {
        Scaling.PUBLISHED: parameter.weight_exponent,
        Scaling.ALL_TERMS: _ALL_TERMS[parameter.kind],
        Scaling.NONE: 0.0,
    }[scaling]
    return np.asarray(parameter.value * (weights_kg / REFERENCE_KG) ** exponent, dtype=np.float64)


def _mass_ratio(model: PkModel, removal: Removal) -> float:
    """Mass of product for each mass of parent; 1 when the model carries the parent's mass on."""
    if not removal.molar:
        return 1.0
    mass = {a.compartment: a.molar_mass for a in model.analytes}
    return mass[removal.to] / mass[removal.of]
