"""Rules looked back on as warnings: whom they would have treated before a loss that came untreated, and whom needlessly.

Counted as the published back-test of rules for continuation ECT counts (STABLE): losses flagged beforehand, how long
before, and those treated who would have stayed well. Up to its first infusion a course under a rule is the untreated one,
so the first infusion is the flag.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tenuto.core.durability.clinic import SyntheticClinic
from tenuto.core.durability.clinic_simulation import Outcome

__all__ = ["BackTest", "backtests"]

_YEAR_DAYS = 365.25


@dataclass(frozen=True, slots=True)
class BackTest:
    """One rule over all responders; errors are Monte Carlo standard errors, not numbers where nobody is left to judge."""

    rule: str
    losses: int
    """Responders who lose response untreated within the horizon."""
    flagged: float
    """Percent of the losses that the rule treats before their day."""
    flagged_error: float
    lead_weeks: float
    """Mean weeks from the flag to the loss, of the flagged."""
    lead_error: float
    keepers: int
    """Responders who keep response untreated to the horizon."""
    over_treated: float
    """Percent of the keepers that the rule treats."""
    over_treated_error: float
    needless: float
    """Infusions a year that a keeper gets. An interval that is never longer than a clinic's longest treats every keeper some day."""
    needless_error: float


def backtests(clinic: SyntheticClinic, outcomes: Sequence[Outcome]) -> list[BackTest]:
    """Every policy that treats, in the clinic's order."""
    return [
        _backtest(policy.name, [o for o in outcomes if o.policy == policy.name])
        for policy in clinic.policies
        if policy.kind != "none"
    ]


def _backtest(rule: str, own: Sequence[Outcome]) -> BackTest:
    leads = [_lead(o.untreated_loss, o.first_infusion) for o in own if o.untreated_loss is not None]
    flagged = [lead / 7 for lead in leads if lead > 0]
    keepers = [o for o in own if o.untreated_loss is None]
    return BackTest(
        rule,
        len(leads),
        *_percent([float(lead > 0) for lead in leads]),
        *_mean(flagged),
        len(keepers),
        *_percent([float(o.first_infusion is not None) for o in keepers]),
        *_mean([_YEAR_DAYS * o.infusions / o.days for o in keepers if o.days]),
    )


def _lead(loss: int, first: int | None) -> int:
    """Days from the flag to the loss; 0 without one before it."""
    return 0 if first is None else max(loss - first, 0)


def _percent(values: Sequence[float]) -> tuple[float, float]:
    mean, error = _mean(values)
    return 100 * mean, 100 * error


def _mean(values: Sequence[float]) -> tuple[float, float]:
    """Mean and its standard error; not numbers where there are none, or one, to tell it from."""
    if not values:
        return math.nan, math.nan
    mean = sum(values) / len(values)
    if len(values) == 1:
        return mean, math.nan
    variance = sum((value - mean) ** 2 for value in values) / (len(values) - 1)
    return mean, math.sqrt(variance / len(values))
