"""Answers as they were given: checked against the instrument, with missing kept apart from zero."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from tenuto.core.scales.definition import Instrument, Item, ScaleError

__all__ = ["Answers", "applies", "check", "missing", "points"]

Answers = Mapping[str, int | None]
"""The stored value of each answer by item id. None or absent is not answered, or declined; it is never zero."""


def check(instrument: Instrument, answers: Answers) -> dict[str, int]:
    """The answers that were given, by item id, in the order of the form.

    ScaleError when an item or an answer does not exist in the instrument, or an answer is not a whole number.
    """
    for key in answers:
        instrument.item(key)
    given: dict[str, int] = {}
    for item in instrument.items:
        value = answers.get(item.id)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int):
            raise ScaleError(
                f"{instrument.title}, item {item.id}: {value!r} is not a whole number. Store the number of the "
                "answer that was chosen."
            )
        item.option(value)
        given[item.id] = value
    return given


def applies(item: Item, given: Mapping[str, int]) -> bool:
    """False only when the question that this one hangs on was answered otherwise."""
    if item.asked_when is None:
        return True
    parent, value = item.asked_when
    return given.get(parent, value) == value


def missing(instrument: Instrument, given: Mapping[str, int]) -> tuple[str, ...]:
    """Ids of scored items that apply and were not answered, in the order of the form."""
    return tuple(i.id for i in instrument.scored_items if i.id not in given and applies(i, given))


def points(instrument: Instrument, given: Mapping[str, int]) -> dict[str, Decimal]:
    """The points of each scored item that was answered."""
    return {i.id: i.option(given[i.id]).score for i in instrument.scored_items if i.id in given}
