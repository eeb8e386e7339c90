"""What was asked of a person about death and self-harm, what was triaged, and which answers no triage follows. H18."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tenuto.core.intake.facts import Answer, PatientFacts, Problem, RecordedScore
from tenuto.core.intake.recorded_risk import recorded_risks
from tenuto.core.intake.risk_questions import (
    instrument_key,
    proved_by_total,
    risk_question,
    score_name,
    suicide_item,
)
from tenuto.core.units import plain

__all__ = [
    "HIGH",
    "NO_RISK",
    "TRIAGE",
    "Untriaged",
    "answered_by",
    "asked_as",
    "follows",
    "forms_that_ask",
    "gravity",
    "instant_of",
    "is_positive",
    "triages_on_record",
    "untriaged",
    "untriaged_problems",
]

TRIAGE = "suicide.screen"
"""The fact that a triage answers."""
HIGH, NO_RISK = "high", frozenset(("negative", "none", "no"))


@dataclass(frozen=True, slots=True)
class Untriaged:
    """A form whose question on death or self-harm no triage follows. `value` is None when it was not answered."""

    form: RecordedScore
    value: int | None
    ahead: bool = False
    """True for one that is dated after the day: its date is wrong, and it counts until that is settled."""

    @property
    def is_now(self) -> bool:
        """Whether the patient says that the thought is there now."""
        question = risk_question(self.form)
        return (
            question is not None
            and question.present_from is not None
            and self.value is not None
            and self.value >= question.present_from
        )

    @property
    def answered(self) -> str:
        """What was answered, and what else there is to know of it: that the total shows it, that its date is to come."""
        least = proved_by_total(self.form)
        total = (
            f"at least {least}, as the total of {plain(self.form.value)} shows" if least is not None else ""
        )
        return (total or str(self.value)) + (", on a date still to come; check it" if self.ahead else "")


def follows(triage: Answer, form: RecordedScore | Answer) -> bool:
    """Whether a triage came after an answer: by the instant; by the day when an hour is not known, and then a later one."""
    if triage.at is not None and form.at is not None:
        return triage.at >= form.at
    return triage.taken is not None and form.taken is not None and triage.taken > form.taken


def untriaged(facts: PatientFacts, *, as_of: date) -> tuple[Untriaged, ...]:
    """The forms whose question was answered positively, unclearly or not at all, and no triage follows.

    Those up to a day; of those dated after it, the positive ones: a wrong date clears nobody.
    """
    triages = triages_on_record(facts, as_of)
    ahead = tuple(
        Untriaged(score, suicide_item(score), ahead=True)
        for score in facts.scores
        if score.taken is not None and score.taken > as_of and is_positive(score)
    )
    return ahead + tuple(
        Untriaged(form, value)
        for form in forms_that_ask(facts, as_of)
        if ((value := suicide_item(form)) is None or is_positive(form))
        and not any(follows(triage, form) for triage in triages)
    )


def untriaged_problems(facts: PatientFacts, *, as_of: date) -> frozenset[Problem]:
    """The problems that say a present risk of suicide which no triage follows."""
    triages = triages_on_record(facts, as_of)
    held = recorded_risks(facts, as_of=as_of)
    return frozenset(risk.problem for risk in held if risk.now and not risk.is_triaged(triages))


def forms_that_ask(facts: PatientFacts, as_of: date) -> list[RecordedScore]:
    """The forms that ask, in the order in which they were answered."""
    found = [
        s
        for s in facts.scores
        if (question := risk_question(s)) is not None
        and (s.items or instrument_key(s.instrument) == question.alone or proved_by_total(s) is not None)
        and (s.taken is None or s.taken <= as_of)
    ]
    return sorted(found, key=lambda s: (s.taken or date.min, instant_of(s.at), s.value))


def is_positive(form: RecordedScore) -> bool:
    """Whether a form reports a thought; one that can't be read for certain counts as if it did."""
    question, answer = risk_question(form), suicide_item(form)
    reported = question is not None and answer is not None and answer >= question.reported_from
    return bool(form.unclear) or reported


def triages_on_record(facts: PatientFacts, as_of: date) -> list[Answer]:
    """The triages in order; of one moment the gravest last, so that it is the one that counts."""
    found = [
        a
        for a in facts.answers
        if a.fact == TRIAGE
        and isinstance(a.value, str)
        and gravity(a) >= 0
        and (a.taken is None or a.taken <= as_of)
    ]
    return sorted(found, key=lambda a: (a.taken or date.min, instant_of(a.at), gravity(a)))


def gravity(answer: Answer) -> int:
    """0 where a triage found no risk, to 3 where it found the risk high; -1 for words that are no level."""
    value = str(answer.value).casefold()
    grades = {"low": 1, "moderate": 2, HIGH: 3}
    return 0 if value in NO_RISK else grades.get(value, -1)


def instant_of(at: datetime | None) -> float:
    """Seconds since 1970, for putting answers in order; 0 where the hour is not known."""
    return at.timestamp() if at is not None else 0.0


def answered_by(triages: Sequence[Answer], forms: Sequence[RecordedScore]) -> list[RecordedScore]:
    """The positive answers that the newest triage is about, the highest one of each question.

    They are those since the triage before it, so that a form of zeros in between takes none of them back, and the newest
    form's, which stands until another follows it.
    """
    newest = triages[-1]
    before = [t for t in triages if (t.taken, t.at) != (newest.taken, newest.at)]
    highest: dict[tuple[str, bool], RecordedScore] = {}
    for form in forms:
        since = form is forms[-1] or form.late or not any(follows(triage, form) for triage in before)
        if not (since and is_positive(form) and follows(newest, form)):
            continue
        key = (asked_as(form), bool(form.unclear))
        if key not in highest or _answer(form) >= _answer(highest[key]):
            highest[key] = form
    return list(highest.values())


def asked_as(form: RecordedScore) -> str:
    """How the question of a form is called."""
    question = risk_question(form)
    if form.asked_in:
        return f"{form.asked_in[:80]}: an answer about suicide"
    return question.name if question else score_name(form.instrument)


def _answer(form: RecordedScore) -> int:
    answer = suicide_item(form)
    return -1 if answer is None else answer
