"""The two texts of the card of the next infusion. What a patient reads holds no forecast and no word of another's work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tenuto.core.course.account import CourseAccount, CourseResponse
from tenuto.core.course.due import CoursePhase, DueKind
from tenuto.core.course.next_facts import DateSpan, NextFacts, NextState, Obstacle, ObstacleKind
from tenuto.core.course.response import ScaleAccount
from tenuto.core.dates import say_day, say_short
from tenuto.core.literature.maintenance import maintenance_rule
from tenuto.core.units import plain

__all__ = ["CardText", "patient_words", "staff_words", "when_words"]

NUMBERS = (
    "No",
    "One",
    "Two",
    "Three",
    "Four",
    "Five",
    "Six",
    "Seven",
    "Eight",
    "Nine",
    "Ten",
    "Eleven",
    "Twelve",
)


@dataclass(frozen=True, slots=True)
class CardText:
    """What both texts are put together from."""

    state: NextState
    account: CourseAccount
    facts: NextFacts
    by: date

    @property
    def series(self) -> int:
        """Infusions of the signed series."""
        return self.account.signed.infusions if self.account.signed else 0

    @property
    def ended(self) -> bool:
        """Whether the series is given."""
        return self.account.phase in (CoursePhase.END, CoursePhase.MAINTENANCE)


# ---- For staff ----------------------------------------------------------------------------------------------------------


def staff_words(text: CardText) -> tuple[str, ...]:
    """Given and response, the date and what it rests on, who decides, what stands in the way."""
    holds = [each for each in text.facts.obstacles if each.kind is ObstacleKind.HOLD]
    others = [each for each in text.facts.obstacles if each.kind is not ObstacleKind.HOLD]
    return (
        *(f"On hold: {each.what}." for each in holds),
        *_so_far(text),
        *_staff_date(text),
        *_decision(text),
        *(_obstacle(each, text.account.as_of) for each in others),
    )


def when_words(text: CardText) -> str:
    """The next date in a few words, or why there is none."""
    account, facts = text.account, text.facts
    if text.state is NextState.HELD:
        return "On hold"
    if text.state is NextState.DRIFTING:
        return "Call today"
    if text.state is NextState.COMPLETED:
        return f"Follow-up by {say_day(text.by)}"
    if facts.booked is not None:
        return f"{say_day(facts.booked.date())}, {facts.booked:%H:%M}"
    if facts.decided is not None:
        return _span(facts.decided, long=True)
    due = account.next_due(DueKind.INFUSION)
    if due is not None:
        return say_day(due.last) if not due.late(account.as_of) else f"After {say_day(due.last)}"
    if text.state in (NextState.END_NON_RESPONDER, NextState.END_UNKNOWN) or account.window is None:
        return "No date"
    window = DateSpan(account.window.first, account.window.last)
    return f"After {say_day(window.last)}" if text.state is NextState.PASSED else _span(window)


def _so_far(text: CardText) -> Iterator[str]:
    account, scale = text.account, text.account.scale
    if text.state is NextState.DRIFTING and scale is not None and scale.best is not None:
        one, two = scale.after[-2:]
        yield f"{scale.title} best {plain(scale.best.value)}, now {plain(one.value)} and {plain(two.value)}."
    elif text.state is NextState.COMPLETED and account.ending is not None:
        yield f"Completed {say_day(account.ending.on)}; {_held(account)}."
    elif account.ending is not None:
        yield f"Taper: {account.tapered} of {len(account.ending.intervals_days)} given; {_held(account)}."
    elif account.phase is CoursePhase.MAINTENANCE:
        yield f"Every {account.interval_days} days; {_held(account)}."
    else:
        yield _given(text)
        if account.phase is not CoursePhase.BEFORE:
            yield _change(account)


def _given(text: CardText) -> str:
    account, of = text.account, text.series
    dose = account.signed.dose if account.signed else None
    amount = f", {dose}" if dose else ""
    if account.phase is CoursePhase.BEFORE:
        return f"Signed for {of} infusion{'' if of == 1 else 's'}{amount}; none given."
    if account.phase is CoursePhase.INDUCTION:
        return f"Given {len(account.given)} of {of}{amount}."
    more = len(account.given) - of
    return f"{of} of {of}." if not more else f"{of} of {of}, and {more} more."


def _change(account: CourseAccount) -> str:
    scale = account.scale
    if scale is None or scale.baseline is None:
        return "No baseline score."
    if not scale.after:
        return f"{scale.title} {plain(scale.baseline.value)} before; no score since the first infusion."
    return (
        f"{scale.title} {plain(scale.baseline.value)} → {plain(scale.after[-1].value)}, {_verdict(account)}."
    )


def _verdict(account: CourseAccount) -> str:
    match account.response:
        case CourseResponse.RESPONSE | CourseResponse.REMISSION:
            return account.response.value
        case CourseResponse.UNKNOWN:
            return "response not defined for this scale"
        case _:
            return "no response yet" if account.phase is CoursePhase.INDUCTION else "no response"


def _held(account: CourseAccount) -> str:
    scale = account.scale
    if scale is None or not scale.after:
        return "no score since the first infusion"
    last = f"{scale.title} {plain(scale.after[-1].value)}"
    if account.response.responds:
        return f"response held, {last}"
    if scale.responded_on is not None and scale.best is not None:
        return f"{last}, out of response; best {plain(scale.best.value)}"
    return f"no response, {last}"


def _staff_date(text: CardText) -> Iterator[str]:
    account, facts = text.account, text.facts
    if text.state in (NextState.HELD, NextState.DRIFTING):
        if text.state is NextState.HELD:
            yield "No date while it is held."
        return
    if text.state is NextState.COMPLETED:
        yield "Nothing more is planned."
        return
    if facts.booked is not None:
        yield f"{say_day(facts.booked.date())} {facts.booked:%H:%M} booked."
    if text.state in (NextState.END_NON_RESPONDER, NextState.END_UNKNOWN):
        if facts.booked is None:
            yield "No date."
        return
    if text.state is NextState.TAPER_THROUGH:
        if facts.booked is None:
            yield "No further infusion is planned."
    elif text.ended:
        yield from _windows(text)
    elif facts.booked is None:
        yield _planned(account)


def _planned(account: CourseAccount) -> str:
    due = account.next_due(DueKind.INFUSION)
    if due is None:
        return "No date is signed for the next infusion: desk asks for a revision."
    if due.late(account.as_of):
        return f"{say_day(due.last)} has passed without its infusion: desk finds another day."
    return f"{say_day(due.last)} planned; not booked."


def _windows(text: CardText) -> Iterator[str]:
    account, facts = text.account, text.facts
    open_ = "; not booked" if facts.booked is None and facts.decided is None else ""
    rule = account.window
    if rule is not None and (facts.booked is None or facts.model_window is not None):
        source = "By the taper" if account.ending is not None else "By the rule"
        yield f"{source} {_span(DateSpan(rule.first, rule.last))}{open_}."
    elif rule is None and facts.booked is None and account.signed is not None:
        short = maintenance_rule(account.signed.maintenance).short
        yield f"No date by the rule ({short[0].lower()}{short[1:]}){open_}."
    if facts.model_window is not None:
        yield f"By the model {_span(facts.model_window)}."
    if facts.decided is not None and facts.booked is None:
        yield f"{_span(facts.decided, long=True)} decided; not booked."


def _decision(text: CardText) -> Iterator[str]:
    by, today = text.by, text.account.as_of
    settled = text.facts.booked is not None or text.facts.decided is not None
    match text.state:
        case NextState.DRIFTING:
            yield "Nurse calls today."
            rescue = text.facts.rescue
            yield (
                f"Rescue slot {say_short(rescue)} held; prescriber decides."
                if rescue
                else "Prescriber decides."
            )
        case NextState.END_RESPONDER if not settled:
            yield (
                f"Prescriber decides by {say_short(by)}."
                if by >= today
                else f"Prescriber decides: late since {say_short(by)}."
            )
        case NextState.END_NON_RESPONDER | NextState.END_UNKNOWN:
            late = ", late" if by < today else ""
            yield f"Review {say_short(by)}{late}: {_to_review(text.state)}."
        case NextState.PASSED:
            yield "The last day has passed: prescriber decides today."
        case NextState.TAPER_THROUGH:
            late = ", late" if by < today else ""
            yield f"Prescriber completes the course or goes on by {say_short(by)}{late}."
        case NextState.COMPLETED:
            late = "late since" if by < today else "by"
            yield f"Follow-up visit {late} {say_short(by)}."


def _to_review(state: NextState) -> str:
    return "stop, justify, alternatives" if state is NextState.END_NON_RESPONDER else "a score comes first"


def _obstacle(each: Obstacle, today: date) -> str:
    when = f"{'late since' if each.by < today else 'by'} {say_day(each.by)}" if each.by else ""
    if each.kind is ObstacleKind.CHECK:
        return f"{each.what}: REVIEW; {' '.join(filter(None, [each.who, when]))}."
    who = ", ".join(filter(None, [each.who, when]))
    return f"{each.what}: {who}." if who else f"{each.what}."


# ---- For the patient ----------------------------------------------------------------------------------------------------


def patient_words(text: CardText) -> tuple[str, ...]:
    """Dates and own scores in plain words, and what the patient can do. Without forecast, gate or reason of a hold."""
    if text.state is NextState.HELD:
        return ("Nothing is given for now.", "Your clinic calls you.")
    own = tuple(_own_obstacle(each) for each in text.facts.obstacles if each.patient)
    return (*_own_part(text), *own)


def _own_obstacle(each: Obstacle) -> str:
    if each.kind is not ObstacleKind.CHECK:
        return each.patient
    return (
        f"{each.patient} by {say_day(each.by)}."
        if each.by
        else f"{each.patient}: your clinic asks you for it."
    )


def _own_part(text: CardText) -> Iterator[str]:
    account, scale = text.account, text.account.scale
    match text.state:
        case NextState.BEFORE:
            yield _own_date(text, f"Your series of {text.series} begins")
        case NextState.MID_INDUCTION:
            yield f"{len(account.given)} of {text.series} done."
            yield _own_date(text, "Next")
        case NextState.END_RESPONDER | NextState.END_NON_RESPONDER | NextState.END_UNKNOWN:
            yield f"{_number(len(account.given))} done."
            yield from _own_end(text, scale)
        case NextState.DRIFTING:
            yield f"Your last two scores were {_worse(scale)}."
            yield "We call you today."
        case NextState.PASSED:
            yield "Your clinic calls you about the next date."
        case NextState.TAPER:
            planned = len(account.ending.intervals_days) if account.ending else 0
            yield f"Your infusions are spaced out to the end: {account.tapered} of {planned} done."
            yield _own_date(text, "Next")
        case NextState.TAPER_THROUGH:
            yield "The last infusion of your course is done."
            yield from _own_talk(text)
            yield "Keep your medicines."
        case NextState.COMPLETED:
            yield "Your course is complete."
            yield (
                f"Your clinic sees you again by {say_day(text.by)}."
                if text.by >= account.as_of
                else "Your clinic calls you about your follow-up visit."
            )
            yield "Keep your medicines. Call earlier when your symptoms return."
        case NextState.CHECK_LATE:
            when = _own_when(text)
            yield f"{when} stands." if when else "Your plan stands."
        case _:
            yield _own_date(text, "Next")


def _own_end(text: CardText, scale: ScaleAccount | None) -> Iterator[str]:
    by, soon = say_day(text.by), text.by < text.account.as_of
    if text.state is NextState.END_RESPONDER:
        if scale is not None and scale.baseline is not None and scale.after:
            yield f"Your score was {plain(scale.baseline.value)}, now {plain(scale.after[-1].value)}."
        if text.facts.booked is not None or text.facts.decided is not None:
            yield _own_date(text, "Next")
        else:
            yield f"Your prescriber agrees the next date with you {'soon' if soon else f'by {by}'}."
        return
    yield from _own_talk(text)
    if text.state is NextState.END_NON_RESPONDER:
        yield "Keep your medicines."


def _own_talk(text: CardText) -> Iterator[str]:
    soon = text.by < text.account.as_of
    yield f"Your prescriber talks with you {'soon' if soon else f'by {say_day(text.by)}'}."


def _own_date(text: CardText, begins: str) -> str:
    """The next date in a sentence: booked, decided, planned, between two days, or none."""
    account, facts = text.account, text.facts
    on = " on" if begins != "Next" else ":"
    if facts.booked is not None:
        return f"{begins}{on} {say_day(facts.booked.date())}, {facts.booked:%H:%M}."
    if facts.decided is not None and facts.decided.first == facts.decided.last:
        return f"{begins}{on} {say_day(facts.decided.first)}. Your clinic confirms the time."
    due = account.next_due(DueKind.INFUSION)
    if due is not None:
        if due.late(account.as_of):
            return "Your clinic finds another day with you."
        return f"{begins}{on} {say_day(due.last)}. Your clinic confirms the time."
    span = facts.decided or (DateSpan(account.window.first, account.window.last) if account.window else None)
    if span is not None:
        return f"Next: between {say_day(span.first)} and {say_day(span.last)}. Your clinic agrees the day with you."
    return "No date is fixed. Call your clinic when your symptoms return."


def _own_when(text: CardText) -> str:
    facts = text.facts
    if facts.booked is not None:
        return say_day(facts.booked.date())
    due = text.account.next_due(DueKind.INFUSION)
    decided = facts.decided.first if facts.decided and facts.decided.first == facts.decided.last else None
    day = decided or (due.last if due and not due.late(text.account.as_of) else None)
    return say_day(day) if day else ""


def _worse(scale: ScaleAccount | None) -> str:
    if scale is None or scale.best is None or scale.after[-1].value >= scale.best.value:
        return "higher"
    return "lower"


def _number(n: int) -> str:
    return NUMBERS[n] if n < len(NUMBERS) else str(n)


def _span(span: DateSpan, *, long: bool = False) -> str:
    said = say_day if long else say_short
    if span.first == span.last:
        return said(span.first)
    return f"{said(span.first)} to {said(span.last)}"
