"""What the forecast adds to the spine, the worklist and the pages of a patient. It reads what is stored; nothing is worked
out for a list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.course.api import accounts
from tenuto.clinic.forecast.standing import ForecastStanding, forecast_standings
from tenuto.clinic.pathway.api import Batch, Contribution, Place, Rank, TaskPlace, Turn
from tenuto.clinic.ui.words import day, long_day
from tenuto.core.literature.tasks import COURSE_TO_REVIEW, NEXT_DATE, task_kind

__all__ = ["CONTRIBUTION"]


def places(batch: Batch) -> Mapping[UUID, Place]:
    """Decided, to decide, or to review."""
    known = accounts(batch)
    return {
        patient: COMPLETED if known[patient].completed else _place(stands, batch.today)
        for patient, stands in forecast_standings(batch).items()
    }


COMPLETED = Place("done", "Course completed")


def _place(stands: ForecastStanding, today: date) -> Place:
    forecast, decision = stands.forecast, stands.decision
    if decision is not None and not stands.moved_nearer:
        return Place("done", f"Decided: {day(decision.on)}" if decision.on else "None for now")
    if forecast is None or forecast.closes is None:
        reviewed = forecast.review_on if forecast else None
        return Place("here", f"Review by {day(reviewed)}" if reviewed else "Not forecast")
    when = "Window past" if forecast.closes < today else f"By {day(forecast.closes)}"
    return Place("here", f"{when}, to decide")


def turns(batch: Batch) -> Mapping[UUID, Turn | None]:
    """A prescriber decides on the next date, or whoever is named reviews the course."""
    known = accounts(batch)
    found = {
        patient: _turn(stands, batch.today)
        for patient, stands in forecast_standings(batch).items()
        if not known[patient].completed
    }
    return {patient: turn for patient, turn in found.items() if turn is not None}


def _turn(stands: ForecastStanding, today: date) -> Turn | None:
    forecast = stands.forecast
    if forecast is None or not stands.waits:
        return None
    if forecast.closes is None or forecast.opens is None:
        return Turn(
            stage="forecast", kind=task_kind(COURSE_TO_REVIEW).title,
            mark="late" if forecast.review_on and forecast.review_on < today else "due", why=forecast.reason,
            owner=Role(forecast.review_owner or Role.PRESCRIBER), next_step="Review the course",
            target="forecast:page", rank=Rank.DECIDE, said_by_task=COURSE_TO_REVIEW,
        )  # fmt: skip
    return Turn(
        stage="forecast", kind=task_kind(NEXT_DATE).title, mark="late" if forecast.closes < today else "due",
        why=f"The longest acceptable day is {long_day(forecast.closes)}.", more=forecast.headline,
        owner=Role.PRESCRIBER, next_step="Decide on the date", target="forecast:page#decide", rank=Rank.DECIDE,
        said_by_task=NEXT_DATE,
    )  # fmt: skip


CONTRIBUTION = Contribution(
    room="forecast",
    page="forecast:page",
    places=places,
    turns=turns,
    tasks={
        NEXT_DATE: TaskPlace(task_kind(NEXT_DATE).title, "Decide on the date", "forecast:page"),
        COURSE_TO_REVIEW: TaskPlace(task_kind(COURSE_TO_REVIEW).title, "Review the course", "forecast:page"),
    },
    patient_urls="tenuto.clinic.forecast.urls",
)
