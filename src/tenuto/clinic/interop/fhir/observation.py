"""Observation: measurements in the unit of their kind, totals of scales, coded results. Panels through components."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from tenuto.clinic.interop.fhir import suicide_screen, tables, told_conditions
from tenuto.clinic.interop.fhir.answers import Value, answer_value, ordinal
from tenuto.clinic.interop.fhir.elements import Element, Remarks, clean, read_moment
from tenuto.clinic.interop.fhir.stated import another, disregarded, is_critical, is_stated
from tenuto.clinic.interop.fhir.systems import UCUM, short_name
from tenuto.clinic.interop.fhir.tables import MeasurementRule, ResultRule, Scale
from tenuto.clinic.interop.fhir.ucum import UnitUnknown, convert, disagree, names_unit, understood, unit
from tenuto.clinic.interop.fhir.unjudged import fact_named
from tenuto.core.gate import Level
from tenuto.core.intake.answers import truth
from tenuto.core.intake.facts import Answer, Coding, Measurement, Problem, RecordedScore
from tenuto.core.intake.reading_report import Ending
from tenuto.core.intake.required import RequiredFact
from tenuto.core.intake.terminology import AnswerBand, asks_for, band, stands_for_nothing
from tenuto.core.sentences import inside
from tenuto.core.units import plain

__all__ = ["Read", "asks_for_a_test", "read", "why_not"]

_TEST = "pregnancy.test"
_IGNORED = ("entered-in-error", "cancelled", "registered")
ITEM_NINE = "phq9_item9"
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


@dataclass(frozen=True, slots=True)
class _When:
    day: date | None
    minute: str
    at: datetime | None = None
    stated: bool = False
    """Nobody measured it: so the sender says beside the value."""
    taken_back: str = ""
    """The note by which somebody takes the value back."""
    status: str = ""
    """Its status, where that is not final."""


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
        when = _when(observation, remarks)
        return Read(_called_like(by_name, observation, when), problems=problems, said=said, day=when.day)
    if status not in _SETTLED:
        remarks.add(
            f"{observation.where} is {status or 'of no known status'}, not final. Wait for the final result."
        )
    when = replace(
        _when(observation, remarks),
        stated=is_stated(observation),
        taken_back=disregarded(observation),
        status="" if status in _SETTLED else status or "of no known status",
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
            *_called_like(by_name, observation, when),
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
            name = name or _first_code(codings) or "a result"
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


def _when(observation: Element, remarks: Remarks) -> _When:
    times = [name for name in observation.raw if _EFFECTIVE.match(name)]
    if len(times) > 1:
        sent = " and ".join(f"“{_shown(observation.raw[name])}”" for name in times)
        remarks.add(
            f"{observation.where} is dated twice: {sent}. The earlier counts until then. Find out when it was."
        )
    period, timing = observation.one("effectivePeriod"), observation.one("effectiveTiming")
    told = (
        observation.moment("effectiveDateTime", remarks),
        observation.moment("effectiveInstant", remarks),
        period.moment("start", remarks) if period else None,
    )
    moment = min((each for each in told if each), key=lambda each: each.earliest, default=None)
    if moment is None and timing is not None:
        events = [read_moment(text, remarks.zone) for text in timing.texts("event")]
        moment = min((e for e in events if e), key=lambda e: e.earliest, default=None)
    # The earliest day that it can mean: a measurement never looks newer than it is.
    return _When(moment.earliest, moment.minute, moment.at) if moment else _When(None, "")


def _read_part(
    part: Element, origin: str, when: _When, remarks: Remarks
) -> Measurement | RecordedScore | Answer | None:
    rule = tables.rule_for(part.codings("code")[0])
    absent = part.one("dataAbsentReason")
    if rule is None:
        return None
    if absent is not None:
        codes, reason = absent.concept()
        sentence = f"{origin}: no {rule.title} was recorded ({reason or _first_code(codes) or 'no reason given'}). Ask for it."
        remarks.add(sentence)
        if any(code.code == "masked" for code in codes):
            remarks.settle(Ending.WITHHELD, sentence)
        if isinstance(rule, Scale) and rule.instrument == ITEM_NINE:
            return _unclear(rule, when, origin, "not answered")
        return None
    values = [name for name in part.raw if _VALUE.match(name)]
    several = len(values) > 1
    if several:
        both = " and ".join(f"“{_shown(part.raw[name])}”" for name in values)
        remarks.add(
            f"{origin}: the {rule.title} is sent as {both}; it opens nothing until that is settled. Find out which is right."
        )
    if isinstance(rule, MeasurementRule):
        return None if several else _measurement(part, rule, origin, when, remarks)
    if several:
        return _of_several(part, rule, origin, when, remarks)
    if isinstance(rule, Scale):
        return _score(part, rule, origin, when, remarks)
    return _answer(part, rule, origin, when, remarks)


_VALUE, _EFFECTIVE = re.compile("value[A-Z]"), re.compile("effective[A-Z]")


def _shown(sent: object) -> str:
    """A value of any type in words."""
    if not isinstance(sent, dict):
        return clean(str(sent))[:80]
    element = Element(sent, "")
    value = element.number("value") if isinstance(sent.get("value"), Decimal) else None
    if value is not None:
        return _as_sent(element, value)
    codings, text = element.concept()
    return (text or _first_code(codings) or clean(str(sent.get("start", ""))))[:80]


def _of_several(
    part: Element, rule: Scale | ResultRule, origin: str, when: _When, remarks: Remarks
) -> RecordedScore | Answer | None:
    """What counts of a part with two values: only what closes."""
    if isinstance(rule, Scale):
        return _unclear(rule, when, origin, "has two values") if rule.instrument == ITEM_NINE else None
    found = _answer(part, rule, origin, when, remarks)
    return found if found and (_level(rule.fact, found.value) or Level.PASS) is not Level.PASS else None


def _measurement(
    part: Element, rule: MeasurementRule, origin: str, when: _When, remarks: Remarks
) -> Measurement | None:
    quantity = part.one("valueQuantity")
    value = quantity.number("value") if quantity else None
    if quantity is None or value is None:
        remarks.add(
            f"{origin}: the {rule.title} was not sent as a number with a unit; not used. Measure it and record it."
        )
        return None
    sent = _as_sent(quantity, value)
    code, word = coded_unit(quantity), quantity.text("unit")
    if when.taken_back and rule.kind in _OF_THE_DOSE:
        return None
    word = _said_unit(part) or word if rule.kind in _OF_THE_DOSE else word
    unread = rule.kind in _OF_THE_DOSE and code and not understood(code, word)
    if disagree(code, word) or unread:
        remarks.add(
            f"{origin}: the {rule.title} {plain(value)} is in {word} by its word and in {code} by its code; not used. "
            "Measure it again, and have the sender correct the unit."
        )
        return None
    if not code:
        remarks.add(
            f"{origin}: the {rule.title} '{sent}' has no coded (UCUM) unit; not used. "
            f"Nobody can tell the unit from the number. Measure it again in {rule.unit}, or ask the sender which unit it was."
        )
        return None
    try:
        converted = convert(value, code, to=rule.unit)
    except UnitUnknown as problem:
        remarks.add(
            f"{origin}: the {rule.title} '{sent}' was not used: {problem}. Measure it again, or have it sent in {rule.unit}."
        )
        return None
    if rule.kind in _OF_THE_DOSE and not _is_of_the_whole(part, rule, origin, when, remarks):
        return None
    _judge_comparator(quantity, rule, origin, sent, remarks)
    if quantity.text("comparator") and rule.kind in _OF_THE_DOSE:
        return None
    return Measurement(
        kind=rule.kind,
        value=converted,
        taken=when.day,
        origin=origin,
        original=sent if unit(code).converted else "",
        estimated=rule.estimated or when.stated,
        minute=when.minute,
        reference_high=_upper_limit(part, rule, code),
        at=when.at,
        unclear=f"is {when.status}" if when.status and rule.kind in _OF_THE_DOSE else "",
    )


def _called_like(parts: Sequence[Element], observation: Element, when: _When) -> tuple[Measurement, ...]:
    """A weight or height by its whole name under no code that is known: it opens nothing, and no older one does beside it."""
    found = []
    for part in parts:
        kind = next((kind for kind in _OF_THE_DOSE if kind.startswith(f"{fact_named(part)}_")), "")
        quantity = part.one("valueQuantity")
        value = quantity.number("value") if quantity else None
        if not kind or quantity is None or value is None or another(part) or is_stated(observation):
            continue
        unit_sent = quantity.text("code") or quantity.text("unit")
        try:
            converted = convert(value, unit_sent, to=kind.rpartition("_")[2])
        except UnitUnknown:
            converted = value
        found.append(
            Measurement(
                kind=kind,
                value=converted,
                taken=when.day,
                origin=observation.where,
                original=_as_sent(quantity, value),
                minute=when.minute,
                at=when.at,
                unclear="is sent without a code that is known",
            )
        )
    return tuple(found)


_OF_THE_DOSE = ("weight_kg", "height_cm")
"""What a dose is computed from: two statements that can't be compared give none."""


