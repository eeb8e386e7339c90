"""The safety state of a patient: whether somebody may be at risk of suicide, and who has looked at it since. H18.

A pure function of what is on record: answers to the questions on death and self-harm, triages and open tasks of safety.
It stands first on every page of a patient. Nothing but a triage recorded after an answer answers it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from enum import IntEnum
from functools import cache

from tenuto.core.dates import say_date
from tenuto.core.gate import Finding, Gate, Level
from tenuto.core.intake.facts import Answer, PatientFacts, RecordedScore
from tenuto.core.scales.reading import instruments
from tenuto.core.sources import Basis, Tag

__all__ = [
    "OpenSafetyTask",
    "Risk",
    "RiskQuestion",
    "SafetyState",
    "Untriaged",
    "contradicted",
    "follows",
    "instrument_key",
    "on_the_clock",
    "risk_question",
    "safety_state",
    "suicide_item",
    "untriaged",
    "with_safety",
]

TRIAGE = "suicide.screen"
_HIGH, _NONE = "high", frozenset(("negative", "none", "no"))


class Risk(IntEnum):
    """What stands first on the page, in order. NOT_ASKED is no finding, and never shown as "none"."""

    NOT_ASKED = 0
    NONE_FOUND = 1
    KNOWN = 2
    """Reported or found, and triaged since: a prescriber looks at it (amber)."""
    OPEN = 3
    """Reported and not triaged since, high, or a task of safety is open (red)."""


@dataclass(frozen=True, slots=True)
class OpenSafetyTask:
    """A task that only a recorded act of a clinician ends, with the instant until which it is due."""

    title: str
    due: datetime
    known: bool = False
    """True for what follows a triage: somebody has looked at the risk already."""


@dataclass(frozen=True, slots=True)
class SafetyState:
    """How the patient stands. `sentences` are whole, the most pressing first; a contradiction has both statements."""

    risk: Risk
    sentences: tuple[str, ...]
    high: bool = False
    """The newest triage found the risk high."""

    @property
    def text(self) -> str:
        """All of it in one line."""
        return " ".join(self.sentences)


@dataclass(frozen=True, slots=True)
class Untriaged:
    """A form whose question on death or self-harm no triage follows. `value` is None when it was not answered."""

    form: RecordedScore
    value: int | None


def instrument_key(name: str) -> str:
    """An instrument's name without case, spaces and marks: `PHQ-9` and `phq_9` are `phq9`."""
    return "".join(c for c in name.casefold() if c.isalnum())


@dataclass(frozen=True, slots=True)
class RiskQuestion:
    """The question on death or self-harm of a scale, as answers to it are found in records."""

    name: str
    """What it is called, such as `PHQ-9 item 9`."""
    alone: str
    """What a score is called that is this one answer."""
    names: frozenset[str]
    """What the answer is called among the items of a form."""
    reported_from: int


@cache
def _questions() -> Mapping[str, RiskQuestion]:
    """By the key of the scale, and by that of the answer alone."""
    found: dict[str, RiskQuestion] = {}
    for scale in instruments().values():
        if scale.risk_item is not None:
            asked, key = scale.risk_item, instrument_key(scale.id)
            item, alone = asked.item, f"{key}item{asked.item}"
            names = {
                item,
                f"item{item}",
                f"q{item}",
                f"{key}{item}",
                alone,
                instrument_key(scale.item(item).loinc),
            }
            question = RiskQuestion(
                f"{scale.title} item {item}", alone, frozenset(names - {""}), asked.reported_from
            )
            found |= dict.fromkeys((key, instrument_key(scale.title), alone), question)
    return found


def risk_question(score: RecordedScore) -> RiskQuestion | None:
    """The question on death or self-harm that a score's scale asks; None for a scale without one."""
    return _questions().get(instrument_key(score.instrument))


def suicide_item(score: RecordedScore) -> int | None:
    """The answer to the scale's question on death or self-harm, or None when it asks none or the answer wasn't sent."""
    question = risk_question(score)
    if question is None:
        return None
    found = [value for name, value in score.items if instrument_key(name) in question.names]
    if instrument_key(score.instrument) == question.alone:
        found.append(int(score.value))
    return max(found, default=None)


