"""Fields that many forms share: what was measured, as a person types it, and days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from tenuto.clinic.ui.words import ways_to_reach
from tenuto.core.units import UnitError, plain, read_decimal

__all__ = [
    "DayField",
    "LineField",
    "MomentField",
    "NumberField",
    "PhoneField",
    "ReachField",
    "check_pressure",
    "day_input",
    "offer",
    "offer_rows",
    "reach_problem",
    "whole_number",
]

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
"""Nobody treated was born before, and nothing is planned after. Calendars end at year 9999, and sums of days fail there."""
_IF_RIGHT = (
    " If it is right, nothing is planned with it: tell the medical director, whose policy sets this limit."
)
MOST_DIGITS = 18
"""As many as every database counts."""


def offer(form: forms.Form, name: str, choices: Iterable[Any]) -> None:
    """Set what can be chosen in a field of one form: what is on offer depends on the clinic and the patient."""
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(
            f"{type(form).__name__}.{name} is a {type(field).__name__}, from which nothing is chosen."
        )
    field.choices = [*choices]


def offer_rows(form: forms.Form, name: str, rows: QuerySet[Any]) -> None:
    """Set which rows can be chosen in a field of one form."""
    field = form.fields[name]
    if not isinstance(field, forms.ModelChoiceField):
        raise TypeError(f"{type(form).__name__}.{name} is a {type(field).__name__}, which chooses no row.")
    field.queryset = rows


def day_input() -> forms.DateInput:
    """A day, as browsers offer it."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def check_pressure(
    form: forms.Form, systolic: str = "systolic_mmhg", diastolic: str = "diastolic_mmhg"
) -> None:
    """Say at the lower value that it is not the lower one: two values that changed places are no blood pressure."""
    upper, lower = (form.cleaned_data.get(name) for name in (systolic, diastolic))
    if upper is not None and lower is not None and lower >= upper:
        form.add_error(diastolic, "The diastolic value is not below the systolic one. Check both.")


def whole_number(text: str) -> int:
    """The number in a hidden field or an address; 0 for what is none that a program wrote there."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else 0


def _check_near(day: date) -> None:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValidationError(f"The year {day.year} is not meant. Correct it.")


class LineField(forms.CharField):
    """Text of one line, such as a name: it stands in titles, calendars and messages, where a line break begins something new."""

    def to_python(self, value: Any) -> str:
        """The words, with one space between them."""
        return " ".join(str(super().to_python(value)).split())


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


def reach_problem(text: str, *, ways: frozenset[str]) -> str:
    """Why some words reach nobody by any of `ways` ('phone', 'mail', 'post'), in a sentence; empty when they may."""
    if ways_to_reach(text) & ways or ("post" in ways and _is_postal(text)):
        return ""
    named = [name for way, name in _WAYS.items() if way in ways]
    what = ", ".join(named[:-1]) + (" or " if named[1:] else "") + named[-1]
    example = "555 010 0199" if "phone" in ways else "name@example.org"
    return f"“{text[:40]}” is no {what}. Write one, such as {example}."


_WAYS = {"phone": "phone number", "mail": "e-mail address", "post": "postal address"}
LEAST_POSTAL = 3
"""Words of the shortest address: street, number, town."""


def _is_postal(text: str) -> bool:
    return len(text.split()) >= LEAST_POSTAL and any(c.isdigit() for c in text)


class ReachField(forms.CharField):
    """How to reach somebody; what reaches nobody is refused at once and not found out when it is needed."""

    ways = frozenset({"phone", "mail"})

    def __init__(self, *, postal: bool = False, **kwargs: Any) -> None:
        if postal:
            self.ways = self.ways | {"post"}
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if text and (problem := reach_problem(text, ways=self.ways)):
            raise ValidationError(problem)
        return text


class PhoneField(ReachField):
    """A number that can be called."""

    ways = frozenset({"phone"})


class NumberField(forms.CharField):
    """A measured number in one unit: full stop as decimal point, inside what is possible (hazards H2 and H4)."""

    def __init__(
        self, *, unit: str, lowest: Decimal, highest: Decimal, by_policy: bool = False, **kwargs: Any
    ) -> None:
        """`by_policy`: the clinic's policy sets lowest and highest, and may set others."""
        self.unit, self.lowest, self.highest, self.by_policy = unit, lowest, highest, by_policy
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
                f"Check the number and the unit, and measure again.{_IF_RIGHT if self.by_policy else ''}"
            )
        return number

    def in_unit(self, number: Decimal) -> Decimal:
        """The number in the field's unit."""
        return number
