"""From points to parts and totals, over complete or prorated answers. Missing is never counted as zero."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from tenuto.core.scales.definition import Instrument, Subscale, Take

__all__ = ["bounds", "of_part", "of_parts", "total", "unanswered"]

Points = Mapping[str, Decimal]


def _round(value: Fraction, decimals: int) -> Decimal:
    """Half up, as people round; computed exactly."""
    whole = math.floor(value * 10**decimals + Fraction(1, 2))
    return Decimal(whole).scaleb(-decimals)


def _take(how: Take, values: Sequence[Decimal], decimals: int) -> Decimal:
    if how is Take.MAX:
        return max(values)
    if how is Take.MEAN:
        return _round(sum((Fraction(v) for v in values), Fraction()) / len(values), decimals)
    return sum(values, Decimal())


def of_part(part: Subscale, points: Points, *, decimals: int, prorate: bool = False) -> Decimal | None:
    """The score of a part, or None when too few of its items were answered.

    With `prorate`, a sum over some items stands for all of them: mean of the answered, times the number of items,
    rounded half up.
    """
    values = [points[i] for i in part.items if i in points]
    if not values:
        return None
    if part.take is Take.SUM and len(values) < len(part.items):
        return _round(Fraction(sum(values)) * len(part.items) / len(values), 0) if prorate else None
    if part.take is Take.MEAN and len(values) < (part.needs or len(part.items)):
        return None
    return _take(part.take, values, decimals)


def of_parts(instrument: Instrument) -> tuple[Subscale, ...]:
    """The parts that the total is taken over; one nameless part of all scored items when none is marked."""
    chosen = tuple(p for p in instrument.parts if p.in_total)
    if chosen:
        return chosen
    items = tuple(i.id for i in instrument.scored_items)
    return (Subscale("", instrument.title, items, instrument.total),)


def unanswered(instrument: Instrument, points: Points) -> tuple[Subscale, ...]:
    """Parts of the total that can't be taken from these answers without prorating."""
    return tuple(p for p in of_parts(instrument) if of_part(p, points, decimals=instrument.decimals) is None)


def total(instrument: Instrument, points: Points, *, prorate: bool = False) -> Decimal | None:
    """The total, or None when the answers do not allow one or the instrument has none."""
    if instrument.total is Take.NONE:
        return None
    values = [of_part(p, points, decimals=instrument.decimals, prorate=prorate) for p in of_parts(instrument)]
    known = [v for v in values if v is not None]
    return None if len(known) < len(values) else sum(known, Decimal())


def bounds(instrument: Instrument, points: Points) -> tuple[Decimal, Decimal]:
    """The lowest and highest total that the missing answers leave possible; for an instrument with a total.

    This is not an estimate: it tells what is already certain.
    """
    low = {i.id: points.get(i.id, i.lowest) for i in instrument.scored_items}
    high = {i.id: points.get(i.id, i.highest) for i in instrument.scored_items}
    lowest, highest = total(instrument, low), total(instrument, high)
    if lowest is None or highest is None:
        raise ValueError(f"{instrument.title} has no total, so it has no bounds.")
    return lowest, highest
