"""The population: from the estimated parameters to the law of patients in given circumstances."""

from __future__ import annotations

import hashlib
import json
import math
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from tenuto.core.durability.model import Model
from tenuto.core.durability.normal import Floats
from tenuto.core.durability.parts import Benefit, DecayingContext, SaturatingDose, ToppingUp, TwoCompartments
from tenuto.core.literature import ROOT
from tenuto.core.scales.measurement import ScaleMeasure

__all__ = [
    "CONDITIONS",
    "CONTROLS",
    "COVARIATES",
    "HYPER",
    "MODEL_VERSION",
    "SETTINGS",
    "Circumstances",
    "Law",
    "Population",
    "PopulationFit",
    "Unknown",
    "fitted",
    "priors",
]

MODEL_VERSION = "1"
"""Raised whenever the same parameters would give another answer; the parameter file must carry the same."""
FOLDER = ROOT / "durability"
Control = Literal["none", "saline", "midazolam", "masked"]
CONTROLS = ("none", "saline", "midazolam", "masked")


class Unknown(ValueError):
    """A condition, setting or covariate that the model has no entry for; the message lists those it has."""


@cache
def priors() -> Mapping[str, Any]:
    """The prior file as parsed. Callers must not change it."""
    return tomllib.loads((FOLDER / "priors.toml").read_text("utf-8"))


HYPER: tuple[str, ...] = tuple(priors()["hyper"])
"""Names of the estimated parameters, in the order of every vector of them."""
CONDITIONS: tuple[str, ...] = tuple(priors()["condition"])
SETTINGS: tuple[str, ...] = tuple(priors()["setting"])
COVARIATES: tuple[str, ...] = tuple(priors()["covariate"])

_TO: dict[str, Callable[[float], float]] = {
    "log": math.log,
    "logit": lambda p: math.log(p / (1 - p)),
    "plain": float,
}
_FROM: dict[str, Callable[[float], float]] = {
    "log": math.exp,
    "logit": lambda x: 1 / (1 + math.exp(-x)),
    "plain": float,
}


def hyper_prior() -> tuple[Floats, Floats]:
    """Prior mean and SD of the estimated parameters on their estimation scales, each shape (len(HYPER),)."""
    entries = priors()["hyper"].values()
    return (
        np.array([_TO[e["scale"]](e["centre"]) for e in entries]),
        np.array([float(e["sd"]) for e in entries]),
    )


def natural(name: str, value: float) -> float:
    """An estimated parameter in natural units."""
    return _FROM[priors()["hyper"][name]["scale"]](value)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Where, for what and on which scale: what shifts the law of patients."""

    condition: str = "depression"
    setting: str = "clinic"
    report: Literal["self", "interview"] = "self"
    control: Control = "none"
    nasal: bool = False
    covariates: Mapping[str, float] = field(default_factory=dict)
    """Share of patients with each covariate; 1 or 0 for one patient."""

    def __post_init__(self) -> None:
        for kind, value, known in (
            ("condition", self.condition, CONDITIONS),
            ("setting", self.setting, SETTINGS),
            ("control", self.control, CONTROLS),
            *(("covariate", name, COVARIATES) for name in self.covariates),
        ):
            if value not in known:
                raise Unknown(f"'{str(value)[:40]}' is not a known {kind}. Use one of {', '.join(known)}.")
        for name, share in self.covariates.items():
            if not 0 <= share <= 1:
                raise Unknown(f"Covariate {name} is {share}; give a share of patients from 0 to 1.")


@dataclass(frozen=True, slots=True, eq=False)
class Law:
    """The law of patients' coordinates (order of `LATENT`): a normal distribution taken apart by its causes."""

    mean: Floats
    between: Floats
    """Covariance between patients of one site, shape (7, 7)."""
    site: Floats
    """Covariance between sites."""
    doubt: Floats
    """Covariance of what is not known about the population itself."""

    @property
    def covariance(self) -> Floats:
        """Covariance of a patient of an unknown site: all three causes."""
        return self.between + self.site + self.doubt


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """One value of every estimated parameter. `theta` is on the estimation scales, in the order of `HYPER`."""

    theta: Floats

    def __getitem__(self, name: str) -> float:
        return natural(name, float(self.theta[HYPER.index(name)]))

    def model(self, benefit: Benefit | None = None) -> Model:
        """The model with this population's shared parameters; `benefit` swaps the compartments."""
        fixed = priors()["fixed"]
        return Model(
            dose=SaturatingDose(self["dose_half"], fixed["hill"]["value"]),
            uptake=ToppingUp(self["headroom"]),
            benefit=benefit or TwoCompartments(fixed["onset_days"]["value"]),
            context=DecayingContext(fixed["context_half_life_days"]["value"]),
        )

    def law(self, at: Circumstances, measure: ScaleMeasure) -> Law:
        """The law of patients in these circumstances, without doubt about the population itself."""
        return Law(
            self.mean(at, measure), self._between(at, measure), self._site(), _circumstantial_doubt(at)
        )

    def mean(self, at: Circumstances, measure: ScaleMeasure) -> Floats:
        """Mean of the coordinates in these circumstances, shape (7,)."""
        data = priors()
        gain, durability = math.log(self["gain"]), 0.0
        context = self["context_saline"] + data["setting"][at.setting]["context"][0]
        if at.control in ("midazolam", "masked"):
            context += self["context_active"]
        elif at.control == "none":
            context += self["context_open"]
        if at.setting in ("add_on_trial", "clinic"):
            prefix = at.setting.removesuffix("_trial")
            gain += self[f"{prefix}_gain"]
            durability += self[f"{prefix}_durability"]
        if at.nasal:
            gain += math.log(self["nasal_gain"])
        if at.condition == "fibromyalgia":
            gain += self["fibromyalgia_gain"]
        for entry, share in [(data["condition"][at.condition], 1.0)] + [
            (data["covariate"][name], share) for name, share in at.covariates.items()
        ]:
            gain += share * entry["gain"][0]
            durability += share * entry["durability"][0]
        seen = self._seen(at)
        return np.array(
            [
                gain + math.log(seen),
                math.log(self["fast"]) + durability,
                math.log(self["slow"]) + durability,
                math.log(self["transfer"] / (1 - self["transfer"])),
                context * seen,
                math.log(measure.typical_mean) - 0.5 * _log_variance(measure),
                0.0,
            ]
        )

    def _seen(self, at: Circumstances) -> float:
        """How much of the benefit the scale shows."""
        return self["self_report"] if at.report == "self" else 1.0

    def _between(self, at: Circumstances, measure: ScaleMeasure) -> Floats:
        fixed = priors()["fixed"]
        gain, fast, slow = self["gain_spread"], self["fast_spread"], self["slow_spread"]
        link = math.tanh(self["link_of_gain_and_durability"])
        # One factor, the patient's gain, is shared by both half-lives; what is left of each is its own.
        factors = np.zeros((7, 7))
        factors[0, 0] = gain
        factors[1, :2] = fast * link, fast * math.sqrt(1 - link**2)
        factors[2, 0], factors[2, 2] = slow * link, slow * math.sqrt(1 - link**2)
        factors[3, 3] = fixed["transfer_spread"]["value"]
        factors[4, 4] = self["context_spread"] * self._seen(at)
        factors[5, 5] = math.sqrt(_log_variance(measure))
        factors[6, 6] = fixed["drift_spread"]["value"]
        between: Floats = factors @ factors.T
        return between

    def _site(self) -> Floats:
        site = np.zeros((7, 7))
        site[0, 0] = self["site_gain"] ** 2
        site[1:3, 1:3] = self["site_durability"] ** 2
        return site


