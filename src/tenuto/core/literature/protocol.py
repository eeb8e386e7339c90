"""Protocol templates: a course as versioned data, every number with its tag and source.

The files are `core/literature/protocols/*.toml`, one a template; this module alone reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache

from tenuto.core.data.digest import content_digest
from tenuto.core.literature import folder, table
from tenuto.core.literature.entries import DataFileError, Entry
from tenuto.core.literature.maintenance import MaintenanceRule, maintenance_rule
from tenuto.core.sources import Basis, Source, Sourced
from tenuto.core.units import MgPerHour, MgPerKg, MgPerKgPerHour, Minutes

__all__ = [
    "Flag",
    "GapRule",
    "Grade",
    "GradeLevel",
    "Induction",
    "Protocol",
    "Recovery",
    "RecoveryRule",
    "Requirement",
    "ReviewPoint",
    "SessionTemplate",
    "Track",
    "Variant",
    "protocol",
    "protocols",
]


class Track(StrEnum):
    """Which caps and rules apply."""

    PSYCHIATRIC = "psychiatric"
    PAIN = "pain"


class GradeLevel(StrEnum):
    """How well a protocol is supported, best first."""

    MODERATE = "moderate"
    LIMITED = "limited"
    WEAK = "weak"
    INSUFFICIENT = "insufficient"


class GapRule(StrEnum):
    """Which of the policy's gaps between two infusions applies."""

    PSYCHIATRIC = "psychiatric"
    DAILY = "daily"
    PAIN_DAILY = "pain_daily"

    @property
    def limit(self) -> str:
        """The policy limit that holds the gap in hours."""
        return "induction_gap_min_h" if self is GapRule.PSYCHIATRIC else "daily_gap_min_h"

    def allows(self, gap: timedelta, hours: Decimal) -> bool:
        """True when `gap` from start to start is enough: at least `hours`, or longer than `hours` for daily rules."""
        exact = Decimal(gap.days * 24) + Decimal(gap.seconds) / 3600
        return exact >= hours if self is GapRule.PSYCHIATRIC else exact > hours


class RecoveryRule(StrEnum):
    """When the patient may leave: after a time, when judged fit, or both."""

    TIME = "time"
    FITNESS = "fitness"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Grade:
    """The evidence grade with its sentence."""

    level: GradeLevel
    text: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class SessionTemplate:
    """One session: a dose for each kg or a rate for each kg, and the minutes that belong to it.

    `target_is_maximum` says that the published number is itself a most, so that rounding may not pass it.
    """

    target: Sourced[MgPerKg] | Sourced[MgPerKgPerHour]
    minutes: Sourced[Minutes]
    minutes_min: Sourced[Minutes]
    minutes_max: Sourced[Minutes]
    rate_max: Sourced[MgPerHour] | None = None
    target_is_maximum: bool = False
    bolus_allowed: bool = False
    adjuncts: str = ""

    def dose_in(self, minutes: Minutes) -> MgPerKg:
        """The mg/kg of a session of `minutes`: fixed for a dose, in proportion to time for a rate."""
        asked = self.target.value
        return asked if isinstance(asked, MgPerKg) else asked.during(minutes)


@dataclass(frozen=True, slots=True)
class Induction:
    """How many infusions, how many a week, in how many days from the first to the last, with which gaps."""

    infusions_min: Sourced[int]
    infusions_max: Sourced[int]
    per_week_min: Sourced[int]
    per_week_max: Sourced[int]
    window_days_min: Sourced[int]
    window_days_max: Sourced[int]
    gap_rule: GapRule
    gap_days_max: Sourced[int] | None


@dataclass(frozen=True, slots=True)
class ReviewPoint:
    """After which infusion a person looks at what."""

    after: int
    text: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class Requirement:
    """What must stand beside the infusions. `what` is the fact id that answers it."""

    what: str
    text: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class Flag:
    """Something a prescriber must know before choosing this template; always REVIEW."""

    code: str
    text: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class Recovery:
    """When the patient may leave according to this template."""

    rule: RecoveryRule
    minutes: Sourced[Minutes] | None
    text: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class Variant:
    """A statement of a patient article that this template carries."""

    article: str
    topic: str
    says: str


