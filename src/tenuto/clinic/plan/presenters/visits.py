"""The visits so far, what may be considered next, and what can be ordered, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from tenuto.clinic.course.api import RecordedInfusion
from tenuto.clinic.plan.forms.options import query_of
from tenuto.clinic.plan.models import PlanVersion
from tenuto.clinic.plan.services.visits import orderable
from tenuto.clinic.ui.words import day, long_day
from tenuto.core.course.account import CourseAccount
from tenuto.core.course.infusion import Tolerability
from tenuto.core.plan.side_effects import options_for, side_effects
from tenuto.core.plan.titration import OptionChange, Titration, TitrationOption
from tenuto.core.sources import Basis
from tenuto.core.units import plain

__all__ = ["OrderOption", "TitrationCard", "VisitRow", "order_options", "titration_card", "visit_rows"]


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One infusion that was given."""

    on: str
    day: str
    """The same for a form."""
    dose: str
    differs: str
    """What the plan in force orders, when it is not what was given."""
    effects: str
    grades: str
    watched: str
    score: str
    """The first score after it, before the next infusion."""
    deviates: tuple[str, ...]
    """In what it differs from what was signed."""
    by: str


@dataclass(frozen=True, slots=True)
class NextDose:
    """One option for the next dose; `url` shows the plan with it."""

    text: str
    numbers: str
    url: str


@dataclass(frozen=True, slots=True)
class TitrationCard:
    """What may be considered, and what is not offered and why."""

    options: tuple[NextDose, ...]
    withheld: tuple[tuple[str, str], ...]
    evidence: str
    """How the options are known, in words."""


@dataclass(frozen=True, slots=True)
class OrderOption:
    """A side effect with what can be chosen for it and what is a change of the plan instead."""

    title: str
    choices: tuple[tuple[str, str, str], ...]
    """Key, text, and what it rests on."""
    revisions: tuple[str, ...]


def visit_rows(
    infusions: Iterable[RecordedInfusion], version: PlanVersion | None, course: CourseAccount
) -> tuple[VisitRow, ...]:
    """The visits, the newest first, each beside what the plan in force orders and what its course says of it."""
    ordered = version.order.dose.dose.value if version and version.order.dose else None
    newest_first = sorted(infusions, key=lambda each: each.on, reverse=True)
    return tuple(_row(each, ordered, course) for each in newest_first)


def titration_card(found: Titration | None, version: PlanVersion) -> TitrationCard | None:
    """The card; None while there is no visit to judge by."""
    if found is None:
        return None
    names = {
        OptionChange.UP: "Raise the dose",
        OptionChange.LONGER: "Run it longer",
        OptionChange.DOWN: "Lower the dose",
    }
    return TitrationCard(
        tuple(_option(option, version) for option in found.options),
        tuple((names.get(each.change, each.change.value), each.why) for each in found.withheld),
        ". ".join(dict.fromkeys(_evidence(option.basis) for option in found.options)),
    )


def order_options(effects: Iterable[str]) -> tuple[OrderOption, ...]:
    """What happened last time, each with its options, gentlest first."""
    known = orderable(side_effects())
    return tuple(
        OrderOption(
            effect.title,
            tuple(
                (key, option.text, _basis(option.needs_order, _evidence(option.basis)))
                for key, (owner, option) in known
                if owner.id == effect.id
            ),
            tuple(option.text for option in effect.options if option.is_titration),
        )
        for effect in options_for(effects)
    )


def latest_effects(infusions: Sequence[RecordedInfusion]) -> tuple[str, ...]:
    """What troubled the patient at the last visit."""
    borne = infusions[-1].infusion.tolerability if infusions else None
    return borne.effects if borne else ()


def _basis(medicine: bool, evidence: str) -> str:
    return f"A medicine, by this signed order. {evidence}." if medicine else f"{evidence}."


def _evidence(basis: Basis) -> str:
    """How it is known, in words."""
    return ", ".join(tag.meaning for tag in basis.tags).capitalize()


def _row(recorded: RecordedInfusion, ordered: Decimal | None, course: CourseAccount) -> VisitRow:
    given, borne = recorded.infusion, recorded.infusion.tolerability
    differs = ordered is not None and given.mass is not None and given.mass.value != ordered
    return VisitRow(
        on=long_day(given.on),
        day=given.on.isoformat(),
        dose=f"{given.mass} over {given.minutes}",
        differs=f"The plan orders {plain(ordered)} mg" if ordered is not None and differs else "",
        effects=", ".join(effect.title for effect in options_for(borne.effects if borne else ()))
        or "Nothing reported",
        grades=_grades(borne) if borne else "Not recorded",
        watched=_watched(borne) if borne else "Not recorded",
        score=_score(course, given.on),
        deviates=tuple(found.text for found in course.deviations if found.on == given.on),
        by=recorded.recorded_by_name,
    )


def _score(course: CourseAccount, on: date) -> str:
    point = course.score_after(on)
    scale = course.scale
    return f"{scale.title} {plain(point.value)}, {day(point.on)}" if scale and point else "No score"


def _grades(borne: Tolerability) -> str:
    return f"Worst grade {borne.worst_event_grade}, still open {borne.open_event_grade or 'none'}"


def _watched(borne: Tolerability) -> str:
    sedation = "not recorded" if borne.deepest_sedation is None else f"MOAA/S {borne.deepest_sedation}"
    return f"{'Blood-pressure alert' if borne.blood_pressure_alert else 'No pressure alert'}, sedation {sedation}"


def _option(option: TitrationOption, version: PlanVersion) -> NextDose:
    order = version.order
    asked = replace(order.request, target=option.dose, minutes=option.minutes)
    return NextDose(
        option.text, f"{option.dose.rounded(4)} over {option.minutes}", query_of(asked, anew=order.anew)
    )
