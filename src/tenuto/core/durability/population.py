"""The population: from the estimated parameters to the law of patients in given circumstances."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

import numpy as np

from tenuto.core.durability.model import Model
from tenuto.core.durability.normal import Floats
from tenuto.core.durability.parts import Benefit, FadingAndGrowing, SaturatingDose, ToppingUp, TwoCompartments
from tenuto.core.durability.patients import LATENT
from tenuto.core.durability.structure import CURRENT, Structure, folder_of, priors, structure
from tenuto.core.scales.measurement import ScaleMeasure

__all__ = [
    "CONDITIONS",
    "CONTROLS",
    "COVARIATES",
    "SETTINGS",
    "Circumstances",
    "Law",
    "Population",
    "PopulationFit",
    "Unknown",
    "fitted",
    "parameters_of",
    "read_fit",
]

Control = Literal["none", "saline", "midazolam", "masked"]
CONTROLS = ("none", "saline", "midazolam", "masked")
CONDITIONS: tuple[str, ...] = tuple(priors()["condition"])
SETTINGS: tuple[str, ...] = tuple(priors()["setting"])
COVARIATES: tuple[str, ...] = tuple(priors()["covariate"])

SIZE = len(LATENT)
_GAIN, _FAST, _SLOW, _TRANSFER, _EXPECTANCY, _BASELINE, _DRIFT, _GROWTH, _DURABLE = range(SIZE)
_USUAL_DOSE = 0.5
"""mg/kg."""


class Unknown(ValueError):
    """A condition, setting or covariate that the model has no entry for; the message lists those it has."""


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
    dose: float = _USUAL_DOSE
    """Usual dose of the course, mg/kg: more may last longer."""

    def __hash__(self) -> int:
        covariates = tuple(sorted(self.covariates.items()))
        return hash(
            (self.condition, self.setting, self.report, self.control, self.nasal, covariates, self.dose)
        )

    @property
    def ongoing(self) -> float:
        """Share of patients whose other treatment goes on when infusions end: in hospital, or newly on a medicine."""
        return 1.0 if self.setting == "inpatient" else self.covariates.get("new_antidepressant", 0.0)

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
    """Covariance between patients of one site, shape (9, 9)."""
    site: Floats
    """Squared scale of the effects of sites, which are heavy-tailed between studies."""
    doubt: Floats
    """Covariance of what is not known about the population itself."""
    widening: float = 1.0
    """By how much the variance of a normal with the site effects' 90 % interval exceeds their squared scale."""

    @property
    def covariance(self) -> Floats:
        """Covariance of a patient of an unknown site: all three causes, the sites as a normal of the same 90 % interval."""
        return self.between + self.widening * self.site + self.doubt


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """One value of every estimated parameter. `theta` is on the estimation scales, in the order of the structure's names."""

    theta: Floats
    structure: Structure = field(default_factory=structure)

    def __getitem__(self, name: str) -> float:
        if name in self.structure.fixed:
            return self.structure.fixed[name]
        return self.structure.natural(name, float(self.theta[self.structure.hyper.index(name)]))

    def model(self, at: Circumstances | None = None, benefit: Benefit | None = None) -> Model:
        """The model with this population's shared parameters; `benefit` swaps the compartments.

        `at` says whether other treatment goes on when infusions end; None takes none.
        """
        return Model(
            dose=SaturatingDose(self["dose_half"], self["hill"]),
            uptake=ToppingUp(self["headroom"]),
            benefit=benefit or TwoCompartments(self["onset_days"]),
            context=FadingAndGrowing(
                self["expectancy_half_life"], self["growth_half_time"], 0.0 if at is None else at.ongoing
            ),
            depth=self["depth"],
        )

    def law(self, at: Circumstances, measure: ScaleMeasure) -> Law:
        """The law of patients in these circumstances, without doubt about the population itself."""
        return Law(
            self.mean(at, measure),
            self._between(at, measure),
            self._site(at, measure),
            self._circumstantial_doubt(at),
            self["study_widening"],
        )

    def mean(self, at: Circumstances, measure: ScaleMeasure) -> Floats:
        """Mean of the coordinates in these circumstances, shape (9,)."""
        gain, durability = math.log(self["gain"]), self["dose_durability"] * _doses(at)
        if at.setting in ("add_on_trial", "clinic"):
            prefix = at.setting.removesuffix("_trial")
            gain += self[f"{prefix}_gain"]
            durability += self[f"{prefix}_durability"]
        if at.nasal:
            gain += math.log(self["nasal_gain"])
        if at.condition == "fibromyalgia":
            gain += self["fibromyalgia_gain"]
        for entry, share in self._shifts(at):
            gain += share * entry["gain"][0]
            durability += share * entry["durability"][0]
        seen = self._seen(at, measure)
        mean = np.empty(SIZE)
        mean[_GAIN] = gain + math.log(seen)
        mean[_FAST] = math.log(self["fast"]) + durability
        mean[_SLOW] = math.log(self["slow"]) + durability
        mean[_TRANSFER] = math.log(self["transfer"] / (1 - self["transfer"]))
        mean[_EXPECTANCY] = self._expectancy(at) * seen
        mean[_BASELINE] = math.log(measure.typical_mean) - 0.5 * _log_variance(measure)
        mean[_DRIFT] = 0.0
        mean[_GROWTH] = self._growth(at) * seen
        mean[_DURABLE] = self["durable"]
        return mean

    def _expectancy(self, at: Circumstances) -> float:
        expectancy = self["expectancy_saline"]
        if at.control in ("midazolam", "masked"):
            expectancy += self["expectancy_active"]
        elif at.control == "none":
            expectancy += self["expectancy_open"]
        if at.setting == "inpatient":
            expectancy += self["expectancy_admission"]
        return expectancy + self["expectancy_nasal"] if at.nasal else expectancy

    def _growth(self, at: Circumstances) -> float:
        growth = self["growth"]
        if at.setting == "inpatient":
            growth += self["growth_admission"]
        elif at.setting == "washout_trial":
            growth += self["growth_washout"]
        return growth + at.covariates.get("new_antidepressant", 0.0) * self["growth_new_antidepressant"]

    def _shifts(self, at: Circumstances) -> list[tuple[Mapping[str, tuple[float, float]], float]]:
        """Shifts of gain and durability that are not estimated, each with the share of patients it holds for."""
        data = self.structure.priors
        known = [(name, share) for name, share in at.covariates.items() if name in data["covariate"]]
        return [
            (data["condition"][at.condition], 1.0),
            *((data["covariate"][name], share) for name, share in known),
        ]

    def _seen(self, at: Circumstances, measure: ScaleMeasure) -> float:
        """How much of the benefit the scale shows."""
        if at.report != "self":
            return 1.0
        return self["self_report"] * (self["qids_report"] if measure.name.startswith("QIDS") else 1.0)

    def _between(self, at: Circumstances, measure: ScaleMeasure) -> Floats:
        gain, fast, slow = self["gain_spread"], self["fast_spread"], self["slow_spread"]
        link = math.tanh(self["link_of_gain_and_durability"])
        own = math.sqrt(1 - link**2)
        # One factor, the patient's gain, is shared by what makes a response last; what is left of each is its own.
        factors = np.zeros((SIZE, SIZE))
        factors[_GAIN, _GAIN] = gain
        factors[_FAST, _GAIN], factors[_FAST, _FAST] = fast * link, fast * own
        factors[_SLOW, _GAIN], factors[_SLOW, _SLOW] = slow * link, slow * own
        factors[_DURABLE, _GAIN], factors[_DURABLE, _DURABLE] = link, own
        factors[_TRANSFER, _TRANSFER] = self["transfer_spread"]
        factors[_EXPECTANCY, _EXPECTANCY] = self["expectancy_spread"] * self._seen(at, measure)
        factors[_BASELINE, _BASELINE] = math.sqrt(_log_variance(measure))
        factors[_DRIFT, _DRIFT] = self["drift_spread"]
        other = math.sqrt(at.ongoing) * self["other_treatment_spread"]
        factors[_GROWTH, _GROWTH] = math.hypot(self["growth_spread"], other) * self._seen(at, measure)
        between: Floats = factors @ factors.T
        return between

    def _site(self, at: Circumstances, measure: ScaleMeasure) -> Floats:
        site, seen = np.zeros((SIZE, SIZE)), self._seen(at, measure)
        site[_GAIN, _GAIN] = self["site_gain"] ** 2
        site[_FAST : _SLOW + 1, _FAST : _SLOW + 1] = self["site_durability"] ** 2
        # Expectancy and growth share one effect: both are how a study's staff and raters lift everybody.
        lift = np.zeros(SIZE)
        lift[_EXPECTANCY], lift[_GROWTH] = self["site_expectancy"] * seen, self["site_growth"] * seen
        return site + np.outer(lift, lift)

    def _circumstantial_doubt(self, at: Circumstances) -> Floats:
        """Covariance from priors that are not estimated: condition, covariates, setting."""
        doubt = np.zeros((SIZE, SIZE))
        for entry, share in self._shifts(at):
            doubt[_GAIN, _GAIN] += (share * entry["gain"][1]) ** 2
            doubt[_FAST : _SLOW + 1, _FAST : _SLOW + 1] += (share * entry["durability"][1]) ** 2
        doubt[_EXPECTANCY, _EXPECTANCY] += self.structure.priors["setting"][at.setting]["context"][1] ** 2
        return doubt


