"""Quantities of the therapy, each a type of its own, so that a wrong mix fails when it is built.

Values are exact decimals. A binary float is refused: 0.1 mg/kg that arrived as a float is not 0.1 mg/kg.
`MgPerKg` (a dose) and `MgPerKgPerHour` (a rate) have nothing in common but their spelling; a dose meant over
one hour and run over forty minutes is a third short, and only the types notice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import total_ordering
from typing import ClassVar, Self

__all__ = [
    "Bmi",
    "Centimetres",
    "Kg",
    "Mg",
    "MgPerHour",
    "MgPerKg",
    "MgPerKgPerHour",
    "MgPerMinute",
    "MgPerMl",
    "Minutes",
    "Ml",
    "MlPerHour",
    "NgPerMl",
    "Quantity",
    "UnitError",
    "plain",
    "read_decimal",
]


class UnitError(ValueError):
    """A number or unit that can't be used; the message names the value and the fix."""


_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,12})?\Z", re.ASCII)
_TYPED = re.compile(r"\s*(?P<number>[^\s a-zA-Z%]+)\s*(?P<unit>\S.*?)?\s*\Z")


def read_decimal(text: str) -> Decimal:
    """Read a number as a person typed it.

    Refuses a missing leading zero (`.5`), a zero before another digit (`05`), a comma (`0,5`), a trailing zero after the
    point (`5.0`), signs other than one minus, exponents, `NaN` and `inf`: each of these has been read ten times too
    large or too small.

    Source: ISMP guidance on decimals, leading zero always and trailing zero never [V]; hazard H4.
    """
    stripped = text.strip()
    if "," in stripped:
        raise UnitError(f"'{stripped}' has a comma. Write the decimal point as a full stop, for example 0.5.")
    if stripped.startswith((".", "-.")):
        raise UnitError(f"'{stripped}' has no leading zero. Write 0{stripped.lstrip('-')} if that is meant.")
    if not _NUMBER.match(stripped):
        raise UnitError(
            f"'{stripped[:40]}' is not a plain number. Write digits with at most one full stop, such as 0.5."
        )
    digits = stripped.removeprefix("-")
    if digits[0] == "0" and digits[1:2].isdigit():
        raise UnitError(
            f"'{stripped}' begins with a zero before another digit. Write {plain(Decimal(stripped))}, or a decimal such as "
            "0.5, whichever is meant."
        )
    if "." in stripped and stripped.endswith("0"):
        raise UnitError(
            f"'{stripped}' ends in a zero after the point. Write {plain(Decimal(stripped))} instead."
        )
    return Decimal(stripped)


def plain(value: Decimal) -> str:
    """Write a decimal with a leading zero, without trailing zeros and never with an exponent."""
    if value == 0:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


@total_ordering
@dataclass(frozen=True, eq=False)
class Quantity:
    """An exact amount of one unit. Build with a Decimal, int or decimal string; never with a float."""

    value: Decimal
    symbol: ClassVar[str] = ""
    may_be_negative: ClassVar[bool] = False

    def __init__(self, value: Decimal | int | str) -> None:
        if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
            raise UnitError(
                f"{type(self).__name__} needs an exact decimal, got {value!r} ({type(value).__name__})."
            )
        try:
            exact = Decimal(value)
        except ArithmeticError as error:
            raise UnitError(f"'{value}' is not a number. Write digits such as 0.5.") from error
        if not exact.is_finite():
            raise UnitError(f"'{value}' {self.symbol} is not a finite number.")
        if exact < 0 and not self.may_be_negative:
            raise UnitError(f"{plain(exact)} {self.symbol} is below zero.")
        object.__setattr__(self, "value", exact)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what a person typed, number and unit: `MgPerMl.parse('50 mg/mL')`. The unit must be this type's."""
        match = _TYPED.match(text)
        if not match:
            raise UnitError(
                f"'{text[:40]}' is not an amount. Write it as a number and '{cls.symbol}', such as 0.5 {cls.symbol}."
            )
        unit = (match["unit"] or "").replace("hour", "h").replace("hr", "h")
        if not unit:
            raise UnitError(f"'{text.strip()}' has no unit. Write it with '{cls.symbol}'.")
        if unit.lower() != cls.symbol.lower():
            raise UnitError(
                f"'{text.strip()}' is in {unit}; {cls.symbol} is needed here. They are not the same thing."
            )
        return cls(read_decimal(match["number"]))

    def rounded(self, places: int) -> Self:
        """Round half up to `places` decimals; for showing, never inside a calculation."""
        return type(self)(self.value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP))

    def scaled(self, factor: Decimal | int) -> Self:
        """Multiply by a pure number."""
        return type(self)(self.value * factor)

    def __add__(self, other: Self) -> Self:
        return type(self)(self.value + self._same(other).value)

    def __sub__(self, other: Self) -> Self:
        return type(self)(self.value - self._same(other).value)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, Quantity) and self.value == other.value

    def __lt__(self, other: Self) -> bool:
        return self.value < self._same(other).value

    def __hash__(self) -> int:
        return hash((type(self), self.value))

    def __str__(self) -> str:
        return f"{plain(self.value)} {self.symbol}"

    def _same(self, other: Self) -> Self:
        if type(other) is not type(self):
            raise UnitError(
                f"{self} and {other} are different kinds of quantity and can't be combined or compared."
            )
        return other


