"""The sentences of the safety state: what was answered, found and triaged, and when. `safety` says which of them stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone, tzinfo

from tenuto.core.dates import say_date
from tenuto.core.intake.answers import is_unknown, said
from tenuto.core.intake.facts import Answer, PatientFacts, RecordedScore
from tenuto.core.intake.recorded_risk import RecordedRisk
from tenuto.core.intake.risk_answers import (
    NO_RISK,
    TRIAGE,
    Untriaged,
    answered_by,
    asked_as,
    follows,
    gravity,
)
from tenuto.core.intake.risk_questions import risk_question, suicide_item

__all__ = [
    "OpenSafetyTask",
    "day_and_hour",
    "high_sentence",
    "highest_beside",
    "on_record_sentences",
    "on_the_clock",
    "reported_sentence",
    "triaged_sentences",
    "unclear_sentences",
    "waiting_sentences",
]


@dataclass(frozen=True, slots=True)
class OpenSafetyTask:
    """A task that only a recorded act of a clinician ends, with the instant until which it is due."""

    title: str
    due: datetime
    known: bool = False
    """True for what follows a triage: somebody has looked at the risk already."""
    ended_by: str = ""
    """Whose record ends it, such as 'a prescriber': said before anybody else tries."""


def on_the_clock(facts: PatientFacts, zone: tzinfo | None) -> PatientFacts:
    """The same facts with the instants of scores and answers in a zone.

    Where no zone is known and the senders' own differ, all are in UTC, and say so: two hours of one sentence can be compared.
    """
    if zone is None:
        instants = [s.at for s in facts.scores if s.at] + [a.at for a in facts.answers if a.at]
        if len({at.utcoffset() for at in instants}) < _DIFFERENT:
            return facts
        zone = _SHARED
    scores = tuple(replace(s, at=s.at.astimezone(zone)) if s.at else s for s in facts.scores)
    answers = tuple(replace(a, at=a.at.astimezone(zone)) if a.at else a for a in facts.answers)
    return replace(facts, scores=scores, answers=answers)


_SHARED = timezone(timedelta(), "UTC")
"""The zone of instants whose senders were in different ones."""
_DIFFERENT = 2


def triaged_sentences(triages: Sequence[Answer], forms: Sequence[RecordedScore]) -> tuple[str, ...]:
    """What was reported and triaged since, with both statements where they do not agree."""
    if not triages:
        return ()
    newest = triages[-1]
    level = str(newest.value).casefold()
    own = (newest.detail,) if newest.detail else ()
    reported = " ".join((*map(_item, answered_by(triages, forms)), *own, *_graver_that_day(triages)))
    if level in NO_RISK:
        if not reported:
            return ()
        return (f"{reported} The triage of {day_and_hour(newest)} found no risk. Both stand.",)
    known = f"Suicide risk {level}: known, triaged {day_and_hour(newest)}."
    return (f"{known} {reported}",) if reported else (known,)


def high_sentence(high: Answer, newest: Answer) -> str:
    """That the risk was found high, beside what somebody who does not decide found since."""
    stays = "The person stays with staff until a prescriber decides."
    if newest is high:
        return f"Suicide risk high on {day_and_hour(high)}. {stays}"
    level = "none" if not gravity(newest) else str(newest.value).casefold()
    return (
        f"Suicide risk high ({day_and_hour(high)}{_by(high)}) against {level} ({day_and_hour(newest)}{_by(newest)}): a prescriber decides. "
        f"{stays}"
    )


def _by(triage: Answer) -> str:
    name = triage.origin.removeprefix("triage, ")
    return f", {name}" if name and name != triage.origin else ""


def reported_sentence(each: Untriaged) -> str:
    """What was answered, when, and that no triage follows it."""
    name = asked_as(each.form)
    when = day_and_hour(each.form)
    if each.form.unclear:
        return f"{_item(each.form)} No triage since."
    if each.value is None:
        return f"{name} was not answered, {when}. No triage since."
    question = risk_question(each.form)
    if each.is_now and question is not None and each.value in question.answers:
        return f"{name}: “{question.answers[each.value]}”, {when}. No triage since."
    return f"{name} was {each.answered}, {when}. No triage since."


def _graver_that_day(triages: Sequence[Answer]) -> list[str]:
    """What triages of the same day found before the newest, where it was graver: a later word takes none of them back."""
    newest = triages[-1]
    graver = {
        str(earlier.value).casefold(): earlier
        for earlier in triages[:-1]
        if earlier.taken == newest.taken and gravity(earlier) > gravity(newest)
    }
    return [
        f"The triage of {day_and_hour(earlier)} found the risk {level}." for level, earlier in graver.items()
    ]


def highest_beside(reported: Sequence[Untriaged]) -> str:
    """The highest answer to the question of the first, where an earlier one was higher."""
    first = reported[0]
    alike = [
        each for each in reported if asked_as(each.form) == asked_as(first.form) and each.value is not None
    ]
    highest = max(alike, key=lambda each: each.value or 0, default=first)
    if (highest.value or 0) <= (first.value or 0):
        return ""
    return f" The highest was {highest.answered}, {day_and_hour(highest.form)}."


def _item(form: RecordedScore) -> str:
    if form.unclear:
        return f"{asked_as(form)} can't be read for certain ({form.unclear[:80]}), {day_and_hour(form)}; it counts as positive."
    late = "; it came on record after the triage" if form.late else ""
    return f"{asked_as(form)} was {Untriaged(form, suicide_item(form)).answered}, {day_and_hour(form)}{late}."


def unclear_sentences(facts: PatientFacts, triages: Sequence[Answer], as_of: date) -> Iterator[str]:
    """Triages of which nobody can say that they are answered: not readable, or finding a risk on a day to come or unknown."""
    for each in facts.answers:
        if each.fact != TRIAGE or is_unknown(each.value):
            continue
        ahead = each.taken is not None and each.taken > as_of
        level = said(each.value)[:80]
        if gravity(each) > 0 and ahead:
            yield f"The suicide triage of {day_and_hour(each)}, a date still to come, found the risk {level}. Check the date."
        elif gravity(each) > 0 and each.taken is None and any(gravity(t) < gravity(each) for t in triages):
            yield f"A suicide triage without a date found the risk {level}. Find out when, or do one today."
        elif gravity(each) < 0 and (ahead or not any(follows(triage, each) for triage in triages)):
            yield f"Suicide triage: “{level}”, {day_and_hour(each)}, can't be read as none, low, moderate or high. No triage since."


def on_record_sentences(held: Sequence[RecordedRisk], triages: Sequence[Answer]) -> tuple[str, ...]:
    """What problems say of a risk that was triaged, or is past, beside what the newest triage found."""
    if not triages:
        return ()
    newest = triages[-1]
    found = f" The triage of {day_and_hour(newest)} found no risk. Both stand." if not gravity(newest) else ""
    return tuple(f"{risk.said}.{found}" for risk in held if not risk.now or risk.is_triaged(triages))


def waiting_sentences(tasks: Sequence[OpenSafetyTask]) -> tuple[str, ...]:
    """One sentence a kind of task, with the deadline of the first; `tasks` in the order of their deadlines."""
    alike: dict[str, list[OpenSafetyTask]] = {}
    for task in tasks:
        alike.setdefault(task.title, []).append(task)
    return tuple(f"{title}: {_open(found)}." for title, found in alike.items())


def _open(tasks: Sequence[OpenSafetyTask]) -> str:
    first = tasks[0]
    many = f"{len(tasks)} open, the first due" if len(tasks) > 1 else "open, due"
    ends = f"; {first.ended_by} ends {'them' if len(tasks) > 1 else 'it'}" if first.ended_by else ""
    return f"{many} {_moment(first.due)}{ends}"


def day_and_hour(asked: Answer | RecordedScore) -> str:
    """When something was asked, as far as it is known: such as Tue 24 Nov 2026, 09:30."""
    return _moment(asked.at) if asked.at else say_date(asked.taken) if asked.taken else "without a date"


def _moment(at: datetime) -> str:
    zone = " UTC" if at.tzinfo is _SHARED else ""
    return f"{say_date(at.date())}, {at:%H:%M}{zone}"
