"""Maintenance policies in action: is this patient due for an infusion today? Decided from the history alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from tenuto.core.durability.aim import Aim, aim_line, days_gained
from tenuto.core.durability.belief import Belief, Believer
from tenuto.core.durability.clinic import MaintenancePolicy
from tenuto.core.durability.course import CourseStanding, Definitions, State, standing
from tenuto.core.durability.outlook import outlook
from tenuto.core.durability.population import PopulationFit
from tenuto.core.durability.posterior import Effort
from tenuto.core.durability.record import History, dose_of
from tenuto.core.durability.rules import esketamine_style, stable_style
from tenuto.core.durability.stepwise import bound, first_interval_most

if TYPE_CHECKING:
    from tenuto.core.durability.clinic_simulation import Share

__all__ = ["ROUGH", "Decider", "decider"]

Decider = Callable[[int, History, date], bool]
"""Number of the patient, course so far, today: give an infusion?"""

_QUICK = Effort(explore=256, refine=0, final=1024, enough=0.25)
"""Draws for a simulated clinic's forecasts: thousands of them, each a little rougher than at the bedside."""

ROUGH = Effort(explore=256, refine=0, final=512, enough=0.25)
"""Draws of a belief each time it begins anew: rougher still, and kept up with every score."""


def decider(policy: MaintenancePolicy, share: Share, believer: Believer | None = None) -> Decider:
    """The policy as a decision; keeps what it must remember of each patient.

    believer: of the share's patients, so that what the policies have in common is worked out once.
    """
    rules, fit = share.rules, share.fit
    if policy.kind == "none":
        return lambda _, __, ___: False
    if policy.kind == "fixed":
        return lambda _, course, today: today >= course.infusions[-1].on + timedelta(days=policy.every_days)
    if policy.kind == "fixed_then":
        return lambda _, course, today: _tapered(policy, course, today)
    if policy.kind == "symptom_triggered":
        return lambda _, course, __: standing(course, rules).state is State.LOST
    if policy.kind == "esketamine_rule":
        return lambda _, course, today: _due(esketamine_style(course, rules).next_date, today)
    if policy.kind == "stable_rule":
        return lambda _, course, today: _due(
            stable_style(course, rules, standing(course, rules), today).next_date, today
        )
    if policy.kind in ("aimed", "forecast"):
        return _Aimed(_Asked.of(policy, rules), rules, believer or Believer(fit, ROUGH))
    return _ModelWindow(policy.risk or rules.risk_upper, rules, fit)


def _due(on: date | None, today: date) -> bool:
    return on is not None and on <= today


def _tapered(policy: MaintenancePolicy, course: History, today: date) -> bool:
    late = (today - course.start).days > policy.then_after_days
    gap = policy.then_every_days if late else policy.every_days
    return today >= course.infusions[-1].on + timedelta(days=gap)


