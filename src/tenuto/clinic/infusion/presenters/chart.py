"""The chart of a session, for its pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import singledispatch
from uuid import uuid4

from tenuto.clinic.accounts.clock import local
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.infusion.forms.charting import CAUSES
from tenuto.clinic.infusion.services.leaving import HOW
from tenuto.clinic.ui.words import count
from tenuto.core.infusion.adverse import adverse_event_kinds
from tenuto.core.infusion.entries import (
    AdverseEventCharted,
    BagLabelled,
    BolusGiven,
    Charted,
    CollisionSettled,
    DistressCharted,
    DrugGiven,
    EmergencyDeclared,
    EmergencyEnded,
    EscortSeen,
    HandedOver,
    InstructionsTaughtBack,
    LineFlushed,
    LineRecorded,
    NoteWritten,
    PatientLeft,
    PrescriberSaw,
    PumpPaused,
    PumpResumed,
    PumpStarted,
    PumpStopped,
    RateChanged,
    RecoveryAnswered,
    RecoveryScored,
    ReminderAnswered,
    SessionEntry,
    SiteChecked,
    VerbalOrderSigned,
    VerbalOrderTaken,
    VitalsTaken,
)
from tenuto.core.infusion.entry_json import kind_of
from tenuto.core.infusion.monitoring import DueVitals, Lateness
from tenuto.core.infusion.pump import PumpState
from tenuto.core.infusion.recovery_data import recovery_data
from tenuto.core.infusion.reminder_rules import ReminderLevel
from tenuto.core.infusion.replay import AmendedEntry, SessionAccount
from tenuto.core.units import plain

__all__ = ["ASKS_FOR", "ChartLine", "ChartShown", "DueShown", "chart_shown", "due_shown", "words_of"]

ASKS_FOR = {ReminderLevel.STOP: "Pause or stop", ReminderLevel.WATCH: "Tell a second person"}


@dataclass(frozen=True, slots=True)
class ChartLine:
    """One line of the timeline."""

    id: str
    kind: str
    time: str
    words: str
    who: str
    amended: str
    strike_id: str
    """The id that an entry gets which strikes it."""
    struck: str = ""
    """Who struck or amended it, when and why: it is read on, and counts no more. Empty where it counts."""


@dataclass(frozen=True, slots=True)
class CollisionShown:
    """Two entries side by side: each with its id, time, words and who; the other one empty where the chart was closed."""

    words: str
    saved: ChartLine
    other: ChartLine | None
    settle_id: str


@dataclass(frozen=True, slots=True)
class DueShown:
    """The next vital signs. The page counts on from `at` by its own clock, corrected by the server's."""

    at: str
    time: str
    mark: str
    word: str
    text: str
    escalated: bool


@dataclass(frozen=True, slots=True)
class ChartShown:
    """The whole chart."""

    state: str
    may_pause: bool
    may_resume: bool
    ended: bool
    started: str
    ended_at: str
    rate: str
    given: str
    given_ml: str
    given_per_kg: str
    left: str
    mg_now: str
    """Given and in the bag, mg, and what runs in a second, for the page to count on between two looks at the server."""
    mg_bag: str
    mg_each_second: str
    emptied: str
    now: str
    due: DueShown | None
    reminders: tuple[tuple[str, str, str, str], ...]
    """Mark, word, sentence and time of each open one."""
    second_person: str
    """What waited too long, and for what a colleague is fetched; empty when nothing did."""
    emergency_since: str
    emergency_at: str
    deviations: tuple[str, ...]
    lines: tuple[ChartLine, ...]
    last_vitals: tuple[str, ...]
    collisions: tuple[CollisionShown, ...]


