"""How a session stands: its order, its answers, its chart, and what closes its start."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.course.api import infusions_of
from tenuto.clinic.infusion.models import (
    ChartEntry,
    ReadinessAnswer,
    SecondReading,
    Session,
    SessionEnd,
    StartRelease,
)
from tenuto.clinic.intake.api import IntakeState, policy_of, states, struck_readings, with_decision
from tenuto.clinic.ledger.facts import IN_ORDER, in_order, newest
from tenuto.clinic.pathway.api import Batch, safety_now
from tenuto.clinic.people.models import Patient
from tenuto.clinic.plan.api import PlanState, current
from tenuto.clinic.ports.api import holds_in
from tenuto.clinic.stock.api import session_balance
from tenuto.core.course.gaps import judge_gaps
from tenuto.core.gate import Finding, Gate, Level
from tenuto.core.infusion.collisions import ChartClosed
from tenuto.core.infusion.drawn import judge_drawn
from tenuto.core.infusion.entries import PumpStarted, SessionEntry
from tenuto.core.infusion.entry_json import content_from_json
from tenuto.core.infusion.prescribed import SessionOrder
from tenuto.core.infusion.readiness import DayAnswer, Readiness, baseline_of, readiness
from tenuto.core.infusion.replay import SessionAccount, replay
from tenuto.core.intake.eligibility import JudgementPurpose, assess
from tenuto.core.intake.facts import PatientFacts
from tenuto.core.intake.safety import with_safety
from tenuto.core.literature.protocol import protocol
from tenuto.core.plan.look_again import found_since, gate_today
from tenuto.core.plan.record_json import record_from_json
from tenuto.core.policy import Policy
from tenuto.core.sources import Basis, Tag

__all__ = [
    "SessionRefused",
    "Start",
    "account_of",
    "accounts_among",
    "answers_of",
    "entries_of",
    "facts_of_session",
    "finding_key",
    "finding_mark",
    "newest_reading",
    "order_of_session",
    "session_today",
    "start_of",
]

DESIGN = Basis((Tag.D,))
MARK = 16


class SessionRefused(ValueError):
    """This can't be done now. The text says why and what to do; nothing was saved."""


@dataclass(frozen=True, slots=True)
class Start:
    """Whether the infusion may start now, and on what that rests."""

    readiness: Readiness
    """Every row and the whole gate, as if nobody had released anything."""
    left: Gate
    """What still closes it."""
    releases: tuple[StartRelease, ...]
    reading: SecondReading | None
    """The newest second reading."""

    @property
    def reading_problem(self) -> str:
        """Why the second reading does not open the start; empty when it does."""
        if self.reading is None:
            return "The second reading of weight, dose, vial and pump rate is missing."
        return "" if self.reading.agrees else f"The second reading differs. {self.reading}"


def session_today(patient: Patient, at: datetime) -> Session | None:
    """The newest session of the clinic's day, or one of the day before whose chart is still open; None without."""
    day, own = clock.day_of(patient.clinic, at), Session.objects.filter(patient=patient)
    charted = own.filter(held_on=day - timedelta(days=1), entries__isnull=False, end__isnull=True)
    return newest(own.filter(held_on=day)) or newest(charted.distinct())


def order_of_session(session: Session) -> SessionOrder:
    """The order as it was kept with the session."""
    return record_from_json(SessionOrder, session.order)


def answers_of(session: Session) -> tuple[DayAnswer, ...]:
    """What was found of the day and counts, oldest first."""
    return tuple(_answer(row) for row in _counted([session]))


def _counted(sessions: Sequence[Session]) -> Iterable[ReadinessAnswer]:
    """Of some sessions the answers that count: none whose reading was struck in the record. One query."""
    given = ReadinessAnswer.objects.filter(session__in=sessions)
    return in_order(given.exclude(reading__in=struck_readings()))


def _answer(row: ReadinessAnswer) -> DayAnswer:
    return DayAnswer(row.row, row.value, row.found_at, row.recorded_by_name, row.said)


def entries_of(session: Session) -> tuple[SessionEntry, ...]:
    """The chart as it was recorded. One query."""
    return tuple(_entry(row) for row in in_order(ChartEntry.objects.filter(session=session)))


def _entry(row: ChartEntry) -> SessionEntry:
    return SessionEntry(
        id=row.client_id,
        number=row.event_number,
        at=row.happened_at,
        what=content_from_json(row.kind, row.content),
        by=row.recorded_by_name,
        amends=row.amends,
        why=row.why,
        known=row.known_number,
    )


def account_of(session: Session, at: datetime) -> SessionAccount:
    """The account of a session at a moment, by the policy that is in effect.

    Nothing that is charted is passed over because a clock was set back: the moment is never before the last entry.
    """
    entries, policy = entries_of(session), policy_of(session.patient.clinic)
    closed = _closed(session) if any(each.known is not None for each in entries) else None
    return _account(session, entries, answers_of(session), policy, at, closed)


def accounts_among(
    sessions: Sequence[Session], clinic: Clinic, at: datetime
) -> Mapping[UUID, SessionAccount]:
    """The account of each session of one clinic, by the session's id, without what a closed chart collides with.

    Three queries, however many there are.
    """
    entries, answers = defaultdict(list), defaultdict(list)
    for entry in in_order(ChartEntry.objects.filter(session__in=sessions)):
        entries[entry.session_id].append(_entry(entry))
    for answer in _counted(sessions):
        answers[answer.session_id].append(_answer(answer))
    policy = policy_of(clinic)
    return {
        each.pk: _account(each, tuple(entries[each.pk]), tuple(answers[each.pk]), policy, at)
        for each in sessions
    }


