"""What an aimed rule brings over fixed intervals and published rules, at as many infusions, on the same patients."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tenuto.core.durability.aim import AIMS, Aim
from tenuto.core.durability.clinic import SyntheticClinic
from tenuto.core.durability.clinic_simulation import Outcome
from tenuto.core.durability.normal import Floats

__all__ = ["FIXED", "Margin", "margins"]

FIXED = "fixed intervals"
_PUBLISHED = ("fixed_then", "symptom_triggered", "esketamine_rule", "stable_rule")


@dataclass(frozen=True, slots=True)
class Margin:
    """An aimed rule against a rival, judged by what the rule aims at."""

    aim: Aim
    policy: str
    """Of the aimed rule; its name and a rival's rate say where on its line it is judged."""
    rival: str
    infusions_a_year: float
    """Of both."""
    held: float
    """Percent of days on which the rule holds the aim."""
    more: float
    """By how much that is above the rival, in percent points of days."""
    error: float
    """Monte Carlo standard error of `more`, patient by patient."""
    fewer: float
    """Percent fewer infusions where the rule holds the aim as long as the rival; not a number where lines do not meet."""


@dataclass(frozen=True, slots=True, eq=False)
class _Played:
    """One policy, or a mix of two: infusions a year and percent of days with the aim held, each of every patient."""

    rate: Floats
    held: Floats
    slope: float = 0.0
    """Of the line it is taken from: points of `held` for one more infusion a year."""

    def mixed(self, other: _Played, share: float) -> _Played:
        """So much of the other in place of this one: what a clinic gets that treats that share of patients so."""
        run = float(other.rate.mean() - self.rate.mean())
        return _Played(
            (1 - share) * self.rate + share * other.rate,
            (1 - share) * self.held + share * other.held,
            float(other.held.mean() - self.held.mean()) / run if run else 0.0,
        )


def margins(clinic: SyntheticClinic, outcomes: Sequence[Outcome]) -> list[Margin]:
    """Every rule with an aim against fixed intervals, and the line of each aim against every published rule.

    Between two settings of one kind lies what a mix of both gives; no maintenance is the lowest setting of every
    kind. Where a rival gives more than the most that an aimed rule was played at, that most is compared.
    """
    return [one for aim in AIMS for one in _of_aim(clinic, outcomes, aim)]


def _of_aim(clinic: SyntheticClinic, outcomes: Sequence[Outcome], aim: Aim) -> Iterator[Margin]:
    own = [p.name for p in clinic.policies if p.aim == aim]
    if not own or not outcomes:
        return
    played = {p.name: _played(outcomes, p.name, aim) for p in clinic.policies}
    idle = [played[p.name] for p in clinic.policies if p.kind == "none"]
    fixed = idle + [played[p.name] for p in clinic.policies if p.kind == "fixed"]
    for name in own:
        if len(fixed) > 1:
            ours = played[name]
            yield _margin(aim, name, FIXED, ours, _at_rate(fixed, ours), _fewer(ours, _at_held(fixed, ours)))
    line = idle + [played[name] for name in own]
    for policy in clinic.policies:
        if policy.kind in _PUBLISHED:
            rival = played[policy.name]
            fewer = _fewer(_at_held(line, rival), rival)
            yield _margin(aim, f"{aim} rule", policy.name, _at_rate(line, rival), rival, fewer)


def _played(outcomes: Sequence[Outcome], policy: str, aim: Aim) -> _Played:
    own = [o for o in outcomes if o.policy == policy]
    days = np.array([o.days for o in own], dtype=float)
    held = {
        "keep_gain": [o.days_gain_kept for o in own],
        "keep_response": [o.days_in_response for o in own],
        "keep_remission": [o.days_in_remission for o in own],
    }[aim]
    infusions = np.array([o.infusions for o in own], dtype=float)
    return _Played(infusions / (days / 365.25), 100 * np.array(held) / days)


def _margin(aim: Aim, name: str, rival: str, ours: _Played, theirs: _Played, fewer: float) -> Margin:
    slope = ours.slope or theirs.slope
    # That a patient got more infusions than under the rival is taken off at the line's own price.
    each = ours.held - theirs.held - slope * (ours.rate - theirs.rate)
    error = float(each.std(ddof=1)) / math.sqrt(len(each)) if len(each) > 1 else math.nan
    return Margin(
        aim=aim,
        policy=name,
        rival=rival,
        infusions_a_year=float(ours.rate.mean()),
        held=float(ours.held.mean()),
        more=float((ours.held - theirs.held).mean()),
        error=error,
        fewer=fewer,
    )


def _at_rate(line: Sequence[_Played], other: _Played) -> _Played:
    """The mix of two neighbours on a line with as many infusions as another policy; the nearest end beyond it."""
    found = _between(line, [float(p.rate.mean()) for p in line], float(other.rate.mean()))
    if found is not None:
        return found
    by_rate = sorted(line, key=lambda p: float(p.rate.mean()))
    return by_rate[0 if other.rate.mean() < by_rate[0].rate.mean() else -1]


def _at_held(line: Sequence[_Played], other: _Played) -> _Played | None:
    """The mix with as many days held; None where the line does not get there."""
    return _between(line, [float(p.held.mean()) for p in line], float(other.held.mean()))


def _between(line: Sequence[_Played], places: Sequence[float], target: float) -> _Played | None:
    order = sorted(range(len(line)), key=lambda k: places[k])
    for low, high in pairwise(order):
        if places[low] <= target <= places[high] and places[low] < places[high]:
            return line[low].mixed(line[high], (target - places[low]) / (places[high] - places[low]))
    return None


def _fewer(ours: _Played | None, theirs: _Played | None) -> float:
    if ours is None or theirs is None or not theirs.rate.mean():
        return math.nan
    return 100 * (1 - float(ours.rate.mean() / theirs.rate.mean()))
