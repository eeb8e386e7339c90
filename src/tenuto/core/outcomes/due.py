"""What is asked today: one bundle of scales within the minutes that a person can be asked for, or nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from tenuto.core.outcomes.battery import AskedScale, Battery
from tenuto.core.outcomes.occasions import AnsweredScale, AskingCourse, Occasion, filed_under, occasions
from tenuto.core.scales.definition import Rater, Tier
from tenuto.core.scales.reading import instrument

__all__ = ["AskingPlace", "AskingStep", "Bundle", "DueScale", "bundle", "due_scales", "next_step"]


class AskingPlace(StrEnum):
    """Where somebody answers: on their own phone, or in the clinic with staff beside them."""

    LINK = "link"
    CHAIR = "chair"


class AskingStep(StrEnum):
    """What happens next to a bundle that was sent."""

    WAIT = "wait"
    REMIND = "remind"
    EXPIRE = "expire"


@dataclass(frozen=True, slots=True)
class DueScale:
    """A scale that is due, and the occasion that wants it."""

    ask: AskedScale
    occasion: Occasion

    @property
    def scale(self) -> str:
        """The id of the scale."""
        return self.ask.scale


@dataclass(frozen=True, slots=True)
class Bundle:
    """What is asked at once. `left_out` did not fit into the minutes; `in_chair` waits until staff are beside the person."""

    scales: tuple[DueScale, ...]
    left_out: tuple[DueScale, ...]
    in_chair: tuple[DueScale, ...]
    minutes: Decimal
    closes: date | None
    """The last day on which any of it may be answered; None when there is nothing."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The occasions that the bundle serves, each once."""
        return tuple(dict.fromkeys(due.occasion.key for due in self.scales))


def due_scales(
    course: AskingCourse, answers: Sequence[AnsweredScale], rules: Battery, *, today: date
) -> tuple[DueScale, ...]:
    """Every scale that an open occasion wants and that was not answered, each once, in the order in which it is asked.

    A scale is not wanted where it was answered for the occasion already, or less than its days before. An answer of a
    later day than `today`, as a clock set wrong may leave, does not count.
    """
    all_of_them = occasions(course, rules, until=today)
    known = [answer for answer in answers if answer.on <= today]
    answered = {
        (found.key, answer.scale)
        for answer in known
        if (found := filed_under(answer, course, all_of_them)) is not None
    }
    wanted: dict[str, DueScale] = {}
    order = {rule.id: place for place, rule in enumerate(rules.occasions)}
    open_now = (o for o in all_of_them if today in o)
    for occasion in sorted(open_now, key=lambda o: (o.closes, order[o.rule.id], o.opens)):
        for ask in occasion.asks(course.conditions):
            if (occasion.key, ask.scale) not in answered and not _is_fresh(ask, known, today):
                wanted.setdefault(ask.scale, DueScale(ask, occasion))
    return tuple(wanted.values())


def _is_fresh(ask: AskedScale, answers: Sequence[AnsweredScale], today: date) -> bool:
    return any(a.scale == ask.scale and (today - a.on).days < ask.again_days for a in answers)


def bundle(
    due: Sequence[DueScale],
    *,
    place: AskingPlace,
    on_call: bool,
    with_text: Collection[str] = (),
) -> Bundle:
    """What of the scales due is asked at once, within the minutes of the roomiest of their occasions.

    on_call: whether somebody is on call who reads an alarming answer at once; without, a scale that asks about death or
    self-harm waits for the chair (hazard H18). with_text: score-only scales whose words the clinic has. A scale that a
    clinician rates is never in a bundle.
    """
    askable = [d for d in due if _by_self(d.scale, with_text)]
    alone = place is AskingPlace.LINK and not on_call
    in_chair = tuple(d for d in askable if alone and instrument(d.scale).risk_item is not None)
    budget = max((d.occasion.rule.minutes for d in askable), default=Decimal())
    taken: list[DueScale] = []
    left_out: list[DueScale] = []
    minutes = Decimal()
    for one in (d for d in askable if d not in in_chair):
        fits = minutes + one.ask.minutes <= budget
        (taken if fits else left_out).append(one)
        minutes += one.ask.minutes if fits else Decimal()
    closes = min((d.occasion.closes for d in taken), default=None)
    return Bundle(tuple(taken), tuple(left_out), in_chair, minutes, closes)


def _by_self(scale: str, with_text: Collection[str]) -> bool:
    known = instrument(scale)
    return known.rater is Rater.SELF and (known.tier is not Tier.SCORE_ONLY or scale in with_text)


def next_step(
    *, asked_at: datetime, closes_at: datetime, reminded: int, rules: Battery, now: datetime
) -> AskingStep:
    """What happens to a bundle that is not answered: nothing yet, one of at most so many reminders, or its end.

    Raises ValueError for a window that closes before the bundle was sent.
    """
    if closes_at <= asked_at:
        raise ValueError(f"Asked at {asked_at}, but the window had closed at {closes_at}.")
    if now >= closes_at:
        return AskingStep.EXPIRE
    if reminded < rules.reminders_most and now >= asked_at + rules.reminders_after[reminded]:
        return AskingStep.REMIND
    return AskingStep.WAIT