def _account(
    session: Session,
    entries: tuple[SessionEntry, ...],
    answers: tuple[DayAnswer, ...],
    policy: Policy,
    at: datetime,
    closed: ChartClosed | None = None,
) -> SessionAccount:
    at = max([at, *(each.at for each in entries)])
    began = min((each.at for each in entries if isinstance(each.what, PumpStarted)), default=at)
    return replay(
        entries,
        order_of_session(session),
        policy=policy,
        now=at,
        baseline=baseline_of(answers, began),
        closed=closed,
    )


def _closed(session: Session) -> ChartClosed | None:
    end = SessionEnd.objects.filter(session=session).first()
    return ChartClosed(end.event_number, end.recorded_at, end.recorded_by_name) if end else None


def facts_of_session(session: Session, at: datetime) -> PatientFacts:
    """All that is recorded about the patient of a session."""
    patient = session.patient
    batch = Batch([patient], clinic=patient.clinic, today=clock.day_of(patient.clinic, at))
    return states(batch)[patient.pk].facts


def start_of(session: Session, at: datetime) -> Start:
    """Judge a start at a moment: the record, the order, holds, gaps and every row of the day."""
    patient = session.patient
    batch = Batch([patient], clinic=patient.clinic, today=clock.day_of(patient.clinic, at))
    state, plan = states(batch)[patient.pk], current(patient)
    judged = readiness(
        answers_of(session),
        besides=tuple(_besides(session, batch, state, plan, at)),
        policy=state.policy,
        day_began=clock.start_of_day(patient.clinic, batch.today),
        now=at,
    )
    releases = tuple(in_order(StartRelease.objects.filter(session=session)))
    released = {found["key"] for each in releases for found in each.findings}
    left = Gate.of(each for each in judged.gate.findings if finding_key(each) not in released)
    return Start(judged, left, releases, newest_reading(session))


def newest_reading(session: Session) -> SecondReading | None:
    """The second reading that counts; None before the first."""
    return newest(SecondReading.objects.filter(session=session))


def finding_key(finding: Finding) -> str:
    """Tells a finding from every other; what nobody can release has none."""
    if finding.level is Level.REFUSE:
        return ""
    return f"{finding.code}:{finding.level.name}:{finding.fact}:{finding.message}"


def finding_mark(finding: Finding) -> str:
    """What a page sends along for a finding that it showed."""
    words = finding_key(finding) or f"{finding.code}:{finding.fact}:{finding.message}"
    return sha256(words.encode()).hexdigest()[:MARK]


def _besides(
    session: Session, batch: Batch, state: IntakeState, plan: PlanState | None, at: datetime
) -> Iterator[Finding]:
    if plan is None or plan.version_id != session.plan_version:
        message = (
            "The plan of this session is not in force any more. Open the session anew on the plan that is."
        )
        yield Finding("ORDER-GONE", Level.REFUSE, message, DESIGN, "order")
        return
    yield from _of_record(session.patient, batch, state, plan)
    yield from _of_order(plan, state.policy, at)
    yield from _of_drawn(session, state.policy)
    for hold in holds_in(batch).get(session.patient_id, ()):
        yield Finding(
            "ON-HOLD", Level.BLOCK, f"On hold: {hold.why}", DESIGN, "hold", opens_with="lifting the hold"
        )
    yield from _gaps(session, plan, state.policy, at)


def _of_record(patient: Patient, batch: Batch, state: IntakeState, plan: PlanState) -> Iterator[Finding]:
    """What the record says of a start today. What was recorded and signed for with the plan counts as seen; what is missing never."""
    began = infusions_of(patient.pk)
    assessment = assess(
        state.facts,
        policy=state.policy,
        as_of=batch.today,
        purpose=JudgementPurpose.STARTING,
        indication=plan.order.condition or None,
        course_began=began[-1].on if began else None,
        zone=state.zone,
    )
    gate = gate_today(plan.order, state.facts, assessment)
    gate = with_decision(with_safety(gate, safety_now(patient, batch)), state)
    new = set(found_since(plan.order, gate))
    yield from (each for each in gate.findings if each.missing or each in new or each.level > Level.REVIEW)


def _of_order(plan: PlanState, policy: Policy, at: datetime) -> Iterator[Finding]:
    limit = policy.limit("order_valid_days")
    if (at - plan.signed_at).days > limit.value:
        message = f"The order was signed more than {limit.amount} ago. Sign the plan anew."
        yield Finding(
            "ORDER-OLD", Level.BLOCK, message, limit.basis, "order", opens_with="a plan signed anew"
        )


def _of_drawn(session: Session, policy: Policy) -> Iterator[Finding]:
    """Another amount in the syringe than ordered. That nothing is drawn is said by the rows of the day."""
    balance = session_balance(session.patient, session.pk)
    if balance is not None and (found := judge_drawn(order_of_session(session), balance.held, policy)):
        yield found


def _gaps(session: Session, plan: PlanState, policy: Policy, at: datetime) -> Iterator[Finding]:
    """Two on one day, and infusions too close by the times at which the pumps were started (hazard H23)."""
    pinned, patient = plan.order.protocol, session.patient
    today = clock.day_of(patient.clinic, at)
    if any(each.on == today for each in infusions_of(patient.pk)):
        message = "An infusion of today is on record already. One a day is the most."
        yield Finding("INFUSED-TODAY", Level.BLOCK, message, DESIGN, "gap")
    if pinned is None:
        return
    starts = ChartEntry.objects.filter(session__patient=patient, kind=PumpStarted.__name__)
    last = starts.exclude(session=session).order_by("-happened_at", *IN_ORDER).first()
    if last is not None:
        rule = protocol(pinned.id, pinned.version).induction.gap_rule
        local = [clock.local(patient.clinic, moment) for moment in (last.happened_at, at)]
        yield from judge_gaps(local, rule, policy=policy)
