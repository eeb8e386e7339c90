"""Maintenance policies in action: is this patient due for an infusion today? Decided from the history alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from tenuto.core.durability.clinic import MaintenancePolicy
from tenuto.core.durability.course import Definitions, State, standing
from tenuto.core.durability.normal import Floats
from tenuto.core.durability.outlook import days_gained, outlook
from tenuto.core.durability.patients import PatientParameters
from tenuto.core.durability.population import PopulationFit
from tenuto.core.durability.posterior import Effort
from tenuto.core.durability.record import History
from tenuto.core.durability.rules import esketamine_style, stable_style
from tenuto.core.durability.stepwise import bound, first_interval_most

if TYPE_CHECKING:
    from tenuto.core.durability.clinic_simulation import Share

__all__ = ["Decider", "decider"]

Decider = Callable[[int, History, date], bool]
"""Number of the patient, course so far, today: give an infusion?"""

_QUICK = Effort(explore=256, refine=0, final=1024, enough=0.25)
"""Draws for a simulated clinic's forecasts: thousands of them, each a little rougher than at the bedside."""


def decider(policy: MaintenancePolicy, share: Share) -> Decider:
    """The policy as a decision; keeps what it must remember of each patient."""
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
    if policy.kind == "aimed":
        return _Aimed(policy, share)
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


class _Aimed:
    """Due when an infusion is expected to bring as many days with the aim held as the policy asks of one.

    Both courses, with and without it, are walked in every draw of the patient's posterior: who holds the aim anyway and
    who would not hold it even so are left alone alike. A loss just confirmed gets an infusion at once. While a patient
    responds an interval is lengthened no further than a step beyond what the patient was seen to hold.
    """

    def __init__(self, policy: MaintenancePolicy, share: Share) -> None:
        self.policy, self.clinic, self.rules, self.fit = policy, share.clinic, share.rules, share.fit
        self.lines: dict[int, float] = {}
        """Of lost response, as it stood after the series."""
        self.look_again: dict[int, date] = {}

    def __call__(self, patient: int, course: History, today: date) -> bool:
        now = standing(course, self.rules)
        gain_line = self.lines.setdefault(patient, now.line)
        if now.run == self.rules.scores_in_row:
            return True
        if len(course.after) < self.rules.least_scores:
            return False
        if now.state is State.RESPONDING and self._at_the_bound(course, today):
            return True
        if today < self.look_again.get(patient, today) and not now.run:
            return False
        gained = days_gained(
            course, today, self.fit, _QUICK, self._line(gain_line), self.rules.every_days, _AIM_DAYS
        )
        calm = gained < self.policy.worth_days / 2
        self.look_again[patient] = today + timedelta(days=(2 if calm else 1) * self.rules.every_days)
        return gained >= self.policy.worth_days

    def _line(self, gain_line: float) -> Callable[[PatientParameters], Floats]:
        measure = self.clinic.measure
        if self.policy.aim == "keep_remission":
            return lambda patients: np.full(len(patients), measure.remission_at_most)
        if self.policy.aim == "keep_response":
            return lambda patients: (1 - measure.response_fall) * patients.baseline
        return lambda patients: np.full(len(patients), gain_line)

    def _at_the_bound(self, course: History, today: date) -> bool:
        """Whether the interval has become longer than may be offered; a score in response today lengthens what was seen."""
        longest = bound(
            course, standing(course, self.rules), self.rules, first_interval_most(course, self.rules)
        )
        return today > course.infusions[-1].on + timedelta(days=longest.days)


_AIM_DAYS = 14
"""Days over which the effect of an infusion is counted: near enough that waiting for the next score is the alternative."""
