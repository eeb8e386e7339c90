"""Changes of dose or duration that a prescriber may consider next. Options are shown, with reasons; none is chosen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tenuto.core.literature import table
from tenuto.core.literature.entries import Entry
from tenuto.core.policy import Policy
from tenuto.core.sources import Basis
from tenuto.core.units import MgPerKg, MgPerKgPerHour, Minutes, plain

__all__ = [
    "Change",
    "SessionReport",
    "Titration",
    "TitrationOption",
    "Withheld",
    "first_dose_options",
    "titration_options",
]


class Change(StrEnum):
    """What an option changes: never dose and duration at once."""

    KEEP = "keep"
    UP = "up"
    LONGER = "longer"
    DOWN = "down"
    FIRST = "first"


@dataclass(frozen=True, slots=True)
class SessionReport:
    """How one session was borne. Grades 0 (none) to 5; `deepest_sedation` is the lowest MOAA/S, 5 when awake."""

    dose: MgPerKg
    minutes: Minutes
    worst_event_grade: int = 0
    open_event_grade: int = 0
    """The worst event that a prescriber has not yet closed."""
    blood_pressure_alert: bool = False
    deepest_sedation: int | None = None


@dataclass(frozen=True, slots=True)
class TitrationOption:
    """One possible next session, and what speaks for it."""

    change: Change
    dose: MgPerKg
    minutes: Minutes
    text: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class Withheld:
    """A change that is not offered, and why."""

    change: Change
    why: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class Titration:
    """What may be considered, and what is not offered and why."""

    options: tuple[TitrationOption, ...]
    withheld: tuple[Withheld, ...]


def titration_options(
    sessions: Sequence[SessionReport], improved_percent: Decimal | None, *, policy: Policy
) -> Titration:
    """Options for the next session of a psychiatric course, from the sessions so far (oldest first).

    `improved_percent` is the fall of the scale from baseline; None when there is no score. An increase is offered
    only after the policy's number of infusions with less than its improvement, with a score, and without an open
    event of grade 2, blood-pressure alert or deep sedation (hazard H32). No option passes a cap of the policy.
    Raises ValueError without any session: for a first one there is `first_dose_options`.
    """
    if not sessions:
        raise ValueError("There is no session yet. Use first_dose_options for the first one.")
    last = sessions[-1]
    keep = TitrationOption(Change.KEEP, last.dose, last.minutes, "The same again.", _part("longer").basis())
    withheld = tuple(_against_increase(sessions, improved_percent, policy))
    candidates = [*([] if withheld else _up(last)), *_longer(last), *_down(last)]
    allowed = [o for o in candidates if _inside_caps(o, policy)]
    capped = () if withheld or any(o.change is Change.UP for o in allowed) else (_at_cap(last, policy),)
    return Titration((keep, *allowed), (*withheld, *capped))


def first_dose_options(usual: MgPerKg, minutes: Minutes, *, cautious: bool) -> tuple[TitrationOption, ...]:
    """The usual first dose; for a frail, older, apnoeic or sedated person the lower ones first."""
    entry = _part("first")
    keep = TitrationOption(Change.KEEP, usual, minutes, "The protocol's dose.", entry.basis())
    if not cautious:
        return (keep,)
    lower = [MgPerKg(text) for text in entry.names("doses_mg_per_kg")]
    options = [
        TitrationOption(Change.FIRST, d, minutes, entry.text("text"), entry.basis())
        for d in lower
        if d < usual
    ]
    return (*options, keep)


def _against_increase(
    sessions: Sequence[SessionReport], improved: Decimal | None, policy: Policy
) -> Iterator[Withheld]:
    limits, last = _part("limits"), sessions[-1]
    after, below = policy.whole("titrate_after"), policy.limit("titrate_if_improved_below_percent")
    if last.open_event_grade >= limits.whole("open_event_grade"):
        why = f"An event of grade {last.open_event_grade} is still open. Close it before the dose is raised."
        yield Withheld(Change.UP, why, limits.basis())
    if last.worst_event_grade >= limits.whole("severe_event_grade"):
        why = f"The last session had an event of grade {last.worst_event_grade}."
        yield Withheld(Change.UP, why, limits.basis())
    if last.blood_pressure_alert:
        yield Withheld(Change.UP, "The last session had a blood-pressure alert.", limits.basis())
    if last.deepest_sedation is not None and last.deepest_sedation <= limits.whole("sedation_moaas"):
        why = f"Sedation reached MOAA/S {last.deepest_sedation} in the last session."
        yield Withheld(Change.UP, why, limits.basis())
    if last.deepest_sedation is None:
        yield Withheld(Change.UP, "The sedation of the last session is not recorded.", limits.basis())
    if len(sessions) < after:
        why = f"An increase is considered after {after} infusions; {len(sessions)} given."
        yield Withheld(Change.UP, why, policy.limit("titrate_after").basis)
    if improved is None:
        yield Withheld(Change.UP, "There is no score to tell whether more is needed.", below.basis)
    elif improved >= below.value:
        why = f"The score has improved by {plain(improved)} %; an increase is considered below {plain(below.value)} %."
        yield Withheld(Change.UP, why, below.basis)


def _up(last: SessionReport) -> list[TitrationOption]:
    entry = _part("up")
    steps = [MgPerKg(step) for step in entry.names("steps_mg_per_kg")]
    return [
        TitrationOption(
            Change.UP, last.dose + s, last.minutes, f"{entry.text('title')} by {s}.", entry.basis()
        )
        for s in steps
    ]


def _longer(last: SessionReport) -> list[TitrationOption]:
    entry = _part("longer")
    steps = [Minutes(step) for step in entry.names("steps_minutes")]
    return [
        TitrationOption(
            Change.LONGER,
            last.dose,
            last.minutes + s,
            f"{entry.text('title')} by {s}. {entry.text('text')}",
            entry.basis(),
        )
        for s in steps
    ]


def _down(last: SessionReport) -> list[TitrationOption]:
    entry = _part("down")
    return [
        TitrationOption(
            Change.DOWN,
            last.dose.scaled((100 - Decimal(percent)) / 100),
            last.minutes,
            f"{entry.text('title')} by {percent} %. {entry.text('text')}",
            entry.basis(),
        )
        for percent in entry.names("steps_percent")
    ]


def _inside_caps(option: TitrationOption, policy: Policy) -> bool:
    dose = policy.quantity("dose_max_mg_per_kg_psychiatric", MgPerKg).value
    rate = policy.quantity("rate_max_mg_per_kg_per_h_psychiatric", MgPerKgPerHour).value
    return not (option.dose > dose or option.dose.over(option.minutes) > rate)


def _at_cap(last: SessionReport, policy: Policy) -> Withheld:
    limit = policy.limit("dose_max_mg_per_kg_psychiatric")
    why = f"Every step up from {last.dose} over {last.minutes} passes a cap of the clinic."
    return Withheld(Change.UP, why, limit.basis)


def _part(name: str) -> Entry:
    return Entry(table("titration")[name], f"titration.toml [{name}]")
