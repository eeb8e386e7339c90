"""The time to come without and with another infusion: draws of one patient carried through the scheduled scores."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from tenuto.core.durability.course import CourseStanding, Definitions, standing
from tenuto.core.durability.error import ErrorOfScale
from tenuto.core.durability.model import Walk
from tenuto.core.durability.normal import Floats
from tenuto.core.durability.population import Circumstances, PopulationFit
from tenuto.core.durability.posterior import Effort, Places, Posterior, evidence_of, posterior
from tenuto.core.durability.record import History, dose_of
from tenuto.core.durability.survival import ResponseCurve, survival

__all__ = ["Ahead", "circumstances", "outlook"]


def circumstances(history: History) -> Circumstances:
    """Where and for what a patient is treated, as the law of patients wants it."""
    return Circumstances(
        history.condition,
        history.setting,
        history.measure.report,
        covariates=history.covariates,
        dose=statistics.median_high(dose_of(i) for i in history.infusions),
    )


@dataclass(frozen=True, slots=True)
class Ahead:
    """Carries weighted draws through the scheduled scores to come."""

    weights: Floats
    """Of the draws, shape (n,), summing to 1."""
    error: ErrorOfScale
    standing: CourseStanding
    rules: Definitions
    start: int
    """Day of the forecast, from the first infusion."""
    last_error: Floats | float = 0.0
    """Of the last score, in each draw, shape (n,)."""
    since: float = math.inf
    """Days from the last score to the day of the forecast."""

    @classmethod
    def of(
        cls,
        found: Posterior,
        error: ErrorOfScale,
        now: CourseStanding,
        rules: Definitions,
        start: int,
        last: float,
    ) -> Ahead:
        """From the posterior of a course whose last score was on day `last`."""
        return cls(found.weights, error, now, rules, start, found.last_error, start - last)

    def follow(
        self,
        walk: Walk,
        days: int,
        *,
        dose_at: tuple[float, float] | None = None,
        shown: Places | None = None,
    ) -> tuple[Floats, ResponseCurve]:
        """The curve of response, with one infusion `(day from now, dose)` or none; `walk` ends up at its end.

        Also the expected scores of the draws at the places `shown` (none by default), shape (times, shown).
        """
        times = [float(t) for t in range(self.rules.every_days, days + 1, self.rules.every_days)]
        if not times or times[-1] < days:
            times.append(float(days))
        shown = np.empty(0, dtype=np.intp) if shown is None else shown
        now = walk.score()
        scores = np.empty((1 + len(times), len(shown)), dtype=now.dtype)
        scores[0] = now[shown]

        def levels() -> Iterator[tuple[float, Floats]]:
            dose, before = dose_at, -self.since
            for k, time in enumerate(times, 1):
                if dose is not None and dose[0] < time:
                    walk.to(self.start + dose[0])
                    walk.infuse(dose[1])
                    dose = None
                walk.to(self.start + time)
                score = walk.score()
                scores[k] = score[shown]
                yield time - before, score
                before = time

        last_error, weights = (np.asarray(each, dtype=now.dtype) for each in (self.last_error, self.weights))
        run = min(self.standing.run, self.rules.scores_in_row - 1)
        left = [
            float(np.einsum("n,n->", weights, each))
            for each in survival(
                self.error.above_in_turn(levels(), self.standing.line, last_error),
                self.rules.scores_in_row,
                run,
            )
        ]
        return scores, ResponseCurve(np.array([0.0, *times]), np.array([1.0, *left]))


def outlook(
    history: History, rules: Definitions, as_of: date, fit: PopulationFit, effort: Effort, days: int
) -> ResponseCurve:
    """Only the curve of response without another infusion; what a simulated clinic asks for, again and again."""
    at, error, evidence = circumstances(history), ErrorOfScale.of(history.measure), evidence_of(history)
    found = posterior(fit.population.model(at), fit.law(at, history.measure), error, evidence, effort)
    start = (as_of - history.start).days
    ahead = Ahead.of(found, error, standing(history, rules), rules, start, evidence.days[-1])
    return ahead.follow(found.walked(float(start)), days)[1]
