"""Plays maintenance policies on the same synthetic patients. A policy sees what a clinic sees: scores and dates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from tenuto.core.course.infusion import GivenInfusion
from tenuto.core.durability.belief import Believer
from tenuto.core.durability.clinic import MaintenancePolicy, SyntheticClinic
from tenuto.core.durability.course import Definitions, State, standing
from tenuto.core.durability.decide import ROUGH, Decider, decider
from tenuto.core.durability.enrol import enrol
from tenuto.core.durability.error import ErrorOfScale
from tenuto.core.durability.normal import Floats
from tenuto.core.durability.patients import PatientParameters
from tenuto.core.durability.population import PopulationFit
from tenuto.core.durability.record import History, Scored
from tenuto.core.durability.truths import TrueLaw, true_law
from tenuto.core.units import MgPerKg

__all__ = ["Outcome", "PolicyResult", "Share", "play", "shares", "summary"]

START = date(2000, 1, 3)
"""Dates of synthetic courses count from here; only differences matter."""
_AT_ONCE = 20


@dataclass(frozen=True, slots=True, eq=False)
class Share:
    """Some of the patients, with their own seed: the same patients whoever plays them."""

    clinic: SyntheticClinic
    fit: PopulationFit
    rules: Definitions
    patients: int
    seed: np.random.SeedSequence


@dataclass(frozen=True, slots=True)
class Outcome:
    """One responder under one policy, from the end of the series to the horizon."""

    policy: str
    infusions: int
    days: int
    days_in_response: int
    """By the level behind the scores, not by the scores."""
    days_gain_kept: int
    """Days on which that level is not above the patient's line of lost response as it stood after the series.

    The line of the moment would move with the best score, and so be stricter on a policy that treats more.
    """
    first_infusion: int | None
    """Day of the first maintenance infusion."""
    untreated_loss: int | None
    """Day on which response is lost when this patient gets no maintenance."""
    loss: int | None
    """Day on which response is lost under the policy."""
    days_in_remission: int
    """By the level behind the scores."""


@dataclass(frozen=True, slots=True)
class PolicyResult:
    """A policy over all responders."""

    policy: str
    kind: str
    responders: int
    infusions_a_year: float
    time_in_response: float
    """Percent of days."""
    gain_kept: float
    """Percent of days on which no more of the series' improvement is lost than the clinic allows."""
    caught: float
    """Percent of those who lose response untreated whom the policy treats before that day."""
    lead_weeks: float
    """Median weeks from that first infusion to the day of the loss it came before."""
    lost: float
    """Percent who lose response at some time all the same."""
    keepers: int
    """How many keep response untreated to the horizon."""
    over_treated: float
    """Percent of those who are treated all the same."""


