"""Observation: measurements in the unit of their kind, totals of scales, coded results. Panels through components."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tenuto.clinic.interop.fhir import tables
from tenuto.clinic.interop.fhir.answers import answer_value
from tenuto.clinic.interop.fhir.elements import Element, Moment, Remarks
from tenuto.clinic.interop.fhir.systems import UCUM, short_name
from tenuto.clinic.interop.fhir.tables import MeasurementRule, ResultRule, Scale
from tenuto.clinic.interop.fhir.ucum import UnitUnknown, convert, unit
from tenuto.core.intake.facts import Answer, Measurement, Score
from tenuto.core.units import plain

__all__ = ["Read", "read"]

_IGNORED = ("entered-in-error", "cancelled", "registered")
_SETTLED = ("final", "amended", "corrected")


@dataclass(frozen=True, slots=True)
class Read:
    """What one Observation says, of the things that are asked for."""

    measurements: tuple[Measurement, ...] = ()
    scores: tuple[Score, ...] = ()
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class _When:
    day: date | None
    minute: str


def read(observation: Element, remarks: Remarks) -> Read:
    """Everything that one Observation and its components say; empty for one that is cancelled or not asked for."""
    status = observation.text("status")
    if status in _IGNORED:
        return Read()
    wanted = [part for part in (observation, *observation.all("component")) if _is_wanted(part)]
    if not wanted:
        return Read()
    if status not in _SETTLED:
        remarks.add(
            f"{observation.where} is {status or 'of no known status'}, not final. Wait for the final result."
        )
    when = _when(observation, remarks)
    read_parts = [_read_part(part, observation.where, when, remarks) for part in wanted]
    return Read(
        tuple(r for r in read_parts if isinstance(r, Measurement)),
        tuple(r for r in read_parts if isinstance(r, Score)),
        tuple(r for r in read_parts if isinstance(r, Answer)),
    )


def _is_wanted(part: Element) -> bool:
    """A part that is asked for; the head of a panel has no value of its own and says nothing itself."""
    if tables.rule_for(part.codings("code")[0]) is None:
        return False
    says = any(key.startswith("value") or key == "interpretation" for key in part.raw)
    return says or not (part.has("component") or part.has("hasMember"))


def _when(observation: Element, remarks: Remarks) -> _When:
    period = observation.one("effectivePeriod")
    moment: Moment | None = (
        observation.moment("effectiveDateTime", remarks)
        or observation.moment("effectiveInstant", remarks)
        or (period.moment("start", remarks) if period else None)
    )
    # The earliest day that it can mean: a measurement never looks newer than it is.
    return _When(moment.earliest, moment.minute) if moment else _When(None, "")


def _read_part(
    part: Element, origin: str, when: _When, remarks: Remarks
) -> Measurement | Score | Answer | None:
    rule = tables.rule_for(part.codings("code")[0])
    absent = part.one("dataAbsentReason")
    if rule is None:
        return None
    if absent is not None:
        remarks.add(f"{origin}: no {rule.title} was recorded ({absent.concept()[1] or 'no reason given'}).")
        return None
    if isinstance(rule, MeasurementRule):
        return _measurement(part, rule, origin, when, remarks)
    if isinstance(rule, Scale):
        return _score(part, rule, origin, when, remarks)
    return _answer(part, rule, origin, when, remarks)


def _measurement(
    part: Element, rule: MeasurementRule, origin: str, when: _When, remarks: Remarks
) -> Measurement | None:
    quantity = part.one("valueQuantity")
    value = quantity.number("value") if quantity else None
    if quantity is None or value is None:
        remarks.add(
            f"{origin}: the {rule.title} is not a number with a unit; not used. Record it as a quantity."
        )
        return None
    sent = _as_sent(quantity, value)
    code = coded_unit(quantity)
    if not code:
        remarks.add(
            f"{origin}: the {rule.title} '{sent}' has no coded (UCUM) unit; not used. "
            f"Measure it again or have it sent with the code for {rule.unit}."
        )
        return None
    try:
        converted = convert(value, code, to=rule.unit)
    except UnitUnknown as problem:
        remarks.add(f"{origin}: the {rule.title} '{sent}' was not used: {problem}.")
        return None
    _judge_comparator(quantity, rule, origin, sent, remarks)
    return Measurement(
        kind=rule.kind,
        value=converted,
        taken=when.day,
        origin=origin,
        original=sent if unit(code).converted else "",
        estimated=rule.estimated,
        minute=when.minute,
        reference_high=_upper_limit(part, rule, code),
    )


def coded_unit(quantity: Element) -> str:
    """The UCUM code of a quantity; empty when its unit is only written as text."""
    return quantity.text("code") if short_name(quantity.text("system")) == UCUM else ""


def _as_sent(quantity: Element, value: Decimal) -> str:
    comparator = quantity.text("comparator")
    return f"{comparator}{plain(value)} {quantity.text('code') or quantity.text('unit')}".strip()


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


def _score(part: Element, scale: Scale, origin: str, when: _When, remarks: Remarks) -> Score | None:
    value = _number(part)
    if value is None or not scale.holds(value):
        said = "has no number" if value is None else f"is {plain(value)}, which is not from 0 to {scale.most}"
        remarks.add(f"{origin}: the {scale.title} total {said}; not used. Score it again.")
        return None
    items = tuple((code, int(value)) for code in scale.loinc)
    return Score(scale.instrument, value, when.day, origin, items)


def _number(part: Element) -> Decimal | None:
    """The number of a total or of one item: a quantity, an integer, or a coded answer with its value."""
    quantity = part.one("valueQuantity")
    if quantity is not None:
        return quantity.number("value")
    codes, _ = part.codings("valueCodeableConcept")
    meant = next((m for m in map(tables.word, codes) if isinstance(m, int)), None)
    return part.number("valueInteger") if meant is None else Decimal(meant)


def _answer(part: Element, rule: ResultRule, origin: str, when: _When, remarks: Remarks) -> Answer | None:
    codes, text = part.codings("valueCodeableConcept")
    for interpretation in part.all("interpretation"):
        more, _ = interpretation.concept()
        codes += more
    flag = part.flag("valueBoolean")
    meant = next((m for m in map(tables.word, codes) if isinstance(m, str)), "")
    sent = meant or text or part.text("valueString")
    if flag is None and not sent:
        remarks.add(f"{origin}: the {rule.title} has no result that can be read. Look it up.")
        return None
    return Answer(rule.fact.id, answer_value(rule.fact, sent if flag is None else flag), when.day, origin)
