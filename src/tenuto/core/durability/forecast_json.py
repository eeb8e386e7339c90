"""The forecast as JSON: the keys that other programs rely on."""

from __future__ import annotations

from datetime import date
from typing import Any

from tenuto.core.durability.forecast import Forecast

__all__ = ["as_json"]


def as_json(found: Forecast) -> dict[str, Any]:
    """Plain values only. Dates are ISO strings; days and probabilities numbers; null where there is nothing to say."""
    window, learned = found.window, found.learned
    low, high = found.interval_80
    return {
        "as_of": found.as_of.isoformat(),
        "state": found.standing.state.value,
        "abstained": found.abstained,
        "reason": found.reason,
        "p_responding": [{"date": on.isoformat(), "p": _p(p)} for on, p in found.responding],
        "booster_window": None
        if window is None
        else {
            "from": _iso(window.start),
            "to": _iso(window.end),
            "longest_acceptable": window.longest_acceptable,
        },
        "candidates": [
            {
                "date": c.on.isoformat(),
                "p_loss_before": _p(c.loss_before),
                "p_responding_90d": _p(c.responding_90d),
            }
            for c in found.candidates
        ],
        "median_days_to_loss": _days(found.median_days_to_loss),
        "interval_80": [_days(low), _days(high)],
        "learned": {
            "ess": round(learned.effective_scores, 2),
            "prior_sd": round(learned.prior_sd, 3),
            "posterior_sd": round(learned.posterior_sd, 3),
            "drivers": [
                {"date": d.on.isoformat(), "value": d.value, "factor": round(d.factor, 3)}
                for d in learned.drivers
            ],
        },
        "rules": [
            {"name": r.name, "advice": r.advice, "next_date": _iso(r.next_date), "source": r.source}
            for r in found.rules
        ],
        "model": {"version": found.model_version, "parameters_sha256": found.parameters_sha256},
    }


def _p(value: float) -> float:
    return round(min(max(value, 0.0), 1.0), 4)


def _days(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _iso(on: date | None) -> str | None:
    return None if on is None else on.isoformat()
