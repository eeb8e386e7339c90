"""Reads the models of `core/literature/pk`. Checks that every name used in a file is defined in it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from tenuto.core import literature
from tenuto.core.pk.file_form import check_form
from tenuto.core.pk.model import (
    Analyte,
    Compartment,
    Exchange,
    Form,
    Limit,
    ModelCovariate,
    Parameter,
    PkModel,
    Removal,
    Residual,
    Variability,
)
from tenuto.core.sources import basis_from

__all__ = ["UnknownModel", "default", "load", "model_from", "names"]

_UNITS: dict[str, tuple[str, float]] = {
    "L": ("volume", 1.0),
    "L/kg": ("volume", 1.0),
    "L/min": ("clearance", 1.0),
    "L/h": ("clearance", 1 / 60),
    "1/min": ("rate", 1.0),
    "1/h": ("rate", 1 / 60),
    "min": ("time", 1.0),
}


class UnknownModel(ValueError):
    """No model has this name; the message lists those there are."""


def names() -> tuple[str, ...]:
    """The ids of all models, the default first."""
    found = [name.removeprefix("pk/") for name in literature.folder("pk")]
    return tuple(sorted(found, key=lambda name: (not literature.table(f"pk/{name}").get("default"), name)))


def default() -> PkModel:
    """The model used when none is named."""
    return load(names()[0])


@cache
def load(name: str) -> PkModel:
    """The model of that id; `UnknownModel` lists the ids there are."""
    if name not in names():
        raise UnknownModel(f"There is no model '{name[:40]}'. Models: {', '.join(names())}.")
    return model_from(name, literature.table(f"pk/{name}"))


def model_from(name: str, raw: Mapping[str, Any]) -> PkModel:
    """Build a model from the content of its file; ValueError says what the file gets wrong."""
    data = _floats(raw)
    check_form(name, data)
    model = PkModel(
        id=name,
        title=data["title"],
        short=data["short"],
        site=data["site"],
        summary=data["summary"],
        population=data["population"],
        basis=basis_from(data, where=f"pk/{name}"),
        forms={f["id"]: Form(f["id"], f["share"], f.get("caution", "")) for f in data["form"]},
        moieties={key: entry["factor"] for key, entry in data["moiety"].items()},
        analytes=tuple(Analyte(**entry) for entry in data["analyte"]),
        parameters={key: _parameter(key, entry) for key, entry in data["parameter"].items()},
        compartments=tuple(Compartment(c["id"], c.get("volume", "")) for c in data["compartment"]),
        exchanges=tuple(_exchange(entry) for entry in data.get("exchange", ())),
        removals=tuple(_removal(entry) for entry in data["removal"]),
        variability=tuple(_variability(entry) for entry in data.get("variability", ())),
        residuals={r["analyte"]: _residual(r, data["analyte"]) for r in data.get("residual", ())},
        covariates=tuple(_covariate(entry) for entry in data.get("covariate", ())),
        limits=tuple(_limit(entry, where=f"pk/{name}, limit of {entry['of']}") for entry in data["limit"]),
        is_default=data.get("default", False),
        notes=tuple(v["borrowed"] for v in data.get("variability", ()) if "borrowed" in v),
    )
    _check_names(model)
    return model


def _floats(value: Any) -> Any:
    """Exact decimals of the file as floats: kinetics are computed in binary."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Mapping):
        return {key: _floats(one) for key, one in value.items()}
    return [_floats(one) for one in value] if isinstance(value, list) else value


def _parameter(name: str, entry: Mapping[str, Any]) -> Parameter:
    if entry["unit"] not in _UNITS:
        raise ValueError(
            f"Parameter {name} has the unit '{entry['unit']}'. Write one of {', '.join(_UNITS)}."
        )
    kind, factor = _UNITS[entry["unit"]]
    per_kg = entry["unit"].endswith("/kg")
    return Parameter(
        name, entry["value"] * factor, kind, entry["weight_exponent"], per_kg, entry.get("moves", "")
    )


