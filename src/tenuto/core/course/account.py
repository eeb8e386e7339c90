"""One account of a course: what was given, scored and missed so far, and what is due. Every page and number reads this.

A pure function of the facts, whatever their order: a late score, a correction or a row that was entered in error gives the
account that it would have been if history had been so from the start.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from tenuto.core.course.beside import BesideDue, beside_due
from tenuto.core.course.due import CourseDue, CoursePhase, DueKind, due_of, next_window, phase_of
from tenuto.core.course.end_facts import EndingFact, EndingKind
from tenuto.core.course.ending import ending_of, tapered
from tenuto.core.course.exposure import Exposure, exposure
from tenuto.core.course.facts import CourseFacts, InfusionFact, MissedFact, SignedCourse
from tenuto.core.course.infusion import CourseError, GivenInfusion
from tenuto.core.course.judged import CourseDeviation, InfusionPart, JudgedInfusion, judge_infusions
from tenuto.core.course.response import (
    CourseScore,
    ResponderKind,
    ScaleAccount,
    responder_kind,
    scale_accounts,
)
from tenuto.core.course.windows import DateWindow
from tenuto.core.policy import Policy

__all__ = ["CourseAccount", "CourseResponse", "account_of"]


class CourseResponse(StrEnum):
    """What the last score says, by the criteria of its own scale."""

    UNKNOWN = "unknown"
    """No baseline, no score since the first infusion, or a scale without a criterion: never counted as a response."""
    NONE = "none"
    PARTIAL = "partial"
    """Better by more than noise and by the clinic's share, and yet no response."""
    RESPONSE = "response"
    REMISSION = "remission"

    @property
    def responds(self) -> bool:
        """A response, with or without remission."""
        return self in (CourseResponse.RESPONSE, CourseResponse.REMISSION)


@dataclass(frozen=True, slots=True)
class CourseAccount:
    """The course of one patient as known on `as_of`. What happens later is not in it."""

    as_of: date
    signed: SignedCourse | None
    """The version in force."""
    phase: CoursePhase
    given: tuple[JudgedInfusion, ...]
    """The infusions of the course, oldest first."""
    missed: tuple[date, ...]
    """Planned dates that have passed without their infusion, and of which it is not recorded why."""
    missed_visits: tuple[MissedFact, ...]
    """Infusions that were missed, with how that came, oldest first."""
    scales: tuple[ScaleAccount, ...]
    judged_by: str
    """Id of the scale by which response is judged; empty when no scale of the condition has a score."""
    response: CourseResponse
    responder: ResponderKind | None
    exposure: Exposure | None
    exposure_unknown: str
    """Why there are no counters of exposure; empty when there are."""
    infused: tuple[date, ...]
    """The days of all infusions on record, of this course and of any other, oldest first."""
    due: tuple[CourseDue, ...]
    window: DateWindow | None
    """Of the signed maintenance rule, once the series is given; of the taper where one stands."""
    ending: EndingFact | None = None
    """The taper or the completion that stands."""
    beside: tuple[BesideDue, ...] = ()
    """The visits beside the infusions that are due next."""

    @property
    def scale(self) -> ScaleAccount | None:
        """The scale by which response is judged."""
        return next((each for each in self.scales if each.scale == self.judged_by), None)

    @property
    def of_series(self) -> int:
        """How many infusions belong to the series, with those that a review has added."""
        return sum(each.part in (InfusionPart.INDUCTION, InfusionPart.OPTIONAL) for each in self.given)

    @property
    def deviations(self) -> tuple[CourseDeviation, ...]:
        """Where infusions differ from what was signed, oldest first."""
        return tuple(found for each in self.given for found in each.deviations)

    @property
    def completed(self) -> bool:
        """Whether a prescriber has completed the course."""
        return self.ending is not None and self.ending.kind is EndingKind.COMPLETE

    @property
    def tapered(self) -> int:
        """Infusions of the taper that are given."""
        return tapered(self.ending, self.given)

    @property
    def taper_through(self) -> bool:
        """Whether a taper stands and all of its infusions are given."""
        taper = self.ending if not self.completed else None
        return taper is not None and self.tapered >= len(taper.intervals_days)

    @property
    def series_ended(self) -> date | None:
        """The day of the last infusion of the series; None while it runs."""
        if self.phase not in (CoursePhase.END, CoursePhase.MAINTENANCE):
            return None
        series = (each.on for each in reversed(self.given) if each.part is not InfusionPart.MAINTENANCE)
        return next(series, None)

    @property
    def began(self) -> date | None:
        """The day of the first infusion of the course."""
        return self.given[0].on if self.given else None

    @property
    def interval_days(self) -> int | None:
        """Days between the last two infusions, once in maintenance."""
        return self.given[-1].days_after if self.phase is CoursePhase.MAINTENANCE else None

    def score_after(self, on: date) -> CourseScore | None:
        """The first score by the judging scale after an infusion and up to the next one; None without any."""
        following = min((each.on for each in self.given if each.on > on), default=self.as_of)
        after = self.scale.after if self.scale else ()
        return next((score for score in after if on < score.on <= following), None)

    def next_due(self, *kinds: DueKind) -> CourseDue | None:
        """The first thing due of some kinds."""
        return next((each for each in self.due if each.kind in kinds), None)