def _log_variance(measure: ScaleMeasure) -> float:
    """Variance of the log baseline that gives the scale's typical mean and SD."""
    return math.log1p((measure.typical_sd / measure.typical_mean) ** 2)


def _circumstantial_doubt(at: Circumstances) -> Floats:
    """Covariance from priors that are not estimated: condition, covariates, setting."""
    data, doubt = priors(), np.zeros((7, 7))
    parts = [(data["condition"][at.condition], 1.0)]
    parts += [(data["covariate"][name], share) for name, share in at.covariates.items()]
    for entry, share in parts:
        doubt[0, 0] += (share * entry["gain"][1]) ** 2
        doubt[1:3, 1:3] += (share * entry["durability"][1]) ** 2
    doubt[4, 4] += data["setting"][at.setting]["context"][1] ** 2
    return doubt


@dataclass(frozen=True, slots=True, eq=False)
class PopulationFit:
    """The result of a calibration: mean and covariance of the estimated parameters, and where they come from."""

    mean: Floats
    covariance: Floats
    version: str
    sha256: str
    seed: int
    data_sha256: str

    @property
    def population(self) -> Population:
        """The population at the mean."""
        return Population(self.mean)

    def law(self, at: Circumstances, measure: ScaleMeasure) -> Law:
        """The law of patients in these circumstances with the doubt that the calibration leaves."""
        law = self.population.law(at, measure)
        step = 1e-4
        slopes = np.stack(
            [
                (Population(self.mean + step * unit).mean(at, measure) - law.mean) / step
                for unit in np.eye(len(self.mean))
            ]
        )
        return Law(law.mean, law.between, law.site, law.doubt + slopes.T @ self.covariance @ slopes)

    def draws(self, normals: Floats) -> list[Population]:
        """Populations as likely as the calibration leaves them; `normals` standard normal, shape (n, len(HYPER))."""
        root = np.linalg.cholesky(self.covariance + 1e-12 * np.eye(len(self.mean)))
        return [Population(self.mean + root @ row) for row in normals]


PARAMETERS: Path = FOLDER / "parameters.json"


def read_fit(text: str) -> PopulationFit:
    """Read a parameter file as `tenuto calibrate` writes it."""
    raw = json.loads(text)
    if tuple(raw["names"]) != HYPER:
        raise ValueError("The parameter file is for another set of parameters; run `tenuto calibrate`.")
    return PopulationFit(
        mean=np.array(raw["mean"]),
        covariance=np.array(raw["covariance"]),
        version=raw["version"],
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        seed=raw["seed"],
        data_sha256=raw["data_sha256"],
    )


@cache
def fitted() -> PopulationFit:
    """The calibration that ships."""
    return read_fit(PARAMETERS.read_text("utf-8"))
