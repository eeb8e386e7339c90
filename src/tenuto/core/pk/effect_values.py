"""The published values behind the effects of a level, from `literature/pk/shared/effects.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tenuto.core.data import DataError, Table, data_file
from tenuto.core.literature import ROOT
from tenuto.core.sources import Basis, basis_of

__all__ = ["Delay", "Dissociation", "DrugHigh", "DrugHighLine", "EffectValues", "Response", "effect_values"]

_RISES = ("systolic", "diastolic", "heart_rate")


@dataclass(frozen=True, slots=True)
class Delay:
    """A first-order delay: half-life in min, the models and the site with which it was fitted."""

    label: str
    half_life_min: float
    fitted_with: tuple[str, ...]
    fitted_site: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class DrugHigh:
    """The level in ng/mL of an analyte at a site that gives half of the maximum."""

    label: str
    statistic: str
    c50_ng_per_ml: float
    analyte: str
    species: str
    site: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class DrugHighLine:
    """Straight lines over a range of levels in ng/mL up to these shares of the maximum, lowest and highest item."""

    label: str
    statistic: str
    levels_ng_per_ml: tuple[float, float]
    share_at_top: tuple[float, float]
    site: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class Response:
    """Rises over baseline (mmHg, beats/min) as one statistic gives them, with their intervals where published."""

    statistic: str
    rises: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]]
    basis: Basis


@dataclass(frozen=True, slots=True)
class Dissociation:
    """Peaks in points of CADSS, the power of the curve, and the coefficient of variation between people."""

    label: str
    statistic: str
    peak_low: float
    peak_high: float
    peak_typical: float
    steepness: float
    between_people_cv: float
    basis: Basis


@dataclass(frozen=True, slots=True)
class EffectValues:
    """All of them. `responses` are for `reference`, an infusion in words; `response_basis` says what is assumed."""

    delays: Mapping[str, Delay]
    drug_high: DrugHigh
    drug_high_line: DrugHighLine
    reference: str
    response_basis: Basis
    responses: Mapping[str, Response]
    dissociation: Dissociation


@data_file(ROOT / "pk/shared/effects.toml")
def effect_values(file: Table) -> EffectValues:
    """The content of the file."""
    rises = file.table("haemodynamics")
    return EffectValues(
        {name: _delay(entry) for name, entry in file.table("delay").named().items()},
        _drug_high(file.table("drug_high")),
        _line(file.table("drug_high_line")),
        rises.text("reference"),
        basis_of(rises),
        {entry.text("id"): _response(entry) for entry in rises.tables("response")},
        _dissociation(file.table("dissociation")),
    )


def _delay(entry: Table) -> Delay:
    return Delay(
        entry.text("label"),
        entry.real("half_life_min"),
        entry.words("fitted_with"),
        entry.text("fitted_site"),
        basis_of(entry),
    )


def _drug_high(entry: Table) -> DrugHigh:
    return DrugHigh(
        entry.text("label"),
        entry.text("statistic"),
        entry.real("c50_ng_per_ml"),
        entry.text("analyte"),
        entry.text("species"),
        entry.text("site"),
        basis_of(entry),
    )


def _line(entry: Table) -> DrugHighLine:
    return DrugHighLine(
        entry.text("label"),
        entry.text("statistic"),
        _two(entry, "levels_ng_per_ml"),
        _two(entry, "share_at_top"),
        entry.text("site"),
        basis_of(entry),
    )


def _response(entry: Table) -> Response:
    intervals = entry.optional("interval")
    return Response(
        entry.text("statistic"),
        {name: entry.real(name) for name in _RISES if entry.has(name)},
        {name: _two(intervals, name) for name in _RISES if intervals.has(name)},
        basis_of(entry),
    )


def _dissociation(entry: Table) -> Dissociation:
    return Dissociation(
        entry.text("label"),
        entry.text("statistic"),
        entry.real("peak_low"),
        entry.real("peak_high"),
        entry.real("peak_typical"),
        entry.real("steepness"),
        entry.real("between_people_cv"),
        basis_of(entry),
    )


def _two(entry: Table, key: str) -> tuple[float, float]:
    match entry.reals(key):
        case (low, high):
            return low, high
        case values:
            raise DataError(f"{entry.where}: '{key}' is two numbers, got {list(values)}.")
