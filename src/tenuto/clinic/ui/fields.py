"""Fields that many forms share: what was measured, as a person types it, and days."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from tenuto.core.units import UnitError, plain, read_decimal

__all__ = ["DayField", "NumberField", "day_input"]


def day_input() -> forms.DateInput:
    """A day, as browsers offer it."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class DayField(forms.DateField):
    """A day; the sentence says how to write one."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", day_input())
        super().__init__(error_messages={"invalid": "Write the day as 2026-11-24."}, **kwargs)


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
