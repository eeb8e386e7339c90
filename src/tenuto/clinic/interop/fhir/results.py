"""Scores and coded results of an Observation: of two statements the one that closes counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache

from tenuto.clinic.interop.fhir import suicide_screen, tables
from tenuto.clinic.interop.fhir.answers import Value, answer_value, ordinals
from tenuto.clinic.interop.fhir.elements import Element, Remarks
from tenuto.clinic.interop.fhir.occasion import When
from tenuto.clinic.interop.fhir.quantity import as_sent, coded_unit, first_code
from tenuto.clinic.interop.fhir.tables import ResultRule, Scale
from tenuto.clinic.interop.fhir.ucum import UnitUnknown, convert, disagree
from tenuto.core.gate import Level
from tenuto.core.intake.answers import truth
from tenuto.core.intake.facts import Answer, RecordedScore
from tenuto.core.intake.labs import tests
from tenuto.core.intake.reading_report import Ending
from tenuto.core.intake.required import RequiredFact, fact
from tenuto.core.intake.terminology import AnswerBand, band
from tenuto.core.sentences import inside
from tenuto.core.units import plain

__all__ = [
    "ITEM_NINE",
    "answer",
    "asks_of_suicide",
    "closes",
    "of_several",
    "score",
    "unclear_item",
    "unclear_score",
]

ITEM_NINE = "phq9_item9"


def of_several(
    part: Element, rule: Scale | ResultRule, origin: str, when: When, remarks: Remarks
) -> RecordedScore | Answer | None:
    """What counts of a part with two values: only what closes."""
    if isinstance(rule, Scale):
        return unclear_item(rule, when, origin, "has two values") if rule.instrument == ITEM_NINE else None
    found = answer(part, rule, origin, when, remarks)
    return found if found and (_level(rule.fact, found.value) or Level.PASS) is not Level.PASS else None


def score(part: Element, scale: Scale, origin: str, when: When, remarks: Remarks) -> RecordedScore | None:
    """The total of a scale or one item of it; one about suicide that can't be read is unclear, any other is said."""
    value = _number(part)
    if value is None or not scale.holds(value):
        said = "has no number" if value is None else f"is {plain(value)}, which is not from 0 to {scale.most}"
        if scale.instrument == ITEM_NINE:
            return unclear_item(scale, when, origin, said)
        remarks.add(f"{origin}: the {scale.title} total {said}; not used. Score it again.")
        return None
    items = tuple((code, int(value)) for code in scale.loinc)
    return RecordedScore(scale.instrument, value, when.day, origin, items, at=when.at)


def unclear_item(scale: Scale, when: When, origin: str, said: str) -> RecordedScore:
    """An answer about suicide that can't be read counts as the worst one until a person has asked again."""
    items = tuple((code, scale.most) for code in scale.loinc)
    return RecordedScore(
        scale.instrument, Decimal(scale.most), when.day, origin, items, at=when.at, unclear=said
    )


def asks_of_suicide(given: RecordedScore) -> bool:
    """Whether a score is of a form that asks about thoughts of suicide."""
    return given.instrument in (ITEM_NINE, "phq9") or bool(given.unclear)


def unclear_score(given: RecordedScore, said: str) -> RecordedScore:
    """A score of such a form that nobody can rely on: its answer about suicide counts as the worst one."""
    nine = tables.scales()[ITEM_NINE]
    items = tuple((code, nine.most) for code in nine.loinc)
    return replace(given, instrument=ITEM_NINE, value=Decimal(nine.most), items=items, unclear=said)


def closes(given: Answer) -> bool:
    """Whether an answer says something against treatment."""
    return (_level(fact(given.fact), given.value) or Level.PASS) is not Level.PASS


def _number(part: Element) -> Decimal | None:
    """The number of a total or of one item: a quantity, an integer, or a coded answer with its value.

    None when none is there, and when a number and a coded answer disagree.
    """
    quantity = part.one("valueQuantity")
    codes, _ = part.codings("valueCodeableConcept")
    found = {Decimal(m) for m in map(tables.word, codes) if isinstance(m, int)}
    found |= {
        n
        for n in (quantity.number("value") if quantity else None, part.number("valueInteger"))
        if n is not None
    }
    for holder in (part, *(part.one("valueCodeableConcept") or part).all("coding")):
        found |= ordinals(holder)
    return found.pop() if len(found) == 1 else None


