"""The facts of a course as the stages hand them over: what was given, scored, missed and signed. In any order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from tenuto.core.course.beside import BesideHeld, BesidePlanned
from tenuto.core.course.end_facts import EndingFact
from tenuto.core.course.infusion import GivenInfusion
from tenuto.core.literature.protocol import GapRule
from tenuto.core.units import Mg

__all__ = [
    "CourseEventKind",
    "CourseFacts",
    "EventFact",
    "InfusionFact",
    "MissedFact",
    "MissedHow",
    "ScoreFact",
    "SignedCourse",
    "SignedDay",
]


@dataclass(frozen=True, slots=True)
class InfusionFact:
    """A report of an infusion. Of several about one day the one recorded last counts.

    `recorded` is its place in the order of recording, whatever the clock said; `version` the signed version of the plan
    under which it was given.
    """

    id: str
    infusion: GivenInfusion
    series: str
    version: str
    recorded: int


@dataclass(frozen=True, slots=True)
class ScoreFact:
    """The total of an answered form on the day on which it was taken, in points of its scale.

    `value` is None where too much was left out for a total: the form was answered, and says no number. `instrument_version`
    is None where it is not known; then the scale's present one is taken.
    """

    id: str
    scale: str
    value: Decimal | None
    taken: date
    recorded: int
    instrument_version: int | None = None
    items: tuple[tuple[str, int], ...] = ()
    """Its answers by item, where they are known."""


class MissedHow(StrEnum):
    """Why a planned infusion was not given."""

    NO_SHOW = "no_show"
    BY_PATIENT = "by_patient"
    BY_CLINIC = "by_clinic"


@dataclass(frozen=True, slots=True)
class MissedFact:
    """That an infusion planned for a day was not given, and how that came. Of several of one day the one recorded last counts."""

    id: str
    on: date
    how: MissedHow
    reason: str
    recorded: int


class CourseEventKind(StrEnum):
    """What happens beside infusions and scores and bears on the interval."""

    ANTIDEPRESSANT_CHANGED = "antidepressant_changed"
    SUICIDE_ATTEMPT = "suicide_attempt"
    ADMISSION = "admission"


@dataclass(frozen=True, slots=True)
class EventFact:
    """That something happened on a day."""

    id: str
    kind: CourseEventKind
    on: date


@dataclass(frozen=True, slots=True)
class SignedDay:
    """The nth infusion of a series on its planned date; `optional` ones are given only if the review before says so.

    `maintenance`: after the induction, on a day that was decided.
    """

    n: int
    on: date
    optional: bool = False
    maintenance: bool = False


@dataclass(frozen=True, slots=True)
class SignedCourse:
    """What one signed version of a plan says of the course."""

    version: str
    number: int
    """Of the version, counted from 1."""
    series: str
    infusions: int
    """Of the induction, without those that only a review adds."""
    days: tuple[SignedDay, ...]
    dose: Mg | None
    gap_rule: GapRule
    gap_days_max: int | None
    maintenance: str
    """Id of the maintenance rule."""
    scales: tuple[str, ...]
    """Ids of the scales by which this condition's response is judged, the first that has a baseline."""
    in_force: bool = True
    condition: str = ""
    """Id of the condition that the series treats."""
    infusion_minutes: int | None = None
    """Whole minutes of one infusion, rounded up; None where the version does not say."""
    observe_minutes: int = 0
    """The protocol's least whole minutes of recovery, rounded up; 0 where it names none."""
    per_week_max: int | None = None
    """The protocol's most infusions on any seven days in a row; None where the version does not say."""

    @property
    def most(self) -> int:
        """Infusions of the induction with those that a review may add."""
        return max([self.infusions, *(day.n for day in self.days if not day.maintenance)])


@dataclass(frozen=True, slots=True)
class CourseFacts:
    """Everything that a course is worked out from. The order within each part means nothing."""

    infusions: tuple[InfusionFact, ...] = ()
    scores: tuple[ScoreFact, ...] = ()
    signed: tuple[SignedCourse, ...] = ()
    """Every signed version of the plan, also those that no longer count."""
    struck: frozenset[str] = frozenset()
    """Ids of facts that were entered in error: they count as never recorded."""
    missed: tuple[MissedFact, ...] = ()
    events: tuple[EventFact, ...] = ()
    endings: tuple[EndingFact, ...] = ()
    beside_held: tuple[BesideHeld, ...] = ()
    beside_planned: tuple[BesidePlanned, ...] = ()

    @property
    def counted_scores(self) -> tuple[ScoreFact, ...]:
        """The scores that were not struck, the one recorded last first."""
        counted = (score for score in self.scores if score.id not in self.struck)
        return tuple(sorted(counted, key=lambda score: (score.recorded, score.id), reverse=True))

    @property
    def counted_events(self) -> tuple[EventFact, ...]:
        """The events that were not struck, in order of day, each of a day once."""
        counted = {(each.on, each.kind): each for each in self.events if each.id not in self.struck}
        return tuple(counted[key] for key in sorted(counted))
