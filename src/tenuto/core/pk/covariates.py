"""Published multipliers on clearance, each optional, named and labelled with its evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tenuto.core.data import DataError, Table, data_file
from tenuto.core.literature import ROOT
from tenuto.core.pk.model import PkModel
from tenuto.core.pk.regimen import Floats
from tenuto.core.sources import Basis, basis_of

__all__ = ["Covariate", "UnknownCovariate", "covariate", "covariate_names", "multipliers"]


class UnknownCovariate(ValueError):
    """No covariate has this name, or the model can't take it; the message says which fit."""


@dataclass(frozen=True, slots=True)
class Covariate:
    """Factors on the clearance of each analyte and on the formation of norketamine, with what they rest on."""

    id: str
    label: str
    ketamine: float
    norketamine: float
    formation: float
    norketamine_per_hour: float
    liver_flow: Mapping[str, float] | None
    own_model_only: bool
    needs_mass_conversion: bool
    range: tuple[float, float] | None
    basis: Basis


@data_file(ROOT / "pk/shared/covariates.toml")
def _table(file: Table) -> Mapping[str, Covariate]:
    return {name: _covariate(name, entry) for name, entry in file.named().items()}


def _covariate(name: str, entry: Table) -> Covariate:
    return Covariate(
        name,
        entry.text("label"),
        entry.real("ketamine", 1),
        entry.real("norketamine", 1),
        entry.real("formation", 1),
        entry.real("norketamine_per_hour", 0),
        _flow(entry.table("liver_flow")) if entry.has("liver_flow") else None,
        entry.flag("own_model_only"),
        entry.flag("needs_mass_conversion"),
        _range(entry) if entry.has("range") else None,
        basis_of(entry),
    )


def _flow(entry: Table) -> Mapping[str, float]:
    return {key: entry.real(key) for key in ("at_60_l_per_h", "per_year_l_per_h", "intrinsic_l_per_h")}


def _range(entry: Table) -> tuple[float, float]:
    match entry.reals("range"):
        case (low, high):
            return low, high
        case values:
            raise DataError(f"{entry.where}: 'range' is two numbers, got {list(values)}.")


def covariate_names() -> tuple[str, ...]:
    """The names of all covariates."""
    return tuple(_table())


def covariate(name: str) -> Covariate:
    """The covariate of that name; `UnknownCovariate` lists the names."""
    try:
        return _table()[name]
    except KeyError:
        raise UnknownCovariate(
            f"There is no covariate '{name[:40]}'. Covariates: {', '.join(_table())}."
        ) from None


def multipliers(
    model: PkModel,
    chosen: Sequence[str],
    *,
    age_years: Floats | None,
    infusion_hours: float,
) -> dict[str, Floats]:
    """Factors `(patients or 1,)` by what they move: `clearance of ketamine`, `... norketamine`, `formation`.

    Several covariates multiply; one named twice counts once. Raises `UnknownCovariate` for a name or a combination that has no meaning, such as
    age without an age.
    """
    factors = {key: np.ones(1) for key in ("clearance of ketamine", "clearance of norketamine", "formation")}
    for name in dict.fromkeys(chosen):
        one = covariate(name)
        _check_fit(one, model, age_years)
        own = any(c.on == name for c in model.covariates)
        if own:
            continue
        ageing = (
            _liver_flow(one.liver_flow, age_years) if one.liver_flow and age_years is not None else np.ones(1)
        )
        factors["clearance of ketamine"] = factors["clearance of ketamine"] * one.ketamine * ageing
        rising = 1 + one.norketamine_per_hour * infusion_hours
        factors["clearance of norketamine"] = factors["clearance of norketamine"] * one.norketamine * rising
        factors["formation"] = factors["formation"] * one.formation
    return factors


def _check_fit(one: Covariate, model: PkModel, age_years: Floats | None) -> None:
    if one.own_model_only and not any(c.on == one.id for c in model.covariates):
        raise UnknownCovariate(
            f"'{one.id}' was estimated in another model and can't be moved to {model.id}. Leave it out."
        )
    if one.liver_flow and age_years is None:
        raise UnknownCovariate("The age covariate needs an age. Give --age.")
    forms = [r for r in model.removals if r.to]
    if one.needs_mass_conversion and (not forms or any(r.molar or r.fraction < 1 for r in forms)):
        raise UnknownCovariate(
            f"'{one.id}' replaces the formation of norketamine of a model that turns all ketamine into it; {model.id} does not."
        )


def _liver_flow(flow: Mapping[str, float], age_years: Floats) -> Floats:
    """Well-stirred clearance at this age over that at 60 or below."""
    intrinsic = flow["intrinsic_l_per_h"]

    def clearance(blood: Floats) -> Floats:
        return blood * intrinsic / (blood + intrinsic)

    young = np.full_like(age_years, flow["at_60_l_per_h"])
    old = young + flow["per_year_l_per_h"] * np.maximum(age_years - 60, 0)
    return np.asarray(clearance(old) / clearance(young), dtype=np.float64)
