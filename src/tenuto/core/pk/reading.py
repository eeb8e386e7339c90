"""Reads what a person writes: doses, durations, and regimen files. Every refusal says what to write instead."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tenuto.core.pk.regimen import GivenDose, Regimen, RegimenError
from tenuto.core.units import (
    Mg,
    MgPerHour,
    MgPerKg,
    MgPerKgPerHour,
    Minutes,
    UnitError,
    drug_amount,
    plain,
    read_decimal,
    refuse_salt,
    refuse_unclear,
)

__all__ = ["RegimenFile", "read_amount", "read_duration", "read_number", "read_regimen", "read_time"]

_LONGEST = Decimal(3660 * 1440)
_MOST_DOSES = 10_000
_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{1,30})?\Z", re.ASCII)
_MINUTES = {"s": Decimal(1) / 60, "min": Decimal(1), "h": Decimal(60), "d": Decimal(1440)}
_BASE = re.compile(r"(?<=[a-z]) (of )?(ketamine( base)?|base)\Z")
"""What every amount here is of, where somebody writes it out."""
_PARTS = re.compile(r"\s*(?P<number>[^\sa-zA-Zµμ%]+)\s*(?P<unit>[a-zA-Zµμ%].*?)?\s*\Z")


@dataclass(frozen=True, slots=True)
class RegimenFile:
    """A regimen with what its file says of the patient and the output; empty where it says nothing."""

    regimen: Regimen
    patient: Mapping[str, Any]
    output: Mapping[str, Any]


def read_duration(text: str, *, what: str) -> Minutes:
    """A time such as `40 min`, `2 h` or `1 d`; it may be zero. `what` names it in an error."""
    number, unit = _split(text, what, "min, h or d")
    if unit not in _MINUTES:
        raise UnitError(f"{what} '{text.strip()}' needs a unit of time: min, h or d.")
    minutes = _decimal(number, what) * _MINUTES[unit]
    if minutes < 0:
        raise UnitError(f"{what} '{text.strip()}' lies before the start. Write a time from 0 on.")
    if minutes > _LONGEST:
        raise UnitError(f"{what} '{text.strip()}' is more than ten years. Write a shorter time.")
    return Minutes(minutes)


def read_time(value: object, *, what: str) -> float:
    """A time in minutes, from 0 to ten years: a plain number of minutes, or one with a unit such as `2 h`."""
    text = str(value).strip()
    if text[-1:].isalpha():
        return float(read_duration(text, what=what).value)
    minutes = read_number(value, what=what, unit="min", zero=True)
    if minutes > _LONGEST:
        raise UnitError(f"{what} '{text}' is more than ten years. Write a shorter time.")
    return minutes


def read_amount(text: str, *, what: str = "--dose") -> Mg | MgPerKg:
    """A dose such as `0.5 mg/kg` or `35 mg` of base; a rate, a salt or another unit is refused with the fix."""
    number, unit = _split(text, what, "mg/kg or mg")
    _refuse_salt(text, number, unit, what)
    kind = drug_amount(Decimal(1), unit)
    if isinstance(kind, MgPerHour | MgPerKgPerHour):
        raise UnitError(
            f"{what} '{text.strip()}' is a rate; an amount is needed. Write the dose in mg/kg or mg, "
            "or give a rate as `rate` with `over` in a regimen file."
        )
    if kind is None:
        raise UnitError(
            f"{what} '{text.strip()}' needs mg/kg or mg of ketamine base (or mcg/kg, mcg, g). Write the amount that was "
            "ordered in one of these."
        )
    return kind.scaled(_positive(number, text, what))


def read_rate(text: str, *, what: str) -> MgPerKgPerHour | MgPerHour:
    """A rate such as `0.3 mg/kg/h` or `20 mg/h` of base."""
    number, unit = _split(text, what, "mg/kg/h or mg/h")
    _refuse_salt(text, number, unit, what)
    kind = drug_amount(Decimal(1), unit)
    if not isinstance(kind, MgPerHour | MgPerKgPerHour):
        raise UnitError(
            f"{what} '{text.strip()}' needs mg/kg/h or mg/h of ketamine base (or mcg/kg/min, mg/min). Write the rate that "
            "was ordered in one of these; for an amount use `amount`."
        )
    return kind.scaled(_positive(number, text, what))


def read_number(value: object, *, what: str, unit: str, zero: bool = False) -> float:
    """A plain number above zero (or from zero on), such as a weight in kg: digits with at most one full stop."""
    text = format(value, "f") if isinstance(value, Decimal) else str(value).strip()
    try:
        refuse_unclear(text)
    except UnitError as error:
        raise UnitError(f"{what}: {error}") from None
    if not _NUMBER.match(text):
        raise UnitError(f"{what} '{text[:40]}' is not a plain number. Write the number alone, in {unit}.")
    number = Decimal(text)
    if number < 0 or (number == 0 and not zero):
        least = "from 0 on" if zero else "above 0"
        raise UnitError(f"{what} of {plain(number)} {unit} is not possible. Write a number {least}.")
    return float(number)


def read_regimen(document: Mapping[str, Any]) -> RegimenFile:
    """A regimen from a parsed TOML file.

    `[[dose]]` has `at` (a time, default 0 min), and `amount`, or `rate` with `over`; `amount` without `over` is a bolus;
    `repeat = { every = "2 d", count = 6 }`. `[patient]` has weight_kg, dosing_weight_kg, age, sex; `[output]` has
    times, or every and until. Unknown keys are refused, so that a misspelt one is not passed over.
    """
    _known(document, {"dose", "patient", "output"}, "The regimen file")
    entries = document.get("dose", [])
    if not isinstance(entries, list) or not entries:
        raise RegimenError("The regimen file has no [[dose]]. Add one with at, amount and over.")
    doses: list[GivenDose] = []
    for number, entry in enumerate(entries, 1):
        doses += _doses(entry, f"Dose {number}")
        if len(doses) > _MOST_DOSES:
            raise RegimenError(f"The regimen has more than {_MOST_DOSES} doses. Write a shorter course.")
    patient, output = document.get("patient", {}), document.get("output", {})
    _known(patient, {"weight_kg", "dosing_weight_kg", "age", "sex"}, "[patient]")
    _known(output, {"every", "until", "times"}, "[output]")
    if patient.get("sex") not in (None, "female", "male"):
        raise RegimenError(f"[patient] sex '{str(patient['sex'])[:40]}' is unknown. Write female or male.")
    return RegimenFile(Regimen(tuple(doses)), patient, output)


def _doses(entry: Mapping[str, Any], what: str) -> Sequence[GivenDose]:
    _known(entry, {"at", "amount", "rate", "over", "repeat"}, what)
    at = read_duration(str(entry.get("at", "0 min")), what=f"{what}: at")
    over = read_duration(str(entry["over"]), what=f"{what}: over") if "over" in entry else None
    if ("amount" in entry) == ("rate" in entry):
        raise RegimenError(f"{what} needs either an amount or a rate. Write one of them.")
    if "rate" in entry and over is None:
        raise RegimenError(f'{what} has a rate without an end. Add over, such as over = "40 min".')
    if "rate" in entry and over is not None:
        one = GivenDose.at_rate(at, read_rate(str(entry["rate"]), what=f"{what}: rate"), over)
    else:
        one = GivenDose(at, read_amount(str(entry["amount"]), what=f"{what}: amount"), over)
    return _repeated(one, entry["repeat"], f"{what}: repeat") if "repeat" in entry else (one,)


def _repeated(one: GivenDose, entry: Any, what: str) -> Sequence[GivenDose]:
    _known(entry, {"every", "count"}, what)
    if len(entry) < 2:
        raise RegimenError(f'{what} needs both every and count. Write it as {{ every = "2 d", count = 6 }}.')
    every, count = read_duration(str(entry["every"]), what=f"{what} every"), entry["count"]
    if every.value <= 0:
        raise RegimenError(f"{what} every {every} gives all doses at one time. Write a time above 0.")
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= _MOST_DOSES:
        raise RegimenError(
            f"{what} count '{str(count)[:40]}' must be a whole number from 1 to {_MOST_DOSES}."
        )
    if one.at.value + count * every.value > _LONGEST:
        raise RegimenError(
            f"{what}: {count} doses, one every {every}, take more than ten years. Write fewer."
        )
    return Regimen((one,)).repeated(every=every, count=count).doses


def _split(text: str, what: str, units: str) -> tuple[str, str]:
    match = _PARTS.match(text)
    if not match:
        raise UnitError(
            f"{what} '{text[:40]}' is not a number with a unit. Write digits, and {units} behind them."
        )
    if not match["unit"]:
        raise UnitError(
            f"{what} '{text.strip()}' has no unit. Write the one that was ordered behind the number: {units}."
        )
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
    return match["number"], _BASE.sub("", re.sub(r"\bday\b", "d", unit))


def _positive(number: str, text: str, what: str) -> Decimal:
    value = _decimal(number, what)
    if value <= 0:
        raise UnitError(f"{what} '{text.strip()}' gives nothing. Write an amount above zero.")
    return value


def _decimal(number: str, what: str) -> Decimal:
    """The exact number; an error names whose it is."""
    try:
        return read_decimal(number)
    except UnitError as error:
        raise UnitError(f"{what}: {error}") from None


def _refuse_salt(text: str, number: str, unit: str, what: str) -> None:
    if "hcl" not in unit and "hydrochloride" not in unit:
        return
    try:
        refuse_salt(text, _decimal(number, what), unit)
    except UnitError as error:
        raise UnitError(f"{what} {error}" if "hydrochloride" in str(error) else str(error)) from None


def _known(entry: Any, keys: set[str], where: str) -> None:
    if not isinstance(entry, Mapping):
        raise RegimenError(f"{where} is not a table of keys. See `tenuto pk --help` for its form.")
    for key in entry:
        if key not in keys:
            raise RegimenError(
                f"{where} has an unknown key '{str(key)[:40]}'. Keys: {', '.join(sorted(keys))}."
            )
