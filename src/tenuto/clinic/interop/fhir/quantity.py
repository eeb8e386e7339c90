"""What an Observation holds, as it was sent: a quantity with its unit, a code, a value of any type."""

from __future__ import annotations

from decimal import Decimal

from tenuto.clinic.interop.fhir.elements import Element, clean
from tenuto.clinic.interop.fhir.systems import UCUM, short_name
from tenuto.core.intake.facts import Coding
from tenuto.core.units import plain

__all__ = ["as_sent", "coded_unit", "first_code", "shown"]


def coded_unit(quantity: Element) -> str:
    """The UCUM code of a quantity; empty when its unit is only written as text."""
    return quantity.text("code") if short_name(quantity.text("system")) == UCUM else ""


def as_sent(quantity: Element, value: Decimal) -> str:
    """A number as it was sent, with its bound and its unit."""
    comparator = quantity.text("comparator")
    return f"{comparator}{plain(value)} {quantity.text('code') or quantity.text('unit')}".strip()


def first_code(codes: tuple[Coding, ...]) -> str:
    """The first code that is one; empty when there is none."""
    return next((code.code for code in codes if code.code), "")


def shown(sent: object) -> str:
    """A value of any type in words."""
    if not isinstance(sent, dict):
        return clean(str(sent))[:80]
    element = Element(sent, "")
    value = element.number("value") if isinstance(sent.get("value"), Decimal) else None
    if value is not None:
        return as_sent(element, value)
    codings, text = element.concept()
    return (text or first_code(codings) or clean(str(sent.get("start", ""))))[:80]
