"""The board of today: each chair, who has it, how far they have come, and what is late."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.urls import reverse

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.clock import local
from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.booking.api import DayBoard, day_board
from tenuto.clinic.course.api import infusions_among
from tenuto.clinic.infusion.api import SessionStage, stages_on
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.sight import RESTRICTED_NAME, hidden_from
from tenuto.clinic.stock.api import ledger_of
from tenuto.clinic.ui.words import count

__all__ = ["MOST_REASONS", "ChairNow", "TodayBoard", "today_board"]

NO_CHAIR = "No chair booked"
LATE_AFTER = timedelta(minutes=10)
"""Nobody is called late who is about to sit down."""
MOST_REASONS = 3
"""More than one reads from across the room; the page of the session has them all."""


@dataclass(frozen=True, slots=True)
class ChairNow:
    """One chair, or a patient without one: who is there now, and who comes next."""

    chair: str
    patient: Patient | None
    """None for a free chair, and for somebody whom the reader may not see."""
    name: str
    url: str
    time: str
    stage: SessionStage
    more: int
    """Further reasons than the stage shows here."""
    mark: str
    warned: str
    then: tuple[str, ...]
    """Who comes after, 'Ana Silva, 13:00'."""


@dataclass(frozen=True, slots=True)
class TodayBoard:
    """The whole board, as its reader may see it."""

    at: datetime
    chairs: tuple[ChairNow, ...]
    day: DayBoard
    unbalanced: tuple[str, ...]
    """What keeps the drug ledger of today from being closed."""

    @property
    def seen(self) -> tuple[Patient, ...]:
        """Everybody who is named on it."""
        booked = (row.patient for row in self.day.visits if row.patient_id not in self.day.sight.hidden)
        return tuple({*booked, *(each.patient for each in self.chairs if each.patient is not None)})


def today_board(staff: Staff, at: datetime) -> TodayBoard:
    """The board at a moment, for somebody who reads it."""
    clinic, hidden = staff.clinic, hidden_from(staff)
    on = clock.day_of(clinic, at)
    day = day_board(clinic, on, hidden=hidden)
    stages = {**_told(day, on), **stages_on(clinic, at, hidden=hidden)}
    booked = {row.patient_id for row in day.visits}
    unplaced = [patient for patient in stages if patient.pk not in booked]
    return TodayBoard(
        at,
        (
            *(each for chair in day.chairs for each in _chair(chair, day, stages, clinic, at)),
            *(_without_chair(patient, stages[patient]) for patient in unplaced),
        ),
        day,
        ledger_of(clinic).unbalanced(clock.start_of_day(clinic, on)),
    )


def _told(day: DayBoard, on: date) -> dict[Patient, SessionStage]:
    """Of whom an infusion of the day is on record that was charted elsewhere."""
    given = infusions_among([row.patient_id for row in day.visits if row.patient_id not in day.sight.hidden])
    return {
        row.patient: SessionStage("pass", "On record", "The infusion was entered afterwards.", over=True)
        for row in day.visits
        if any(each.infusion.on == on for each in given.get(row.patient_id, ()))
    }


def _chair(
    chair: str, day: DayBoard, stages: Mapping[Patient, SessionStage], clinic: Clinic, at: datetime
) -> Iterator[ChairNow]:
    """The first visit that is not over is in the chair; whoever has a session besides is never left to the line below it."""
    own = [row for row in day.visits if row.chair == chair]
    known = [(row, stages.get(row.patient)) for row in own]
    waiting = [(row, stage) for row, stage in known if not _is_over(row.chair_free_at, stage, at)]
    waiting = waiting or [(row, stage) for row, stage in known[-1:] if stage is None]
    if not waiting:
        done = f"{count(len(own), 'visit')} today, all over." if own else "Nobody is booked today."
        yield ChairNow(chair, None, "", "", "", SessionStage("unknown", "Free", done), 0, "", "", ())
        return
    begun = [visit for visit in waiting[1:] if visit[1] is not None]
    then = tuple(
        f"{RESTRICTED_NAME if row.patient_id in day.sight.hidden else row.patient.name},"
        f" {local(clinic, row.starts_at):%H:%M}"
        for row, stage in waiting[1:]
        if stage is None
    )
    for number, (row, stage) in enumerate((waiting[0], *begun)):
        after, time = () if number else then, f"{local(clinic, row.starts_at):%H:%M}"
        if row.patient_id in day.sight.hidden:
            booked = SessionStage("unknown", "Booked", "Its care team knows.")
            yield ChairNow(chair, None, RESTRICTED_NAME, "", time, booked, 0, "", "", after)
            continue
        warned, late = day.sight.warned.get(row.patient_id), day.late.get(row.pk, timedelta())
        mark, words = (warned.mark, warned.words) if warned else ("", "")
        now = stage or _not_opened(row.starts_at, row.chair_free_at, late, at)
        yield _shown(chair, row.patient, time, now, mark, words, after)


def _is_over(free_at: datetime, stage: SessionStage | None, at: datetime) -> bool:
    """A visit with a session ends when the patient leaves; one that nobody came to, when its chair is free again."""
    return free_at <= at if stage is None else stage.over


def _not_opened(starts_at: datetime, free_at: datetime, delay: timedelta, at: datetime) -> SessionStage:
    if free_at <= at:
        return SessionStage(
            "late", "Not recorded", "Nobody wrote down what became of this visit.", page="booking:page"
        )
    said = f" Comes {_minutes(delay)} late." if delay else ""
    late = at - starts_at - delay
    if late < LATE_AFTER:
        return SessionStage("unknown", "Expected", said.strip())
    return SessionStage("late", "Not here", f"{_minutes(late)} late.{said}")


def _minutes(span: timedelta) -> str:
    return count(int(span.total_seconds() // 60), "minute")


def _without_chair(patient: Patient, stage: SessionStage) -> ChairNow:
    return _shown(NO_CHAIR, patient, "", stage, "", "", ())


def _shown(
    chair: str,
    patient: Patient,
    time: str,
    stage: SessionStage,
    mark: str,
    warned: str,
    then: Iterable[str],
) -> ChairNow:
    url, more = reverse(stage.page, args=[patient.pk]), max(len(stage.why) - MOST_REASONS, 0)
    return ChairNow(chair, patient, patient.name, url, time, stage, more, mark, warned, tuple(then))
