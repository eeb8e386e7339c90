"""Which decisions a course calls for: stop early, stop or justify, what follows a response, a booster, benefit, completion.

Rules alone, from the account of the course and the reviews on record; a prescriber decides. The rule is the table
`tests/spec/outcomes/decisions.md`. Sources: half of those who respond have done so by the third infusion [V]; relapse
comes on average 18 to 19 days after a series [V]; the numbers are the clinic's limits [D].
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from tenuto.core.course.account import CourseAccount
from tenuto.core.course.due import CoursePhase, DueKind
from tenuto.core.course.judged import InfusionPart
from tenuto.core.course.response import ResponderKind
from tenuto.core.dates import say_date
from tenuto.core.plan.review import stop_or_justify
from tenuto.core.policy import Policy
from tenuto.core.sources import Basis, Tag
from tenuto.core.units import plain

__all__ = ["CourseReviewed", "DueDecision", "ReviewKind", "decisions_due"]

DAYS_PER_MONTH = Decimal("30.4375")
DESIGN = Basis((Tag.D,))


class ReviewKind(StrEnum):
    """What is decided. The value is the kind of task that asks for it."""

    STOP_EARLY = "outcomes.stop_early"
    STOP_OR_JUSTIFY = "outcomes.stop_or_justify"
    TRANSITION = "outcomes.transition"
    BOOSTER = "outcomes.booster"
    BENEFIT = "outcomes.benefit"
    COMPLETION = "outcomes.completion"


@dataclass(frozen=True, slots=True)
class CourseReviewed:
    """A review on record: of what, on which day, and after how many infusions of the course."""

    kind: ReviewKind
    on: date
    given: int


@dataclass(frozen=True, slots=True)
class DueDecision:
    """A decision that somebody has to take. `ground` is the same as long as it is due for the same reason."""

    kind: ReviewKind
    ground: str
    by: date
    why: str
    holds: bool
    """Whether nothing is booked until it is taken."""
    basis: Basis


def decisions_due(
    account: CourseAccount, reviews: Sequence[CourseReviewed], policy: Policy
) -> tuple[DueDecision, ...]:
    """The decisions that are due on the day of the account, in the order of `ReviewKind`; none without a plan in force.

    A review counts for what was known when it was held: another infusion without response, or another score that is worse,
    asks again. One of an earlier series says nothing about this one. An unknown response is no response, and says so.
    """
    if account.signed is None or account.began is None:
        return ()
    own = [each for each in reviews if account.began <= each.on <= account.as_of]
    if account.ending is not None:
        return tuple(_of_ending(account, own, policy))
    return (
        *_stop_early(account, own, policy),
        *_stop_or_justify(account, own, policy),
        *_transition(account, own, policy),
        *_booster(account, own),
        *_benefit(account, own, policy),
    )


def _of_ending(
    account: CourseAccount, reviews: Sequence[CourseReviewed], policy: Policy
) -> Iterator[DueDecision]:
    """In a taper, and after a completion, a response that is being lost is still asked about."""
    yield from _booster(account, reviews)
    if account.completed:
        return
    yield from _benefit(account, reviews, policy)
    taper = account.ending
    if taper is None or not account.taper_through:
        return
    if _reviewed(reviews, (ReviewKind.COMPLETION,), at_least=len(account.given)):
        return
    by = account.given[-1].on + timedelta(days=taper.intervals_days[-1])
    why = "The last infusion of the taper is given: complete the course, or take it up again."
    yield DueDecision(ReviewKind.COMPLETION, _ground(account, len(account.given)), by, why, False, DESIGN)


def _stop_early(
    account: CourseAccount, reviews: Sequence[CourseReviewed], policy: Policy
) -> Iterator[DueDecision]:
    """Before the series is through: no change larger than noise after the infusions by which half have responded."""
    limit, given = policy.limit("stop_early_review_after"), len(account.given)
    mandatory = policy.number("stop_or_justify_after")
    if account.phase is not CoursePhase.INDUCTION or not limit.value <= given < mandatory:
        return
    scale = account.scale
    better = scale is not None and scale.reliable and (scale.improved_points or 0) > 0
    kinds = (ReviewKind.STOP_EARLY, ReviewKind.STOP_OR_JUSTIFY)
    if better or account.response.responds or _reviewed(reviews, kinds, at_least=int(limit.value)):
        return
    why = f"{given} infusions and {_what(account)}: go on, change the dose, or stop early."
    yield DueDecision(
        ReviewKind.STOP_EARLY,
        _ground(account, int(limit.value)),
        _before_next(account),
        why,
        False,
        limit.basis,
    )


def _what(account: CourseAccount) -> str:
    scale = account.scale
    if scale is None or scale.reliable is None:
        return "no score that shows a change"
    return "no change larger than noise" if not scale.reliable else "a score worse than at baseline"


def _stop_or_justify(
    account: CourseAccount, reviews: Sequence[CourseReviewed], policy: Policy
) -> Iterator[DueDecision]:
    """From the policy's number of infusions on without response; from the latest number on nothing is booked before it."""
    if _had_response(account):
        return
    given, latest = len(account.given), policy.whole("stop_or_justify_latest")
    responded = _responded(account)
    found = stop_or_justify(given, responded=responded, policy=policy)
    if not found:
        return
    reached = latest if given >= latest else policy.whole("stop_or_justify_after")
    if _reviewed(reviews, (ReviewKind.STOP_OR_JUSTIFY,), at_least=reached):
        return
    by = account.given[-1].on + timedelta(days=policy.whole("series_review_days"))
    yield DueDecision(
        ReviewKind.STOP_OR_JUSTIFY,
        _ground(account, reached),
        min(by, _before_next(account, by)),
        found[0].message,
        given >= latest,
        found[0].basis,
    )


