"""Answers as the fact registry wants them: yes or no, a choice in its own word, a number, a date, words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from tenuto.clinic.interop.fhir import tables
from tenuto.clinic.interop.fhir.elements import Element, Remarks, read_moment
from tenuto.core.gate import Level
from tenuto.core.intake.required import RequiredFact
from tenuto.core.units import plain

__all__ = ["Value", "answer_value", "contradicts_itself", "sent_value", "weight", "with_words"]

Value = bool | Decimal | date | str

_YES = ("yes", "y", "true")
_NO = ("no", "n", "false")
_LEADS = re.compile(r"(yes|y|true|no|n|false)\b[\s,.;:–—-]*(.+)\Z", re.IGNORECASE | re.DOTALL)
"""An answer that goes on after its yes or no."""
_POINTS = ("", "1", "score", "scores", "point", "points", "pts", "number", "total", "sum", "count")
_WEIGHTS = (
    "http://hl7.org/fhir/StructureDefinition/ordinalValue",
    "http://hl7.org/fhir/StructureDefinition/itemWeight",
)


def answer_value(fact: RequiredFact, sent: Value) -> Value:
    """`sent` in the type that the question asks for; left as it is when it can't be read as that."""
    if not isinstance(sent, str):
        return sent
    if fact.value == "yes_no":
        low = sent.lower()
        return True if low in _YES else False if low in _NO else sent
    if fact.value == "date":
        moment = read_moment(sent)
        return moment.earliest if moment else sent
    if fact.value == "choice":
        known = sent.lower()
        return known if known in fact.effects else tables.level_told(fact.id, sent) or known
    return sent


def with_words(fact: RequiredFact, sent: Value) -> tuple[Value, str]:
    """An answer and what was said beside it: “Yes, clipped 2019” is a yes. Only an answer that closes is read out of words."""
    value = answer_value(fact, sent)
    if fact.value != "yes_no" or not isinstance(value, str):
        return value, ""
    found = _LEADS.match(value)
    said = answer_value(fact, found[1]) if found else value
    closes = isinstance(said, bool) and fact.effects.get("yes" if said else "no", Level.PASS) > Level.PASS
    return (said, found[2].strip()) if found and closes else (value, "")


def sent_value(answer: Element, remarks: Remarks) -> Value | None:
    """The value of one `answer` of a QuestionnaireResponse, whichever type it has; None when it has none."""
    flag = answer.flag("valueBoolean")
    if flag is not None:
        return flag
    for name in ("valueInteger", "valueDecimal"):
        number = answer.number(name)
        if number is not None:
            return number
    for name in ("valueDate", "valueDateTime"):
        moment = answer.moment(name, remarks)
        if moment is not None:
            return moment.earliest
    quantity = answer.one("valueQuantity")
    if quantity is not None:
        return _count(quantity)
    coding = answer.one("valueCoding")
    if coding is not None:
        meant = tables.word(coding.coding())
        return meant if isinstance(meant, str) else coding.text("display") or coding.text("code") or None
    return answer.text("valueString") or None


def _count(quantity: Element) -> Decimal | str | None:
    """A number of points, whatever the sender calls them; with a unit of something else it is words."""
    value, code = quantity.number("value"), quantity.text("code") or quantity.text("unit")
    if value is None or quantity.has("comparator"):
        return f"{quantity.text('comparator')}{plain(value)}" if value is not None else None
    bare = code.strip().strip("{}").lower()
    return value if bare in _POINTS else f"{plain(value)} {code}"


def ordinals(holder: Element) -> set[Decimal]:
    """The numbers that extensions beside an answer give it: one, or several that contradict each other."""
    values = (e.number("valueDecimal") for e in holder.all("extension") if e.text("url") in _WEIGHTS)
    return {value for value in values if value is not None}


def weight(answer: Element, remarks: Remarks, printed: Mapping[str, int]) -> int | None:
    """The number that a scale gives to one answer; None when it has none or two that disagree.

    It is sent as a number, as an `ordinalValue` or `itemWeight` beside the coding, or follows from the LOINC answer, or
    from the answer in the very words of the form (`printed`).
    """
    found = _weights(answer, printed)
    if len(found) > 1:
        said = " and ".join(sorted(map(plain, found)))
        remarks.add(f"{answer.where} has the values {said} at once; counted as not answered. Ask again.")
    if len(found) != 1:
        return None
    value = found.pop()
    return int(value) if value == value.to_integral_value() else None


def contradicts_itself(answer: Element, printed: Mapping[str, int]) -> bool:
    """Whether one answer has two values at once, which `weight` says."""
    return len(_weights(answer, printed)) > 1


def _weights(answer: Element, printed: Mapping[str, int]) -> set[Decimal]:
    """Every number that one answer of a scale has."""
    found: set[Decimal] = set()
    for name in ("valueInteger", "valueDecimal"):
        number = answer.number(name)
        found |= {number} if number is not None else set()
    coding = answer.one("valueCoding")
    for holder in (answer, coding) if coding else (answer,):
        found |= ordinals(holder)
    meant = tables.word(coding.coding()) if coding else None
    if isinstance(meant, int):
        found.add(Decimal(meant))
    for text in (answer.text("valueString"), coding.text("display") if coding else ""):
        if text.casefold() in printed:
            found.add(Decimal(printed[text.casefold()]))
    return found
