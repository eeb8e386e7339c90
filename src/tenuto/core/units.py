"""Quantities of the therapy, each a type of its own, so that a wrong mix fails when it is built.

Values are exact decimals. A binary float is refused: 0.1 mg/kg that arrived as a float is not 0.1 mg/kg.
`MgPerKg` (a dose) and `MgPerKgPerHour` (a rate) have nothing in common but their spelling; a dose meant over
one hour and run over forty minutes is a third short, and only the types notice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
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
    "drug_amount",
    "plain",
    "read_decimal",
    "refuse_salt",
    "refuse_unclear",
]


class UnitError(ValueError):
    """A number or unit that can't be used; the message names the value and the fix."""


_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,12})?\Z", re.ASCII)
_LABEL = re.compile(
    r"\s*(?P<mass>[^\s a-zA-Z%]+\s*(?:mg|mcg|g))\s*(?:/|in|per)\s*(?P<volume>[0-9.,]+\s*(?:mL|L|cc))\s*\Z",
    re.ASCII | re.IGNORECASE,
)
_TYPED = re.compile(r"\s*(?P<number>[^\s a-zA-Z%]+)\s*(?P<unit>\S.*?)?\s*\Z")


def read_decimal(text: str, *, measured: bool = False) -> Decimal:
    """Read a number as a person typed it.

    Refuses a missing leading zero (`.5`), a zero before another digit (`05`), a comma (`0,5`), a trailing zero after the
    point (`5.0`), signs other than one minus, exponents, `NaN` and `inf`: each of these has been read ten times too
    large or too small. A `measured` value may end in zeros after the point, as instruments show it (`72.0`): it is read
    back without them, and nobody draws it up.

    Source: ISMP guidance on decimals, leading zero always and trailing zero never [V]; hazard H4.
    """
    stripped = text.strip()
    refuse_unclear(stripped)
    if not _NUMBER.match(stripped):
        raise UnitError(
            f"'{stripped[:40]}' is not a plain number. Write it in digits, with at most one full stop."
        )
    if "." in stripped and stripped.endswith("0") and not measured:
        raise UnitError(
            f"'{stripped}' ends in a zero after the point. Write {plain(Decimal(stripped))} instead."
        )
    return Decimal(stripped)


def refuse_unclear(text: str) -> None:
    """Refuse a number that may have lost a mark: a comma, no digit before the point, a zero before another digit.

    Raises UnitError; says nothing of what else may be wrong with the text. Source: as `read_decimal`.
    """
    digits = text.strip().lstrip("+-")
    if "," in digits:
        raise UnitError(f"'{text[:40]}' has a comma. {_without_comma(text.strip())}")
    if digits.startswith("."):
        raise UnitError(f"'{text[:40]}' has no leading zero. Write 0{digits[:20]} if that is meant.")
    if digits[:1] == "0" and digits[1:2].isdigit():
        without = digits.lstrip("0")[:20] or "0"
        without = f"0{without}" if without.startswith(".") else without
        raise UnitError(
            f"'{text[:40]}' begins with a zero before another digit; a point may be lost. Write {without}, or the decimal "
            "that is meant."
        )


def _without_comma(text: str) -> str:
    """The fix: the same number with a point, where the comma can only be one. No other number ever stands there."""
    pointed = text.replace(",", ".")
    if re.fullmatch(r"-?[0-9]{1,9},[0-9]{1,12}", text) and not re.fullmatch(
        r"-?[1-9][0-9]{0,2},[0-9]{3}", text
    ):
        return f"Write the decimal point as a full stop: {pointed}, if that is meant."
    return "It may stand for the decimal point or for thousands. Write the number in digits, with at most one full stop."


def refuse_salt(text: str, number: Decimal, unit: str) -> None:
    """Refuse an amount that names the hydrochloride: vials and doses are in mg of ketamine base. Raises UnitError. Source: KET-INP."""
    if not _SALT.search(unit):
        return
    raise UnitError(
        f"'{text.strip()[:40]}' names the hydrochloride. Vials of ketamine hydrochloride are labelled in mg of ketamine base, and "
        f"doses here are too: for an amount off the label write {plain(number)} {_SALT.sub('', unit).strip()}. Where the salt itself was "
        "weighed, as in some papers and compounded preparations, ask the pharmacist for the amount of base."
    )