def answer(part: Element, rule: ResultRule, origin: str, when: When, remarks: Remarks) -> Answer | None:
    """A coded result. Two statements that contradict each other are both said; the one that closes counts."""
    values = _meanings(part, rule, remarks, origin)
    if not values and rule.fact.id == suicide_screen.FACT:
        values = [first_code(part.codings("valueCodeableConcept")[0]) or "no result that can be read"]
    if not values:
        if not _has_number(part, rule):
            remarks.add(f"{origin}: the {rule.title} has no result that can be read. Look it up.")
        return None
    known = [v for v in values if _level(rule.fact, v) is not None]
    kept = max(known or values, key=lambda v: _level(rule.fact, v) or Level.PASS)
    levels = {_level(rule.fact, v) for v in known}
    if Level.PASS in levels and len(levels) > 1:
        both = " and ".join(f"“{v}”" for v in dict.fromkeys(map(str, known)))
        remarks.add(f"{origin}: the {rule.title} is sent as {both}. “{kept}” counts until then. Repeat it.")
    if (
        not known
        and rule.fact.effects
        and rule.fact.id != suicide_screen.FACT
        and (rule.closes or not _asks(rule.fact))
    ):
        words = next((v for v in values if isinstance(v, str)), "")
        remarks.add(
            f"{origin}: the {rule.title} is sent as “{str(words or values[0])[:80]}”, which is no answer that is known here. Look at it."
        )
    if rule.closes and (_level(rule.fact, kept) or Level.PASS) is Level.PASS and _is_clear(rule, kept):
        remarks.settle(
            Ending.NOT_NEEDED, f"a part of {inside(rule.title)} or a statement: only a positive one counts"
        )
        return None
    if when.stated and rule.fact.id in _tests() and (_level(rule.fact, kept) or Level.PASS) is Level.PASS:
        remarks.add(
            f"{origin}: the {rule.title} “{kept}” was done or told by the person or a relative, or estimated; it opens nothing. Repeat it."
        )
        return None
    return Answer(rule.fact.id, kept, when.day, origin, at=when.at)


@cache
def _tests() -> frozenset[str]:
    """The facts that a test answers: one done at home opens nothing."""
    return frozenset(test.fact for test in tests() if fact(test.fact).kind == "answer")


def _is_clear(rule: ResultRule, value: Value) -> bool:
    """Whether an answer that does not close is surely none; about suicide, what can't be read is never no."""
    return rule.fact.id != suicide_screen.FACT or truth(value) is False


def _meanings(part: Element, rule: ResultRule, remarks: Remarks, origin: str) -> list[Value]:
    codes, text = part.codings("valueCodeableConcept")
    words = [m for m in map(tables.word, codes) if isinstance(m, str)]
    for interpretation in part.all("interpretation"):
        words += [m for m in map(tables.word, interpretation.concept()[0]) if isinstance(m, str)]
    number = _by_number(part, rule, remarks, origin)
    flag = part.flag("valueBoolean")
    sent: list[Value] = [w for w in (*words, number) if w]
    if flag is not None:
        sent.append(flag)
    if not sent:
        sent = [t for t in (text, part.text("valueString")) if t]
    if rule.closes and rule.fact.id == suicide_screen.FACT:
        count = _number(part)
        sent = [{Decimal(0): False, Decimal(1): True}.get(count, plain(count))] if count is not None else sent
        sent = ["positive" if truth(v) else v for v in sent]
    return [_in_its_words(rule, answer_value(rule.fact, v)) for v in sent]


def _in_its_words(rule: ResultRule, value: Value) -> Value:
    """An answer in the words of the fact: a yes or an abnormal test is a positive one where those are not its answers."""
    if isinstance(value, str):
        value = tables.answer_word(value) or value if _level(rule.fact, value) is None else value
    listed = rule.fact.effects
    if _level(rule.fact, value) is None and "positive" in listed:
        if value in (True, "yes", "abnormal"):
            value = "positive"
        elif value in (False, "no", "normal"):
            value = "negative"
    return rule.positive if value == "positive" else value


def _has_number(part: Element, rule: ResultRule) -> bool:
    """Whether a number could answer; `_by_number` has said then what is wrong with it."""
    quantity = part.one("valueQuantity")
    return quantity is not None and quantity.has("value") and band(rule.fact.id) is not None


def _by_number(part: Element, rule: ResultRule, remarks: Remarks, origin: str) -> str:
    """What a number answers, by the table's band: a pregnancy hormone in units per litre."""
    quantity, limits = part.one("valueQuantity"), band(rule.fact.id)
    value = quantity.number("value") if quantity else None
    if quantity is None or value is None or limits is None:
        return ""
    sent, amount = as_sent(quantity, value), _amount(quantity, value, limits)
    word = limits.word(amount) if amount is not None else ""
    if not word and amount == limits.negative_below and quantity.text("comparator") == "<":
        word = "negative"
    if word == "negative" and quantity.text("comparator") in (">", ">="):
        word = ""
    if not word:
        remarks.add(
            f"{origin}: the {rule.title} '{sent}' is neither clearly negative nor positive. Repeat it."
        )
    return word


def _amount(quantity: Element, value: Decimal, limits: AnswerBand) -> Decimal | None:
    code = coded_unit(quantity)
    if not code or disagree(code, quantity.text("unit")):
        return None
    for target in limits.units:
        try:
            return convert(value, code, to=target)
        except UnitUnknown:
            continue
    return None


def _asks(asked: RequiredFact) -> bool:
    """Whether everybody is asked for a fact, so that the gate says itself what it can't read."""
    return asked.applies == ("everyone",)


def _level(asked: RequiredFact, value: Value | date) -> Level | None:
    """What an answer does; None for one that the register doesn't list."""
    key = ("yes" if value else "no") if isinstance(value, bool) else str(value)
    return asked.effects.get(key)
