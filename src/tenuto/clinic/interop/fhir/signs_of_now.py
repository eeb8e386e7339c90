"""Observations of somebody who is ill now: an abnormal breathing, temperature or consciousness is said, though nobody asks for it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

from tenuto.clinic.interop.fhir.elements import Element, Remarks
from tenuto.clinic.interop.fhir.ucum import UnitUnknown, convert
from tenuto.core.dates import on_date
from tenuto.core.intake.signs_of_now import SignOfNow, days_that_count, sign_of
from tenuto.core.units import plain

__all__ = ["say_signs"]

_NUMBER = re.compile(r"\d{1,3}(?:[.,]\d+)?")
_STANDS = ("final", "amended", "corrected", "preliminary", "")


def say_signs(observation: Element, as_of: date, remarks: Remarks) -> frozenset[int]:
    """Say each part of an Observation that is an abnormal sign, as long as it may still be so; one without a date always.

    Returns the parts, by identity, that were judged: those said, and those that are normal.
    """
    moment = (
        observation.moment("effectiveDateTime", remarks) if observation.has("effectiveDateTime") else None
    )
    day = moment.earliest if moment else None
    old = day is not None and day < as_of - timedelta(days=days_that_count())
    judged: set[int] = set()
    if observation.text("status") not in _STANDS:
        return frozenset()
    for part in (observation, *observation.all("component")):
        codings, name = part.codings("code")
        names = (name, *(coding.display for coding in codings))
        sign = sign_of(codings, names) or sign_of((), (part.text("valueString"),))
        value = _value(part, sign) if sign else None
        if sign and value is not None and (sign.is_normal(value) or not old):
            judged.add(id(part.raw))
        if sign and value is not None and not old and not sign.is_normal(value):
            shown = _shown(part, value)
            remarks.add(
                f"{observation.where}: the {sign.title}, {shown}{on_date(day)}, is not that of a healthy adult. Look at it, and whether "
                "it is over."
            )
    return frozenset(judged)


def _shown(part: Element, value: Decimal | str) -> str:
    """The value as it was sent."""
    quantity = part.one("valueQuantity")
    sent = quantity.number("value") if quantity else None
    if quantity and sent is not None:
        return f"{plain(sent)} {quantity.text('unit') or quantity.text('code')}".strip()
    return f"“{value[:80]}”" if isinstance(value, str) else plain(value)


def _value(part: Element, sign: SignOfNow) -> Decimal | str | None:
    """The number in the unit of the bounds, or the words; None when it says nothing that can be compared."""
    quantity = part.one("valueQuantity")
    number = quantity.number("value") if quantity else part.number("valueInteger")
    if number is not None:
        return _in_unit(number, quantity, sign)
    codings, text = part.codings("valueCodeableConcept")
    said = (
        text or next((coding.display for coding in codings if coding.display), "") or part.text("valueString")
    )
    written = _NUMBER.search(said) if sign.low is not None else None
    if written:
        return Decimal(written[0].replace(",", "."))
    return said if said and sign.normal else None


def _in_unit(number: Decimal, quantity: Element | None, sign: SignOfNow) -> Decimal | None:
    if sign.low is None:
        return None
    if not sign.unit or quantity is None:
        return number
    try:
        return convert(number, quantity.text("code") or quantity.text("unit"), to=sign.unit)
    except UnitUnknown:
        return None
