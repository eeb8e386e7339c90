"""A pharmacokinetic model as a value: what `core/literature/pk/*.toml` says, checked and in minutes and litres."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tenuto.core.sources import Basis

__all__ = [
    "Analyte",
    "Compartment",
    "Exchange",
    "Form",
    "Limit",
    "ModelCovariate",
    "Parameter",
    "PkModel",
    "Removal",
    "Residual",
    "Variability",
]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A typical value for 70 kg in L, L/min, 1/min or min, or for each kg; and how it follows weight.

    `kind` is `volume`, `clearance`, `rate` or `time`; `moves` names what a covariate multiplies, such as
    `clearance of ketamine`, or is empty.
    """

    name: str
    value: float
    kind: str
    weight_exponent: float
    per_kg: bool = False
    moves: str = ""


@dataclass(frozen=True, slots=True)
class Analyte:
    """A measured substance, its molar mass in g/mol and the compartment in which it is measured."""

    id: str
    label: str
    molar_mass: float
    compartment: str


@dataclass(frozen=True, slots=True)
class Compartment:
    """A compartment; without a volume it is an amount only."""

    id: str
    volume: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """Flow both ways between two compartments: by one clearance, or by two rate constants (there, back)."""

    between: tuple[str, str]
    clearance: str = ""
    rates: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Removal:
    """Flow out of a compartment; a fraction of it may become the content of another, at once or delayed."""

    of: str
    clearance: str = ""
    rate: str = ""
    to: str = ""
    fraction: float = 0.0
    molar: bool = False
    delay_compartments: int = 0
    delay_mean_time: str = ""


@dataclass(frozen=True, slots=True)
class Variability:
    """Log-normal differences between people: names of parameters and the covariance of the logarithms."""

    parameters: tuple[str, ...]
    omega2: tuple[tuple[float, ...], ...]
    borrowed: str = ""


@dataclass(frozen=True, slots=True)
class Residual:
    """Scatter of one measurement around a person's own curve. `additive` in ng/mL."""

    proportional: float = 0.0
    additive: float = 0.0
    log_sd: float = 0.0


@dataclass(frozen=True, slots=True)
class ModelCovariate:
    """A published effect of this model: a factor, or a slope per year above an age, on one parameter."""

    on: str
    parameter: str
    factor: float = 1.0
    slope_per_year: float = 0.0
    above_years: float = 0.0


@dataclass(frozen=True, slots=True)
class Limit:
    """A range of something that the model rests on. Outside `soft`: a caution. Outside `hard`: no answer."""

    of: str
    soft: tuple[float, float]
    hard: tuple[float, float]
    says: str
    basis: Basis
    analyte: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """What can be given, and which share of its mass each moiety is."""

    id: str
    share: Mapping[str, float]
    caution: str = ""


@dataclass(frozen=True, slots=True)
class PkModel:
    """One published model. Everything that the simulation needs and everything that a reader asks about it."""

    id: str
    title: str
    short: str
    site: str
    summary: str
    population: str
    basis: Basis
    forms: Mapping[str, Form]
    moieties: Mapping[str, Mapping[str, float]]
    analytes: tuple[Analyte, ...]
    parameters: Mapping[str, Parameter]
    compartments: tuple[Compartment, ...]
    exchanges: tuple[Exchange, ...]
    removals: tuple[Removal, ...]
    variability: tuple[Variability, ...]
    residuals: Mapping[str, Residual]
    covariates: tuple[ModelCovariate, ...]
    limits: tuple[Limit, ...]
    is_default: bool = False
    notes: tuple[str, ...] = field(default=())

    def analyte(self, name: str) -> Analyte:
        """The analyte by its id; KeyError names those of the model."""
        for one in self.analytes:
            if one.id == name:
                return one
        raise KeyError(f"{self.id} has no {name}; it has {', '.join(a.id for a in self.analytes)}.")

    def form(self, name: str) -> Form:
        """What can be given, by its id; ValueError names those that the model covers."""
        if name not in self.forms:
            raise ValueError(f"{self.short} does not cover {name}; it covers {', '.join(self.forms)}.")
        return self.forms[name]

    @property
    def varied(self) -> tuple[str, ...]:
        """The parameters that differ between people, in the order of the random effects."""
        return tuple(name for block in self.variability for name in block.parameters)
