"""Measurements of an Observation in the unit of their kind: what stands beside a number decides whether it is used."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from tenuto.clinic.interop.fhir.elements import Element, Remarks
from tenuto.clinic.interop.fhir.occasion import When
from tenuto.clinic.interop.fhir.quantity import as_sent, coded_unit, first_code
from tenuto.clinic.interop.fhir.stated import another, is_stated
from tenuto.clinic.interop.fhir.tables import MeasurementRule
from tenuto.clinic.interop.fhir.ucum import UnitUnknown, convert, disagree, names_unit, understood, unit
from tenuto.clinic.interop.fhir.unjudged import fact_named, named_otherwise
from tenuto.core.intake.facts import Measurement
from tenuto.core.intake.measures import fact_of
from tenuto.core.units import plain

__all__ = ["called_like", "measurement", "unclear_measurement"]

OF_THE_DOSE = ("weight_kg", "height_cm")
"""What a dose is computed from: two statements that can't be compared give none."""


def measurement(
    part: Element, rule: MeasurementRule, origin: str, when: When, remarks: Remarks
) -> Measurement | None:
    """The value in the unit of its kind. One of a weight or height that can't be read is unclear: no older one holds beside it."""
    quantity = part.one("valueQuantity")
    value = quantity.number("value") if quantity else None
    if quantity is None or value is None:
        remarks.add(
            f"{origin}: the {rule.title} was not sent as a number with a unit; not used. Measure it and record it."
        )
        return None
    code = coded_unit(quantity)
    if when.taken_back and rule.kind in OF_THE_DOSE:
        return None
    if problem := _unusable_unit(part, quantity, value, rule):
        remarks.add(f"{origin}: the {rule.title} {problem}")
        return unclear_measurement(part, rule, origin, when, "is sent in a unit that nobody can tell")
    if rule.kind in OF_THE_DOSE and not _is_of_the_whole(part, rule, origin, when, remarks):
        return None
    _judge_comparator(quantity, rule, origin, as_sent(quantity, value), remarks)
    if quantity.text("comparator") and rule.kind in OF_THE_DOSE:
        return unclear_measurement(part, rule, origin, when, "is only known as a bound")
    other = named_otherwise(part, fact_of(rule.kind).id) or _other_half(part, rule.kind) or another(part)
    if other:
        remarks.add(
            f"{origin}: the {rule.title} is called “{other[:80]}”; code and name disagree, and it opens nothing. Find out which is right."
        )
    if "at the latest" in when.doubt:
        remarks.add(
            f"{origin}: the {rule.title} {when.doubt.removeprefix('at the latest ')}; it opens nothing. Measure it and record the day."
        )
    return Measurement(
        kind=rule.kind,
        value=convert(value, code, to=rule.unit),
        taken=when.latest if when.doubt else when.day,
        origin=origin,
        original=as_sent(quantity, value) if unit(code).converted else "",
        estimated=rule.estimated or when.stated,
        minute=when.minute,
        reference_high=_upper_limit(part, rule, code),
        at=when.at,
        unclear=f"is called “{other[:80]}” beside its code" if other else when.doubt,
    )


def _other_half(part: Element, kind: str) -> str:
    """The name by which one half of a blood pressure is the other one."""
    own, other = {"systolic_mmhg": ("systol", "diastol"), "diastolic_mmhg": ("diastol", "systol")}.get(
        kind, ("", "")
    )
    codings, text = part.codings("code")
    names = (text, *(coding.display for coding in codings))
    return next((n for n in names if other and other in n.lower() and own not in n.lower()), "")


def _unusable_unit(part: Element, quantity: Element, value: Decimal, rule: MeasurementRule) -> str:
    """Why the unit of a value can't be used, as the rest of a sentence; empty when it can."""
    sent, code, word = as_sent(quantity, value), coded_unit(quantity), quantity.text("unit")
    word = _said_unit(part) or word if rule.kind in OF_THE_DOSE else word
    if disagree(code, word) or (rule.kind in OF_THE_DOSE and code and not understood(code, word)):
        return (
            f"{plain(value)} is in {word} by its word and in {code} by its code; not used. "
            "Measure it again, and have the sender correct the unit."
        )
    if not code:
        return (
            f"'{sent}' has no coded (UCUM) unit; not used. {'Its unit is written and not coded. ' if word else ''}Nobody can tell the unit from the number. "
            f"Measure it again in {rule.unit}, or ask the sender which unit it was."
        )
    try:
        convert(value, code, to=rule.unit)
    except UnitUnknown as problem:
        return f"'{sent}' was not used: {problem}. Measure it again, or have it sent in {rule.unit}."
    return ""