@dataclass(frozen=True, slots=True)
class Protocol:
    """One template. A series pins `id` and `version`; a version in use is never edited."""

    id: str
    version: int
    title: str
    why: str
    track: Track
    indications: tuple[str, ...]
    default_for: tuple[str, ...]
    grade: Grade
    session: SessionTemplate
    induction: Induction
    maintenance: tuple[MaintenanceRule, ...]
    """Rules that go with it, the usual one first."""
    recovery: Recovery
    review_points: tuple[ReviewPoint, ...]
    requires: tuple[Requirement, ...]
    flags: tuple[Flag, ...]
    variants: tuple[Variant, ...]
    visits: tuple[str, ...]
    sha256: str
    """Digest of the template's content. A series pins it with id and version."""

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every document behind dose, duration, schedule and grade, each once."""
        course = self.induction
        bases = (
            self.grade.basis,
            self.session.target.basis,
            self.session.minutes.basis,
            course.infusions_min.basis,
            course.infusions_max.basis,
            course.per_week_max.basis,
            course.window_days_max.basis,
        )
        return tuple(dict.fromkeys(source for basis in bases for source in basis.sources))


@cache
def protocols() -> Mapping[str, Protocol]:
    """All templates by id, in alphabetical order. Raises DataFileError naming the file and entry that is wrong."""
    found = {}
    for name in folder("protocols"):
        read = _protocol(Entry(table(name), f"{name}.toml"))
        if name != f"protocols/{read.id}":
            raise DataFileError(f"{name}.toml holds the template '{read.id}'. Name the file after its id.")
        found[read.id] = read
    return found


def protocol(id_: str) -> Protocol:
    """The template named `id_`; KeyError with a sentence that lists those that exist."""
    try:
        return protocols()[id_]
    except KeyError:
        raise KeyError(f"There is no protocol '{id_}'. Choose one of: {', '.join(protocols())}.") from None


def _protocol(entry: Entry) -> Protocol:
    read = Protocol(
        id=entry.text("id"),
        version=entry.whole("version"),
        title=entry.text("title"),
        why=entry.text("why"),
        track=Track(entry.text("track")),
        indications=entry.names("indications"),
        default_for=entry.names("default_for"),
        grade=_grade(entry.part("grade")),
        session=_session(entry.part("session")),
        induction=_induction(entry.part("induction")),
        maintenance=tuple(maintenance_rule(name) for name in entry.names("maintenance")),
        recovery=_recovery(entry.part("recovery")),
        review_points=tuple(
            sorted(
                (
                    ReviewPoint(e.whole("after"), e.text("text"), e.basis())
                    for e in entry.parts("review_points")
                ),
                key=lambda point: point.after,
            )
        ),
        requires=tuple(
            Requirement(e.text("what"), e.text("text"), e.basis()) for e in entry.parts("requires")
        ),
        flags=tuple(Flag(e.text("code"), e.text("text"), e.basis()) for e in entry.parts("flags")),
        variants=tuple(
            Variant(e.text("article"), e.text("topic"), e.text("says")) for e in entry.parts("variants")
        ),
        visits=entry.names("visits"),
        sha256=content_digest(entry.raw),
    )
    if not set(read.default_for) <= set(read.indications):
        raise DataFileError(f"{entry.where}: default_for names an indication that the template is not for.")
    if not read.maintenance:
        raise DataFileError(f"{entry.where}: no maintenance rule. Use 'none' when there is none.")
    return read


def _grade(entry: Entry) -> Grade:
    return Grade(GradeLevel(entry.text("level")), entry.text("text"), entry.basis())


def _session(entry: Entry) -> SessionTemplate:
    dose, rate = "dose_mg_per_kg" in entry.raw, "rate_mg_per_kg_per_h" in entry.raw
    if dose == rate:
        raise DataFileError(
            f"{entry.where}: give a dose in mg/kg or a rate in mg/kg/h, not both and not none."
        )
    minutes = entry.sourced("minutes", Minutes)
    read = SessionTemplate(
        target=entry.sourced("dose_mg_per_kg", MgPerKg)
        if dose
        else entry.sourced("rate_mg_per_kg_per_h", MgPerKgPerHour),
        minutes=minutes,
        minutes_min=entry.sourced("minutes_min", Minutes) if "minutes_min" in entry.raw else minutes,
        minutes_max=entry.sourced("minutes_max", Minutes) if "minutes_max" in entry.raw else minutes,
        rate_max=entry.sourced("rate_max_mg_per_h", MgPerHour) if "rate_max_mg_per_h" in entry.raw else None,
        target_is_maximum=bool(entry.raw.get("rate_is_maximum", False)),
        bolus_allowed=bool(entry.raw.get("bolus_allowed", False)),
        adjuncts=str(entry.raw.get("adjuncts", "")),
    )
    if minutes.value < read.minutes_min.value or minutes.value > read.minutes_max.value:
        raise DataFileError(f"{entry.where}: {minutes.value} lies outside minutes_min to minutes_max.")
    return read


def _induction(entry: Entry) -> Induction:
    read = Induction(
        infusions_min=entry.count("infusions_min"),
        infusions_max=entry.count("infusions_max"),
        per_week_min=entry.count("per_week_min"),
        per_week_max=entry.count("per_week_max"),
        window_days_min=entry.count("window_days_min"),
        window_days_max=entry.count("window_days_max"),
        gap_rule=GapRule(entry.text("gap_rule")),
        gap_days_max=entry.count("gap_days_max") if "gap_days_max" in entry.raw else None,
    )
    for low, high, name in (
        (read.infusions_min, read.infusions_max, "infusions"),
        (read.per_week_min, read.per_week_max, "per_week"),
        (read.window_days_min, read.window_days_max, "window_days"),
    ):
        if not 1 <= low.value <= high.value:
            raise DataFileError(
                f"{entry.where}: {name}_min {low.value} and {name}_max {high.value} do not fit."
            )
    return read


def _recovery(entry: Entry) -> Recovery:
    rule = RecoveryRule(entry.text("rule"))
    minutes = entry.sourced("minutes", Minutes) if "minutes" in entry.raw else None
    if rule is not RecoveryRule.FITNESS and minutes is None:
        raise DataFileError(f"{entry.where}: the rule '{rule}' needs minutes.")
    return Recovery(rule, minutes, entry.text("text"), entry.basis())