class Kg(Quantity):
    """Body mass, kg."""

    symbol = "kg"


class Centimetres(Quantity):
    """Height, cm."""

    symbol = "cm"


class Bmi(Quantity):
    """Body mass index, kg/m2."""

    symbol = "kg/m2"

    @classmethod
    def of(cls, weight: Kg, height: Centimetres) -> Bmi:
        """Weight over height squared."""
        metres = height.value / 100
        return cls(weight.value / (metres * metres))


class Minutes(Quantity):
    """Duration, min."""

    symbol = "min"

    @property
    def hours(self) -> Decimal:
        """The same duration as a pure number of hours."""
        return self.value / 60


class Mg(Quantity):
    """Mass of ketamine **base**, mg."""

    symbol = "mg"

    def per(self, weight: Kg) -> MgPerKg:
        """The dose for each kg."""
        return MgPerKg(self.value / weight.value)

    def over(self, minutes: Minutes) -> MgPerHour:
        """The rate that gives this mass evenly in `minutes`."""
        return MgPerHour(self.value * 60 / minutes.value)

    def drawn_from(self, strength: MgPerMl) -> Ml:
        """The volume of a vial of `strength` that holds this mass."""
        return Ml(self.value / strength.value)

    def in_volume(self, volume: Ml) -> MgPerMl:
        """The concentration of this mass in `volume`."""
        return MgPerMl(self.value / volume.value)


class MgPerKg(Quantity):
    """A dose for body mass, mg/kg: an amount, not a rate."""

    symbol = "mg/kg"

    def of(self, weight: Kg) -> Mg:
        """The mass for a body of `weight`."""
        return Mg(self.value * weight.value)

    def over(self, minutes: Minutes) -> MgPerKgPerHour:
        """The rate that gives this dose evenly in `minutes`."""
        return MgPerKgPerHour(self.value * 60 / minutes.value)


class MgPerKgPerHour(Quantity):
    """A rate for body mass, mg/kg/h: not a dose."""

    symbol = "mg/kg/h"

    def during(self, minutes: Minutes) -> MgPerKg:
        """The dose that this rate gives in `minutes`."""
        return MgPerKg(self.value * minutes.value / 60)

    def of(self, weight: Kg) -> MgPerHour:
        """The rate for a body of `weight`."""
        return MgPerHour(self.value * weight.value)


class MgPerHour(Quantity):
    """Drug rate, mg/h."""

    symbol = "mg/h"

    def during(self, minutes: Minutes) -> Mg:
        """The mass given in `minutes`."""
        return Mg(self.value * minutes.value / 60)

    def per(self, weight: Kg) -> MgPerKgPerHour:
        """The rate for each kg."""
        return MgPerKgPerHour(self.value / weight.value)

    @property
    def per_minute(self) -> MgPerMinute:
        """The same rate in mg/min."""
        return MgPerMinute(self.value / 60)


class MgPerMinute(Quantity):
    """Drug rate, mg/min."""

    symbol = "mg/min"


class Ml(Quantity):
    """Volume, mL."""

    symbol = "mL"

    def over(self, minutes: Minutes) -> MlPerHour:
        """The pump rate that empties this volume evenly in `minutes`."""
        return MlPerHour(self.value * 60 / minutes.value)


class MlPerHour(Quantity):
    """Pump rate, mL/h."""

    symbol = "mL/h"


class MgPerMl(Quantity):
    """Strength of a vial or concentration of a bag, mg of base per mL."""

    symbol = "mg/mL"


class NgPerMl(Quantity):
    """Drug level in plasma, ng of base per mL."""

    symbol = "ng/mL"
