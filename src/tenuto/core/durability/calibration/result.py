"""A whole calibration: fit, cross-validation, rivals and checks, and the two files that keep it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from tenuto.core.durability.calibration.checks import compare
from tenuto.core.durability.calibration.each import Each, one_by_one
from tenuto.core.durability.calibration.fit import Calibration, calibrate, log_posterior
from tenuto.core.durability.calibration.likelihood import Settings
from tenuto.core.durability.calibration.score import RowResult, cross_validated, in_sample
from tenuto.core.durability.calibration.table import data_sha256, studies
from tenuto.core.durability.normal import Floats
from tenuto.core.durability.population import Population, fitted
from tenuto.core.durability.structure import FIRST, FOLDER, MODEL_VERSION
from tenuto.core.durability.truths import single_exponential

__all__ = ["RESULTS", "RIVALS", "Rival", "fingerprint", "judged", "run", "written"]

RESULTS = FOLDER / "results.json"
Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Rival:
    """Another model on the same rows, or the same model fitted to other rows."""

    name: str
    settings: Settings
    as_shipped: bool = False
    """Take the parameters that ship with its version instead of fitting."""


RIVALS: dict[str, Rival] = {
    "baseline": Rival("fixed hazard", Settings(version=FIRST, build=single_exponential)),
    "first": Rival("model 1, fitted to the same rows", Settings(version=FIRST)),
    "first_shipped": Rival(
        "model 1 as it shipped", Settings(version=FIRST, rows="first_table"), as_shipped=True
    ),
    "ablation": Rival("fixed hazard in the surroundings of model 2", Settings(build=single_exponential)),
    "every_row": Rival("model 2, second-hand rows and rows from memory fitted too", Settings(rows="all")),
}


def run(seed: int, report: Report = lambda _: None, each: Each = one_by_one) -> dict[str, str]:
    """Calibrate and score. Returns the contents of `parameters.json` and `results.json`. Takes some twenty minutes of one core.

    each: how studies are simulated, such as in several processes; the files come out the same.
    """
    ours = Settings(seed=seed)
    report("fitting the model")
    fit = calibrate(studies(), ours, report=report, each=each)
    report("leaving out each study in turn")
    results = {
        "version": MODEL_VERSION,
        "seed": seed,
        "data_sha256": data_sha256(),
        "fitted": _rows(in_sample(studies(), fit, ours, each)),
        **judged(fit, ours, each),
        "checks": [asdict(c) for c in compare(Population(fit.mean), seed)],
        "rivals": {key: _rival(rival, seed, fit, report, each) for key, rival in RIVALS.items()},
    }
    return {"parameters.json": _parameters(fit, ours), "results.json": written(results)}


def judged(fit: Calibration, settings: Settings, each: Each = one_by_one) -> dict[str, Any]:
    """How a fit does on studies that it has not seen, and where it ended."""
    return {
        "left_out": _rows(cross_validated(studies(), fit, settings, each)),
        "log_posterior": round(fit.log_posterior, 4),
        "steps": fit.steps,
        "mean": np.round(fit.mean, 4).tolist(),
    }


def written(content: dict[str, Any]) -> str:
    """JSON as the files have it."""
    return json.dumps(content, indent=1) + "\n"


def _rival(rival: Rival, seed: int, ours: Calibration, report: Report, each: Each) -> dict[str, Any]:
    settings = replace(rival.settings, seed=seed)
    report(f"the same for: {rival.name}")
    start, most_steps = None, 25
    if rival.as_shipped:
        start, most_steps = fitted(FIRST).mean, 0
    elif settings.version != FIRST:
        start = ours.mean
    fit = calibrate(studies(), settings, start=start, most_steps=most_steps, report=report, each=each)
    return {"name": rival.name, **judged(fit, settings, each)}


def _parameters(fit: Calibration, settings: Settings) -> str:
    mean = np.round(fit.mean, 9)
    return written(
        {
            "version": MODEL_VERSION,
            "seed": settings.seed,
            "data_sha256": data_sha256(),
            "fingerprint": fingerprint(mean, settings),
            "names": list(settings.structure.hyper),
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
        | {"interval_score": round(row.interval_score, 4), "hit": row.hit}
        for row in results
    ]
