"""How long a person is asked at once, and whether that is more than a clinic asks of somebody in treatment."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from tenuto.core.outcomes.battery import Battery
from tenuto.core.scales.reading import instrument
from tenuto.core.units import plain

__all__ = ["burden_minutes", "burden_warning"]

TENTH = Decimal("0.1")


def burden_minutes(scales: Sequence[str], rules: Battery) -> Decimal:
    """Minutes that some scales take to answer together, to a tenth; each once. Unknown ids raise as `instrument` does."""
    return sum((_minutes(scale, rules) for scale in dict.fromkeys(scales)), Decimal()).quantize(
        TENTH, ROUND_HALF_UP
    )


def _minutes(scale: str, rules: Battery) -> Decimal:
    known = [ask.minutes for rule in rules.occasions for ask in rule.asks if ask.scale == scale]
    return max(known) if known else Decimal(len(instrument(scale).items)) / rules.items_per_minute


def burden_warning(scales: Sequence[str], rules: Battery) -> str:
    """A sentence for who asks for more minutes than any occasion that comes again takes; empty within them.

    The budget is that of the roomiest occasion that repeats; baseline and the end of a series may take longer by themselves.
    """
    most = max(rule.minutes for rule in rules.occasions if rule.every_days is not None)
    asked = burden_minutes(scales, rules)
    if asked <= most:
        return ""
    return (
        f"These questions take about {plain(asked)} minutes; {plain(most)} are the most that is asked of somebody in treatment. "
        "Take the link back and ask for fewer, unless all of them are needed now."
    )
