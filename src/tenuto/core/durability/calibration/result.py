"""A whole calibration: fit, cross-validation, baseline and checks, and the two files that keep it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np

from tenuto.core.durability.calibration.checks import compare
from tenuto.core.durability.calibration.fit import Calibration, calibrate, log_posterior
from tenuto.core.durability.calibration.likelihood import Settings
from tenuto.core.durability.calibration.score import RowResult, cross_validated, in_sample
from tenuto.core.durability.calibration.table import data_sha256, studies
from tenuto.core.durability.normal import Floats
from tenuto.core.durability.parts import Benefit, SingleExponential
from tenuto.core.durability.population import FOLDER, HYPER, MODEL_VERSION, Population, priors

__all__ = ["BASELINE", "RESULTS", "fingerprint", "run", "written"]

RESULTS = FOLDER / "results.json"
BASELINE = "single exponential, one half-life for everybody"


def single_exponential(population: Population) -> Benefit:
    """The baseline's compartments: the shared onset, and the population's typical fast half-life for everybody."""
    return SingleExponential(priors()["fixed"]["onset_days"]["value"], population["fast"])


def run(seed: int, report: Callable[[str], None] = lambda _: None) -> dict[str, str]:
    """Calibrate and score. Returns the contents of `parameters.json` and `results.json`. Takes some minutes."""
    ours, rival = Settings(seed=seed), Settings(seed=seed, swap=single_exponential)
    report("fitting the model")
    fit = calibrate(studies(), ours, report=report)
    report(f"fitting the baseline: {BASELINE}")
    other = calibrate(studies(), rival, report=report)
    report("leaving out each study in turn")
    results = {
        "version": MODEL_VERSION,
        "seed": seed,
        "data_sha256": data_sha256(),
        "fitted": _rows(in_sample(studies(), fit, ours)),
        "left_out": _rows(cross_validated(studies(), fit, ours)),
        "baseline_left_out": _rows(cross_validated(studies(), other, rival)),
        "checks": [asdict(c) for c in compare(Population(fit.mean), seed)],
        "log_posterior": round(fit.log_posterior, 4),
        "baseline_log_posterior": round(other.log_posterior, 4),
        "steps": fit.steps,
    }
    return {"parameters.json": _parameters(fit, ours), "results.json": written(results)}


def written(content: dict[str, Any]) -> str:
    """JSON as the files have it."""
    return json.dumps(content, indent=1) + "\n"


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
