"""What the rooms contribute, in order and checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.urls import URLPattern, URLResolver, include, path, reverse

from tenuto.clinic.accounts.api import may
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.pathway.parts import Contribution, TaskPlace
from tenuto.clinic.ui.contributions import modules
from tenuto.clinic.ui.icons import STAGES

__all__ = [
    "address_of",
    "contributions",
    "deciding_page",
    "first_page",
    "in_order",
    "judging_page",
    "may_open",
    "order_of",
    "routes",
    "safety_page",
    "spine_order",
    "stage_of_task",
    "task_place",
]

SAID_BY_ONE = ("safety", "vitals", "facts", "signed_courses", "booked", "next_steps", "limits")
"""What only one room may say: a second speaker would hide what the first has said."""
NO_TASK_PLACE = TaskPlace("Task", "See the task", "")


@cache
def contributions() -> tuple[Contribution, ...]:
    """All of them; the stages along the pathway, then the other rooms."""
    return in_order(m.CONTRIBUTION for m in modules() if hasattr(m, "CONTRIBUTION"))


def in_order(found: Iterable[Contribution]) -> tuple[Contribution, ...]:
    """The stages along the pathway, then the rest. Raises ImproperlyConfigured for what can't be placed."""
    every = tuple(found)
    order = order_of(every)
    _check(every)
    return tuple(sorted(every, key=lambda c: order.index(c.room) if c.places else len(order)))


@cache
def spine_order() -> tuple[str, ...]:
    """All stages in the order of the spine, built or not."""
    return order_of(contributions())


def order_of(found: Iterable[Contribution]) -> tuple[str, ...]:
    """The seven stages, and each further one after the stage that it names."""
    order = list(STAGES)
    for each in found:
        if each.places is None or each.room in order:
            continue
        if each.after not in order:
            raise ImproperlyConfigured(
                f"The stage '{each.room}' stands after '{each.after}', which is no stage. Name one of {', '.join(order)}."
            )
        order.insert(order.index(each.after) + 1, each.room)
    return tuple(order)


def _check(found: tuple[Contribution, ...]) -> None:
    owners: dict[str, str] = {}
    for part in SAID_BY_ONE:
        speakers = [each.room for each in found if getattr(each, part) is not None]
        if len(speakers) > 1:
            raise ImproperlyConfigured(
                f"{' and '.join(speakers)} both contribute '{part}'. One room says it for all; "
                "the others hand their facts to that room."
            )
    for each in found:
        for kind in each.tasks:
            if kind in owners:
                raise ImproperlyConfigured(
                    f"Both '{owners[kind]}' and '{each.room}' contribute the kind of task '{kind}'. One of them owns it."
                )
            owners[kind] = each.room
        if each.places and not each.page:
            raise ImproperlyConfigured(f"The stage '{each.room}' names no page of a patient.")


@cache
def _tasks() -> Mapping[str, tuple[str, TaskPlace]]:
    return {kind: (each.room, place) for each in contributions() for kind, place in each.tasks.items()}


def task_place(kind: str) -> TaskPlace:
    """Title, next step and page of a kind of task; a kind that nobody contributed is only called a task."""
    return _tasks()[kind][1] if kind in _tasks() else NO_TASK_PLACE


def stage_of_task(kind: str) -> str:
    """The stage under which a kind of task is listed; empty when nobody contributed it.

    A room that is no stage, such as scales, serves them all: its tasks stand under the first one.
    """
    if kind not in _tasks():
        return ""
    room = _tasks()[kind][0]
    return room if room in spine_order() else spine_order()[0]


def may_open(staff: Staff, target: str) -> bool:
    """Whether the page of a task leads this reader anywhere but to a refusal."""
    verb = next((place.verb for _, place in _tasks().values() if place.target == target), "")
    return not verb or may(staff, verb)


def address_of(target: str, patient: UUID | None) -> str:
    """The address of a route, with its anchor where it has one."""
    name, _, anchor = target.partition("#")
    url = reverse(name, args=[patient] if patient else [])
    return f"{url}#{anchor}" if anchor else url


def first_page() -> str:
    """The route of the first stage's page: where a patient is looked at when nothing more is known."""
    return _stages()[0].page


def safety_page() -> str:
    """The route of the page where a triage is recorded; empty when no room has one."""
    return next((each.safety_page for each in contributions() if each.safety_page), "")


def deciding_page() -> str:
    """The route of the page where treatment is decided on; empty when no room has one."""
    return next((each.deciding_page for each in contributions() if each.deciding_page), "")


def judging_page() -> str:
    """The route of the page of the latest stage that judges a patient."""
    return next(each.page for each in reversed(_stages()) if each.judgements)


def _stages() -> tuple[Contribution, ...]:
    return tuple(each for each in contributions() if each.places)


def routes() -> list[URLPattern | URLResolver]:
    """The addresses of all rooms that contribute some."""
    found: list[URLPattern | URLResolver] = []
    for each in contributions():
        if each.clinic_urls:
            found.append(path("", include(each.clinic_urls)))
        if each.patient_urls:
            found.append(path(f"patients/<uuid:patient_id>/{each.room}/", include(each.patient_urls)))
    return found
