"""Gaps between infusions, on real start times."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tenuto.core.course.gaps import judge_gaps, least_gap_days
from tenuto.core.gate import Level
from tenuto.core.literature.protocol import GapRule
from tenuto.core.policy import default_policy

POLICY = default_policy()


@pytest.mark.parametrize(
    ("rule", "days"), [(GapRule.PSYCHIATRIC, 2), (GapRule.DAILY, 1), (GapRule.PAIN_DAILY, 1)]
)
def test_the_fewest_days_that_keep_the_gap(rule, days):
    assert least_gap_days(rule, POLICY) == days


@pytest.mark.parametrize(("first", "second", "rule", "code"), [
    ("2026-11-23T09:00", "2026-11-25T05:00", GapRule.PSYCHIATRIC, ""),
    ("2026-11-23T09:00", "2026-11-25T04:59", GapRule.PSYCHIATRIC, "SERIES-GAP"),
    ("2026-11-23T09:00", "2026-11-24T05:01", GapRule.DAILY, ""),
    ("2026-11-23T09:00", "2026-11-24T05:00", GapRule.DAILY, "SERIES-GAP"),
    ("2026-11-23T09:00", "2026-11-24T05:00", GapRule.PAIN_DAILY, "SERIES-GAP"),
    ("2026-11-23T00:10", "2026-11-23T23:50", GapRule.DAILY, "SERIES-SAME-DAY"),
])  # fmt: skip
def test_real_times_keep_the_gap(first, second, rule, code):
    """Hazard H23."""
    found = judge_gaps(
        [datetime.fromisoformat(second)], rule, policy=POLICY, after=datetime.fromisoformat(first)
    )
    assert [f.code for f in found] == ([code] if code else [])
    assert all(f.level is Level.BLOCK for f in found)


def test_a_change_of_the_clock_does_not_lengthen_a_gap():
    """Between these two wall-clock times lie 44 hours on paper and 43 in truth: the clocks went forward."""
    zone = ZoneInfo("America/New_York")
    before, after = datetime(2027, 3, 13, 9, tzinfo=zone), datetime(2027, 3, 15, 5, tzinfo=zone)
    assert [f.code for f in judge_gaps([before, after], GapRule.PSYCHIATRIC, policy=POLICY)] == ["SERIES-GAP"]
