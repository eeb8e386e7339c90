"""The clinic's definitions behind a forecast, all of them policy: what a course is called and how far it may be waited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tenuto.core.durability.aim import AIMS, Aim
from tenuto.core.policy import Policy, PolicyError

__all__ = ["Definitions", "Drift", "LengtheningSteps"]


@dataclass(frozen=True, slots=True)
class Drift:
    """When a course counts as drifting or as unstable."""

    in_row: int
    """Scores in a row that are reliably worse than the best."""
    slope_scores: int
    """Scores since the last infusion that a slope needs."""
    slope_most: int
    """Latest scores that it looks at."""
    slope_errors: float
    """Least slope, in its standard errors."""
    slope_rise: float
    """Least rise along the slope, as a share of the reliable change."""
    unstable_scores: int
    """Latest scores in which reliable ups and downs are looked for."""
    unstable_turns: int
    """Turns between reliable ups and downs that make a course unstable."""

    @classmethod
    def from_policy(cls, policy: Policy) -> Drift:
        """Read from the clinic's limits; PolicyError names one that is missing."""
        return cls(
            in_row=policy.whole("forecast_drift_scores_in_row"),
            slope_scores=policy.whole("forecast_slope_scores"),
            slope_most=policy.whole("forecast_slope_most_scores"),
            slope_errors=float(policy.number("forecast_slope_errors")),
            slope_rise=float(policy.number("forecast_slope_percent_of_reliable")) / 100,
            unstable_scores=policy.whole("forecast_unstable_scores"),
            unstable_turns=policy.whole("forecast_unstable_turns"),
        )


@dataclass(frozen=True, slots=True)
class LengtheningSteps:
    """How far an interval may be lengthened beyond what a patient was seen to hold. Days."""

    hold_score: int
    """Age of a score in response at the infusion that ended an interval seen to hold."""
    maintenance_gap: int
    """Shortest interval that counts as maintenance; closer infusions are a series."""
    share: float
    """Of the interval, that a step adds."""
    long_from: int
    """Interval from which the long steps apply."""
    long: tuple[int, int]
    """Least and greatest long step."""
    short: tuple[int, int]
    """Least and greatest step of a shorter interval."""
    none_after_antidepressant: int
    none_after_attempt: int
    none_after_item_rise: int
    most_between_scores: int
    """Longest time between two scores through which an interval still counts as seen."""
    longest: int
    """Longest interval that is ever offered, whatever was seen."""

    @classmethod
    def from_policy(cls, policy: Policy) -> LengtheningSteps:
        """Read from the clinic's limits; PolicyError names one that is missing."""
        days = policy.whole
        return cls(
            hold_score=days("forecast_hold_score_days"),
            maintenance_gap=days("forecast_maintenance_gap_days"),
            share=float(policy.number("forecast_step_percent")) / 100,
            long_from=days("forecast_step_from_days"),
            long=(days("forecast_step_least_days"), days("forecast_step_most_days")),
            short=(days("forecast_short_step_least_days"), days("forecast_short_step_most_days")),
            none_after_antidepressant=days("forecast_no_step_after_antidepressant_days"),
            none_after_attempt=days("forecast_no_step_after_attempt_days"),
            none_after_item_rise=days("forecast_no_step_after_item_rise_days"),
            most_between_scores=days("forecast_oldest_score_days"),
            longest=days("forecast_longest_interval_days"),
        )


@dataclass(frozen=True, slots=True)
class Definitions:
    """The clinic's definitions, all of them policy."""

    gain_kept: float
    """Share of the improvement below which a score counts towards loss of response."""
    scores_in_row: int
    response_scores: int
    """Scores in response after which falling out of it is losing."""
    partial: float
    """Improvement, as a share of baseline, from which a course without response is partial."""
    drift: Drift
    steps: LengtheningSteps
    every_days: int
    """Days between scheduled scores from now on."""
    risk_lower: float
    risk_upper: float
    aim: Aim
    """What maintenance is to keep."""
    worth_days: float
    """Days with the aim held, of the coming `AIM_DAYS`, from which an infusion is worth giving."""
    least_scores: int
    """Scores since the first infusion below which the forecast abstains."""
    oldest_days: int
    """Days since the last score beyond which it abstains."""
    oldest_baseline_days: int
    """Days from the baseline to the first infusion beyond which it abstains."""
    none_after_attempt_days: int
    """Days from a suicide attempt to a last score within which it abstains."""
    review_days: int
    """Days within which someone reviews a course without a forecast."""
    misfit_most: float
    """Mean squared distance of the scores from the model, in error variances, above which it abstains."""
    dose_most: float
    infusions_most: int
    fixed_days: int
    """The protocol's interval between maintenance infusions."""
    interval_step_days: int
    """By how much the interval rules lengthen or shorten."""
    mild_share: float
    """Share of the scale's range up to which a score counts as mildly ill or better."""
    clinic_days: tuple[int, ...]
    """Days of the week on which the clinic infuses, Monday = 0."""
    closed: frozenset[date]
    """Dates on which it does not."""

    @classmethod
    def from_policy(cls, policy: Policy) -> Definitions:
        """Read from the clinic's limits; PolicyError names one that is missing."""
        return cls(
            gain_kept=float(policy.number("forecast_gain_kept_percent")) / 100,
            scores_in_row=policy.whole("forecast_loss_scores_in_row"),
            response_scores=policy.whole("forecast_response_scores"),
            partial=float(policy.number("forecast_partial_percent")) / 100,
            drift=Drift.from_policy(policy),
            steps=LengtheningSteps.from_policy(policy),
            every_days=policy.whole("forecast_score_every_days"),
            risk_lower=float(policy.number("forecast_risk_lower_percent")) / 100,
            risk_upper=float(policy.number("forecast_risk_upper_percent")) / 100,
            aim=_aim(policy),
            worth_days=float(policy.number("forecast_worth_days")),
            least_scores=policy.whole("forecast_least_scores"),
            oldest_days=policy.whole("forecast_oldest_score_days"),
            oldest_baseline_days=policy.whole("forecast_oldest_baseline_days"),
            none_after_attempt_days=policy.whole("forecast_none_after_attempt_days"),
            review_days=policy.whole("forecast_review_days"),
            misfit_most=float(policy.number("forecast_misfit_most")),
            dose_most=float(policy.number("forecast_dose_most_mg_per_kg")),
            infusions_most=policy.whole("forecast_infusions_most"),
            fixed_days=policy.whole("forecast_fixed_interval_days"),
            interval_step_days=policy.whole("maintenance_stretch_days"),
            mild_share=float(policy.number("forecast_mild_percent_of_range")) / 100,
            clinic_days=policy.clinic_days,
            closed=frozenset(policy.holidays),
        )


def _aim(policy: Policy) -> Aim:
    """The word as one of `AIMS`; PolicyError when it is none."""
    word = policy.word("forecast_aim")
    found = next((aim for aim in AIMS if aim == word), None)
    if found is None:
        raise PolicyError(f"Policy {policy.id}: 'forecast_aim' is '{word}'. Use one of {', '.join(AIMS)}.")
    return found
