"""A maintenance rule in words."""

from __future__ import annotations

from datetime import date

import pytest

from tenuto.core.course.windows import first_windows
from tenuto.core.literature.maintenance import MaintenanceKind, maintenance_rules
from tenuto.core.plan.maintenance import maintenance_text
from tenuto.core.policy import default_policy

LAST = date(2026, 12, 4)


@pytest.mark.parametrize("rule", maintenance_rules().values(), ids=lambda r: r.id)
def test_the_text_says_what_when_and_when_it_is_reviewed(rule):
    windows = first_windows(rule, LAST, count=1)
    text = maintenance_text(rule, windows, default_policy(), last=LAST)
    assert text.startswith(rule.text)
    assert ("First between" in text) is bool(windows)
    assert ("Counted from the last infusion, here Fri 4 Dec 2026" in text) is bool(windows)
    assert ("every 6 infusions or 3 months" in text) is (rule.kind is not MaintenanceKind.NONE)
    assert ("After 12 months the medical director" in text) is (rule.id == "monthly-to-quarterly")
    assert ("about 7 days longer" in text) is (
        rule.id in ("every-2-4-weeks", "every-3-5-weeks", "monthly-to-quarterly")
    )
