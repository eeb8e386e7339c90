"""A task as a page: what it asks, what ends it, what was tried, and what this reader may record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.ledger.actors import for_people
from tenuto.clinic.ledger.facts import IN_ORDER
from tenuto.clinic.pathway.api import address_of, may_open, task_place
from tenuto.clinic.people.identity import contact_preferences
from tenuto.clinic.people.models import Channel, Patient
from tenuto.clinic.ports.calling import CRISIS_CONTACT, ESCORT, SUPPORT_PERSON, contacts_of
from tenuto.clinic.ports.models import NotReached, Task
from tenuto.clinic.ports.rows import given_on_to, who_ends
from tenuto.clinic.ports.tasks import ends, task_row
from tenuto.clinic.ui.words import duration, late_words, long_moment, moment
from tenuto.core.literature.tasks import (
    TRY_AGAIN,
    EndsBy,
    attempts_apart,
    attempts_counted,
    attempts_needed,
    task_kind,
)

__all__ = ["TaskPage", "task_page"]

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class TaskPage:
    """Everything that the template prints."""

    id: str
    title: str
    why: str
    mark: str
    word: str
    rows: tuple[tuple[str, str], ...]
    people: tuple[tuple[str, str], ...]
    """Whom to call, with their numbers; of a task of safety that is open."""
    is_open: bool
    ends_when: tuple[str, ...]
    """What ends it, in words."""
    ends_by_others: str
    """Who has to record that, when this reader is none of them."""
    target: str
    """The page where it is done; empty when that is this one, or one that this reader may not open."""
    next_step: str
    asks_contact: bool
    asks_not_reached: bool
    asks_note: bool
    tried: tuple[tuple[str, str], ...]
    """Each attempt: when and by whom, and what was said."""
    still_to_try: int
    minutes_apart: int


def task_page(task: Task, *, staff: Staff, now: datetime) -> TaskPage:
    """The page for this reader."""
    kind, place = task_kind(task.kind), task_place(task.kind)
    end = getattr(task, "end", None)
    attempts = list(task.contacts.order_by(*IN_ORDER))
    tried = attempts_counted(each.tried for each in attempts if not each.reached)
    unreached = getattr(task, "not_reached", None)
    late = end is None and task.due < now
    may_end = any(ends(task, way, staff) for way in kind.ends_by)
    row = task_row(task)
    before = [("Before", row.held_before)] if row.held_before else []
    rows = [
        ("Owner", row.holders[-1]),
        *before,
        ("Due", long_moment(task.due)),
        ("May end it", who_ends(task.kind)),
        ("Opened", f"{long_moment(task.recorded_at)}, {for_people(task.recorded_by_name)}"),
    ]
    rows += [
        (
            each.get_step_display(),
            f"Given on to {given_on_to(each.told.name if each.told else '')}, {moment(each.recorded_at)}",
        )
        for each in task.escalations.order_by("step")
    ]
    if unreached is not None:
        rows.append(
            (
                "Not reached",
                f"{moment(unreached.recorded_at)}, {unreached.recorded_by_name}: {_all_tried(unreached)}",
            )
        )
    if end is not None:
        rows.append(
            (
                "Ended",
                f"{long_moment(end.recorded_at)}, {for_people(end.recorded_by_name)}{_late(end.minutes_late)}: "
                f"{EndsBy(end.ended_by).words}. {end.note}".strip(),
            )
        )
    elsewhere = EndsBy.TRIAGE in kind.ends_by or kind.ends_by & {
        EndsBy.RECORDED,
        EndsBy.ANSWER,
        EndsBy.RESULT,
        EndsBy.PLAN,
    }
    return TaskPage(
        id=str(task.pk),
        title=kind.title,
        why=task.why,
        mark="pass" if end else "late" if late else "block" if kind.suicide_risk else "due",
        word="Done" if end else _deadline(task.due, now),
        rows=tuple(rows),
        people=tuple(_people(task.patient)) if task.patient and kind.safety and end is None else (),
        is_open=end is None,
        ends_when=tuple(way.words for way in EndsBy if way in kind.ends_by),
        ends_by_others="" if may_end else who_ends(task.kind),
        target=address_of(place.target, task.patient_id)
        if elsewhere and place.target and may_open(staff, place.target)
        else "",
        next_step=place.next_step,
        asks_contact=kind.safety,
        asks_not_reached=kind.try_again and unreached is None and staff.role in task_kind(TRY_AGAIN).may_end,
        asks_note=ends(task, EndsBy.NOTE, staff),
        tried=tuple((f"{moment(c.tried)}, {c.recorded_by_name}", _attempt(c)) for c in attempts),
        minutes_apart=attempts_apart().value // MINUTE,
        still_to_try=max(0, attempts_needed().value - tried),
    )


def _late(minutes: int) -> str:
    return f", {duration(minutes)} late" if minutes > 0 else ""


def _deadline(due: datetime, now: datetime) -> str:
    """'12 min left', 'Late since Tue 24 Nov, 09:30'."""
    return late_words(due, now) or f"{duration((due - now) // MINUTE)} left"


def _people(patient: Patient) -> Iterator[tuple[str, str]]:
    """The patient, and who accompanies them, as they can be called."""
    asked = contact_preferences(patient)
    wishes = [asked[channel] for channel in (Channel.PHONE, Channel.SMS) if channel in asked]
    numbers = {each.address: each for each in reversed(wishes) if each.address}
    said = [
        each.address + ("" if each.allowed else f" ({each.get_channel_display().lower()} not wanted)")
        for each in reversed(numbers.values())
    ]
    yield patient.name, ", ".join(said) or "No number is recorded."
    found = contacts_of(patient)
    if CRISIS_CONTACT in found:
        yield CRISIS_CONTACT, found[CRISIS_CONTACT]
    yield (
        SUPPORT_PERSON,
        found.get(SUPPORT_PERSON)
        or "Not recorded. Ask the patient whom to call, and write it under “Who this is”.",
    )
    if ESCORT in found:
        yield ESCORT, found[ESCORT]


def _attempt(contact: object) -> str:
    outcome = f"Reached, {contact.get_outcome_display().lower()}" if contact.reached else "Not reached"  # type: ignore[attr-defined]
    return f"{contact.get_how_display()}. {outcome}. {contact.words}"  # type: ignore[attr-defined]


def _all_tried(found: NotReached) -> str:
    check = found.welfare_check or f"No welfare check: {found.reason_against_check}"
    return f"{found.emergency_contact} {check}"
