"""Changes of dose or duration that a prescriber may consider next. Options are shown, with reasons; none is chosen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tenuto.core.course.infusion import CourseError, GivenInfusion
from tenuto.core.dates import say_date
from tenuto.core.plan.titration_steps import titration_steps
from tenuto.core.policy import Policy
from tenuto.core.sources import Basis
from tenuto.core.units import MgPerKg, MgPerKgPerHour, Minutes, plain

__all__ = [
    "OptionChange",
    "Titration",
    "TitrationOption",
    "Withheld",
    "first_dose_options",
    "titration_options",
]


class OptionChange(StrEnum):
    """What an option changes: never dose and duration at once."""

    KEEP = "keep"
    UP = "up"
    LONGER = "longer"
    DOWN = "down"
    FIRST = "first"


@dataclass(frozen=True, slots=True)
class TitrationOption:
    """One possible next session, and what speaks for it."""

    change: OptionChange
    dose: MgPerKg
    minutes: Minutes
    text: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class Withheld:
    """A change that is not offered, and why."""

    change: OptionChange
    why: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class Titration:
    """What may be considered, and what is not offered and why."""

    options: tuple[TitrationOption, ...]
    withheld: tuple[Withheld, ...]


def titration_options(
    infusions: Sequence[GivenInfusion], improved_percent: Decimal | None, *, policy: Policy
) -> Titration:
    """Options for the next infusion of a psychiatric course, from those given so far (oldest first).

    `improved_percent` is the fall of the scale from baseline; None when there is no score. An increase is offered
    only after the policy's number of infusions with less than its improvement, with a score, and without a
    blood-pressure alert or deep sedation in the last one, or an open event of grade 2 from any (hazard H32). No
    option passes a cap of the policy. Raises ValueError without any infusion, for a first one there is
    `first_dose_options`; CourseError when the dose for each kg or the minutes of the last one are not known.
    """
    if not infusions:
        raise ValueError("There is no infusion yet. Use first_dose_options for the first one.")
    last = _Last.of(infusions[-1])
    keep = TitrationOption(
        OptionChange.KEEP, last.dose, last.minutes, "The same again.", titration_steps().longer.basis
    )
    withheld = tuple(_against_increase(infusions, improved_percent, policy))
    candidates = [*([] if withheld else _up(last)), *_longer(last), *_down(last)]
    allowed = [o for o in candidates if _inside_caps(o, policy)]
    capped = () if withheld or any(o.change is OptionChange.UP for o in allowed) else (_at_cap(last, policy),)
    return Titration((keep, *allowed), (*withheld, *capped))


def first_dose_options(usual: MgPerKg, minutes: Minutes, *, cautious: bool) -> tuple[TitrationOption, ...]:
    """The usual first dose; for a frail, older, apnoeic or sedated person the lower ones first."""
    first = titration_steps().first
    keep = TitrationOption(OptionChange.KEEP, usual, minutes, "The protocol's dose.", first.basis)
    if not cautious:
        return (keep,)
    lower = [MgPerKg(size) for size in first.sizes]
    options = [
        TitrationOption(OptionChange.FIRST, d, minutes, first.text, first.basis) for d in lower if d < usual
    ]
    return (*options, keep)


@dataclass(frozen=True, slots=True)
class _Last:
    """What the last infusion was, complete enough to change it."""

    dose: MgPerKg
    minutes: Minutes

    @classmethod
    def of(cls, infusion: GivenInfusion) -> _Last:
        if infusion.dose is None or infusion.minutes is None:
            raise CourseError(
                f"The dose in mg/kg or the minutes of the infusion on {say_date(infusion.on)} are not known. "
                "Add them before a change is considered."
            )
        return cls(infusion.dose, infusion.minutes)


def _against_increase(
    infusions: Sequence[GivenInfusion], improved: Decimal | None, policy: Policy
) -> Iterator[Withheld]:
    yield from _harm(infusions)
    after, below = policy.whole("titrate_after"), policy.limit("titrate_if_improved_below_percent")
    if len(infusions) < after:
        why = f"An increase is considered after {after} infusions; {len(infusions)} given."
        yield Withheld(OptionChange.UP, why, policy.limit("titrate_after").basis)
    if improved is None:
        yield Withheld(OptionChange.UP, "There is no score to tell whether more is needed.", below.basis)
    elif improved >= below.value:
        why = f"The score has improved by {plain(improved)} %; an increase is considered below {plain(below.value)} %."
        yield Withheld(OptionChange.UP, why, below.basis)


def _harm(infusions: Sequence[GivenInfusion]) -> Iterator[Withheld]:
    """What the infusions did to the patient that speaks against more; what is not recorded speaks against it too."""
    limits = titration_steps().limits
    known = [infusion.tolerability for infusion in infusions if infusion.tolerability is not None]
    still_open = max((each.open_event_grade for each in known), default=0)
    if still_open >= limits.open_event_grade:
        why = f"An event of grade {still_open} is still open. Close it before the dose is raised."
        yield Withheld(OptionChange.UP, why, limits.basis)
    last = infusions[-1].tolerability
    if last is None:
        yield Withheld(OptionChange.UP, "How the last infusion was borne is not recorded.", limits.basis)
        return
    if last.worst_event_grade >= limits.severe_event_grade:
        why = f"The last session had an event of grade {last.worst_event_grade}."
        yield Withheld(OptionChange.UP, why, limits.basis)
    if last.blood_pressure_alert:
        yield Withheld(OptionChange.UP, "The last session had a blood-pressure alert.", limits.basis)
    if last.deepest_sedation is None:
        yield Withheld(OptionChange.UP, "The sedation of the last session is not recorded.", limits.basis)
    elif last.deepest_sedation <= limits.sedation_moaas:
        why = f"Sedation reached MOAA/S {last.deepest_sedation} in the last session."
        yield Withheld(OptionChange.UP, why, limits.basis)


def _up(last: _Last) -> list[TitrationOption]:
    up = titration_steps().up
    return [
        TitrationOption(
            OptionChange.UP,
            last.dose + step,
            last.minutes,
            f"{up.title} by {step}. {up.text}",
            up.basis,
        )
        for step in map(MgPerKg, up.sizes)
    ]


def _longer(last: _Last) -> list[TitrationOption]:
    longer = titration_steps().longer
    return [
        TitrationOption(
            OptionChange.LONGER,
            last.dose,
            last.minutes + step,
            f"{longer.title} by {step}. {longer.text}",
            longer.basis,
        )
        for step in map(Minutes, longer.sizes)
    ]


def _down(last: _Last) -> list[TitrationOption]:
    down = titration_steps().down
    return [
        TitrationOption(
            OptionChange.DOWN,
            last.dose.scaled((100 - percent) / 100),
            last.minutes,
            f"{down.title} by {plain(percent)} %. {down.text}",
            down.basis,
        )
        for percent in down.sizes
    ]


def _inside_caps(option: TitrationOption, policy: Policy) -> bool:
    dose = policy.quantity("dose_max_mg_per_kg_psychiatric", MgPerKg).value
    rate = policy.quantity("rate_max_mg_per_kg_per_h_psychiatric", MgPerKgPerHour).value
    return not (option.dose > dose or option.dose.over(option.minutes) > rate)


def _at_cap(last: _Last, policy: Policy) -> Withheld:
    limit = policy.limit("dose_max_mg_per_kg_psychiatric")
    why = f"Every step up from {last.dose} over {last.minutes} passes a cap of the clinic."
    return Withheld(OptionChange.UP, why, limit.basis)
