"""Fields that many forms share: what was measured, as a person types it, and days."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from tenuto.core.units import UnitError, plain, read_decimal

__all__ = ["DayField", "MomentField", "NumberField", "day_input", "whole_number"]

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
"""Nobody treated was born before, and nothing is planned after. Calendars end at year 9999, and sums of days fail there."""
MOST_DIGITS = 18
"""As many as every database counts."""


def day_input() -> forms.DateInput:
    """A day, as browsers offer it."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def whole_number(text: str) -> int:
    """The number in a hidden field or an address; 0 for what is none that a program wrote there."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else 0


def _check_near(day: date) -> None:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValidationError(f"The year {day.year} is not meant. Correct it.")


class DayField(forms.DateField):
    """A day of our times; the sentence says how to write one."""

    def __init__(self, *, error_messages: dict[str, str] | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("widget", day_input())
        said = {"invalid": "Write the day as 2026-11-24."} | (error_messages or {})
        super().__init__(error_messages=said, validators=[_check_near], **kwargs)


class MomentField(forms.DateTimeField):
    """A moment of our times."""

    def to_python(self, value: Any) -> datetime | None:
        try:
            found = super().to_python(value)
        except OverflowError:
            # At the ends of the calendar there is no other zone to say it in.
            raise ValidationError("This year is not meant. Correct it.") from None
        if found is not None:
            _check_near(found.date())
        return found


class NumberField(forms.CharField):
    """A measured number in one unit: full stop as decimal point, inside what is possible (hazards H2 and H4)."""

    def __init__(self, *, unit: str, lowest: Decimal, highest: Decimal, **kwargs: Any) -> None:
        self.unit, self.lowest, self.highest = unit, lowest, highest
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(required=False, max_length=20, **kwargs)

    def clean(self, value: Any) -> Any:
        text = str(super().clean(value)).strip()
        if not text:
            return None
        bare = text.removesuffix(self.unit).strip()
        if bare and not bare[-1].isdigit() and bare[0].isdigit():
            raise ValidationError(f"“{text}” has another unit. Enter it in {self.unit} only.")
        try:
            number = self.in_unit(read_decimal(bare, measured=True))
        except UnitError as error:
            raise ValidationError(str(error)) from error
        if not self.lowest <= number <= self.highest:
            raise ValidationError(
                f"{plain(number)} {self.unit} is outside {plain(self.lowest)} to {plain(self.highest)} {self.unit}. "
                "Check the number and the unit, and measure again."
            )
        return number

    def in_unit(self, number: Decimal) -> Decimal:
        """The number in the field's unit."""
        return number
