"""Charting: every entry is kept, whether it fits or not. Only the start is an intention that the gate judges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import check_role
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.course.api import record_infusion
from tenuto.clinic.infusion.models import ChartEntry, Session, SessionEnd
from tenuto.clinic.infusion.services.leaving import follow_up
from tenuto.clinic.infusion.services.ordering import check_signs_order, check_takes_order
from tenuto.clinic.infusion.services.standing import SessionRefused, account_of, order_of_session, start_of
from tenuto.clinic.intake.api import policy_of
from tenuto.clinic.ledger.facts import recorded
from tenuto.clinic.ledger.models import EventKind
from tenuto.clinic.ledger.services import record
from tenuto.clinic.live.api import newest_number
from tenuto.clinic.people.recording import keep
from tenuto.clinic.ports.api import place_hold
from tenuto.clinic.stock.api import tell_given
from tenuto.clinic.ui.words import moment
from tenuto.core.course.infusion import GivenInfusion, Tolerability
from tenuto.core.gate import Level
from tenuto.core.infusion.adverse import adverse_event_kinds
from tenuto.core.infusion.delivered import is_off_the_order
from tenuto.core.infusion.entries import (
    AdverseEventCharted,
    Charted,
    CollisionSettled,
    EmergencyEnded,
    Leaving,
    PatientLeft,
    PrescriberSaw,
    PumpStarted,
    RateChanged,
    ReminderAnswered,
    VerbalOrderSigned,
    VerbalOrderTaken,
    VitalsTaken,
)
from tenuto.core.infusion.entry_json import content_to_json, kind_of
from tenuto.core.infusion.pump import PumpState
from tenuto.core.infusion.replay import SessionAccount
from tenuto.core.sentences import check_note, check_reason
from tenuto.core.units import Mg, Minutes

__all__ = ["ChartConflict", "SavedFirst", "chart", "chart_departure", "end_session", "start_infusion"]

CENTS, TENTHS = Decimal("0.01"), Decimal("0.1")


@dataclass(frozen=True, slots=True)
class SavedFirst:
    """What a page says of an entry: what it had shown, and of one that a device saved before it sent it, its clock."""

    known: int
    """Number of the newest event that its page knew."""
    ahead_seconds: int | None = None
    """By how much its clock was ahead of the server's when the two were compared last; None where nothing was saved first."""
    charted_at: datetime | None = None
    """When it was charted on a device that saved it, by the server's clock as the device knew it."""


class ChartConflict(SessionRefused):
    """Another entry is on record under the same client id. `kept` is the one that counts."""

    def __init__(self, kept: ChartEntry) -> None:
        super().__init__(
            f"Another entry is on record under this number: {kept.kind}, by {kept.recorded_by_name}. It was kept, and this one not. "
            "Open the page again to chart one beside it."
        )
        self.kept = kept


@transaction.atomic
def start_infusion(*, session: Session, client_id: str, by: Staff, at: datetime) -> ChartEntry:
    """Chart the start at the ordered rate, if the gate is open and somebody else's reading agrees.

    Raises SessionRefused with everything that stands against it, and PermissionError. A start that was sent before is kept once.
    """
    _check_may_chart(session, by)
    _lock(session, by)
    known = ChartEntry.objects.filter(session=session, client_id=client_id).first()
    if known is not None:
        return known
    if account_of(session, at).started_at is not None:
        raise SessionRefused("The start is charted already. Chart what the pump does now.")
    start = start_of(session, at)
    problems = [each.message for each in start.left.findings if each.level > Level.PASS]
    if start.reading_problem:
        problems.append(start.reading_problem)
    elif start.reading is not None and start.reading.read_by_id == by.pk:
        problems.append("You read the dose yourself. Somebody else starts the pump.")
    if problems:
        raise SessionRefused(f"Not started. {' '.join(problems)}")
    rate = order_of_session(session).setting
    return _append(session, client_id, PumpStarted(rate), at, None, "", "", by=by, at=at)