class _ModelWindow:
    """Due when the risk of lost response would pass the limit within the time that confirming a loss takes.

    That is as many scheduled scores as the definition asks for in a row. Any nearer the risk is nil until a first bad
    score has been seen, and the rule would wait for it.
    """

    def __init__(self, risk: float, rules: Definitions, fit: PopulationFit) -> None:
        self.risk, self.rules, self.fit = risk, rules, fit
        self.ahead = rules.scores_in_row * rules.every_days
        self.look_again: dict[int, date] = {}
        self.known: dict[int, int] = {}

    def __call__(self, patient: int, course: History, today: date) -> bool:
        now = standing(course, self.rules)
        if now.state is State.LOST:
            return True
        if len(course.after) < self.rules.least_scores:
            return False
        # A calm course far from its window is not forecast anew every week; a new infusion or a bad score is.
        infusions = len(course.infusions)
        calm = not now.run and not now.drifting and self.known.get(patient) == infusions
        if calm and today < self.look_again.get(patient, today):
            return False
        curve = outlook(course, self.rules, today, self.fit, _QUICK, days=26 * self.rules.every_days)
        day = curve.day_of_risk(self.risk)
        if day is not None and day <= self.ahead:
            return True
        self.known[patient] = infusions
        wait = curve.days[-1] if day is None else day - self.ahead
        self.look_again[patient] = today + timedelta(days=min(4 * self.rules.every_days, int(wait / 2)))
        return False


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be kept, the days of it that an infusion must bring, and the risk of lost response that is too much."""

    aim: Aim
    worth_days: float
    risk: float
    moving_line: bool
    """Whether the gain is what the best score so far shows, as a forecast takes it, or what the series brought."""

    @classmethod
    def of(cls, policy: MaintenancePolicy, rules: Definitions) -> _Asked:
        """Of an aimed policy its own; of the forecast's what the clinic's limits say."""
        if policy.kind == "forecast":
            return cls(policy.aim or rules.aim, rules.worth_days, rules.risk_upper, True)
        if policy.aim is None:
            raise ValueError(f"Policy '{policy.name}' has no aim.")
        return cls(policy.aim, policy.worth_days, math.inf, False)


class _Aimed:
    """Due when an infusion is expected to bring as many days with the aim held as is asked of one.

    Both courses, with and without it, are walked in every draw of the patient's posterior: who holds the aim anyway and
    who would not hold it even so are left alone alike. A loss just confirmed gets an infusion at once, and so does too
    great a risk of one. While a patient responds an
    interval is lengthened no further than a step beyond what the patient was seen to hold.
    """

    def __init__(self, asked: _Asked, rules: Definitions, believer: Believer) -> None:
        self.asked, self.rules, self.believer = asked, rules, believer
        self.lines: dict[int, float] = {}
        """Of lost response, as it stood after the series."""
        self.beliefs: dict[int, Belief] = {}

    def __call__(self, patient: int, course: History, today: date) -> bool:
        now = standing(course, self.rules)
        gain_line = now.line if self.asked.moving_line else self.lines.setdefault(patient, now.line)
        if now.run == self.rules.scores_in_row:
            return True
        if len(course.after) < self.rules.least_scores:
            return False
        if now.state is State.RESPONDING and self._at_the_bound(course, now, today):
            return True
        belief = self._belief(patient, course)
        return self._gains(belief, course, gain_line, today) or self._risky(belief, course, now, today)

    def _at_the_bound(self, course: History, now: CourseStanding, today: date) -> bool:
        """Whether the interval has become longer than may be offered; a score in response today lengthens what was seen.

        Infusions come with a score here: a bound that falls between two of them is rounded up to the second. Rounded down, a
        step of three days would never lead from one week to two.
        """
        longest = bound(course, now, self.rules, first_interval_most(course, self.rules))
        return (today - course.infusions[-1].on).days > longest.days

    def _belief(self, patient: int, course: History) -> Belief:
        if patient not in self.beliefs:
            self.beliefs[patient] = self.believer.of(course)
        else:
            self.beliefs[patient].follow(course)
        return self.beliefs[patient]

    def _gains(self, belief: Belief, course: History, gain_line: float, today: date) -> bool:
        walk = belief.walked((today - course.start).days)
        line = aim_line(self.asked.aim, course.measure, gain_line, walk.patients)
        dose = dose_of(course.infusions[-1])
        return days_gained(walk, belief.weights, line, dose, self.rules.every_days) >= self.asked.worth_days

    def _risky(self, belief: Belief, course: History, now: CourseStanding, today: date) -> bool:
        """Whether the risk of lost response passes the limit within the time that confirming a loss takes."""
        if math.isinf(self.asked.risk):
            return False
        start, ahead = (today - course.start).days, self.rules.scores_in_row * self.rules.every_days
        _, curve = belief.ahead(now, self.rules, start).follow(belief.walked(start), ahead)
        return curve.day_of_risk(self.asked.risk) is not None