def unclear_measurement(
    part: Element, rule: MeasurementRule, origin: str, when: When, why: str
) -> Measurement | None:
    """A weight or height that was sent and that nobody can rely on; None for another kind, of which a sentence is enough."""
    quantity = part.one("valueQuantity")
    value = quantity.number("value") if quantity else None
    if rule.kind not in OF_THE_DOSE or quantity is None or value is None or when.stated or another(part):
        return None
    try:
        converted = convert(value, quantity.text("code") or quantity.text("unit"), to=rule.unit)
    except UnitUnknown:
        converted = value
    return Measurement(
        kind=rule.kind,
        value=converted,
        taken=when.latest,
        origin=origin,
        original=as_sent(quantity, value),
        minute=when.minute,
        at=when.at,
        unclear=why,
    )


def called_like(parts: Sequence[Element], observation: Element, when: When) -> tuple[Measurement, ...]:
    """A weight or height by its whole name under no code that is known: it opens nothing, and no older one does beside it."""
    when = replace(when, stated=is_stated(observation))
    rules = (
        (part, kind) for part in parts for kind in OF_THE_DOSE if kind.startswith(f"{fact_named(part)}_")
    )
    found = (
        unclear_measurement(
            part,
            MeasurementRule(kind, "", kind.rpartition("_")[2]),
            observation.where,
            when,
            "is sent without a code that is known",
        )
        for part, kind in rules
    )
    return tuple(each for each in found if each is not None)


def _is_of_the_whole(part: Element, rule: MeasurementRule, origin: str, when: When, remarks: Remarks) -> bool:
    """Whether a weight or height is the whole person's; a note beside it, which may say anything, is for a person to read."""
    if part.has("bodySite"):
        codings, site = part.codings("bodySite")
        remarks.add(
            f"{origin}: the {rule.title} is of a part of the body ({(site or first_code(codings))[:60]}); not used. Measure the whole "
            "person."
        )
        return False
    if (specimen := part.one("specimen")) is not None:
        remarks.add(
            f"{origin}: the {rule.title} is of a specimen ({(specimen.text('display') or specimen.text('reference') or 'not named')[:60]}), "
            "not of the person; not used. Measure the person."
        )
        return False
    if other := another(part):
        remarks.add(
            f"{origin}: the {rule.title} is called “{other[:80]}”, which is another one than the person has now; not used. Measure "
            "it."
        )
        return False
    notes = (each.text("text") for each in part.all("note"))
    written = (each.text("valueString") for each in part.all("extension"))
    note = next((text for text in (*notes, *written) if text), "")
    if note and not (when.stated or when.taken_back):
        remarks.add(
            f"{origin}: the {rule.title} carries the note “{note[:80]}”. Read it before the value is used."
        )
    return True


def _said_unit(part: Element) -> str:
    """The unit that stands in brackets in the name of a measurement, such as `Weight (lbs)`."""
    found = re.search(r"\(([^()]+)\)\s*\Z", part.codings("code")[1])
    return found[1] if found and names_unit(found[1]) else ""


def _upper_limit(part: Element, rule: MeasurementRule, code: str) -> Decimal | None:
    """The laboratory's own upper limit of normal, in the rule's unit; None when it was not sent readably."""
    for reference in part.all("referenceRange"):
        high = reference.one("high")
        limit = high.number("value") if high else None
        if high is None or limit is None or limit <= 0:
            continue
        # A limit without a unit of its own is in the unit of the value beside it.
        limit_code = coded_unit(high) or (code if _same_text_unit(part, high) else "")
        try:
            return convert(limit, limit_code, to=rule.unit) if limit_code else None
        except UnitUnknown:
            return None
    return None


def _same_text_unit(part: Element, high: Element) -> bool:
    quantity = part.one("valueQuantity")
    written = high.text("unit") or high.text("code")
    return not written or (quantity is not None and written in (quantity.text("unit"), quantity.text("code")))


def _judge_comparator(
    quantity: Element, rule: MeasurementRule, origin: str, sent: str, remarks: Remarks
) -> None:
    """Laboratories send `>60` for a good eGFR and `<5` for a low enzyme; any other bound hides the value."""
    comparator = quantity.text("comparator")
    harmless = (">", ">=") if rule.kind.startswith("egfr") else ("<", "<=") if rule.unit == "U/L" else ()
    if comparator and comparator not in harmless:
        remarks.add(f"{origin}: the {rule.title} is only known as '{sent}'. Obtain the exact value.")