_SALT = re.compile(r"\s*(ketamine\s*)?(hcl|hydrochloride)\s*", re.IGNORECASE)
_GRAMS = {"mg": "1", "mcg": "0.001", "ug": "0.001", "µg": "0.001", "μg": "0.001", "g": "1000"}
_PER_HOUR = {"h": 1, "hr": 1, "hour": 1, "min": 60, "minute": 60}


def drug_amount(number: Decimal, unit: str) -> Mg | MgPerKg | MgPerHour | MgPerKgPerHour | None:
    """An amount or rate of drug in its own type, exactly: 10 `mcg/kg/min` is 0.6 mg/kg/h. None for any other unit."""
    mass, *per = unit.replace(" per ", "/").replace(" ", "").split("/")
    times = [part for part in per if part in _PER_HOUR]
    for_each_kg = per.count("kg")
    if mass not in _GRAMS or len(times) > 1 or for_each_kg > 1 or len(times) + for_each_kg != len(per):
        return None
    value = number * Decimal(_GRAMS[mass]) * (_PER_HOUR[times[0]] if times else 1)
    if times:
        return MgPerKgPerHour(value) if for_each_kg else MgPerHour(value)
    return MgPerKg(value) if for_each_kg else Mg(value)


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
    others: ClassVar[Mapping[str, str]] = {}
    """Other units in which the same kind is written, in lower case, and how many of ours each is."""

    def __init__(self, value: Decimal | int | str) -> None:
        if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
            raise UnitError(
                f"{type(self).__name__} needs an exact decimal, got {value!r} ({type(value).__name__})."
            )
        try:
            exact = Decimal(value)
        except ArithmeticError as error:
            raise UnitError(f"'{value}' is not a number. Write it in digits.") from error
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
                f"'{text[:40]}' is not an amount. Write the number in digits, and '{cls.symbol}' behind it."
            )
        unit = (match["unit"] or "").replace("hour", "h").replace("hr", "h")
        if not unit:
            raise UnitError(f"'{text.strip()}' has no unit. Write it with '{cls.symbol}'.")
        number = read_decimal(match["number"])
        refuse_salt(text, number, unit)
        if unit.lower() == cls.symbol.lower():
            return cls(number)
        converted = cls._converted(number, unit.lower())
        if converted is None:
            raise UnitError(
                f"'{text.strip()}' is in {unit}; {cls.symbol} is needed here. They are not the same thing."
            )
        return converted

    @classmethod
    def _converted(cls, number: Decimal, unit: str) -> Self | None:
        """The same amount from another unit of the same kind, exactly; None when it is of another kind."""
        if unit in cls.others:
            return cls(number * Decimal(cls.others[unit]))
        amount = drug_amount(number, unit)
        return amount if isinstance(amount, cls) else None

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
    others: ClassVar[Mapping[str, str]] = {"minutes": "1", "h": "60", "hs": "60", "d": "1440"}

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
    others: ClassVar[Mapping[str, str]] = {"l": "1000", "cc": "1"}

    def over(self, minutes: Minutes) -> MlPerHour:
        """The pump rate that empties this volume evenly in `minutes`."""
        return MlPerHour(self.value * 60 / minutes.value)


class MlPerHour(Quantity):
    """Pump rate, mL/h."""

    symbol = "mL/h"


class MgPerMl(Quantity):
    """Strength of a vial or concentration of a bag, mg of base per mL."""

    symbol = "mg/mL"
    others: ClassVar[Mapping[str, str]] = {"mcg/ml": "0.001", "g/ml": "1000"}

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a strength, also as a label prints it: `500 mg/10 mL`, or `500 mg/10 mL (50 mg/mL)`.

        Raises UnitError, also when a label says two strengths that differ.
        """
        outer, _, inner = text.strip().removesuffix(")").partition("(")
        found = cls._printed(outer)
        if inner and cls._printed(inner) != found:
            raise UnitError(
                f"'{text.strip()[:60]}' says {found} and {cls._printed(inner)}. Look at the vial again."
            )
        return found

    @classmethod
    def _printed(cls, text: str) -> Self:
        match = _LABEL.match(text)
        if match is None:
            return super().parse(text)
        mass, volume = Mg.parse(match["mass"]), Ml.parse(match["volume"])
        if volume.value == 0:
            raise UnitError(f"'{text.strip()[:60]}' has no volume. Write it as the label says it.")
        return cls(mass.value / volume.value)


class NgPerMl(Quantity):
    """Drug level in plasma, ng of base per mL."""

    symbol = "ng/mL"