def _doses(at: Circumstances) -> float:
    """Log of the dose in usual doses."""
    return math.log(at.dose / _USUAL_DOSE) if at.dose > 0 else 0.0


def _log_variance(measure: ScaleMeasure) -> float:
    """Variance of the log baseline that gives the scale's typical mean and SD."""
    return math.log1p((measure.typical_sd / measure.typical_mean) ** 2)


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
    def structure(self) -> Structure:
        """The version of the model that these are the parameters of."""
        return structure(self.version)

    @property
    def population(self) -> Population:
        """The population at the mean."""
        return Population(self.mean, self.structure)

    def law(self, at: Circumstances, measure: ScaleMeasure) -> Law:
        """The law of patients in these circumstances with the doubt that the calibration leaves; not to be changed."""
        return _law(self, at, measure)

    def draws(self, normals: Floats) -> list[Population]:
        """Populations as likely as the calibration leaves them; `normals` standard normal, shape (n, parameters)."""
        root = np.linalg.cholesky(self.covariance + 1e-12 * np.eye(len(self.mean)))
        return [Population(self.mean + root @ row, self.structure) for row in normals]


@lru_cache(maxsize=256)
def _law(fit: PopulationFit, at: Circumstances, measure: ScaleMeasure) -> Law:
    """Kept: it takes as long as some hundred draws, and a clinic's patients are in few circumstances."""
    law, step = fit.population.law(at, measure), 1e-4
    slopes = np.stack(
        [
            (Population(fit.mean + step * unit, fit.structure).mean(at, measure) - law.mean) / step
            for unit in np.eye(len(fit.mean))
        ]
    )
    return replace(law, doubt=law.doubt + slopes.T @ fit.covariance @ slopes)


def parameters_of(version: str) -> Path:
    """The parameter file of a version of the model."""
    return folder_of(version) / "parameters.json"


def read_fit(text: str) -> PopulationFit:
    """Read a parameter file as `tenuto calibrate` writes it."""
    raw = json.loads(text)
    if tuple(raw["names"]) != structure(raw["version"]).hyper:
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
def fitted(version: str = CURRENT) -> PopulationFit:
    """The calibration of a version that ships."""
    return read_fit(parameters_of(version).read_text("utf-8"))
