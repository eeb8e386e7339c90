"""A forecast as it is kept: all that it was made from, and all that it said, as texts with digests.

Whoever has the first text gets the second again, number by number: the draws are quasi-random and the same on every run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from tenuto.core.durability.definitions import Definitions, Drift, LengtheningSteps
from tenuto.core.durability.history_files import read_json
from tenuto.core.durability.normal import Floats
from tenuto.core.durability.population import PopulationFit, fitted
from tenuto.core.durability.posterior import Effort
from tenuto.core.durability.record import History
from tenuto.core.forecast.answer import Forecast, forecast
from tenuto.core.forecast.answer_json import as_json
from tenuto.core.forecast.words import headline

__all__ = [
    "FIGURES",
    "ForecastSaid",
    "KeptInputs",
    "ground_of",
    "inputs_from",
    "inputs_text",
    "result_text",
    "said_from",
    "said_of",
    "sha256_of",
]

FIGURES = 9
"""Significant figures of a kept number: far more than is shown, and fewer than processors may differ in."""
DRAWS = "Sobol, digits shifted"
"""How the draws come about. There is no seed: the sequence is always the same one."""


@dataclass(frozen=True, slots=True, eq=False)
class KeptInputs:
    """What a forecast is made from: the history, the clinic's definitions, the day, and how many draws."""

    history: History
    definitions: Definitions
    as_of: date
    effort: Effort

    def made(self, fit: PopulationFit | None = None) -> Forecast:
        """The forecast of these inputs. Deterministic."""
        return forecast(self.history, self.definitions, as_of=self.as_of, effort=self.effort, fit=fit)


@dataclass(frozen=True, slots=True)
class ForecastSaid:
    """What a forecast said, for lists and for whoever acts on it; `result` is all of it."""

    known_to: date
    treated: date
    """The last infusion that it knew."""
    state: str
    headline: str
    reason: str
    """Why nothing is forecast; empty when there is a forecast."""
    opens: date | None
    closes: date | None
    review_on: date | None
    review_owner: str
    review_what: str
    model_version: str
    parameters_sha256: str
    result: str

    def like(self, other: ForecastSaid) -> bool:
        """Whether both come to the same: the window or the reason, and the state. Another day alone changes nothing."""
        parts = ("state", "reason", "opens", "closes", "known_to", "treated")
        return all(getattr(self, part) == getattr(other, part) for part in parts)


def inputs_text(history: str, definitions: Definitions, as_of: date, *, effort: Effort | None = None) -> str:
    """The one text of all inputs. history: as `course_rows.history_text` writes it."""
    return _text(
        {
            "history": json.loads(history),
            "definitions": _plain(definitions),
            "as_of": as_of.isoformat(),
            "draws": {"sequence": DRAWS, **asdict(effort or Effort())},
        }
    )


def inputs_from(text: str) -> KeptInputs:
    """The inputs that `inputs_text` wrote. HistoryError for a history that can't be forecast."""
    raw = json.loads(text)
    as_of = date.fromisoformat(raw["as_of"])
    return KeptInputs(
        history=read_json(json.dumps(raw["history"]), as_of=as_of),
        definitions=_definitions(raw["definitions"]),
        as_of=as_of,
        effort=Effort(**{name: value for name, value in raw["draws"].items() if name != "sequence"}),
    )


def result_text(history: History, found: Forecast) -> str:
    """The one text of what a forecast said, its numbers to `FIGURES` significant figures.

    The keys of `answer_json`, with the curve of response and the fan in full.
    """
    said = as_json(history, found)
    said["window_risk"] = None if found.window is None else _figures(found.window.risk)
    said["line"], said["response_at_most"] = found.standing.line, found.standing.response_at_most
    said["curve"] = {
        "days": _all_figures(found.curve.days),
        "responding": _all_figures(found.curve.responding),
    }
    said["fan"] = {
        "on": [on.isoformat() for on in found.fan.on],
        "expected": [_all_figures(level) for level in found.fan.expected],
        "observed": [_all_figures(level) for level in found.fan.observed],
    }
    return _text(said)


def said_from(text: str) -> ForecastSaid:
    """What the program says to kept inputs: the same again, to the last figure, while the model is the same.

    HistoryError for a history that can't be forecast. A piece of work that another process can do.
    """
    inputs = inputs_from(text)
    return said_of(inputs, inputs.made())


def said_of(inputs: KeptInputs, found: Forecast) -> ForecastSaid:
    """The forecast of these inputs, as it is kept."""
    # A window that is past is to be decided on, see `opens` and `closes`; a review is what a course without one gets.
    window, review = found.window, None if found.window else found.review
    return ForecastSaid(
        known_to=found.known_to,
        treated=inputs.history.infusions[-1].on,
        state=found.standing.state.value,
        headline=headline(found, inputs.definitions),
        reason=found.reason or "",
        opens=window.start if window else None,
        closes=window.end if window else None,
        review_on=review.on if review else None,
        review_owner=review.owner if review else "",
        review_what=review.what if review else "",
        model_version=found.model_version,
        parameters_sha256=found.parameters_sha256,
        result=result_text(inputs.history, found),
    )


def ground_of(history: str, definitions: Definitions) -> str:
    """The digest of all that a forecast rests on but the day: facts, definitions, draws, model and parameters.

    While it is the same, only time has passed.
    """
    fit = fitted()
    model = {"version": fit.version, "parameters": fit.sha256}
    return sha256_of(_text({"model": model, "inputs": inputs_text(history, definitions, date.min)}))


def sha256_of(text: str) -> str:
    """The digest of a kept text."""
    return hashlib.sha256(text.encode()).hexdigest()


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _figures(value: float) -> float:
    return float(f"{float(value):.{FIGURES}g}")


def _all_figures(values: Floats) -> list[float]:
    return [_figures(value) for value in values]


def _plain(definitions: Definitions) -> dict[str, Any]:
    closed = sorted(day.isoformat() for day in definitions.closed)
    return {**asdict(definitions), "closed": closed}


_NO_LIMIT = 36_500
"""Days, a century: a limit that an older text does not name was none when its forecast was made."""
_STEPS_SINCE = {"most_between_scores": _NO_LIMIT, "longest": _NO_LIMIT}
_SINCE = {"none_after_attempt_days": -_NO_LIMIT}
"""What the first kept forecasts lack, as it was then: nobody was left without a forecast for an attempt."""


def _definitions(raw: Mapping[str, Any]) -> Definitions:
    steps = {**_STEPS_SINCE, **raw["steps"]}
    steps |= {name: tuple(steps[name]) for name in ("long", "short")}
    read = {
        "drift": Drift(**raw["drift"]),
        "steps": LengtheningSteps(**steps),
        "clinic_days": tuple(raw["clinic_days"]),
        "closed": frozenset(map(date.fromisoformat, raw["closed"])),
    }
    return Definitions(**{**_SINCE, **raw, **read})
