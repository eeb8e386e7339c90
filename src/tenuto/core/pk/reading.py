"""Reads what a person writes: doses, durations, and regimen files. Every refusal says what to write instead."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from tenuto.core.pk.regimen import Dose, Regimen, RegimenError
from tenuto.core.units import Mg, MgPerHour, MgPerKg, MgPerKgPerHour, Minutes, UnitError, plain, read_decimal

__all__ = ["RegimenFile", "read_amount", "read_duration", "read_number", "read_regimen"]

_MINUTES = {"s": Decimal(1) / 60, "min": Decimal(1), "h": Decimal(60), "d": Decimal(1440)}
_PARTS = re.compile(r"\s*(?P<number>[^\sa-zA-Zµμ%]+)\s*(?P<unit>[a-zA-Zµμ%].*?)?\s*\Z")
_HCL = Decimal("0.867")
"""Base in the hydrochloride: 237.73 / 274.2."""


@dataclass(frozen=True, slots=True)
class RegimenFile:
    """A regimen with what its file says of the patient and the output; empty where it says nothing."""

    regimen: Regimen
    patient: Mapping[str, Any]
    output: Mapping[str, Any]


def read_duration(text: str, *, what: str) -> Minutes:
    """A time such as `40 min`, `2 h` or `1 d`; it may be zero. `what` names it in an error."""
    number, unit = _split(text, what, "40 min")
    if unit not in _MINUTES:
        raise UnitError(f"{what} '{text.strip()}' needs a unit of time. Write it as 40 min, 2 h or 1 d.")
    minutes = read_decimal(number) * _MINUTES[unit]
    if minutes < 0:
        raise UnitError(f"{what} '{text.strip()}' lies before the start. Write a time from 0 on.")
    return Minutes(minutes)


def read_amount(text: str, *, what: str = "--dose") -> Mg | MgPerKg:
    """A dose such as `0.5 mg/kg` or `35 mg` of base; a rate, a salt or another unit is refused with the fix."""
    number, unit = _split(text, what, "0.5 mg/kg")
    _refuse_salt(text, number, unit, what)
    if unit in ("mg/kg/h", "mg/h", "mg/kg/min", "mg/min"):
        raise UnitError(
            f"{what} '{text.strip()}' is a rate; an amount is needed. Write the dose, such as 0.5 mg/kg, "
            "or give a rate as `rate` with `over` in a regimen file."
        )
    if unit == "mg/kg":
        return MgPerKg(_positive(number, text, what))
    if unit == "mg":
        return Mg(_positive(number, text, what))
    raise UnitError(
        f"{what} '{text.strip()}' needs mg/kg or mg of ketamine base. Write it as 0.5 mg/kg or 35 mg."
    )


def read_rate(text: str, *, what: str) -> MgPerKgPerHour | MgPerHour:
    """A rate such as `0.3 mg/kg/h` or `20 mg/h` of base."""
    number, unit = _split(text, what, "0.3 mg/kg/h")
    _refuse_salt(text, number, unit, what)
    if unit == "mg/kg/h":
        return MgPerKgPerHour(_positive(number, text, what))
    if unit == "mg/h":
        return MgPerHour(_positive(number, text, what))
    raise UnitError(
        f"{what} '{text.strip()}' needs mg/kg/h or mg/h of ketamine base. Write it as 0.3 mg/kg/h; for an amount use `amount`."
    )


def read_number(value: object, *, what: str, unit: str, zero: bool = False) -> float:
    """A plain number above zero (or from zero on), such as a weight in kg."""
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise UnitError(
            f"{what} '{str(value)[:40]}' is not a number. Write it in {unit}, such as 70."
        ) from None
    if not number.is_finite():
        raise UnitError(f"{what} '{value}' is not a finite number. Write it in {unit}, such as 70.")
    if number < 0 or (number == 0 and not zero):
        raise UnitError(f"{what} of {plain(number)} {unit} is not possible. Write a number above 0.")
    return float(number)


def read_regimen(document: Mapping[str, Any]) -> RegimenFile:
    """A regimen from a parsed TOML file.

    `[[dose]]` has `at` (a time, default 0 min), and `amount`, or `rate` with `over`; `amount` without `over` is a bolus;
    `repeat = { every = "2 d", count = 6 }`. `[patient]` has weight_kg, dosing_weight_kg, age, sex; `[output]` has
    times, or every and until. Unknown keys are refused, so that a misspelt one is not passed over.
    """
    _known(document, {"dose", "patient", "output", "title"}, "the regimen file")
    entries = document.get("dose", [])
    if not isinstance(entries, list) or not entries:
        raise RegimenError("The regimen file has no [[dose]]. Add one with at, amount and over.")
    doses = [dose for number, entry in enumerate(entries, 1) for dose in _doses(entry, f"Dose {number}")]
    patient, output = document.get("patient", {}), document.get("output", {})
    _known(patient, {"weight_kg", "dosing_weight_kg", "age", "sex"}, "[patient]")
    _known(output, {"every", "until", "times"}, "[output]")
    return RegimenFile(Regimen(tuple(doses)), patient, output)


def _doses(entry: Mapping[str, Any], what: str) -> Sequence[Dose]:
    _known(entry, {"at", "amount", "rate", "over", "repeat"}, what)
    at = read_duration(str(entry.get("at", "0 min")), what=f"{what}: at")
    over = read_duration(str(entry["over"]), what=f"{what}: over") if "over" in entry else None
    if ("amount" in entry) == ("rate" in entry):
        raise RegimenError(f"{what} needs either an amount or a rate. Write one of them.")
    if "rate" in entry and over is None:
        raise RegimenError(f'{what} has a rate without an end. Add over, such as over = "40 min".')
    if "rate" in entry and over is not None:
        one = Dose.at_rate(at, read_rate(str(entry["rate"]), what=f"{what}: rate"), over)
    else:
        one = Dose(at, read_amount(str(entry["amount"]), what=f"{what}: amount"), over)
    if "repeat" not in entry:
        return (one,)
    _known(entry["repeat"], {"every", "count"}, f"{what}: repeat")
    every = read_duration(str(entry["repeat"].get("every", "")), what=f"{what}: repeat every")
    count = entry["repeat"].get("count")
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= 10_000:
        raise RegimenError(f"{what}: repeat count '{count}' must be a whole number from 1 to 10000.")
    return Regimen((one,)).repeated(every=every, count=count).doses


def _split(text: str, what: str, example: str) -> tuple[str, str]:
    match = _PARTS.match(text)
    if not match:
        raise UnitError(f"{what} '{text[:40]}' is not a number with a unit. Write it as {example}.")
    if not match["unit"]:
        raise UnitError(f"{what} '{text.strip()}' has no unit. Write it as {example}.")
    unit = re.sub(r"\s+", " ", match["unit"].lower())
    for long, short in (
        ("hours", "h"),
        ("hour", "h"),
        ("hr", "h"),
        ("minutes", "min"),
        ("minute", "min"),
        ("days", "d"),
    ):
        unit = re.sub(rf"\b{long}\b", short, unit)
    return match["number"], re.sub(r"\bday\b", "d", unit)


def _positive(number: str, text: str, what: str) -> Decimal:
    value = read_decimal(number)
    if value <= 0:
        raise UnitError(f"{what} '{text.strip()}' gives nothing. Write an amount above zero.")
    return value


def _refuse_salt(text: str, number: str, unit: str, what: str) -> None:
    if "hcl" not in unit and "hydrochloride" not in unit:
        return
    base = plain((read_decimal(number) * _HCL).quantize(Decimal("0.001")))
    own = re.sub(r"\s*(ketamine\s*)?(hcl|hydrochloride)\s*", "", unit)
    raise UnitError(
        f"{what} '{text.strip()}' is the hydrochloride; doses are ketamine base, which is 0.867 of it. Write {base} {own}."
    )


def _known(entry: Any, keys: set[str], where: str) -> None:
    if not isinstance(entry, Mapping):
        raise RegimenError(f"{where} is not a table of keys. See `tenuto pk --help` for its form.")
    for key in entry:
        if key not in keys:
            raise RegimenError(
                f"{where} has an unknown key '{str(key)[:40]}'. Keys: {', '.join(sorted(keys))}."
            )
