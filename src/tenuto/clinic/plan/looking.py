"""Whether a signed plan still stands on what it was signed on, of many patients together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from tenuto.clinic.intake.api import IntakeState, states
from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.plan.models import PlanReview, PlanVersion
from tenuto.clinic.plan.versions import in_force, versions_in
from tenuto.clinic.ports.api import TaskRow, newest_suicide_tasks
from tenuto.core.gate import Gate, Level
from tenuto.core.intake.risk_answers import TRIAGE
from tenuto.core.intake.safety_stops import CONSENT, SafetyStop, with_withdrawal
from tenuto.core.literature.tasks import task_kind
from tenuto.core.plan.look_again import between_visits, found_since, gate_today, stops

__all__ = ["Reason", "SecondLook", "looks"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a signed plan has to be looked at again. `key` is the same as long as it is the same reason."""

    key: str
    text: str
    level: Level
    missing: bool = False
    fact: str = ""

    @property
    def stop(self) -> SafetyStop | None:
        """As part of the patient's safety state; None where that says it already, or where it does not block."""
        if self.level < Level.BLOCK or self.missing or self.is_consent or self.fact in (TRIAGE, CONSENT):
            return None
        return SafetyStop.contraindication(self.text, self.level)

    @property
    def is_consent(self) -> bool:
        """True when only the patient can change it."""
        return self.key.startswith(CONSENT)


@dataclass(frozen=True, slots=True)
class SecondLook:
    """The version in force, the gate of today beside its own, and why it has to be looked at again."""

    version: PlanVersion
    gate: Gate
    reasons: tuple[Reason, ...]
    """Empty while it stands; what a prescriber has looked at since the signature is left out."""
    facts_sha256: str

    @property
    def today(self) -> Gate:
        """Today's gate, with a consent that was taken back: the verdict on a signed plan."""
        return with_withdrawal(self.gate, withdrawn=self.withdrawn)

    @property
    def withdrawn(self) -> str:
        """That the consent was taken back, with day and channel; else empty."""
        return next((reason.text for reason in self.reasons if reason.is_consent), "")

    @property
    def level(self) -> Level:
        """The level of that verdict."""
        return self.today.level

    @property
    def worst(self) -> Level:
        """The worst for which it has to be looked at again; PASS while it stands."""
        return max((reason.level for reason in self.reasons), default=Level.PASS)

    @property
    def held(self) -> str:
        """That nothing is given by it, and whose act changes that: the one sentence of who may. Empty while it stands."""
        if not self.reasons:
            return ""
        until = _NEW_CONSENT if self.withdrawn else _UNTIL[self.worst]
        return f"Nothing is booked or given by this plan until {until}."


_UNTIL: Mapping[Level, str] = {
    Level.PASS: "a prescriber has looked at it",
    Level.REVIEW: "a prescriber has looked at it",
    Level.BLOCK: "a medical director has looked at it, or a prescriber has revised or withdrawn it",
    Level.REFUSE: "the facts are corrected, or a prescriber has withdrawn it",
}
"""Whose act lets a held plan go on, by the worst of what was found."""
_NEW_CONSENT = "the patient has given a new consent, or a prescriber has withdrawn it"


def looks(batch: Batch) -> Mapping[UUID, SecondLook]:
    """For every patient of a batch with a plan in force. A fixed number of queries."""
    forces = {patient: force for patient, own in batch.once(versions_in).items() if (force := in_force(own))}
    if not forces:
        return {}
    known = states(batch)
    kept = _whole(forces.values())
    reviewed = _reviewed([force.pk for force in forces.values()])
    asked = newest_suicide_tasks(forces)
    return {
        patient: _look(
            kept[force.pk], known[patient], reviewed.get(force.pk, frozenset()), asked.get(patient)
        )
        for patient, force in forces.items()
        if patient in known
    }


def _look(
    version: PlanVersion, state: IntakeState, reviewed: frozenset[str], asked: TaskRow | None
) -> SecondLook:
    gate = between_visits(gate_today(version.order, state.facts, state.assessment))
    back = state.consent_taken_back
    found = [
        Reason(
            f"{finding.code}:{finding.level.name}:{finding.fact}",
            finding.message,
            finding.level,
            finding.missing,
            finding.fact,
        )
        for finding in found_since(version.order, gate)
        if stops(finding) and not (back and finding.fact == CONSENT)
    ]
    consent = [Reason(f"{CONSENT}:{back.key}", back.text, Level.REFUSE)] if back else []
    found += _asked_since(version, asked)
    reasons = [*consent, *(reason for reason in dict.fromkeys(found) if reason.key not in reviewed)]
    return SecondLook(version, gate, tuple(reasons), state.facts_sha256)


def _asked_since(version: PlanVersion, task: TaskRow | None) -> Iterator[Reason]:
    """That somebody had to ask about suicide after the signature, however it ended: a fresh look in any case."""
    if task is not None and task.recorded_at > version.signature.recorded_at:
        text = f"“{task_kind(task.kind).title}” was opened after the signature. Look at the plan again."
        yield Reason(f"{TRIAGE}:{task.id}", text, Level.REVIEW, fact=TRIAGE)


def _whole(versions: Iterable[PlanVersion]) -> Mapping[UUID, PlanVersion]:
    """The versions with what is signed in them; lists ask for them without. One query, or none."""
    found = {version.pk: version for version in versions}
    short = [pk for pk, version in found.items() if version.get_deferred_fields()]
    return {**found, **(PlanVersion.objects.in_bulk(short) if short else {})}


def _reviewed(versions: Sequence[UUID]) -> Mapping[UUID, frozenset[str]]:
    found: dict[UUID, frozenset[str]] = {}
    for row in PlanReview.objects.filter(version__in=versions):
        found[row.version_id] = found.get(row.version_id, frozenset()) | frozenset(row.reasons)
    return found
