"""Protocol templates: a course as versioned data, every number with its tag and source.

The files are `core/literature/protocols/<id>/<version>.toml`; this module alone reads them. A version that was published
is never edited: `protocol_versions.toml` holds its digest, and a file that differs from it is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache

from tenuto.core.data import DataError, Table, data_file, data_folder
from tenuto.core.data.digest import content_digest
from tenuto.core.literature import ROOT
from tenuto.core.literature.maintenance import MaintenanceRule, maintenance_rule
from tenuto.core.sources import Basis, Source, Sourced, basis_of, sourced, sourced_count
from tenuto.core.units import Mg, MgPerHour, MgPerKg, MgPerKgPerHour, Minutes

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
    "check_as_published",
    "every_version",
    "protocol",
    "protocol_versions",
    "protocols",
    "published",
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
    dose_min: Sourced[Mg] | None = None
    """What one infusion is meant to reach, where the source says so; a person who gets less has a finding."""
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

    @property
    def span(self) -> str:
        """Infusions and days, such as `6 in 12 to 19 days`."""
        if self.window_days_max.value == 1:
            return "1, once"
        infusions = _span(self.infusions_min.value, self.infusions_max.value)
        return f"{infusions} in {_span(self.window_days_min.value, self.window_days_max.value)} days"


def _span(low: int, high: int) -> str:
    return str(low) if low == high else f"{low} to {high}"


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
    withdrawn: str = ""
    """Why this template is no longer offered; empty while it is. Plans that were signed under it go on."""

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


@data_file(ROOT / "protocol_versions.toml")
def published(file: Table) -> Mapping[str, Mapping[int, str]]:
    """The digest of every published version, by template id and version."""
    return {
        id_: {int(version): entry.text(version) for version in entry.names()}
        for id_, entry in file.named().items()
    }


@data_folder(ROOT / "protocols", "*/*.toml")
def _versions(file: Table) -> Protocol:
    return _protocol(file)


@cache
def protocols() -> Mapping[str, Protocol]:
    """The newest version of every template in use by id, in alphabetical order.

    Raises DataError naming the file and entry that is wrong.
    """
    newest = (protocol(id_) for id_ in _ids())
    return {read.id: read for read in newest if not read.withdrawn}


def protocol(id_: str, version: int | None = None) -> Protocol:
    """The template named `id_` in a version, the newest by default; what was signed is read in its own version.

    Raises KeyError with a sentence that names the nearest template, or the versions that exist.
    """
    if id_ not in _ids():
        raise KeyError(f"There is no protocol '{id_[:60]}'. Choose one of: {', '.join(_ids())}.")
    known = protocol_versions(id_)
    wanted = known[-1] if version is None else version
    if wanted not in known:
        kept = ", ".join(map(str, known))
        raise KeyError(f"There is no version {version} of the protocol '{id_}'. There are: {kept}.")
    read = _versions.one(f"{id_}/{wanted}")
    if (read.id, read.version) != (id_, wanted):
        raise DataError(
            f"protocols/{id_}/{wanted}.toml calls itself '{read.id}', version {read.version}. Folder and file are named "
            "after them."
        )
    check_as_published(read)
    return read


def check_as_published(read: Protocol) -> None:
    """DataError when a version that was published holds something else now; one not yet published may still change."""
    if published().get(read.id, {}).get(read.version, read.sha256) != read.sha256:
        raise DataError(
            f"protocols/{read.id}/{read.version}.toml was changed after version {read.version} was published. Restore "
            f"it, and write the change as protocols/{read.id}/{read.version + 1}.toml."
        )


def protocol_versions(id_: str) -> tuple[int, ...]:
    """The versions of a template that are kept, oldest first; none for an unknown id."""
    names = (name.split("/") for name in _versions.names())
    return tuple(sorted(int(version) for folder, version in names if folder == id_))


def every_version() -> tuple[Protocol, ...]:
    """Every version of every template, by id and version."""
    return tuple(protocol(id_, version) for id_ in _ids() for version in protocol_versions(id_))


@cache
def _ids() -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.split("/")[0] for name in _versions.names()))


def _protocol(file: Table) -> Protocol:
    read = Protocol(
        id=file.text("id"),
        version=file.whole("version"),
        title=file.text("title"),
        why=file.text("why"),
        withdrawn=file.text("withdrawn", ""),
        track=file.choice("track", Track),
        indications=file.words("indications"),
        default_for=file.words("default_for"),
        grade=_grade(file.table("grade")),
        session=_session(file.table("session")),
        induction=_induction(file.table("induction")),
        maintenance=tuple(maintenance_rule(name) for name in file.words("maintenance")),
        recovery=_recovery(file.table("recovery")),
        review_points=tuple(
            sorted(
                (
                    ReviewPoint(e.whole("after"), e.text("text"), basis_of(e))
                    for e in file.tables("review_points")
                ),
                key=lambda point: point.after,
            )
        ),
        requires=tuple(
            Requirement(e.text("what"), e.text("text"), basis_of(e)) for e in file.tables("requires")
        ),
        flags=tuple(Flag(e.text("code"), e.text("text"), basis_of(e)) for e in file.tables("flags")),
        variants=tuple(
            Variant(e.text("article"), e.text("topic"), e.text("says")) for e in file.tables("variants")
        ),
        visits=file.words("visits"),
        sha256=content_digest(file.raw),
    )
    if not set(read.default_for) <= set(read.indications):
        raise DataError(f"{file.where}: default_for names an indication that the template is not for.")
    if not read.maintenance:
        raise DataError(f"{file.where}: no maintenance rule. Use 'none' when there is none.")
    return read


def _grade(entry: Table) -> Grade:
    return Grade(entry.choice("level", GradeLevel), entry.text("text"), basis_of(entry))


def _session(entry: Table) -> SessionTemplate:
    dose = entry.one_of("dose_mg_per_kg", "rate_mg_per_kg_per_h") == "dose_mg_per_kg"
    minutes = sourced(entry, "minutes", Minutes)
    read = SessionTemplate(
        target=sourced(entry, "dose_mg_per_kg", MgPerKg)
        if dose
        else sourced(entry, "rate_mg_per_kg_per_h", MgPerKgPerHour),
        minutes=minutes,
        minutes_min=sourced(entry, "minutes_min", Minutes) if entry.has("minutes_min") else minutes,
        minutes_max=sourced(entry, "minutes_max", Minutes) if entry.has("minutes_max") else minutes,
        rate_max=sourced(entry, "rate_max_mg_per_h", MgPerHour) if entry.has("rate_max_mg_per_h") else None,
        dose_min=sourced(entry, "dose_min_mg", Mg) if entry.has("dose_min_mg") else None,
        target_is_maximum=entry.flag("rate_is_maximum"),
        bolus_allowed=entry.flag("bolus_allowed"),
        adjuncts=entry.text("adjuncts", ""),
    )
    if minutes.value < read.minutes_min.value or minutes.value > read.minutes_max.value:
        raise DataError(f"{entry.where}: {minutes.value} lies outside minutes_min to minutes_max.")
    return read


def _induction(entry: Table) -> Induction:
    read = Induction(
        infusions_min=sourced_count(entry, "infusions_min"),
        infusions_max=sourced_count(entry, "infusions_max"),
        per_week_min=sourced_count(entry, "per_week_min"),
        per_week_max=sourced_count(entry, "per_week_max"),
        window_days_min=sourced_count(entry, "window_days_min"),
        window_days_max=sourced_count(entry, "window_days_max"),
        gap_rule=entry.choice("gap_rule", GapRule),
        gap_days_max=sourced_count(entry, "gap_days_max") if entry.has("gap_days_max") else None,
    )
    for low, high, name in (
        (read.infusions_min, read.infusions_max, "infusions"),
        (read.per_week_min, read.per_week_max, "per_week"),
        (read.window_days_min, read.window_days_max, "window_days"),
    ):
        if not 1 <= low.value <= high.value:
            raise DataError(f"{entry.where}: {name}_min {low.value} and {name}_max {high.value} do not fit.")
    return read


def _recovery(entry: Table) -> Recovery:
    rule = entry.choice("rule", RecoveryRule)
    timed = rule is not RecoveryRule.FITNESS or entry.has("minutes")
    minutes = sourced(entry, "minutes", Minutes) if timed else None
    return Recovery(rule, minutes, entry.text("text"), basis_of(entry))
