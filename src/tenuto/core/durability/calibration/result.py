"""A whole calibration: fit, cross-validation, baseline and checks, and the two files that keep it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from tenuto.core.durability.calibration.checks import compare
from tenuto.core.durability.calibration.fit import Calibration, calibrate, log_posterior
from tenuto.core.durability.calibration.likelihood import Build, Settings
from tenuto.core.durability.calibration.score import RowResult, cross_validated, in_sample
from tenuto.core.durability.calibration.table import data_sha256, studies
from tenuto.core.durability.model import Model
from tenuto.core.durability.normal import Floats
from tenuto.core.durability.parts import Additive, SingleExponential
from tenuto.core.durability.population import FOLDER, HYPER, MODEL_VERSION, Population, priors

__all__ = ["RESULTS", "RIVALS", "fingerprint", "run", "written"]

RESULTS = FOLDER / "results.json"


def single_exponential(population: Population) -> Model:
    """The baseline: every infusion adds the same, and what it adds is lost at one rate in everybody."""
    return replace(topped_up_exponential(population), uptake=Additive())


def topped_up_exponential(population: Population) -> Model:
    """Between the two: one rate for everybody, but infusions top up as in the model."""
    onset = priors()["fixed"]["onset_days"]["value"]
    return replace(population.model(), benefit=SingleExponential(onset, population["fast"]))


def never_topped_up(population: Population) -> Model:
    """The first structure of this model: both compartments, but every infusion adds the same."""
    return replace(population.model(), uptake=Additive())


RIVAL_NAMES = {
    "single_exponential": "single exponential (fixed hazard)",
    "topped_up_exponential": "single exponential with topping up (first baseline)",
    "never_topped_up": "two compartments without topping up (first structure)",
}
RIVALS: dict[str, Build] = {
    "baseline": single_exponential,
    "ablation": topped_up_exponential,
    "first_structure": never_topped_up,
}


def run(seed: int, report: Callable[[str], None] = lambda _: None) -> dict[str, str]:
    """Calibrate and score. Returns the contents of `parameters.json` and `results.json`. Takes some minutes."""
    ours = Settings(seed=seed)
    report("fitting the model")
    fit = calibrate(studies(), ours, report=report)
    report("leaving out each study in turn")
    results = {
        "version": MODEL_VERSION,
        "seed": seed,
        "data_sha256": data_sha256(),
        "fitted": _rows(in_sample(studies(), fit, ours)),
        "left_out": _rows(cross_validated(studies(), fit, ours)),
        "log_posterior": round(fit.log_posterior, 4),
        "steps": fit.steps,
        "checks": [asdict(c) for c in compare(Population(fit.mean), seed)],
        "rivals": {name: _rival(build, seed, report) for name, build in RIVALS.items()},
    }
    return {"parameters.json": _parameters(fit, ours), "results.json": written(results)}


def written(content: dict[str, Any]) -> str:
    """JSON as the files have it."""
    return json.dumps(content, indent=1) + "\n"


def _rival(build: Build, seed: int, report: Callable[[str], None]) -> dict[str, Any]:
    settings = Settings(seed=seed, build=build)
    report(f"the same for: {RIVAL_NAMES[build.__name__]}")
    fit = calibrate(studies(), settings, report=report)
    left_out = _rows(cross_validated(studies(), fit, settings))
    return {
        "name": RIVAL_NAMES[build.__name__],
        "log_posterior": round(fit.log_posterior, 4),
        "left_out": left_out,
    }


def _parameters(fit: Calibration, settings: Settings) -> str:
    mean = np.round(fit.mean, 9)
    return written(
        {
            "version": MODEL_VERSION,
            "seed": settings.seed,
            "data_sha256": data_sha256(),
            "fingerprint": fingerprint(mean, settings),
            "names": list(HYPER),
            "mean": mean.tolist(),
            "covariance": np.round(fit.covariance, 9).tolist(),
        }
    )


def fingerprint(mean: Floats, settings: Settings) -> float:
    """The log posterior at the fitted mean: any change of the model's behaviour changes it, a change of words does not."""
    return round(log_posterior(mean, studies(), settings), 6)


def _rows(results: list[RowResult]) -> list[dict[str, Any]]:
    return [
        {name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(row).items()}
        | {"hit": row.hit}
        for row in results
    ]