def _is_of_the_whole(
    part: Element, rule: MeasurementRule, origin: str, when: _When, remarks: Remarks
) -> bool:
    """Whether a weight or height is the whole person's; a note beside it, which may say anything, is for a person to read."""
    if part.has("bodySite"):
        codings, site = part.codings("bodySite")
        remarks.add(
            f"{origin}: the {rule.title} is of a part of the body ({(site or _first_code(codings))[:60]}); not used. Measure the whole "
            "person."
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


def _score(part: Element, scale: Scale, origin: str, when: _When, remarks: Remarks) -> RecordedScore | None:
    value = _number(part)
    if value is None or not scale.holds(value):
        said = "has no number" if value is None else f"is {plain(value)}, which is not from 0 to {scale.most}"
        if scale.instrument == ITEM_NINE:
            return _unclear(scale, when, origin, said)
        remarks.add(f"{origin}: the {scale.title} total {said}; not used. Score it again.")
        return None
    items = tuple((code, int(value)) for code in scale.loinc)
    return RecordedScore(scale.instrument, value, when.day, origin, items, at=when.at)


def _unclear(scale: Scale, when: _When, origin: str, said: str) -> RecordedScore:
    """An answer about suicide that can't be read counts as the worst one until a person has asked again."""
    items = tuple((code, scale.most) for code in scale.loinc)
    return RecordedScore(
        scale.instrument, Decimal(scale.most), when.day, origin, items, at=when.at, unclear=said
    )


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
        weight = ordinal(holder)
        found |= {weight} if weight is not None else set()
    return found.pop() if len(found) == 1 else None


def _answer(part: Element, rule: ResultRule, origin: str, when: _When, remarks: Remarks) -> Answer | None:
    """A coded result. Two statements that contradict each other are both said; the one that closes counts."""
    values = _meanings(part, rule, remarks, origin)
    if not values and rule.fact.id == suicide_screen.FACT:
        values = [_first_code(part.codings("valueCodeableConcept")[0]) or "no result that can be read"]
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
    return Answer(rule.fact.id, kept, when.day, origin, at=when.at)


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
    sent, amount = _as_sent(quantity, value), _amount(quantity, value, limits)
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


def _level(asked: RequiredFact, value: Value) -> Level | None:
    """What an answer does; None for one that the register doesn't list."""
    key = ("yes" if value else "no") if isinstance(value, bool) else str(value)
    return asked.effects.get(key)


def _first_code(codes: tuple[Coding, ...]) -> str:
    return next((code.code for code in codes if code.code), "")