def account_of(facts: CourseFacts, *, as_of: date, policy: Policy) -> CourseAccount:
    """The account of a course on a day. Total: whatever stands in the facts, there is an account, and nothing is guessed.

    The course is the series of the version in force; without one that of the newest infusion. Response is judged by the
    first scale of the condition that has a baseline, else the first that has a score. Facts that were struck and facts
    later than `as_of` are not in it. Sources: `safety.md` sections 3 and 7 by way of policy and protocol data.
    """
    every = _infusions(facts, as_of)
    signed = max((s for s in facts.signed if s.in_force), key=lambda s: (s.number, s.version), default=None)
    series = signed.series if signed else (every[-1].series if every else "")
    own = [fact for fact in every if fact.series == series]
    earlier = [fact.infusion.on for fact in every if own and fact.infusion.on < own[0].infusion.on]
    versions = sorted((s for s in facts.signed if s.series == series), key=lambda s: (s.number, s.version))
    given = judge_infusions(own, versions, policy, earlier=max(earlier, default=None))
    seen = [score for score in facts.scores if score.id not in facts.struck and score.taken <= as_of]
    scales = scale_accounts(seen, began=given[0].on if given else None)
    scale = _judging(scales, signed)
    counters, unknown = _exposure([fact.infusion for fact in every], as_of, policy)
    phase = phase_of(signed, given)
    missed_visits = _missed_visits(facts, {fact.infusion.on for fact in every}, as_of)
    explained = {each.on for each in missed_visits}
    ending = ending_of(facts.endings, series=series, struck=facts.struck, as_of=as_of)
    found = CourseAccount(
        as_of=as_of,
        signed=signed,
        phase=phase,
        given=given,
        missed=tuple(day for day in _missed(signed, len(given), as_of) if day not in explained),
        missed_visits=missed_visits,
        scales=scales,
        judged_by=scale.scale if scale else "",
        response=_response(scale, policy),
        responder=responder_kind(scale, [each.on for each in given], policy) if scale else None,
        exposure=counters,
        exposure_unknown=unknown,
        infused=tuple(fact.infusion.on for fact in every),
        due=due_of(signed, given, scale, policy, ending=ending),
        window=next_window(signed, given, scale, ending)
        if signed and phase in (CoursePhase.END, CoursePhase.MAINTENANCE)
        else None,
        ending=ending,
    )
    return replace(found, beside=_beside(found, facts, policy))


def _beside(found: CourseAccount, facts: CourseFacts, policy: Policy) -> tuple[BesideDue, ...]:
    """None while no plan is in force: there is nothing to which a visit would belong."""
    if found.signed is None:
        return ()
    return beside_due(
        facts.beside_planned,
        facts.beside_held,
        series_ended=found.series_ended,
        ending=found.ending,
        struck=facts.struck,
        as_of=found.as_of,
        policy=policy,
    )


def _infusions(facts: CourseFacts, as_of: date) -> list[InfusionFact]:
    """One a day, oldest first: of several reports about a day the one recorded last."""
    by_day: dict[date, InfusionFact] = {}
    for fact in sorted(facts.infusions, key=lambda f: (f.recorded, f.id)):
        if fact.id not in facts.struck and fact.infusion.on <= as_of:
            by_day[fact.infusion.on] = fact
    return [by_day[day] for day in sorted(by_day)]


def _judging(scales: Sequence[ScaleAccount], signed: SignedCourse | None) -> ScaleAccount | None:
    wanted = signed.scales if signed else ()
    known = {each.scale: each for each in scales}
    own = [known[id_] for id_ in wanted if id_ in known]
    return next((each for each in own if each.baseline), next(iter(own), None))


def _response(scale: ScaleAccount | None, policy: Policy) -> CourseResponse:
    if scale is None or scale.response is None:
        return CourseResponse.UNKNOWN
    if scale.response:
        return CourseResponse.REMISSION if scale.remission else CourseResponse.RESPONSE
    share = policy.number("forecast_partial_percent")
    better = scale.improved_percent is not None and scale.improved_percent >= share
    return CourseResponse.PARTIAL if better and scale.reliable else CourseResponse.NONE


def _missed(signed: SignedCourse | None, given: int, as_of: date) -> tuple[date, ...]:
    if signed is None:
        return ()
    return tuple(day.on for day in signed.days if day.n > given and day.on < as_of and not day.optional)


def _missed_visits(facts: CourseFacts, given: set[date], as_of: date) -> tuple[MissedFact, ...]:
    """One a day, the one recorded last; a day on which an infusion was given after all was not missed."""
    by_day: dict[date, MissedFact] = {}
    for fact in sorted(facts.missed, key=lambda each: (each.recorded, each.id)):
        if fact.id not in facts.struck and fact.on <= as_of and fact.on not in given:
            by_day[fact.on] = fact
    return tuple(by_day[day] for day in sorted(by_day))


def _exposure(infusions: Iterable[GivenInfusion], as_of: date, policy: Policy) -> tuple[Exposure | None, str]:
    try:
        return exposure(tuple(infusions), as_of=as_of, policy=policy), ""
    except CourseError as unknown:
        return None, str(unknown)
