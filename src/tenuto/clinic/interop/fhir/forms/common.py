"""Addresses and small parts that the resources of a scale share."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tenuto.core.scales.definition import Instrument, Item, Option

__all__ = [
    "LOCAL",
    "LOINC",
    "ORDINAL",
    "WEIGHTS",
    "Json",
    "canonical",
    "coding",
    "number",
    "option_coding",
    "weighed",
]

Json = dict[str, Any]
LOINC = "http://loinc.org"
LOCAL = "urn:tenuto:codesystem:instruments"
"""Codes of scales and items for which no LOINC code was found, and of answers: `<scale>`, `<scale>.<item>`."""
ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
WEIGHT = "http://hl7.org/fhir/StructureDefinition/itemWeight"
WEIGHTS = (ORDINAL, WEIGHT)
"""R4 readers know the first, newer ones the second: both are written, either is read."""


def canonical(scale: Instrument) -> str:
    """The address of a scale's form with its version."""
    return f"urn:tenuto:questionnaire:{scale.id}|{scale.version}"


def number(value: Decimal) -> int | float:
    """As JSON writes it: whole where it is whole."""
    return int(value) if value == value.to_integral_value() else float(value)


def coding(loinc: str, local: str, display: str = "") -> Json:
    """The LOINC code where there is one, else our own."""
    found = {"system": LOINC, "code": loinc} if loinc else {"system": LOCAL, "code": local}
    return {**found, "display": display} if display else found


def option_coding(scale: Instrument, item: Item, option: Option) -> Json:
    """One answer: its code, its words, and the points that it scores."""
    points = [{"url": url, "valueDecimal": number(option.score)} for url in WEIGHTS]
    local = f"{scale.id}.{item.id}.{option.value}"
    return {"extension": points, **coding(option.loinc, local, option.label)}


def weighed(holder: Json) -> Decimal | None:
    """The points that an extension beside a coding says."""
    for extension in holder.get("extension", ()):
        if extension.get("url") in WEIGHTS and "valueDecimal" in extension:
            return Decimal(str(extension["valueDecimal"]))
    return None
