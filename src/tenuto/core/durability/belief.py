"""What is believed of one patient while the course goes on: draws kept up with every score and infusion.

`posterior` starts from the prior each time; a simulated clinic asks every week. Here the draws of one posterior are walked
on, weighted by each new score, and drawn afresh only when too few of them still count.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from tenuto.core.durability.course import CourseStanding, Definitions
from tenuto.core.durability.error import ErrorOfScale
from tenuto.core.durability.model import Model, Walk
from tenuto.core.durability.normal import Floats
from tenuto.core.durability.outlook import Ahead, circumstances
from tenuto.core.durability.population import Law, PopulationFit
from tenuto.core.durability.posterior import Effort, Evidence, evidence_of, posterior
from tenuto.core.durability.record import History, dose_of

__all__ = ["Belief", "Believer"]

_KEPT, _LEAST = 512, 0.2
"""Equally weighted draws of a patient, and the share of them that must stay effective."""
Drawn: TypeAlias = tuple[Walk, Floats]
"""Draws after some evidence, and the errors of its last score in them, shape (n,)."""


class Belief:
    """Weighted draws of one patient, in step with the history last followed."""

    def __init__(self, draw: Callable[[Evidence], Drawn], error: ErrorOfScale) -> None:
        """draw: fresh, equally weighted draws of the patient given all the evidence."""
        self._draw, self._error = draw, error
        self._seen: History | None = None
        self._log = np.empty(0)
        self._last_error = np.empty(0)
        self.fresh = 0
        """How often draws were made anew."""

    def follow(self, history: History) -> None:
        """Take in the scores and infusions that came since; a history only ever grows at its end."""
        if self._seen is None:
            self._renew(history)
        else:
            self._extend(self._seen, history)
            if self.effective < _LEAST * len(self.weights):
                self._renew(history)
        self._seen = history

    @property
    def effective(self) -> float:
        """Effective number of draws."""
        return float(1 / (self.weights**2).sum())

    def mean(self, values: Floats) -> float:
        """Mean of a value for each draw, shape (n,)."""
        return float(self.weights @ values)

    def walked(self, day: int) -> Walk:
        """The draws brought to `day`, free to go their own way from there."""
        walk = self.walk.copy()
        walk.to(float(day))
        return walk

    def ahead(self, now: CourseStanding, rules: Definitions, day: int) -> Ahead:
        """The time to come from `day`, as these draws see it."""
        since = float(day - _last_score(self._seen)) if self._seen else math.inf
        return Ahead(self.weights, self._error, now, rules, day, self._last_error, since)

    def _renew(self, history: History) -> None:
        walk, last_error = self._draw(evidence_of(history))
        # What is drawn may be shared with others who follow the same patient.
        self.walk, self._last_error = walk.copy(), last_error
        self._log = np.zeros(len(last_error))
        self.weights = np.full(len(last_error), 1 / len(last_error))
        self.fresh += 1

    def _extend(self, seen: History, history: History) -> None:
        scores, infusions = history.scores[len(seen.scores) :], history.infusions[len(seen.infusions) :]
        # A score on the day of an infusion is from before it.
        events = sorted(
            [(s.on, 0, k) for k, s in enumerate(scores)] + [(i.on, 1, k) for k, i in enumerate(infusions)]
        )
        before = _last_score(seen)
        for on, given, k in events:
            day = (on - history.start).days
            self.walk.to(float(day))
            if given:
                self.walk.infuse(dose_of(infusions[k]))
            else:
                self._weigh(scores[k].value, day - before)
                before = day
        weights = np.exp(self._log - self._log.max())
        self.weights = weights / weights.sum()

    def _weigh(self, score: float, days: int) -> None:
        level = self.walk.score()
        self._log += self._error.next_log_likelihood(level, score, days, self._last_error)
        self._last_error = score - level


def _last_score(history: History) -> int:
    """Day of the last score, from the first infusion."""
    return (history.scores[-1].on - history.start).days


class Believer:
    """Makes beliefs of patients in the same circumstances. What depends on these alone is worked out once, and so are the
    draws of a patient's first belief: several policies begin with the same one."""

    def __init__(self, fit: PopulationFit, effort: Effort) -> None:
        self._fit, self._effort = fit, effort
        self._at: tuple[Model, Law, ErrorOfScale] | None = None
        self._first: dict[Evidence, Drawn] = {}

    def of(self, history: History) -> Belief:
        """A belief of one patient, at first from this history."""
        model, law, error = self._at = self._at or self._circumstances(history)
        start = evidence_of(history)

        def draw(evidence: Evidence) -> Drawn:
            if evidence in self._first:
                return self._first[evidence]
            found = posterior(model, law, error, evidence, self._effort)
            places = found.even(_KEPT)
            drawn = found.walk.only(places), found.last_error[places]
            if evidence == start:
                self._first[evidence] = drawn
            return drawn

        belief = Belief(draw, error)
        belief.follow(history)
        return belief

    def _circumstances(self, history: History) -> tuple[Model, Law, ErrorOfScale]:
        at, measure = circumstances(history), history.measure
        return self._fit.population.model(at), self._fit.law(at, measure), ErrorOfScale.of(measure)
