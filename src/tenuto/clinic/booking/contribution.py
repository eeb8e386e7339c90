"""What booking adds to the spine, the worklist and the pages of a patient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.accounts.setting_up import SetUpStep
from tenuto.clinic.booking.models import Appointment
from tenuto.clinic.booking.needs import GOES_ON, BookingNeed, booked, needs, without_plan
from tenuto.clinic.booking.services.week import has_week
from tenuto.clinic.pathway.api import Batch, Contribution, Place, Rank, TaskPlace, Turn, next_steps_of
from tenuto.clinic.ui.navigation import MenuEntry
from tenuto.clinic.ui.words import count
from tenuto.core.course.next_facts import NextState
from tenuto.core.course.next_step import NextStep
from tenuto.core.literature.tasks import BOOKING_TO_REPAIR, CHANGE_ASKED, CHECK_IN, task_kind

__all__ = ["CONTRIBUTION", "NAVIGATION", "SET_UP"]


def places(batch: Batch) -> Mapping[UUID, Place]:
    """How much of what is needed is booked."""
    steps = next_steps_of(batch)
    return {patient: _place(need, steps.get(patient)) for patient, need in needs(batch).items() if need.left}


def _place(need: BookingNeed, step: NextStep | None) -> Place:
    if step is not None and step.state is NextState.HELD:
        return Place("blocked", f"Held, {len(need.ahead)} booked" if need.ahead else "On hold")
    if not need.missing:
        return Place("done", "Booked" if need.left == 1 else f"{need.left} booked")
    if need.ahead:
        return Place("here", f"{len(need.ahead)} of {need.left} booked")
    return Place("here", "To book")


def turns(batch: Batch) -> Mapping[UUID, Turn | None]:
    """A coordinator books what is missing; nobody presses where all of it stands. Nothing before the week is set up."""
    waiting = {p: need for p, need in needs(batch).items() if need.left or need.ahead}
    stranded = {patient: _to_cancel(rows) for patient, rows in without_plan(batch).items()}
    if not waiting or not batch.once(_has_week):
        return stranded
    steps = next_steps_of(batch)
    found = {patient: _turn(need, steps.get(patient)) for patient, need in waiting.items()}
    return {**stranded, **{patient: turn for patient, turn in found.items() if turn is not None}}


def _to_cancel(rows: Sequence[Appointment]) -> Turn:
    """Somebody is expected in a chair by a plan that is in force no more."""
    return Turn(
        stage="booking", kind="Booked without a plan", mark="block", why=_unplanned(rows), owner=Role.COORDINATOR,
        next_step="Cancel the visits", target="booking:page", rank=Rank.STOPPED,
    )  # fmt: skip


def _unplanned(rows: Sequence[Appointment]) -> str:
    return f"No plan is in force, and booked for {_when(rows)}: cancel it, or sign a plan."


def _has_week(batch: Batch) -> bool:
    return has_week(batch.clinic)


def _turn(need: BookingNeed, step: NextStep | None) -> Turn | None:
    """Only where the course goes on as planned: what stands in its way is said by the stage that found it.

    But nobody who is on hold is expected in a chair without that being said.
    """
    if step is not None and step.state is NextState.HELD and need.ahead:
        return Turn(
            stage="booking", kind="On hold, and booked", mark="block", why=f"{_held(need)} {' '.join(step.staff)}",
            owner=Role.PRESCRIBER, next_step="See the visits", target="booking:page", rank=Rank.STOPPED,
        )  # fmt: skip
    if step is None or step.state not in GOES_ON:
        return None
    if need.missing and need.runs:
        kind = "Series to book" if not need.ahead else f"{count(need.missing, 'visit')} to book"
        owner, next_step, rank = Role.COORDINATOR, "Book the series", Rank.COMPLETE
    elif need.misfits:
        kind, owner, next_step, rank = (
            "Series no longer fits the plan",
            Role.COORDINATOR,
            "Repair the series",
            Rank.COMPLETE,
        )
    elif need.missing:
        kind, owner, next_step, rank = (
            "Infusion to book",
            Role.COORDINATOR,
            "Book the infusion",
            Rank.COMPLETE,
        )
    else:
        kind, owner, next_step, rank = "Visits booked", Role.NURSE, "See the visits", Rank.NOTHING_PRESSES
    return Turn(
        stage="booking", kind=kind, mark="due" if need.missing or need.misfits else "pass", why=" ".join((*need.misfits, *step.staff)), owner=owner,
        next_step=next_step, target="booking:page", rank=rank, by=step.by, waits_for_holds=True,
    )  # fmt: skip


def alerts(batch: Batch) -> Mapping[UUID, tuple[str, ...]]:
    """Who is on hold or without a plan, and has a chair."""
    steps = next_steps_of(batch)
    held = {
        patient: (_held(need),)
        for patient, need in needs(batch).items()
        if need.ahead and patient in steps and steps[patient].state is NextState.HELD
    }
    return {**held, **{patient: (_unplanned(rows),) for patient, rows in without_plan(batch).items()}}


def _held(need: BookingNeed) -> str:
    return f"On hold, and booked for {_when(need.ahead)}: settle what holds it, or cancel it."


def _when(rows: Sequence[Appointment]) -> str:
    more = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
    return f"{rows[0].at_clinic}{more}"


CONTRIBUTION = Contribution(
    room="booking",
    page="booking:page",
    places=places,
    turns=turns,
    booked=booked,
    alerts=alerts,
    patient_urls="tenuto.clinic.booking.urls",
    tasks={
        CHECK_IN: TaskPlace(task_kind(CHECK_IN).title, "Call the patient", "booking:page"),
        CHANGE_ASKED: TaskPlace(task_kind(CHANGE_ASKED).title, "Move the visit", "booking:page"),
        BOOKING_TO_REPAIR: TaskPlace(
            task_kind(BOOKING_TO_REPAIR).title, "Repair the series", "booking:repair"
        ),
    },
    clinic_urls="tenuto.clinic.booking.clinic_urls",
)


def set_up(clinic: Clinic, at: datetime) -> Iterable[SetUpStep]:
    """Chairs and hours."""
    yield SetUpStep(
        title="Chairs, hours and nurses of a week",
        rank=90,
        open=""
        if has_week(clinic)
        else "No week is set up: nothing can be booked, and the worklist asks for no booking.",
        route="bookings:setup",
        urgent=False,
    )


SET_UP = set_up
NAVIGATION = (MenuEntry(key="week", label="Week", route="bookings:week", rank=25, verb="patient.search"),)
