"""The page of outcomes as ready words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tenuto.clinic.outcomes.forms.happening import EVENT_WORDS, MISSED_WORDS
from tenuto.clinic.outcomes.models import CourseReview
from tenuto.clinic.outcomes.presenters.checks import rests_on_words
from tenuto.clinic.ui.words import count, day, long_day
from tenuto.core.course.account import CourseAccount, CourseResponse
from tenuto.core.course.facts import EventFact
from tenuto.core.course.response import CourseScore, ResponderKind, ScaleAccount
from tenuto.core.literature.tasks import task_kinds
from tenuto.core.outcomes.decisions import DueDecision, ReviewKind
from tenuto.core.units import plain

__all__ = ["DecisionCard", "OutcomesPage", "ReviewLine", "ScaleLine", "exposure_pairs", "outcomes_page"]

FOLLOWS = "What follows the series"


@dataclass(frozen=True, slots=True)
class ScaleLine:
    """One scale in the table."""

    title: str
    judged_by: bool
    baseline: str
    best: str
    last: str
    change: str
    mark: str
    verdict: str


@dataclass(frozen=True, slots=True)
class DecisionCard:
    """A decision that is due."""

    kind: str
    title: str
    why: str
    by: str
    late: bool
    holds: bool
    rests_on: str


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """A review that was held."""

    on: str
    title: str
    outcome: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class OutcomesPage:
    """Everything on the page beside the card of the next infusion."""

    scales: tuple[ScaleLine, ...]
    responder: str
    exposure: tuple[tuple[str, str], ...]
    exposure_unknown: str
    deviations: tuple[str, ...]
    missed: tuple[str, ...]
    missed_visits: tuple[str, ...]
    events: tuple[str, ...]
    decisions: tuple[DecisionCard, ...]
    reviews: tuple[ReviewLine, ...]


def outcomes_page(
    account: CourseAccount,
    due: Sequence[DueDecision],
    reviews: Sequence[CourseReview],
    events: Sequence[EventFact],
) -> OutcomesPage:
    """The page of one course; reviews and events oldest first."""
    first = sorted(account.scales, key=lambda each: each.scale != account.judged_by)
    return OutcomesPage(
        scales=tuple(_scale(each, account) for each in first if _says_something(each, account)),
        responder=_RESPONDER[account.responder] if account.responder else "",
        exposure=exposure_pairs(account),
        exposure_unknown=account.exposure_unknown,
        deviations=tuple(each.text for each in account.deviations),
        missed=tuple(long_day(each) for each in account.missed),
        missed_visits=tuple(
            f"{long_day(each.on)}: {MISSED_WORDS[each.how].lower()}. {each.reason}"
            for each in account.missed_visits
        ),
        events=tuple(f"{long_day(each.on)}: {EVENT_WORDS[each.kind].lower()}" for each in reversed(events)),
        decisions=tuple(_decision(each, account) for each in due),
        reviews=tuple(_review(row) for row in reversed(reviews)),
    )


def _says_something(scale: ScaleAccount, account: CourseAccount) -> bool:
    """The judging scale, and every other that was taken before and since: a screening form that was taken once says nothing."""
    return scale.scale == account.judged_by or bool(scale.before and scale.after)


_RESPONDER = {
    ResponderKind.EARLY: "Early responder",
    ResponderKind.MIDDLE: "Responder in the middle of the series",
    ResponderKind.LATE: "Late responder",
}
_VERDICT = {
    CourseResponse.UNKNOWN: ("unknown", "Not known"),
    CourseResponse.NONE: ("review", "No response"),
    CourseResponse.PARTIAL: ("review", "Better, no response"),
    CourseResponse.RESPONSE: ("pass", "Response"),
    CourseResponse.REMISSION: ("pass", "Remission"),
}


def _scale(scale: ScaleAccount, account: CourseAccount) -> ScaleLine:
    judged = scale.scale == account.judged_by
    mark, verdict = _VERDICT[account.response] if judged else _other(scale)
    return ScaleLine(
        title=scale.title,
        judged_by=judged,
        baseline=_score(scale.baseline),
        best=_score(scale.best),
        last=_score(scale.after[-1] if scale.after else None),
        change=_change(scale),
        mark="review" if scale.drifting else mark,
        verdict=f"{verdict}, being lost" if scale.drifting else verdict,
    )


def _other(scale: ScaleAccount) -> tuple[str, str]:
    if scale.response is None:
        return "unknown", "Not judged"
    return ("pass", "Response") if scale.response else ("review", "No response")


def _score(score: CourseScore | None) -> str:
    return f"{plain(score.value)}, {day(score.on)}" if score else "None"


def _change(scale: ScaleAccount) -> str:
    if scale.improved_points is None:
        return "Not known"
    points = abs(scale.improved_points)
    if points == 0:
        return "No change"
    way = "better" if scale.improved_points > 0 else "worse"
    percent = f" ({plain(abs(scale.improved_percent))} %)" if scale.improved_percent is not None else ""
    noise = "" if scale.reliable is not False else ", within noise"
    unit = "point" if points == 1 else "points"
    return f"{plain(points)} {unit} {way}{percent}{noise}"


def exposure_pairs(account: CourseAccount) -> tuple[tuple[str, str], ...]:
    """Infusions and mass in 30, 90 and 365 days and on record, by label; none where a mass is not known."""
    found = account.exposure
    if found is None:
        return ()
    spans = [
        (f"In {days} days", found.infusions_in[days], found.total_in[days])
        for days in sorted(found.infusions_in)
    ]
    return tuple(
        (label, f"{count(n, 'infusion')}, {total}")
        for label, n, total in (*spans, ("On record", found.infusions, found.total))
    )


def _title(kind: str) -> str:
    known = task_kinds().get(kind)
    return known.title if known else FOLLOWS


def _decision(due: DueDecision, account: CourseAccount) -> DecisionCard:
    return DecisionCard(
        kind=due.kind.value,
        title=_title(due.kind.value),
        why=due.why,
        by=day(due.by),
        late=due.by < account.as_of,
        holds=due.holds,
        rests_on=rests_on_words(due.basis),
    )


def _review(row: CourseReview) -> ReviewLine:
    return ReviewLine(
        long_day(row.recorded_on),
        _title(ReviewKind(row.kind).value),
        row.get_outcome_display(),
        row.reason,
        row.recorded_by_name,
    )
