"""Published figures that the fit does not use, beside what the fitted population says: a second look, not a score."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tenuto.core.durability.calibration.table import reported
from tenuto.core.durability.conduct import conduct
from tenuto.core.durability.normal import Floats
from tenuto.core.durability.population import Population
from tenuto.core.durability.trial import Trial, trial_from

__all__ = ["Compared", "compare"]

_PATIENTS = 4000


@dataclass(frozen=True, slots=True)
class Compared:
    """A published figure and the population's own."""

    key: str
    published: float
    model: float


def _trial(scale: str, condition: str, control: str, days: list[float], mean: float, sd: float) -> Trial:
    return trial_from(
        {
            "condition": condition,
            "setting": "washout_trial",
            "scale": scale,
            "n": _PATIENTS,
            "control": control,
            "baseline": {"mean": mean, "sd": sd},
            "infusions": {"days": days, "dose_mg_per_kg": 0.5},
            "report": [{"metric": "score_mean", "day": d} for d in (1, 2, 7, 12, 32, 33)],
        },
        where="check",
    )


def _arm(trial: Trial, population: Population, seed: int, day: float, *, control: bool) -> Floats:
    rng = np.random.default_rng([seed, int(control)])
    law = population.law(trial.circumstances, trial.measure)
    effects = np.zeros((1, 1, 3))
    scores, _ = conduct(
        trial, population.model(trial.circumstances), law, effects, _PATIENTS, rng, control=control
    ).at(day)
    first: Floats = scores[0]
    return first


def _difference(trial: Trial, population: Population, seed: int, day: float) -> tuple[float, float]:
    """Control minus drug in points and in pooled SDs of the score."""
    drug = _arm(trial, population, seed, day, control=False)
    other = _arm(trial, population, seed, day, control=True)
    points = float(other.mean() - drug.mean())
    return points, points / math.sqrt((float(drug.var()) + float(other.var())) / 2)


def compare(population: Population, seed: int) -> list[Compared]:
    """Every check that the model can be asked."""
    one = [0.0]
    depression = _trial("MADRS", "depression", "saline", one, 32.0, 6.0)
    masked = _trial("MADRS", "depression", "midazolam", one, 32.0, 6.0)
    bipolar = _trial("MADRS", "bipolar", "saline", one, 32.0, 6.0)
    ideation = _trial("SSI", "suicidal_ideation", "midazolam", one, 15.0, 6.0)
    weekly = _trial("MADRS", "depression", "none", [0.0, 2, 4, 7, 9, 11, 18, 25, 32], 34.0, 5.5)
    before = _arm(weekly, population, seed, 12.0, control=False).mean()
    after = _arm(weekly, population, seed, 33.0, control=False).mean()
    figures = {
        "C1-d1": _difference(depression, population, seed, 1.0)[1],
        "C1-d7": _difference(depression, population, seed, 7.0)[1],
        "C2": _difference(depression, population, seed, 1.0)[1],
        "C5-difference": _difference(masked, population, seed, 1.0)[0],
        "C13-flat": float(after - before),
        "C21": _difference(bipolar, population, seed, 2.0)[1],
        "C22": _difference(ideation, population, seed, 1.0)[0],
    }
    return [Compared(key, reported()[key].value, figure) for key, figure in figures.items()]