@transaction.atomic
def chart(
    *,
    session: Session,
    client_id: str,
    what: Charted,
    happened_at: datetime | None,
    amends: str = "",
    why: str = "",
    saved: SavedFirst | None = None,
    by: Staff,
    at: datetime,
) -> ChartEntry:
    """Keep an entry, once for each `client_id`; `happened_at` is the moment that somebody typed, None without.

    A moment ahead of the server's clock becomes `at`, and what the device said is kept. So does one before the day of the session
    from a device that saved the entry first, by its clock; a person who types one is told, by SessionRefused.

    `saved` is what the page says of the entry; one of the pump that had not seen what somebody else charted of it is named a
    deviation. A start that is charted so ran without the gate: it says why and is named a deviation. Raises ChartConflict when another entry is
    on record under the id, SessionRefused for an amendment or such a start without a reason and for a discharge by criteria, which is
    signed by `recovering.discharge`, for the signature of an order that does not wait for one, and PermissionError.
    """
    _check_may_chart(session, by)
    if isinstance(what, PrescriberSaw):
        check_role(by, "infusion.see")
    if isinstance(what, PatientLeft) and what.how is Leaving.BY_CRITERIA:
        raise SessionRefused("A discharge by criteria is signed, with every criterion as it stands.")
    _lock(session, by)
    known = ChartEntry.objects.filter(session=session, client_id=client_id).first()
    if known is not None:
        if not _is_repeat(known, what, happened_at, amends, by):
            raise ChartConflict(known)
        return known
    when, claimed = _when(session, happened_at, saved, at)
    if amends:
        why = check_reason(why, "Say in a few words why the entry is amended.", refused=SessionRefused)
    if isinstance(what, PumpStarted):
        ask = "Say in a few words why the pump ran before the gate was open."
        check_reason(what.why_ungated, ask, refused=SessionRefused)
    if isinstance(what, VerbalOrderSigned):
        check_signs_order(session, what, by=by, at=at)
    if isinstance(what, VerbalOrderTaken):
        check_takes_order(what, by)
    _check_says_something(what)
    row = _append(session, client_id, what, when, claimed, amends, why, saved=saved, by=by, at=at)
    _lock_next(session, what, by=by, at=at)
    if isinstance(what, PatientLeft):
        follow_up(session=session, what=what, left_at=row.happened_at, by=by, at=at)
    if SessionEnd.objects.filter(session=session).exists():
        _tell_course(session, by=by, at=at)
    return row


def _check_says_something(what: Charted) -> None:
    """What was done, ordered or settled is said in words that somebody else can act on."""
    match what:
        case ReminderAnswered(_, done, effect):
            for text, ask in ((done, "Say what was done."), (effect, "Say what came of it.")):
                _check_word(text, ask)
        case EmergencyEnded(outcome):
            _check_word(outcome, "Say how the emergency ended.")
        case VerbalOrderTaken(text):
            check_reason(text, "Write the order word for word: what, how much, how.", refused=SessionRefused)
        case CollisionSettled(_, _, why):
            check_reason(why, "Say in a few words why both are right.", refused=SessionRefused)


def _check_word(text: str, ask: str) -> None:
    try:
        check_note(text)
    except ValueError as empty:
        raise SessionRefused(f"'{text}' says nothing. {ask}") from empty


@transaction.atomic
def end_session(*, session: Session, debrief: str, by: Staff, at: datetime) -> SessionEnd:
    """Close the chart and hand the infusion over to the course. Late entries are charted all the same, and the course follows.

    Raises SessionRefused while the pump runs or before it ran.
    """
    _check_may_chart(session, by)
    _lock(session, by)
    known = SessionEnd.objects.filter(session=session).first()
    if known is not None:
        return known
    if account_of(session, at).state is not PumpState.ENDED:
        raise SessionRefused("By the chart the pump has not been stopped. Chart the stop first.")
    row = SessionEnd(patient=session.patient, session=session, debrief=debrief.strip())
    kept: SessionEnd = keep(row, action="ended session", by=by, at=at)
    _tell_course(session, by=by, at=at)
    return kept


def _append(
    session: Session,
    client_id: str,
    what: Charted,
    happened_at: datetime,
    claimed_at: datetime | None,
    amends: str,
    why: str,
    *,
    saved: SavedFirst | None = None,
    by: Staff,
    at: datetime,
) -> ChartEntry:
    row = ChartEntry.objects.create(
        patient=session.patient,
        session=session,
        client_id=client_id,
        kind=kind_of(what),
        content=content_to_json(what),
        happened_at=happened_at,
        claimed_at=claimed_at,
        amends=amends,
        why=why,
        # Nobody has seen what has not happened yet: who says so has seen nothing.
        known_number=None if saved is None else saved.known if saved.known <= newest_number() else 0,
        ahead_seconds=saved.ahead_seconds if saved else None,
        **recorded(by, at),
    )
    detail = {"kind": row.kind, "content": row.content, "amends": amends}
    kind = EventKind.WRITE
    if reason := _off_the_order(session, what):
        kind, detail = EventKind.OVERRIDE, {**detail, "reason": reason}
    record(action="charted", subject=row, by=by, at=at, detail=detail, kind=kind)
    return row


def _off_the_order(session: Session, what: Charted) -> str:
    """Why somebody else reads an entry in the weekly review: the pump ran before the gate was open, or off the order."""
    if not isinstance(what, PumpStarted | RateChanged):
        return ""
    ordered = order_of_session(session).setting
    said = []
    if isinstance(what, PumpStarted) and what.why_ungated:
        said.append(f"The pump was started before the gate was open: {what.why_ungated}")
    if is_off_the_order(what, ordered):
        said.append(f"The pump runs at {what.rate}, and {ordered} is ordered")
    return ". ".join(said)


