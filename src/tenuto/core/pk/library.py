"""Reads the models of `core/literature/pk`. Checks that every name used in a file is defined in it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tenuto.core.data import DataError, Table, build, data_folder, not_among
from tenuto.core.literature import ROOT
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
from tenuto.core.sources import basis_of

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


@data_folder(ROOT / "pk")
def _models(file: Table) -> PkModel:
    return _model(file, file.stem)


def names() -> tuple[str, ...]:
    """The ids of all models, the default first."""
    return tuple(sorted(_models.names(), key=lambda name: (not _models.one(name).is_default, name)))


def default() -> PkModel:
    """The model used when none is named."""
    return load(names()[0])


def load(name: str) -> PkModel:
    """The model of that id; `UnknownModel` lists the ids there are."""
    if name not in _models.names():
        raise UnknownModel(f"There is no model '{name[:40]}'. Models: {', '.join(names())}.")
    model = _models.one(name)
    _check_names(model)
    return model


def model_from(name: str, raw: Mapping[str, Any]) -> PkModel:
    """Build a model from the parsed content of a file; DataError says what the file gets wrong."""
    model = build(raw, lambda file: _model(file, name), name=f"pk/{name}")
    _check_names(model)
    return model


_SITES = ("venous", "arterial", "unknown")
_MOVES = ("clearance of ketamine", "clearance of norketamine")


def _model(file: Table, name: str) -> PkModel:
    analytes = tuple(_analyte(entry) for entry in file.tables("analyte"))
    model = PkModel(
        id=name,
        title=file.text("title"),
        short=file.text("short"),
        site=_word(file, "site", _SITES),
        summary=file.text("summary"),
        population=file.text("population"),
        basis=basis_of(file),
        forms={form.id: form for form in map(_form, file.tables("form"))},
        moieties={key: _shares(entry.table("factor")) for key, entry in file.table("moiety").named().items()},
        analytes=analytes,
        parameters={key: _parameter(key, e) for key, e in file.table("parameter").named().items()},
        compartments=tuple(
            Compartment(c.text("id"), c.text("volume", "")) for c in file.tables("compartment")
        ),
        exchanges=tuple(_exchange(entry) for entry in file.tables("exchange")),
        removals=tuple(_removal(entry) for entry in file.tables("removal")),
        variability=tuple(_variability(entry) for entry in file.tables("variability")),
        residuals={entry.text("analyte"): _residual(entry, analytes) for entry in file.tables("residual")},
        covariates=tuple(_covariate(entry) for entry in file.tables("covariate")),
        limits=tuple(_limit(entry) for entry in file.tables("limit")),
        is_default=file.flag("default"),
    )
    for entry in file.table("moiety").named().values():
        if entry.has("evidence"):
            basis_of(entry)
    return replace(model, notes=tuple(v.borrowed for v in model.variability if v.borrowed))


def _word(entry: Table, key: str, known: Sequence[str]) -> str:
    word = entry.text(key)
    if word not in known:
        raise DataError(f"{entry.where}, {key}: {not_among(word, known)}")
    return word


def _shares(entry: Table) -> dict[str, float]:
    return {name: entry.real(name) for name in entry.names()}


def _form(entry: Table) -> Form:
    return Form(entry.text("id"), _shares(entry.table("share")), entry.text("caution", ""))


def _analyte(entry: Table) -> Analyte:
    return Analyte(entry.text("id"), entry.text("label"), entry.real("molar_mass"), entry.text("compartment"))


def _parameter(name: str, entry: Table) -> Parameter:
    unit, value = _word(entry, "unit", tuple(_UNITS)), entry.real("value")
    if not value > 0:
        raise DataError(f"{entry.where}: {value} is not above zero.")
    kind, factor = _UNITS[unit]
    moves = _word(entry, "moves", _MOVES) if entry.has("moves") else ""
    return Parameter(name, value * factor, kind, entry.real("weight_exponent"), unit.endswith("/kg"), moves)


def _pair(entry: Table, key: str) -> tuple[str, str]:
    match entry.words(key):
        case (one, other):
            return one, other
        case words:
            raise DataError(f"{entry.where}: '{key}' names two things, got {list(words)}.")


def _exchange(entry: Table) -> Exchange:
    entry.one_of("clearance", "rates")
    rates = _pair(entry, "rates") if entry.has("rates") else ("", "")
    return Exchange(_pair(entry, "between"), entry.text("clearance", ""), rates)


def _removal(entry: Table) -> Removal:
    entry.one_of("clearance", "rate")
    delay = entry.optional("delay")
    return Removal(
        entry.text("of"),
        entry.text("clearance", ""),
        entry.text("rate", ""),
        entry.text("to", ""),
        entry.real("fraction", 0.0),
        entry.flag("molar"),
        delay.whole("compartments", 0),
        delay.text("mean_time", ""),
    )


def _variability(entry: Table) -> Variability:
    parameters = entry.words("parameters")
    if entry.one_of("omega2", "omega2_diagonal", "cv") == "omega2":
        matrix: list[list[float]] = [[float(cell) for cell in row] for row in entry.rows("omega2")]
    else:
        diagonal = entry.reals("omega2_diagonal", ())
        spread = diagonal or [math.log1p(cv * cv) for cv in entry.reals("cv")]
        matrix = [[v if i == j else 0.0 for j in range(len(spread))] for i, v in enumerate(spread)]
    size = len(parameters)
    if len(matrix) != size or any(len(row) != size for row in matrix):
        raise DataError(
            f"{entry.where}: the variability of {', '.join(parameters)} needs a square matrix of their number."
        )
    if entry.has("evidence"):
        basis_of(entry)
    return Variability(parameters, tuple(tuple(row) for row in matrix), entry.text("borrowed", ""))


def _residual(entry: Table, analytes: Sequence[Analyte]) -> Residual:
    masses = {a.id: a.molar_mass for a in analytes}
    mass = masses[_word(entry, "analyte", tuple(masses))]
    additive = entry.real("additive_nmol_per_ml", 0.0) * mass
    return Residual(entry.real("proportional", 0.0), additive, entry.real("log_sd", 0.0))


def _covariate(entry: Table) -> ModelCovariate:
    entry.one_of("per_year_above", "factor")
    on, parameter = entry.text("on"), entry.text("parameter")
    if entry.has("factor"):
        return ModelCovariate(on, parameter, factor=entry.real("factor"))
    above = entry.table("per_year_above")
    return ModelCovariate(
        on, parameter, slope_per_year=above.real("slope"), above_years=above.real("threshold")
    )


def _range(entry: Table, key: str) -> tuple[float, float]:
    match entry.reals(key):
        case (low, high) if low <= high:
            return low, high
        case values:
            raise DataError(
                f"{entry.where}: '{key}' is a range of two numbers, lowest first, got {list(values)}."
            )


def _limit(entry: Table) -> Limit:
    return Limit(
        entry.text("of"),
        _range(entry, "soft"),
        _range(entry, "hard") if entry.has("hard") else (-math.inf, math.inf),
        entry.text("says"),
        basis_of(entry),
        entry.text("analyte", ""),
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
