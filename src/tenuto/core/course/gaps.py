"""Gaps between infusions: which are long enough by the protocol's rule and the policy's hours."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count, pairwise

from tenuto.core.dates import say_date
from tenuto.core.gate import Finding, Level
from tenuto.core.literature.protocol import GapRule
from tenuto.core.policy import Policy
from tenuto.core.sources import Basis, Tag
from tenuto.core.units import plain

__all__ = ["judge_gaps", "least_gap_days"]

DESIGN = Basis((Tag.D,))


def least_gap_days(rule: GapRule, policy: Policy) -> int:
    """The fewest days from one date to the next that keep the gap at the same time of day."""
    hours = policy.number(rule.limit)
    return next(days for days in count(1) if rule.allows(timedelta(days=days), hours))


def judge_gaps(
    starts: Iterable[datetime], rule: GapRule, *, policy: Policy, after: datetime | None = None
) -> tuple[Finding, ...]:
    """BLOCK two infusions on one date and gaps below the policy's, on real start times (hazard H23).

    Aware times are compared in UTC, so a change of the clock does not lengthen a gap. `after` is the last infusion
    given, if there was one.
    """
    times = sorted([*([after] if after else []), *starts], key=_utc)
    limit = policy.limit(rule.limit)
    found = []
    for one, two in pairwise(times):
        gap = _utc(two) - _utc(one)
        if one.date() == two.date():
            message = (
                f"Two infusions on {say_date(one.date())}. One a day is the most; move one to another day."
            )
            found.append(Finding("SERIES-SAME-DAY", Level.BLOCK, message, DESIGN))
        elif not rule.allows(gap, limit.value):
            hours = plain((Decimal(gap.days * 24) + Decimal(gap.seconds) / 3600).quantize(Decimal("0.1")))
            need = "at least" if rule is GapRule.PSYCHIATRIC else "more than"
            message = (
                f"Only {hours} h lie between {say_date(one.date())} and {say_date(two.date())}; "
                f"{need} {plain(limit.value)} h are needed. Move the later one."
            )
            found.append(Finding("SERIES-GAP", Level.BLOCK, message, limit.basis))
    return tuple(found)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
