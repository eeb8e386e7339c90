"""Who is called after a visit that was missed, and why."""

from __future__ import annotations

from datetime import date

import pytest

from tenuto.core.outcomes.no_show import no_show_contact

TODAY = date(2026, 11, 24)
MONDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 20)


@pytest.mark.parametrize(
    ("missed", "drifting", "concern", "why"),
    [
        ([], True, "positive screen", None),
        ([MONDAY], False, "", None),
        (
            [MONDAY],
            False,
            "positive screen",
            "Did not come on Mon 23 Nov, and open: positive screen. Call today.",
        ),
        (
            [MONDAY],
            True,
            "",
            "Did not come on Mon 23 Nov, and the last two scores are worse than the best by more than noise. Call today.",
        ),
        (
            [FRIDAY, MONDAY],
            False,
            "positive screen",
            "Did not come on Mon 23 Nov, and open: positive screen. Call today.",
        ),
        (
            [TODAY],
            False,
            "positive screen",
            "Did not come on Tue 24 Nov, and open: positive screen. Call today.",
        ),
        ([date(2026, 12, 1)], True, "positive screen", None),
    ],
)
def test_a_no_show_with_a_concern_is_called_on_the_day(missed, drifting, concern, why):
    found = no_show_contact(missed, drifting=drifting, concern=concern, today=TODAY)
    assert (found.why if found else None) == why


def test_both_reasons_are_said():
    found = no_show_contact([MONDAY], drifting=True, concern="suicide triage", today=TODAY)
    assert "open: suicide triage; the last two scores" in found.why
