"""The first maintenance windows as dates, and the rule in words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tenuto.core.literature.maintenance import MaintenanceKind, maintenance_rule, maintenance_rules
from tenuto.core.plan.maintenance import first_windows, maintenance_text
from tenuto.core.policy import default_policy

LAST = date(2026, 12, 4)


def test_windows_count_from_the_last_infusion_at_the_earliest_and_at_the_latest():
    windows = first_windows(maintenance_rule("every-2-4-weeks"), LAST, count=3)
    assert [(w.n, (w.first - LAST).days, (w.last - LAST).days) for w in windows] == [
        (1, 14, 28),
        (2, 28, 56),
        (3, 42, 84),
    ]


def test_a_rule_with_a_count_ends_there():
    windows = first_windows(maintenance_rule("weekly-four"), LAST, count=9)
    assert [w.first for w in windows] == [LAST + timedelta(days=7 * n) for n in range(1, 5)]
    assert all(w.first == w.last for w in windows)


@pytest.mark.parametrize("id_", ["as-needed", "individual-boosters", "none"])
def test_what_falls_due_as_needed_has_no_dates(id_):
    assert first_windows(maintenance_rule(id_), LAST, count=3) == ()


@pytest.mark.parametrize("rule", maintenance_rules().values(), ids=lambda r: r.id)
def test_the_text_says_what_when_and_when_it_is_reviewed(rule):
    windows = first_windows(rule, LAST, count=1)
    text = maintenance_text(rule, windows, default_policy())
    assert text.startswith(rule.text)
    assert ("First between" in text) is bool(windows)
    assert ("every 6 infusions or 3 months" in text) is (rule.kind is not MaintenanceKind.NONE)
    assert ("After 12 months the medical director" in text) is (rule.id == "monthly-to-quarterly")
    assert ("about 7 days longer" in text) is (
        rule.id in ("every-2-4-weeks", "every-3-5-weeks", "monthly-to-quarterly")
    )