def shares(clinic: SyntheticClinic, fit: PopulationFit, rules: Definitions, seed: int) -> Iterator[Share]:
    """Cut the population into pieces whose results do not depend on who plays them."""
    pieces = -(-clinic.patients // _AT_ONCE)
    for k, one in enumerate(np.random.SeedSequence(seed).spawn(pieces)):
        yield Share(clinic, fit, rules, min(_AT_ONCE, clinic.patients - k * _AT_ONCE), one)


def play(share: Share) -> list[Outcome]:
    """Every policy on every responder of a share, all under the same errors of the scores."""
    clinic, rng = share.clinic, np.random.default_rng(share.seed)
    true = true_law(clinic.truth, clinic.circumstances, share.fit)
    law = true.population.law(clinic.circumstances, clinic.measure)
    # The clinic is one site, the typical one; the forecast does not know that.
    known = replace(law, doubt=np.zeros_like(law.doubt))
    patients, entry = enrol(known, clinic.measure, clinic.baseline, share.patients, np.zeros((1, 1, 3)), rng)
    noise = rng.standard_normal((share.patients, clinic.horizon_days // share.rules.every_days + 1))
    none = MaintenancePolicy("none", "none")
    lost = [
        _first_loss(course, clinic, share.rules) if course is not None else None
        for course in (
            one.course for one in _run(share, true, patients, entry[0], noise, decider(none, share), none)
        )
    ]
    outcomes, believer = [], Believer(share.fit, ROUGH)
    for policy in clinic.policies:
        played = _run(share, true, patients, entry[0], noise, decider(policy, share, believer), policy)
        outcomes += [
            _outcome(policy, share, one, one.course, day)
            for one, day in zip(played, lost, strict=True)
            if one.course is not None
        ]
    return outcomes


@dataclass(frozen=True, slots=True)
class _Played:
    """One patient's course under a policy; None for a non-responder. Days followed, in response, with the gain kept."""

    course: History | None
    days: int
    in_response: int
    gain_kept: int
    in_remission: int


def _run(
    share: Share,
    true: TrueLaw,
    patients: PatientParameters,
    entry: Floats,
    noise: Floats,
    decide: Decider,
    policy: MaintenancePolicy,
) -> list[_Played]:
    """The courses of the patients under one policy. An interval is kept to the day; every other policy waits for a score."""
    clinic, rules = share.clinic, share.rules
    error = ErrorOfScale.of(clinic.measure, true.population["error_correlation"])
    to_the_day = policy.kind in ("fixed", "fixed_then")
    courses = [_opened(clinic, float(score)) for score in entry]
    days, good, kept, well = np.zeros((4, len(courses)), dtype=int)
    last_error, carried = entry - patients.baseline, float(error.correlation(rules.every_days))
    responder: list[bool] = []
    lines: list[float] = []
    walk = true.model.start(patients, 0.0)
    for day in range(clinic.horizon_days + 1):
        walk.to(float(day))
        level = walk.score()
        scored = day > 0 and day % rules.every_days == 0
        if scored:
            seen = error.observe(level, noise[:, day // rules.every_days], last=last_error, kept=carried)
            last_error = seen - level
            courses = [
                _scored(course, day, float(score)) for course, score in zip(courses, seen, strict=True)
            ]
        who = np.full(len(courses), float(day in clinic.induction_days))
        if responder:
            days += 1
            good += level <= (1 - clinic.measure.response_fall) * patients.baseline
            kept += level <= lines
            well += level <= clinic.measure.remission_at_most
            if scored or to_the_day:
                today = START + timedelta(days=day)
                who = np.array(
                    [float(yes and decide(k, courses[k], today)) for k, yes in enumerate(responder)]
                )
        elif scored and day > clinic.induction_days[-1]:
            after = [standing(course, rules) for course in courses]
            responder = [one.responded for one in after]
            lines = [one.line for one in after]
        if who.any():
            walk.infuse(clinic.dose, who)
            courses = [_treated(c, day, clinic.dose) if w else c for c, w in zip(courses, who, strict=True)]
    return [
        _Played(course if yes else None, int(d), int(g), int(k), int(w))
        for course, yes, d, g, k, w in zip(courses, responder, days, good, kept, well, strict=True)
    ]


def _opened(clinic: SyntheticClinic, entry: float) -> History:
    at = clinic.circumstances
    return History(clinic.measure, at.condition, at.setting, (Scored(START, entry),), ())


def _scored(course: History, day: int, value: float) -> History:
    return replace(course, scores=(*course.scores, Scored(START + timedelta(days=day), value)))


def _treated(course: History, day: int, dose: float) -> History:
    given = GivenInfusion(START + timedelta(days=day), dose=MgPerKg(str(dose)))
    return replace(course, infusions=(*course.infusions, given))


def _first_loss(course: History, clinic: SyntheticClinic, rules: Definitions) -> int | None:
    """The day after the series on which a course first counts as lost."""
    for k in range(1, len(course.scores) + 1):
        day = (course.scores[k - 1].on - START).days
        so_far = replace(course, scores=course.scores[:k])
        if day > clinic.induction_days[-1] and standing(so_far, rules).state is State.LOST:
            return day
    return None


def _outcome(
    policy: MaintenancePolicy, share: Share, one: _Played, course: History, lost: int | None
) -> Outcome:
    clinic = share.clinic
    later = [(i.on - START).days for i in course.infusions[len(clinic.induction_days) :]]
    return Outcome(
        policy=policy.name,
        infusions=len(later),
        days=one.days,
        days_in_response=one.in_response,
        days_gain_kept=one.gain_kept,
        days_in_remission=one.in_remission,
        first_infusion=later[0] if later else None,
        untreated_loss=lost,
        loss=_first_loss(course, clinic, share.rules),
    )


def summary(clinic: SyntheticClinic, outcomes: list[Outcome]) -> list[PolicyResult]:
    """One line a policy, in the clinic's order; not a number where nobody is left to judge."""
    return [_result(policy, [o for o in outcomes if o.policy == policy.name]) for policy in clinic.policies]


def _result(policy: MaintenancePolicy, own: list[Outcome]) -> PolicyResult:
    days = sum(o.days for o in own)
    losers = [o for o in own if o.untreated_loss is not None]
    keepers = [o for o in own if o.untreated_loss is None]
    lead = [
        o.untreated_loss - o.first_infusion
        for o in losers
        if o.untreated_loss is not None
        and o.first_infusion is not None
        and o.first_infusion < o.untreated_loss
    ]
    nan = float("nan")
    return PolicyResult(
        policy=policy.name,
        kind=policy.kind,
        responders=len(own),
        infusions_a_year=sum(o.infusions for o in own) / (days / 365.25) if days else nan,
        time_in_response=100 * sum(o.days_in_response for o in own) / days if days else nan,
        gain_kept=100 * sum(o.days_gain_kept for o in own) / days if days else nan,
        caught=100 * len(lead) / len(losers) if losers else nan,
        lead_weeks=float(np.median(lead)) / 7 if lead else nan,
        lost=100 * sum(o.loss is not None for o in own) / len(own) if own else nan,
        keepers=len(keepers),
        over_treated=100 * sum(o.infusions > 0 for o in keepers) / len(keepers) if keepers else nan,
    )
