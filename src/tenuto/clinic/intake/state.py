"""Where a patient stands in intake: the facts, the gate, what is missing, and what was decided."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import lru_cache
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from tenuto.clinic.accounts import clock
from tenuto.clinic.course.api import RecordedInfusion, began_of, infusions_among, infusions_of
from tenuto.clinic.intake.gather import Gathered, gather, gather_one, merged
from tenuto.clinic.intake.models import Decision
from tenuto.clinic.ledger.facts import IN_ORDER
from tenuto.clinic.ledger.rows import rows_of
from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.people.models import Patient
from tenuto.clinic.policies.api import policy_for, policy_of
from tenuto.core.gate import Finding, Gate
from tenuto.core.intake.eligibility import Assessment, asks_first, assess
from tenuto.core.intake.facts import PatientFacts
from tenuto.core.intake.facts_changes import without_origins
from tenuto.core.intake.facts_json import facts_to_json
from tenuto.core.intake.rules import rules_now
from tenuto.core.intake.safety_stops import Withdrawal, with_withdrawal
from tenuto.core.intake.unrecorded import unrecorded
from tenuto.core.policy import Policy

__all__ = [
    "DecisionRow",
    "IntakeState",
    "KnownFacts",
    "batch_with",
    "current",
    "digest_of",
    "policy_of",
    "states",
]

REMEMBERED = 2048
"""Assessments kept in memory. An assessment is a pure function of its arguments, so it never goes stale."""


@dataclass(frozen=True, slots=True)
class KnownFacts:
    """All facts about a patient as they were known when `recorded_at`, from every source together."""

    id: UUID
    facts: PatientFacts
    source_name: str
    ignored: Mapping[str, int]
    recorded_by: str
    recorded_at: datetime
    recorded_on: date
    died: bool
    """The newest file says that the person has died."""
    from_file: bool = False
    """Whether a file of another system told some of it."""

    def __hash__(self) -> int:
        return hash(self.id)


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """What a prescriber decided, and on what it rests."""

    id: UUID
    outcome: str
    outcome_text: str
    reason: str
    decided_by_name: str
    decided_at: datetime
    decided_on: date
    gate_level: str
    facts_sha256: str
    policy_id: str
    policy_version: int
    policy_sha256: str
    rules_sha256: str
    stands: bool
    """True while neither the facts nor the policy nor the rules have changed since."""
    findings: frozenset[tuple[str, str, str]] = frozenset()
    """Code, level and message of each finding that was decided on; asked for of one patient alone."""


@dataclass(frozen=True, slots=True)
class IntakeState:
    """Where a patient stands in intake."""

    record: KnownFacts | None
    facts: PatientFacts
    facts_sha256: str
    policy: Policy
    as_of: date
    assessment: Assessment
    decision: DecisionRow | None
    consent_taken_back: Withdrawal | None = None
    """The patient's withdrawal of consent, while it is their newest word on it."""
    zone: tzinfo | None = None
    """The clinic's, in which every hour is said."""

    @property
    def gate(self) -> Gate:
        """The gate for planning, with every condition on record judged."""
        return self.assessment.gate

    def asks_first(self, gate: Gate) -> tuple[Finding, ...]:
        """What has to be asked before a gate about this patient is a verdict.

        Empty once somebody has decided, and of a record that came as a whole: what that lacks, it was judged without.
        """
        came_whole = self.record is not None and self.record.from_file
        return () if came_whole or self.decision is not None else asks_first(gate, self.facts)

    @property
    def judged(self) -> Gate:
        """The gate for planning with a consent in it that was taken back, which refuses."""
        back = self.consent_taken_back
        return with_withdrawal(self.gate, withdrawn=back.text if back else "")

    @property
    def missing(self) -> tuple[str, ...]:
        """Ids of the required facts that are not known, most dangerous first."""
        return tuple(fact.id for fact, _ in unrecorded(self.gate, with_unclear=True))

    @property
    def accepted(self) -> bool:
        """True when a prescriber accepted the patient for planning, on these facts and this policy or earlier ones."""
        return self.decision is not None and self.decision.outcome == Decision.Outcome.ACCEPTED


def current(
    patient: Patient,
    *,
    as_of: date | None = None,
    infusions: Sequence[RecordedInfusion] | None = None,
) -> IntakeState:
    """The state of a patient's intake today, or on another day. Every source counts, the newest for each fact.

    A caller that has asked for the infusions already gives them, so that they are not asked for again.
    """
    rows = gather_one(patient.pk)
    given = infusions_of(patient.pk) if infusions is None else infusions
    day = as_of or clock.today(patient.clinic)
    policy = policy_of(patient.clinic)
    facts = merged(patient, rows)
    sha256 = digest_of(facts)
    return IntakeState(
        record=_record(patient, rows, facts, sha256),
        facts=facts,
        facts_sha256=sha256,
        policy=policy,
        as_of=day,
        assessment=_assessed(_Known(sha256, facts), policy, day, began_of(given), patient.clinic.zone),
        decision=_newest_decision(patient, sha256, policy),
        consent_taken_back=_taken_back(rows, facts),
        zone=ZoneInfo(patient.clinic.zone),
    )