def follows(triage: Answer, form: RecordedScore) -> bool:
    """Whether a triage came after an answer: by the instant; by the day when an hour is not known, and then a later one."""
    if triage.at is not None and form.at is not None:
        return triage.at >= form.at
    return triage.taken is not None and form.taken is not None and triage.taken > form.taken


def untriaged(facts: PatientFacts, *, as_of: date) -> tuple[Untriaged, ...]:
    """The forms up to a day whose question was answered positively, unclearly or not at all, and no triage follows."""
    triages = _triages(facts, as_of)
    return tuple(
        Untriaged(form, value)
        for form in _forms(facts, as_of)
        if ((value := suicide_item(form)) is None or _is_positive(form))
        and not any(follows(triage, form) for triage in triages)
    )


def safety_state(
    facts: PatientFacts,
    *,
    as_of: date,
    open_tasks: Sequence[OpenSafetyTask] = (),
    zone: tzinfo | None = None,
) -> SafetyState:
    """The state on a day. Total: any facts in any order give one.

    `as_of` keeps entries dated after it out; `open_tasks` are those of this patient; `zone` is whose clock the hours are.
    """
    facts = on_the_clock(facts, zone) if zone else facts
    red = [_reported(each) for each in untriaged(facts, as_of=as_of)]
    waiting = sorted(open_tasks, key=lambda task: task.due)
    red += [_waits(task) for task in waiting if not task.known]
    triages, forms = _triages(facts, as_of), _forms(facts, as_of)
    newest = triages[-1] if triages else None
    amber = _triaged(triages, forms)
    high = newest is not None and str(newest.value).casefold() == _HIGH
    if newest is not None and high:
        red.append(
            f"Suicide risk high on {_when(newest)}. The person stays with staff until a prescriber decides."
        )
        amber = ()
    amber = (*amber, *(_waits(task) for task in waiting if task.known))
    if red:
        return SafetyState(Risk.OPEN, (*red, *amber), high)
    if amber:
        return SafetyState(Risk.KNOWN, amber)
    asked = [_when(newest)] if newest else []
    asked += [_when_taken(form) for form in forms[-1:]]
    if not asked:
        return SafetyState(Risk.NOT_ASKED, ("Suicide risk: not asked yet.",))
    return SafetyState(Risk.NONE_FOUND, (f"Suicide risk: none found, asked {asked[0]}.",))


def with_safety(gate: Gate, state: SafetyState) -> Gate:
    """A gate with an open risk in it: it blocks, wherever it was found. Said once, where a rule of intake says it already."""
    said = any(f.level >= Level.BLOCK and not f.missing and f.fact == TRIAGE for f in gate.findings)
    if state.risk is not Risk.OPEN or said:
        return gate
    basis = Basis((Tag.D,), note="Hazard H18")
    return gate + Gate.of([Finding("SUICIDE-RISK-OPEN", Level.BLOCK, state.sentences[0], basis, TRIAGE)])


def on_the_clock(facts: PatientFacts, zone: tzinfo) -> PatientFacts:
    """The same facts with the instants of scores and answers in a zone."""
    scores = tuple(replace(s, at=s.at.astimezone(zone)) if s.at else s for s in facts.scores)
    answers = tuple(replace(a, at=a.at.astimezone(zone)) if a.at else a for a in facts.answers)
    return replace(facts, scores=scores, answers=answers)


def contradicted(facts: PatientFacts, *, as_of: date) -> str:
    """Both statements, when thoughts were reported and the triage after them found no risk; else empty."""
    triages = _triages(facts, as_of)
    if not triages or _gravity(triages[-1]):
        return ""
    return " ".join(_triaged(triages, _forms(facts, as_of)))