def _had_response(account: CourseAccount) -> bool:
    """There was one and it is being lost, or maintenance has begun on it: the booster asks, and nobody is told of none."""
    scale = account.scale
    if scale is None or scale.responded_on is None:
        return False
    lost = account.phase is CoursePhase.END and scale.drifting
    return lost or account.phase is CoursePhase.MAINTENANCE


def _responded(account: CourseAccount) -> bool | None:
    scale = account.scale
    if scale is None or scale.response is None:
        return None
    return scale.response


def _transition(
    account: CourseAccount, reviews: Sequence[CourseReviewed], policy: Policy
) -> Iterator[DueDecision]:
    """After a series with a response: what follows, sooner for an early responder when the prescriber agrees."""
    if account.phase is not CoursePhase.END or not account.response.responds:
        return
    if _reviewed(reviews, (ReviewKind.TRANSITION,), at_least=len(account.given)):
        return
    limit = policy.limit("maintenance_decide_days")
    early = account.responder is ResponderKind.EARLY
    soon = (
        " An early responder: maintenance may begin sooner when the prescriber agrees, and may be spaced wider."
        if early
        else ""
    )
    window = account.window
    rule = (
        f"the signed rule says {say_date(window.first)} to {say_date(window.last)}"
        if window
        else "the signed rule names no date"
    )
    why = f"The series ended with a response; {rule}.{soon}"
    by = account.given[-1].on + timedelta(days=int(limit.value))
    yield DueDecision(
        ReviewKind.TRANSITION, _ground(account, len(account.given)), by, why, False, limit.basis
    )


def _booster(account: CourseAccount, reviews: Sequence[CourseReviewed]) -> Iterator[DueDecision]:
    """When a response is being lost: two scores in a row reliably worse than the best."""
    scale = account.scale
    ended = account.phase in (CoursePhase.END, CoursePhase.MAINTENANCE)
    if scale is None or scale.best is None or not scale.drifting or not ended:
        return
    one, two = scale.after[-2:]
    if any(each.kind is ReviewKind.BOOSTER and each.on >= two.on for each in reviews):
        return
    why = (
        f"{scale.title} was {plain(scale.best.value)} at best and is {plain(one.value)} and {plain(two.value)} now: call "
        "the patient today; a prescriber decides on a booster."
    )
    basis = DESIGN
    yield DueDecision(ReviewKind.BOOSTER, f"{two.on}", account.as_of, why, False, basis)


def _benefit(
    account: CourseAccount, reviews: Sequence[CourseReviewed], policy: Policy
) -> Iterator[DueDecision]:
    """Consent and benefit, every so many maintenance infusions or months, whichever comes first."""
    if account.phase is not CoursePhase.MAINTENANCE:
        return
    held = [each for each in reviews if each.kind is ReviewKind.BENEFIT]
    last = max(held, key=lambda each: (each.on, each.given), default=None)
    kept = [each for each in account.given if each.part is InfusionPart.MAINTENANCE]
    ended = next(each.on for each in reversed(account.given) if each.part is not InfusionPart.MAINTENANCE)
    since = [each for each in kept if last is None or each.n > last.given]
    many, months = policy.whole("maintenance_review_infusions"), policy.limit("maintenance_review_months")
    anchor = last.on if last else ended
    by = anchor + timedelta(days=int(months.value * DAYS_PER_MONTH))
    why = f"{plain(months.value)} months since {say_date(anchor)}"
    if len(since) >= many and since[many - 1].on <= by:
        by, why = since[many - 1].on, f"{many} maintenance infusions since {say_date(anchor)}"
    if account.as_of < by:
        return
    text = f"{why}: consent and benefit are looked at again. Maintenance rests on limited evidence."
    yield DueDecision(ReviewKind.BENEFIT, f"{anchor}", by, text, False, months.basis)


def _ground(account: CourseAccount, given: int) -> str:
    """So many infusions of this series: the next series reaches the same number for a reason of its own."""
    return f"{account.signed.series if account.signed else ''}:{given}"


def _before_next(account: CourseAccount, otherwise: date | None = None) -> date:
    """The day of the next planned infusion, never one that has passed; today where none is planned."""
    due = account.next_due(DueKind.INFUSION)
    if due is None:
        return otherwise or account.as_of
    return max(due.last, account.as_of)


def _reviewed(reviews: Sequence[CourseReviewed], kinds: Sequence[ReviewKind], *, at_least: int) -> bool:
    return any(each.kind in kinds and each.given >= at_least for each in reviews)
