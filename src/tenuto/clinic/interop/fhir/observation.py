"""Observation: what each of its parts is, and which of them are read. Panels through components."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass, replace
from datetime import date

from tenuto.clinic.interop.fhir import tables, told_conditions
from tenuto.clinic.interop.fhir.elements import Element, Remarks
from tenuto.clinic.interop.fhir.measured import called_like, measurement, unclear_measurement
from tenuto.clinic.interop.fhir.occasion import When, occasion_of
from tenuto.clinic.interop.fhir.quantity import first_code, shown
from tenuto.clinic.interop.fhir.results import ITEM_NINE, answer, of_several, score, unclear_item
from tenuto.clinic.interop.fhir.stated import disregarded, is_critical, is_stated
from tenuto.clinic.interop.fhir.tables import MeasurementRule, ResultRule, Scale
from tenuto.clinic.interop.fhir.unjudged import named_otherwise
from tenuto.core.intake.facts import Answer, Measurement, Problem, RecordedScore
from tenuto.core.intake.reading_report import Ending
from tenuto.core.intake.terminology import asks_for, stands_for_nothing

__all__ = ["Read", "asks_for_a_test", "read", "why_not"]

_TEST = "pregnancy.test"
_IGNORED = ("entered-in-error", "cancelled", "registered")
_SETTLED = ("final", "amended", "corrected")


@dataclass(frozen=True, slots=True)
class Read:
    """What one Observation says, of the things that are asked for."""

    measurements: tuple[Measurement, ...] = ()
    scores: tuple[RecordedScore, ...] = ()
    answers: tuple[Answer, ...] = ()
    problems: tuple[Problem, ...] = ()
    """Conditions that it tells; they only close."""
    said: frozenset[int] = frozenset()
    """The parts, by identity, of which something was told or said."""
    day: date | None = None
    stands: bool = True
    """False for one that is cancelled, only registered or entered in error."""


def asks_for_a_test(observation: Element) -> bool:
    """Whether it tells what a pregnancy test is due after, such as a last menstrual period."""
    codings, name = observation.codings("code")
    return _TEST in asks_for(codings, (name, *(coding.display for coding in codings)))


def read(observation: Element, remarks: Remarks, answered: Container[str] = ()) -> Read:
    """Everything that one Observation and its components say; empty for one that is cancelled or not asked for.

    `answered` holds the ids of the facts that the rest of the record answers.
    """
    status = observation.text("status")
    if status in _IGNORED:
        remarks.settle(
            Ending.TAKEN_BACK if status == "entered-in-error" else Ending.NOT_NEEDED,
            status.replace("-", " "),
        )
        return Read(stands=False)
    _say_critical(observation, remarks)
    if asks_for_a_test(observation) and _TEST not in answered:
        remarks.add(
            f"{observation.where} tells of a last menstrual period, and no pregnancy test is in the record. Do one and record it."
        )
    parts = (observation, *observation.all("component"))
    wanted = [part for part in parts if _is_wanted(part)]
    by_name = [part for part in parts if tables.rule_for(part.codings("code")[0]) is None]
    problems, said = (
        told_conditions.told(observation, remarks) if _says_something(observation) else ((), frozenset())
    )
    if not wanted:
        when = occasion_of(observation, remarks)
        return Read(called_like(by_name, observation, when), problems=problems, said=said, day=when.day)
    if status not in _SETTLED:
        remarks.add(
            f"{observation.where} is {status or 'of no known status'}, not final. Wait for the final result."
        )
    when = occasion_of(observation, remarks)
    when = replace(
        when,
        stated=is_stated(observation),
        taken_back=disregarded(observation),
        doubt=when.doubt if status in _SETTLED else f"is {status or 'of no known status'}, not final",
    )
    if when.taken_back:
        remarks.add(
            f"{observation.where} carries the note “{when.taken_back[:80]}”. Find out whether it is this person's value."
        )
    if any(isinstance(tables.rule_for(part.codings("code")[0]), ResultRule) for part in wanted):
        for note in filter(None, (each.text("text") for each in observation.all("note"))):
            remarks.add(
                f"{observation.where} carries the note “{note[:80]}”. Read it before the result is relied on."
            )
    read_parts = [_read_part(part, observation.where, when, remarks) for part in wanted]
    return Read(
        (
            *(r for r in read_parts if isinstance(r, Measurement)),
            *called_like(by_name, observation, when),
        ),
        tuple(r for r in read_parts if isinstance(r, RecordedScore)),
        tuple(r for r in read_parts if isinstance(r, Answer)),
        problems,
        said,
        when.day,
    )


def _say_critical(observation: Element, remarks: Remarks) -> None:
    """A result that its laboratory marks as critical is said, whatever it is of."""
    for part in (observation, *observation.all("component")):
        flags = [
            code for each in part.all("interpretation") for code in each.concept()[0] if is_critical(code)
        ]
        if flags:
            codings, name = part.codings("code")
            name = name or first_code(codings) or "a result"
            remarks.add(
                f"{observation.where}: “{name[:80]}” is marked as critical ({flags[0].display or flags[0].code}). Look at it, and whether it is over."
            )


def why_not(observation: Element) -> str:
    """Why an Observation of another kind is not needed."""
    nothing = stands_for_nothing(observation.codings("code")[0])
    return (
        "says that nothing is known"
        if nothing
        else "of a kind that is not asked for, and says nothing against"
    )


def _says_something(part: Element) -> bool:
    return any(key.startswith("value") or key in ("interpretation", "component") for key in part.raw)


def _is_wanted(part: Element) -> bool:
    """A part that is asked for; the head of a panel has no value of its own and says nothing itself."""
    if tables.rule_for(part.codings("code")[0]) is None:
        return False
    says = any(key.startswith("value") or key == "interpretation" for key in part.raw)
    return says or not (part.has("component") or part.has("hasMember"))


def _read_part(
    part: Element, origin: str, when: When, remarks: Remarks
) -> Measurement | RecordedScore | Answer | None:
    rule = tables.rule_for(part.codings("code")[0])
    absent = part.one("dataAbsentReason")
    if rule is None:
        return None
    if absent is not None:
        codes, reason = absent.concept()
        sentence = f"{origin}: no {rule.title} was recorded ({reason or first_code(codes) or 'no reason given'}). Ask for it."
        remarks.add(sentence)
        if any(code.code == "masked" for code in codes):
            remarks.settle(Ending.WITHHELD, sentence)
        if isinstance(rule, Scale) and rule.instrument == ITEM_NINE:
            return unclear_item(rule, when, origin, "not answered")
        return None
    values = [name for name in part.raw if _VALUE.match(name)]
    several = len(values) > 1
    if several:
        both = " and ".join(f"“{shown(part.raw[name])}”" for name in values)
        remarks.add(
            f"{origin}: the {rule.title} is sent as {both}; it opens nothing until that is settled. Find out which is right."
        )
    if isinstance(rule, MeasurementRule):
        if several:
            return unclear_measurement(part, rule, origin, when, "is sent as two values")
        return measurement(part, rule, origin, when, remarks)
    other = named_otherwise(part, rule.fact.id) if isinstance(rule, ResultRule) else ""
    if other:
        remarks.add(
            f"{origin}: the {rule.title} is called “{other[:80]}”; code and name disagree, and it opens nothing. Find out which is right."
        )
    if several or other:
        return of_several(part, rule, origin, when, remarks)
    if isinstance(rule, Scale):
        return score(part, rule, origin, when, remarks)
    return answer(part, rule, origin, when, remarks)


_VALUE = re.compile("value[A-Z]")