def chart_shown(account: SessionAccount, clinic: Clinic) -> ChartShown:
    """An account as the page shows it, in the clinic's time."""

    def time(moment: datetime | None) -> str:
        return f"{local(clinic, moment):%H:%M}" if moment else ""

    waiting = account.to_answer
    sets = [each for each in account.entries if isinstance(each.what, VitalsTaken)]
    return ChartShown(
        state=account.state.label,
        may_pause=account.state is not PumpState.PAUSED,
        may_resume=account.state is not PumpState.RUNNING,
        ended=account.state is PumpState.ENDED,
        started=time(account.started_at),
        ended_at=time(account.ended_at),
        rate=str(account.rate) if account.rate else "",
        given=str(account.given.rounded(1)),
        given_ml=str(account.given_ml.rounded(1)),
        given_per_kg=str(account.given_per_kg.rounded(3)),
        left=str(account.left.rounded(1)),
        mg_now=plain(account.given.value),
        mg_bag=plain(account.order.dose.value),
        mg_each_second=plain(_mg_each_second(account)),
        emptied=time(account.emptied_at),
        now=account.now.isoformat(),
        due=due_shown(account.due, time) if account.due else None,
        reminders=tuple(
            (
                "block" if each.level is ReminderLevel.STOP else "review",
                ASKS_FOR[each.level],
                each.found.words,
                time(each.entry.at),
            )
            for each in waiting
        ),
        second_person=_second_person(account),
        emergency_since=time(account.emergency_at),
        emergency_at=account.emergency_at.isoformat() if account.emergency_at else "",
        deviations=tuple(f"{time(each.at)}: {each.words.rstrip('.')}." for each in account.deviations),
        lines=tuple(
            line
            for _, line in sorted(
                [
                    *((each.at, _line(each, time(each.at))) for each in account.entries),
                    *((each.entry.at, _amended(each, time)) for each in account.amended),
                ],
                key=lambda each: each[0],
            )
        ),
        collisions=tuple(
            CollisionShown(
                each.words,
                _line(each.saved, time(each.saved.at)),
                _line(each.other, time(each.other.at)) if each.other else None,
                str(uuid4()),
            )
            for each in account.collisions
        ),
        last_vitals=tuple(f"{time(each.at)}: {words_of(each.what)}" for each in sets[-3:]),
    )


def _second_person(account: SessionAccount) -> str:
    if any(each.escalated for each in account.open_reminders):
        return "Nobody has answered."
    return "The vital signs are late." if account.due and account.due.escalated else ""


def _mg_each_second(account: SessionAccount) -> Decimal:
    if account.state is not PumpState.RUNNING or account.rate is None:
        return Decimal(0)
    return account.rate.value * account.order.concentration.value / 3600


def _line(entry: SessionEntry, time: str) -> ChartLine:
    amended = f"Amended: {entry.why}" if entry.amends else ""
    return ChartLine(
        entry.id, kind_of(entry.what), time, words_of(entry.what), entry.by, amended, str(uuid4())
    )


def _amended(each: AmendedEntry, time: Callable[[datetime], str]) -> ChartLine:
    """An entry that counts no more. When it was struck is the time of the strike; an amendment has the time of what it tells."""
    how = f"Struck {time(each.by.at)}" if each.struck else "Amended"
    line = _line(each.entry, time(each.entry.at))
    return replace(line, struck=f"{how}, {each.by.by}: {each.by.why}")