def _exchange(entry: Mapping[str, Any]) -> Exchange:
    one, other = entry["between"]
    there, back = entry.get("rates", ("", ""))
    return Exchange((one, other), entry.get("clearance", ""), (there, back))


def _removal(entry: Mapping[str, Any]) -> Removal:
    delay = entry.get("delay", {})
    return Removal(
        entry["of"],
        entry.get("clearance", ""),
        entry.get("rate", ""),
        entry.get("to", ""),
        entry.get("fraction", 0.0),
        entry.get("molar", False),
        delay.get("compartments", 0),
        delay.get("mean_time", ""),
    )


def _variability(entry: Mapping[str, Any]) -> Variability:
    parameters = tuple(entry["parameters"])
    if "omega2" in entry:
        matrix = entry["omega2"]
    else:
        spread = entry.get("omega2_diagonal") or [math.log1p(cv * cv) for cv in entry["cv"]]
        matrix = [[v if i == j else 0.0 for j in range(len(spread))] for i, v in enumerate(spread)]
    if any(len(row) != len(parameters) for row in [matrix, *matrix]):
        raise ValueError(f"The variability of {', '.join(parameters)} needs a square matrix of their number.")
    return Variability(parameters, tuple(tuple(row) for row in matrix), entry.get("borrowed", ""))


def _residual(entry: Mapping[str, Any], analytes: Sequence[Mapping[str, Any]]) -> Residual:
    masses = {a["id"]: a["molar_mass"] for a in analytes}
    if entry["analyte"] not in masses:
        raise ValueError(f"A residual is of {entry['analyte']}, which is not among {', '.join(masses)}.")
    mass = masses[entry["analyte"]]
    additive = entry.get("additive_nmol_per_ml", 0.0) * mass
    return Residual(entry.get("proportional", 0.0), additive, entry.get("log_sd", 0.0))


def _covariate(entry: Mapping[str, Any]) -> ModelCovariate:
    above = entry.get("per_year_above")
    if above:
        return ModelCovariate(
            entry["on"], entry["parameter"], slope_per_year=above["slope"], above_years=above["threshold"]
        )
    return ModelCovariate(entry["on"], entry["parameter"], factor=entry["factor"])


def _limit(entry: Mapping[str, Any], *, where: str) -> Limit:
    low, high = entry["soft"]
    lowest, highest = entry.get("hard", (-math.inf, math.inf))
    return Limit(
        entry["of"],
        (low, high),
        (lowest, highest),
        entry["says"],
        basis_from(entry, where=where),
        entry.get("analyte", ""),
    )


def _check_names(model: PkModel) -> None:
    """Every parameter and compartment that the file uses must be defined in it."""
    places = {c.id for c in model.compartments}
    used_places = {p for e in model.exchanges for p in e.between}
    used_places |= {p for r in model.removals for p in (r.of, r.to) if p} | {
        a.compartment for a in model.analytes
    }
    used = {c.volume for c in model.compartments} | {e.clearance for e in model.exchanges}
    used |= {rate for e in model.exchanges for rate in e.rates} | set(model.varied)
    used |= {p for r in model.removals for p in (r.clearance, r.rate, r.delay_mean_time)}
    used |= {c.parameter for c in model.covariates} | {p for f in model.moieties.values() for p in f}
    by_clearance = {p for e in model.exchanges if e.clearance for p in e.between}
    by_clearance |= {r.of for r in model.removals if r.clearance} | {a.compartment for a in model.analytes}
    flat = by_clearance & {c.id for c in model.compartments if not c.volume}
    if flat:
        raise ValueError(f"pk/{model.id}: compartment {', '.join(sorted(flat))} needs a volume.")
    undefined = (used - set(model.parameters) - {""}) | (used_places - places)
    if undefined:
        raise ValueError(f"pk/{model.id} uses {', '.join(sorted(undefined))} without defining it.")
    for form in model.forms.values():
        if set(form.share) - set(model.moieties) or abs(sum(form.share.values()) - 1) > 1e-12:
            raise ValueError(f"pk/{model.id}: the shares of {form.id} must add up to 1 over known moieties.")