def _is_repeat(known: ChartEntry, what: Charted, typed_at: datetime | None, amends: str, by: Staff) -> bool:
    """Whether an entry says once more what is on record under its id: who, what, and the moment where one was typed."""
    said = (known.kind, known.content, known.amends, known.recorded_by_name)
    if said != (kind_of(what), content_to_json(what), amends, by.audit_name):
        return False
    if typed_at is not None:
        return typed_at in (known.happened_at, known.claimed_at)
    # What a device saved has its own moment; else one that is not that of recording was typed.
    return known.ahead_seconds is not None or known.happened_at == known.recorded_at


def _when(
    session: Session, typed_at: datetime | None, saved: SavedFirst | None, at: datetime
) -> tuple[datetime, datetime | None]:
    """When an entry happened, and what was told of it instead where that can't be."""
    told_at = typed_at or (saved.charted_at if saved else None)
    if told_at is None:
        return at, None
    clinic = session.patient.clinic
    if told_at < clock.start_of_day(clinic, session.held_on):
        if saved is None or saved.charted_at is None:
            raise SessionRefused(
                f"{moment(told_at, clinic.zone)} lies before the day of this session, {session.held_on}. Correct the time."
            )
        return at, told_at
    return (at, told_at) if told_at > at else (told_at, None)


def chart_departure(*, session: Session, client_id: str, by: Staff, at: datetime) -> ChartEntry:
    """Chart a departure by criteria, for who has checked and signed for them, and open what follows."""
    _check_may_chart(session, by)
    what = PatientLeft(Leaving.BY_CRITERIA)
    row = _append(session, client_id, what, at, None, "", "", by=by, at=at)
    follow_up(session=session, what=what, left_at=at, by=by, at=at)
    return row


def _lock_next(session: Session, what: Charted, *, by: Staff, at: datetime) -> None:
    """After a severe event nothing is booked or started until a prescriber has looked."""
    if not isinstance(what, AdverseEventCharted):
        return
    if what.grade >= policy_of(session.patient.clinic).number("hold_event_grade"):
        kinds = adverse_event_kinds()
        title = kinds[what.kind].title if what.kind in kinds else what.kind
        why = f"{title}, grade {what.grade}, in the session of {session.held_on}. A prescriber looks at it before the next infusion."
        place_hold(patient=session.patient, why=why, by=by, at=at)


def _tell_course(session: Session, *, by: Staff, at: datetime) -> None:
    account = account_of(session, at)
    mass = Mg(account.given.value.quantize(CENTS, ROUND_HALF_UP))
    if account.started_at is not None:
        tell_given(session=session.pk, patient=session.patient, mass=mass, by=by, at=at)
    if account.given.value > 0 and account.started_at is not None:
        record_infusion(
            patient=session.patient,
            infusion=_given(session, account),
            series=session.series,
            plan_version=session.plan_version,
            by=by,
            at=at,
        )


def _given(session: Session, account: SessionAccount) -> GivenInfusion:
    """What the course keeps of a session: mg and mg/kg given, minutes in which drug flowed, and how it was borne."""
    events = [each.what for each in account.entries if isinstance(each.what, AdverseEventCharted)]
    sets = [each.what for each in account.entries if isinstance(each.what, VitalsTaken)]
    worst = max((each.grade for each in events), default=0)
    sedation = [each.moaas for each in sets if each.moaas is not None]
    kinds = adverse_event_kinds()
    mass = Mg(account.given.value.quantize(CENTS, ROUND_HALF_UP))
    minutes = Decimal(account.ran_seconds.numerator) / account.ran_seconds.denominator / 60
    return GivenInfusion(
        session.held_on,
        mass=mass,
        dose=mass.per(account.order.weight),
        minutes=Minutes(minutes.quantize(TENTHS, ROUND_HALF_UP)),
        tolerability=Tolerability(
            worst_event_grade=worst,
            open_event_grade=worst,
            blood_pressure_alert=any(_is_pressure(each.found.rule) for each in account.reminders),
            deepest_sedation=min(sedation, default=None),
            effects=tuple(
                dict.fromkeys(
                    kinds[each.kind].effect
                    for each in events
                    if each.kind in kinds and kinds[each.kind].effect
                )
            ),
        ),
    )


def _is_pressure(rule: str) -> bool:
    return any(word in rule for word in ("systolic", "diastolic", "pressure"))


def _check_may_chart(session: Session, by: Staff) -> None:
    check_role(by, "infusion.chart")
    check_same_clinic(by, session.patient)


def _lock(session: Session, by: Staff) -> None:
    """Two who chart at once are served one after the other."""
    by.clinic.patients.select_for_update().get(pk=session.patient_id)