def due_shown(due: DueVitals, time: Callable[[datetime], str]) -> DueShown:
    """The next vital signs as every page of the day shows them."""
    late = int(due.late.total_seconds() // 60)
    mark, word = {
        Lateness.AHEAD: ("unknown", "Next"),
        Lateness.DUE: ("due", "Due"),
        Lateness.AMBER: ("late", "Late"),
        Lateness.RED: ("block", "Late"),
    }[due.lateness]
    text = f"{count(late, 'minute')} late" if late else f"every {int(due.every.total_seconds() // 60)} min"
    return DueShown(due.at.isoformat(), time(due.at), mark, word, text, due.escalated)


@singledispatch
def words_of(what: Charted) -> str:
    """What an entry says, in a line."""
    return type(what).__name__


@words_of.register
def _(what: PumpStarted) -> str:
    return f"Pump started at {what.rate}"


@words_of.register
def _(what: RateChanged) -> str:
    return f"Rate changed to {what.rate}"


@words_of.register
def _(_what: PumpPaused) -> str:
    return "Pump paused"


@words_of.register
def _(_what: PumpResumed) -> str:
    return "Pump resumed"


@words_of.register
def _(what: PumpStopped) -> str:
    return f"Pump stopped: {CAUSES[what.cause].lower()}"


@words_of.register
def _(what: BolusGiven) -> str:
    return f"Bolus of {what.dose}"


@words_of.register
def _(what: LineFlushed) -> str:
    return f"Line flushed with {what.volume}"


@words_of.register
def _(what: VitalsTaken) -> str:
    pressure = (what.systolic_mmhg, what.diastolic_mmhg)
    parts = [
        f"BP {'/'.join('?' if half is None else str(half) for half in pressure)}" if any(pressure) else "",
        f"HR {what.heart_rate_per_min}" if what.heart_rate_per_min is not None else "",
        f"SpO2 {what.spo2_percent} %" if what.spo2_percent is not None else "",
        f"breaths {what.respirations_per_min}" if what.respirations_per_min is not None else "",
        f"MOAA/S {what.moaas}" if what.moaas is not None else "",
    ]
    said = ", ".join(part for part in parts if part)
    return said if what.complete else f"{said} (not complete)"


@words_of.register
def _(what: DistressCharted) -> str:
    away = "" if what.dissociation is None else f", dissociation {what.dissociation}"
    return f"Distress {what.distress}{away}"


@words_of.register
def _(what: AdverseEventCharted) -> str:
    kinds = adverse_event_kinds()
    title = kinds[what.kind].title if what.kind in kinds else what.kind
    return f"{title}, grade {what.grade}{f': {what.note}' if what.note else ''}"


@words_of.register
def _(what: DrugGiven) -> str:
    return f"{what.drug} {what.amount} {what.route}"


@words_of.register
def _(what: SiteChecked) -> str:
    return f"Site of the line {'sound' if what.sound else 'not sound'}{f': {what.note}' if what.note else ''}"


@words_of.register
def _(what: LineRecorded) -> str:
    return f"Line: {what.site}, {what.gauge} G"


@words_of.register
def _(what: BagLabelled) -> str:
    return f"Bag labelled, to be used within {what.usable_min} min"


@words_of.register
def _(what: NoteWritten) -> str:
    return what.text


@words_of.register
def _(what: HandedOver) -> str:
    return f"Handed over to {what.to}"


@words_of.register
def _(what: VerbalOrderTaken) -> str:
    return f"Order by word of mouth of {what.ordered_by}: {what.text}"


@words_of.register
def _(_what: VerbalOrderSigned) -> str:
    return "Order by word of mouth signed"


@words_of.register
def _(what: ReminderAnswered) -> str:
    return f"Done: {what.response.rstrip('. ')}. Effect: {what.effect}"


@words_of.register
def _(_what: EmergencyDeclared) -> str:
    return "Emergency"


@words_of.register
def _(what: EmergencyEnded) -> str:
    return f"Emergency over: {what.outcome}"


@words_of.register
def _(what: CollisionSettled) -> str:
    return f"Both stand: {what.why}"


@words_of.register
def _(what: RecoveryScored) -> str:
    known = recovery_data().variants.get(what.variant)
    return f"{known.title if known else what.variant}: {sum(what.points)} of {2 * len(what.points)}"


@words_of.register
def _(what: RecoveryAnswered) -> str:
    row = recovery_data().rows.get(what.row)
    if row is None:
        return f"{what.row}: {what.choice}"
    return f"{row.title}: {next((e.words for e in row.choices if e.id == what.choice), what.choice)}"


@words_of.register
def _(what: EscortSeen) -> str:
    return f"Escort here in person: {what.name}, {what.phone}"


@words_of.register
def _(what: InstructionsTaughtBack) -> str:
    heard = "the escort heard them" if what.escort else "the escort has not heard them"
    return f"Instructions given, {count(len(what.points), 'point')} said back, {heard}"


@words_of.register
def _(what: PrescriberSaw) -> str:
    return f"Seen by a prescriber: {what.found}"


@words_of.register
def _(what: PatientLeft) -> str:
    to = f" to {what.to}" if what.to else ""
    decided = f" ({what.decided_by})" if what.decided_by else ""
    return f"{HOW[what.how]}{to}{f': {what.reason}' if what.reason else ''}{decided}"
