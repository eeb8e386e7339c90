"""By which model synthetic patients answer: the current one, or another, so that a rule is also tried where it is wrong."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from tenuto.core.durability.model import Model
from tenuto.core.durability.parts import Additive, SingleExponential
from tenuto.core.durability.population import Circumstances, Population, PopulationFit, fitted
from tenuto.core.durability.structure import FIRST, FOLDER, structure

__all__ = ["CURRENT_TRUTH", "TRUTHS", "TRUTH_WORDS", "TrueLaw", "Truth", "single_exponential", "true_law"]

Truth = Literal["2", "1", "fixed_hazard"]
TRUTH_WORDS: dict[Truth, str] = {
    "2": "the current model",
    "1": "the first model",
    "fixed_hazard": "one fixed hazard",
}
CURRENT_TRUTH: Truth = "2"
TRUTHS: tuple[Truth, ...] = tuple(TRUTH_WORDS)


@dataclass(frozen=True, slots=True, eq=False)
class TrueLaw:
    """A population and its model, in given circumstances."""

    population: Population
    model: Model


def single_exponential(population: Population, at: Circumstances) -> Model:
    """A fixed hazard: every infusion adds the same, and what it adds is lost at one rate in everybody."""
    one_rate = SingleExponential(population["onset_days"], population["fast"])
    return replace(population.model(at, one_rate), uptake=Additive())


def true_law(truth: Truth, at: Circumstances, current: PopulationFit) -> TrueLaw:
    """The patients' own law: of `current`, of the first model as it shipped, or of the fixed hazard fitted to all rows."""
    if truth == "fixed_hazard":
        results = json.loads((FOLDER / "results.json").read_text("utf-8"))
        population = Population(np.array(results["rivals"]["baseline"]["mean"]), structure(FIRST))
        return TrueLaw(population, single_exponential(population, at))
    population = (fitted(FIRST) if truth == FIRST else current).population
    return TrueLaw(population, population.model(at))
