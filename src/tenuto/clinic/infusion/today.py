"""How far everybody has come who is treated today, for the board of the day."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.clock import local
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.infusion.models import Session
from tenuto.clinic.infusion.presenters.chart import ASKS_FOR, DueShown, due_shown, words_of
from tenuto.clinic.infusion.services import Start, accounts_among, recovery_of, start_of
from tenuto.clinic.ledger.facts import in_order
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ui.gates import mark_of
from tenuto.clinic.ui.words import count
from tenuto.core.gate import Level
from tenuto.core.infusion.pump import PumpState
from tenuto.core.infusion.replay import SessionAccount

__all__ = ["SessionStage", "stages_on"]

RECOVERY = "infusion:recovery"


@dataclass(frozen=True, slots=True)
class SessionStage:
    """Where a session stands, in words that are read from across the room."""

    mark: str
    word: str
    text: str
    why: tuple[str, ...] = ()
    """What closes the start, what asks for an answer, or what is missing before the patient may leave; the gravest first."""
    due: DueShown | None = None
    over: bool = False
    """The patient has left."""
    page: str = "infusion:page"
    """The route of the page on which it goes on."""

    @property
    def worst(self) -> str:
        """The mark by which it is seen from afar: vital signs that are late count."""
        return self.due.mark if self.due and self.due.mark == "block" else self.mark


def stages_on(clinic: Clinic, at: datetime, *, hidden: Collection[UUID]) -> dict[Patient, SessionStage]:
    """The newest session of each patient on the clinic's day, and those of the day before that nobody has left.

    The charts of all are read in a fixed number of queries. Who is being made ready or recovers is judged one by one: a clinic
    has no more of them than chairs.
    """
    day = clock.day_of(clinic, at)
    own = Session.objects.filter(patient__clinic=clinic).exclude(patient__in=hidden)
    near = in_order(
        own.filter(held_on__gte=day - timedelta(days=1), held_on__lte=day).select_related("patient")
    )
    newest = {each.patient_id: each for each in near}
    sessions = list(newest.values())
    told = accounts_among(sessions, clinic, at)
    found = {each: _stage(each, told[each.pk], at) for each in sessions}
    return {
        each.patient: stage
        for each, stage in found.items()
        if each.held_on == day or (told[each.pk].started_at is not None and not stage.over)
    }


def _stage(session: Session, account: SessionAccount, at: datetime) -> SessionStage:
    stage = _of_the_pump(session, account, at)
    asked = account.to_answer
    if account.emergency_at is not None:
        since = f"{local(session.patient.clinic, account.emergency_at):%H:%M}"
        return replace(
            stage, mark="block", word="Emergency", text=f"Since {since}. {account.given} given.", over=False
        )
    if asked and not stage.over:
        words = tuple(each.found.words for each in asked)
        text = f"{stage.word}. {stage.text}"
        return replace(
            stage, mark="block", word=ASKS_FOR[asked[0].level], text=text, why=(*words, *stage.why)
        )
    return stage


def _of_the_pump(session: Session, account: SessionAccount, at: datetime) -> SessionStage:
    clinic = session.patient.clinic

    def time(moment: datetime | None) -> str:
        return f"{local(clinic, moment):%H:%M}" if moment else ""

    due = due_shown(account.due, time) if account.due else None
    given = f"{account.given.rounded(1)} of {account.order.dose}"
    match account.state:
        case PumpState.NOT_STARTED:
            return _before(start_of(session, at))
        case PumpState.RUNNING if account.emptied_at is not None:
            return SessionStage("late", "Bag empty", f"Since {time(account.emptied_at)}. {given}.", due=due)
        case PumpState.RUNNING:
            return SessionStage("due", "Infusing", f"Since {time(account.started_at)}. {given}.", due=due)
        case PumpState.PAUSED:
            return SessionStage("review", "Paused", f"{given}.", due=due)
        case PumpState.ENDED:
            return _after(session, time, due, at)


def _before(start: Start) -> SessionStage:
    """Ready, something to do, or closed and by what."""
    against = sorted(
        (each for each in start.left.findings if each.level > Level.PASS), key=lambda each: -each.level
    )
    closing = [each.message for each in against if not each.missing and each.level > Level.REVIEW]
    to_do = [each.message for each in against if each.missing]
    to_do += [start.reading_problem] if start.reading_problem else []
    to_look_at = [each.message for each in against if not each.missing and each.level is Level.REVIEW]
    level, opens = start.left.level, f"What opens it: {start.left.opened_by}."
    if closing:
        return SessionStage(mark_of(level), _CLOSED[level], opens, (*closing, *to_do, *to_look_at))
    if to_do:
        left = count(len(to_do), "step")
        return SessionStage("due", "Getting ready", f"{left} to do.", (*to_do, *to_look_at))
    if to_look_at:
        return SessionStage(mark_of(level), "To review", opens, tuple(to_look_at))
    return SessionStage("pass", "Ready", "Nothing stands against the start.")


_CLOSED = {Level.BLOCK: "Blocked", Level.REFUSE: "Refused"}


def _after(
    session: Session, time: Callable[[datetime | None], str], due: DueShown | None, at: datetime
) -> SessionStage:
    found = recovery_of(session, at)
    if found.left is not None:
        return SessionStage(
            "pass", "Left", f"{time(found.left.at)}. {words_of(found.left.what)}.", over=True, page=RECOVERY
        )
    until = f", to stay until {time(found.until)}" if found.until is not None and found.until > at else ""
    lacks = tuple(f"{each.title}: {each.missing}" for each in found.open)
    if not lacks:
        return SessionStage(
            "pass", "May leave", f"In recovery since {time(found.since)}.", due=due, page=RECOVERY
        )
    return SessionStage(
        "unknown", "Recovery", f"Since {time(found.since)}{until}.", lacks, due=due, page=RECOVERY
    )