def _triaged(triages: Sequence[Answer], forms: Sequence[RecordedScore]) -> tuple[str, ...]:
    """What was reported and triaged since, with both statements where they do not agree."""
    if not triages:
        return ()
    newest = triages[-1]
    level = str(newest.value).casefold()
    reported = " ".join(map(_item, _answered_by(triages, forms)))
    if level in _NONE:
        if not reported:
            return ()
        return (f"{reported} The triage of {_when(newest)} found no risk. Both stand.",)
    said = f"Suicide risk {level}: known, triaged {_when(newest)}."
    return (f"{said} {reported}",) if reported else (said,)


def _answered_by(triages: Sequence[Answer], forms: Sequence[RecordedScore]) -> list[RecordedScore]:
    """The positive answers that the newest triage is about, the highest one of each question.

    They are those since the triage before it, so that a form of zeros in between takes none of them back, and the newest
    form's, which stands until another follows it.
    """
    newest = triages[-1]
    before = [t for t in triages if (t.taken, t.at) != (newest.taken, newest.at)]
    highest: dict[tuple[str, bool], RecordedScore] = {}
    for form in forms:
        since = form is forms[-1] or not any(follows(triage, form) for triage in before)
        if not (since and _is_positive(form) and follows(newest, form)):
            continue
        key = (_called(form), bool(form.unclear))
        if key not in highest or _answer(form) >= _answer(highest[key]):
            highest[key] = form
    return list(highest.values())


def _answer(form: RecordedScore) -> int:
    answer = suicide_item(form)
    return -1 if answer is None else answer


def _waits(task: OpenSafetyTask) -> str:
    return f"{task.title}: open, due {_moment(task.due)}."


def _reported(each: Untriaged) -> str:
    name = _called(each.form)
    when = _when_taken(each.form)
    if each.form.unclear:
        return f"{_item(each.form)} No triage since."
    if each.value is None:
        return f"{name} was not answered, {when}. No triage since."
    return f"{name} was {each.value}, {when}. No triage since."


def _item(form: RecordedScore) -> str:
    if form.unclear:
        return f"{_called(form)} can't be read for certain ({form.unclear[:80]}), {_when_taken(form)}; it counts as positive."
    return f"{_called(form)} was {suicide_item(form)}, {_when_taken(form)}."


def _called(form: RecordedScore) -> str:
    question = risk_question(form)
    return question.name if question else form.instrument


def _forms(facts: PatientFacts, as_of: date) -> list[RecordedScore]:
    """The forms that ask, in the order in which they were answered."""
    found = [
        s
        for s in facts.scores
        if (question := risk_question(s)) is not None
        and (s.items or instrument_key(s.instrument) == question.alone)
        and (s.taken is None or s.taken <= as_of)
    ]
    return sorted(found, key=lambda s: (s.taken or date.min, _instant(s.at), s.value))


def _is_positive(form: RecordedScore) -> bool:
    question, answer = risk_question(form), suicide_item(form)
    reported = question is not None and answer is not None and answer >= question.reported_from
    return bool(form.unclear) or reported


def _triages(facts: PatientFacts, as_of: date) -> list[Answer]:
    """The triages in order; of one moment the gravest last, so that it is the one that counts."""
    found = [
        a
        for a in facts.answers
        if a.fact == TRIAGE
        and isinstance(a.value, str)
        and _gravity(a) >= 0
        and (a.taken is None or a.taken <= as_of)
    ]
    return sorted(found, key=lambda a: (a.taken or date.min, _instant(a.at), _gravity(a)))


def _gravity(answer: Answer) -> int:
    value = str(answer.value).casefold()
    grades = {"low": 1, "moderate": 2, _HIGH: 3}
    return 0 if value in _NONE else grades.get(value, -1)


def _instant(at: datetime | None) -> float:
    return at.timestamp() if at is not None else 0.0


def _when(answer: Answer) -> str:
    return _moment(answer.at) if answer.at else say_date(answer.taken) if answer.taken else "without a date"


def _when_taken(form: RecordedScore) -> str:
    return _moment(form.at) if form.at else say_date(form.taken) if form.taken else "without a date"


def _moment(at: datetime) -> str:
    return f"{say_date(at.date())}, {at:%H:%M}"