def states(batch: Batch) -> Mapping[UUID, IntakeState]:
    """The state of every patient of a batch about whom something is recorded, by patient id; of one alone always.

    A fixed number of queries, however many patients there are, and none the second time.
    """
    return batch.once(_states)


def batch_with(patient: Patient, state: IntakeState) -> Batch:
    """A patient whose state a page has already asked for, for the other stages to look at."""
    batch = Batch([patient], clinic=patient.clinic, today=state.as_of)
    known: Mapping[UUID, IntakeState] = {patient.pk: state}
    batch.keep(_states, known)
    batch.keep(policy_for, state.policy)
    return batch


def digest_of(facts: PatientFacts) -> str:
    """SHA-256 of the facts, wherever each was read: what a decision or a signature pins."""
    written = facts_to_json(without_origins(facts))
    return hashlib.sha256(json.dumps(written, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Known:
    """Facts that are compared by their digest."""

    sha256: str
    facts: PatientFacts

    def __hash__(self) -> int:
        return hash(self.sha256)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Known) and other.sha256 == self.sha256


@lru_cache(maxsize=REMEMBERED)
def _assessed(known: _Known, policy: Policy, day: date, began: date | None, zone: str) -> Assessment:
    return assess(known.facts, policy=policy, as_of=day, course_began=began, zone=ZoneInfo(zone))


def _record(patient: Patient, rows: Gathered, facts: PatientFacts, sha256: str) -> KnownFacts | None:
    newest = rows.newest
    if newest is None:
        return None
    files = rows.records[-1:]
    entered = len(rows.rows) - len(rows.records)
    names = [file.source_name for file in files] + ([f"{entered} entered here"] if entered else [])
    return KnownFacts(
        uuid5(patient.pk, sha256),
        facts,
        " and ".join(names),
        files[0].ignored_resources if files else {},
        newest.recorded_by_name,
        newest.recorded_at,
        newest.recorded_on,
        bool(files) and files[0].died,
        bool(files),
    )


def _taken_back(rows: Gathered, facts: PatientFacts) -> Withdrawal | None:
    """The newest withdrawal of every consent, when none is in force."""
    ends = [row for row in rows.withdrawn if row.scope is None]
    if not ends or any(consent.active for consent in facts.consents):
        return None
    last = max(ends, key=lambda row: row.event_number)
    return Withdrawal(str(last.event_number), last.on_its_clock(last.recorded_at), last.channel)


def _newest_decision(patient: Patient, sha256: str, policy: Policy) -> DecisionRow | None:
    rows = rows_of(Decision, patient.pk)
    return _decision(rows[-1], sha256, policy) if rows else None


def _decision(row: Decision, sha256: str, policy: Policy) -> DecisionRow:
    return DecisionRow(
        id=row.pk,
        outcome=row.outcome,
        outcome_text=row.get_outcome_display(),
        reason=row.reason,
        decided_by_name=row.recorded_by_name,
        decided_at=row.recorded_at,
        decided_on=row.recorded_on,
        gate_level=row.gate_level,
        facts_sha256=row.facts_sha256,
        policy_id=row.policy_id,
        policy_version=row.policy_version,
        policy_sha256=row.policy_sha256,
        rules_sha256=row.rules_sha256,
        stands=(row.facts_sha256, row.policy_sha256, row.rules_sha256)
        == (sha256, policy.sha256, rules_now().sha256),
        findings=frozenset()
        if "findings" in row.get_deferred_fields()
        else frozenset((code, level, message) for code, level, message in row.findings),
    )


def _states(batch: Batch) -> Mapping[UUID, IntakeState]:
    if len(batch.patients) == 1:
        (patient,) = batch.patients
        state = current(patient, as_of=batch.today)
        batch.keep(policy_for, state.policy)
        return {patient.pk: state}
    return _together(batch)


def _together(batch: Batch) -> Mapping[UUID, IntakeState]:
    policy = batch.once(policy_for)
    found = gather([patient.pk for patient in batch.patients])
    given = infusions_among(list(found))
    decided = Decision.objects.filter(patient__in=list(found)).defer("facts", "findings")
    newest = {row.patient_id: row for row in decided.order_by(*IN_ORDER)}
    states = {}
    for patient in batch.patients:
        if (rows := found.get(patient.pk)) is None:
            continue
        facts = merged(patient, rows)
        sha256, row = digest_of(facts), newest.get(patient.pk)
        states[patient.pk] = IntakeState(
            record=_record(patient, rows, facts, sha256),
            facts=facts,
            facts_sha256=sha256,
            policy=policy,
            as_of=batch.today,
            assessment=_assessed(
                _Known(sha256, facts),
                policy,
                batch.today,
                began_of(given.get(patient.pk, ())),
                batch.clinic.zone,
            ),
            decision=_decision(row, sha256, policy) if row else None,
            consent_taken_back=_taken_back(rows, facts),
            zone=ZoneInfo(batch.clinic.zone),
        )
    return states
