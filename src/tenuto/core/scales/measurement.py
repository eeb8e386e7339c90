"""How a scale measures: range, error, response, remission, each from its one definition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

from tenuto.core.data import Table, data_file
from tenuto.core.scales.definition import Instrument, MeasuringProperties, Rater
from tenuto.core.scales.reading import instruments
from tenuto.core.sources import Basis, basis_of

__all__ = ["ScaleMeasure", "UnknownScale", "measure", "measures"]


class UnknownScale(ValueError):
    """No measurement properties are known for a scale; the message lists those that are."""


@dataclass(frozen=True, slots=True)
class ScaleMeasure:
    """One scale as a measuring device. All numbers are in points of the scale; higher is worse."""

    name: str
    lowest: float
    highest: float
    step: float
    report: Literal["self", "interview"]
    conditions: tuple[str, ...]
    response_fall: float
    """Fall from baseline, as a fraction, that counts as response."""
    remission_at_most: float
    error_sd: float
    """SD of one observed score around the patient's level."""
    reliable: float
    """Smallest change that is larger than the noise of two scores (95 %)."""
    typical_mean: float
    typical_sd: float
    basis: Basis

    def stretched(self, factor: float) -> ScaleMeasure:
        """The same scale in units `factor` times smaller: every score is `factor` times larger."""
        return replace(
            self,
            lowest=self.lowest * factor,
            highest=self.highest * factor,
            step=self.step * factor,
            remission_at_most=self.remission_at_most * factor,
            error_sd=self.error_sd * factor,
            reliable=self.reliable * factor,
            typical_mean=self.typical_mean * factor,
            typical_sd=self.typical_sd * factor,
        )


@data_file(Path(__file__).with_name("measurement.toml"))
def _not_asked_here(file: Table) -> Mapping[str, ScaleMeasure]:
    return {name: _measure(name, entry) for name, entry in file.named().items()}


def _measure(name: str, entry: Table) -> ScaleMeasure:
    lowest, highest = entry.reals("range")
    mean, sd = entry.reals("typical")
    error = entry.real("error_sd")
    return ScaleMeasure(
        name=name,
        lowest=lowest,
        highest=highest,
        step=1.0,
        report=_REPORTS[entry.choice("rater", Rater)],
        conditions=entry.words("conditions"),
        response_fall=entry.real("response_percent") / 100,
        remission_at_most=entry.real("remission_at_most"),
        error_sd=error,
        reliable=_larger_than_noise(error),
        typical_mean=mean,
        typical_sd=sd,
        basis=basis_of(entry),
    )


def _of(scale: Instrument, how: MeasuringProperties) -> ScaleMeasure:
    error, reliable = float(how.error_sd), scale.change.reliable
    published = reliable.points if reliable else None
    return ScaleMeasure(
        name=how.short,
        lowest=float(scale.lowest),
        highest=float(scale.highest),
        step=10.0**-scale.decimals,
        report=_REPORTS[scale.rater],
        conditions=how.conditions,
        response_fall=float(how.response_percent) / 100,
        remission_at_most=float(how.remission_at_most),
        error_sd=error,
        reliable=_larger_than_noise(error) if published is None else float(published),
        typical_mean=float(how.typical_mean),
        typical_sd=float(how.typical_sd),
        basis=how.basis,
    )


_REPORTS: Mapping[Rater, Literal["self", "interview"]] = {Rater.SELF: "self", Rater.CLINICIAN: "interview"}


def _larger_than_noise(error_sd: float) -> float:
    """The smallest change that two scores with this error reach by chance once in twenty times."""
    return 1.96 * 2**0.5 * error_sd


@cache
def measures() -> Mapping[str, ScaleMeasure]:
    """Every scale whose measurement properties are known, by its short name: those asked here first."""
    asked = (_of(scale, scale.measurement) for scale in instruments().values() if scale.measurement)
    found = {measure.name: measure for measure in asked}
    return found | {name: measure for name, measure in _not_asked_here().items() if name not in found}


def measure(name: str) -> ScaleMeasure:
    """The measurement properties of a scale; UnknownScale lists the known names."""
    try:
        return measures()[name]
    except KeyError:
        raise UnknownScale(
            f"'{name[:40]}' is not a known scale. Use one of {', '.join(measures())}."
        ) from None
