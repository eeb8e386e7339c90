"""The forecast as JSON: the keys that other programs rely on."""

from __future__ import annotations

from datetime import date
from typing import Any

from tenuto.core.durability.learned import Learned
from tenuto.core.durability.record import History
from tenuto.core.forecast.answer import Forecast
from tenuto.core.forecast.window import BoosterWindow

__all__ = ["as_json"]


def as_json(history: History, found: Forecast) -> dict[str, Any]:
    """Plain values only. Dates are ISO strings; days and probabilities numbers; null where there is nothing to say."""
    low, high = found.interval_80
    review = found.review
    return {
        "as_of": found.as_of.isoformat(),
        "known_to": found.known_to.isoformat(),
        "scale": history.measure.name,
        "other_scales": list(history.other_scales),
        "left_out": history.left_out,
        "state": found.standing.state.value,
        "drifting": found.standing.drifting,
        "improvement": round(found.standing.improvement, 4),
        "abstained": found.abstained,
        "reason": found.reason,
        "review": None
        if review is None
        else {"date": review.on.isoformat(), "owner": review.owner, "what": review.what},
        "followed_to": found.followed_to.isoformat(),
        "p_responding": [
            {"date": on.isoformat(), "p": _p(p), "followed": on <= found.followed_to}
            for on, p in found.responding
        ],
        "booster_window": None if found.window is None else _window(found.window),
        "aim": {
            "keep": found.aim,
            "worth_days": found.worth_days,
            "days_gained": None if found.window is None else round(found.window.gained, 2),
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
        "learned": _learned(found.learned),
        "rules": [
            {"name": r.name, "advice": r.advice, "next_date": _iso(r.next_date), "source": r.source}
            for r in found.rules
        ],
        "model": {"version": found.model_version, "parameters_sha256": found.parameters_sha256},
    }


def _bounded_by(window: BoosterWindow) -> str:
    return {
        "seen": window.bound.because,
        "risk": "the clinic's limit of risk",
        "aim": "the clinic's aim",
        "earlier": "what was offered before the scores got worse",
    }[window.ended_by]


def _window(window: BoosterWindow) -> dict[str, Any]:
    return {
        "from": window.start.isoformat(),
        "to": window.end.isoformat(),
        "longest_acceptable": window.longest_acceptable,
        "risk": _p(window.risk),
        "bounded_by": _bounded_by(window),
        "longest_seen": window.bound.seen,
        "not_seen_to": _iso(window.not_seen_to),
        "overdue": window.overdue,
    }


def _learned(learned: Learned) -> dict[str, Any]:
    return {
        "ess": round(learned.effective_scores, 2),
        "prior_sd": round(learned.prior_sd, 3),
        "posterior_sd": round(learned.posterior_sd, 3),
        "own_share": round(learned.own_share, 3),
        "drivers": [
            {"date": d.on.isoformat(), "value": d.value, "factor": round(d.factor, 3)}
            for d in learned.drivers
        ],
    }


def _p(value: float) -> float:
    return round(min(max(value, 0.0), 1.0), 4)


def _days(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _iso(on: date | None) -> str | None:
    return None if on is None else on.isoformat()
