"""Who asks for too much at once is told."""

from __future__ import annotations

from decimal import Decimal

from tenuto.core.outcomes.battery import battery
from tenuto.core.outcomes.burden import burden_minutes, burden_warning
from tenuto.core.scales.reading import instruments

RULES = battery()


def test_minutes_are_those_of_the_battery_and_else_by_the_number_of_items():
    assert burden_minutes(["phq9", "gad7", "phq9"], RULES) == Decimal("3.5")
    asked = {ask.scale for rule in RULES.occasions for ask in rule.asks}
    other = next(scale for scale in instruments().values() if scale.id not in asked and len(scale.items) >= 9)
    assert burden_minutes([other.id], RULES) == (Decimal(len(other.items)) / 9).quantize(Decimal("0.1"))


def test_a_usual_bundle_is_no_burden_and_everything_at_once_is():
    assert burden_warning(["phq9", "gad7"], RULES) == ""
    assert burden_warning([], RULES) == ""
    said = burden_warning(list(instruments()), RULES)
    assert "10 are the most that is asked of somebody in treatment" in said


def test_no_occasion_asks_for_more_than_it_may():
    for rule in RULES.occasions:
        for ask in rule.asks:
            assert ask.minutes <= rule.minutes, (rule.id, ask.scale)
