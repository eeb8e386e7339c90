"""The door of the plan: what later stages may know of it, the version in force and where each patient's plan stands, and
the verbs of other rooms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.people.models import Patient
from tenuto.clinic.plan.chart import chart_text
from tenuto.clinic.plan.models import PlanVersion
from tenuto.clinic.plan.presenters.comfort import comfort_rows
from tenuto.clinic.plan.services import ProposedRevision, RevisionRefused, draft, propose_revision, sign
from tenuto.clinic.plan.services.comfort import comfort_card
from tenuto.clinic.plan.services.drafting import build
from tenuto.clinic.plan.services.proposing import grounds, with_acts
from tenuto.clinic.plan.services.visits import record_given
from tenuto.clinic.plan.status import Status
from tenuto.clinic.plan.versions import in_force, standing, versions_in
from tenuto.core.plan.order import Order, OrderedDay
from tenuto.core.plan.request import PlanRequest

__all__ = [
    "PlanStanding",
    "PlanState",
    "ProposedRevision",
    "RevisionRefused",
    "Status",
    "chart_text",
    "comfort_of",
    "current",
    "draft",
    "in_force_among",
    "propose_revision",
    "proposed_sha256",
    "record_given",
    "sign",
    "signers",
    "standings",
]


@dataclass(frozen=True, slots=True)
class PlanState:
    """The signed version that counts. What it pins does not change when protocols and policies do."""

    version_id: UUID
    number: int
    series_id: UUID
    protocol_id: str
    protocol_version: int
    protocol_sha256: str
    policy_id: str
    policy_version: int
    policy_sha256: str
    rules_sha256: str
    content_sha256: str
    order: Order
    """What was signed: dose, dates, request, gate and what they rest on."""
    series: tuple[OrderedDay, ...]
    signed_by_name: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class PlanStanding:
    """Where the newest version of a patient's plan stands, for lists."""

    version_id: UUID
    number: int
    status: Status
    in_force: bool
    """Whether any version is signed and counts, perhaps an earlier one than the newest."""
    at: datetime


def comfort_of(patient: Patient) -> tuple[tuple[str, str], ...]:
    """The newest comfort card, label and words, in the order in which a room is made ready; nothing before the first. One query."""
    card = comfort_card(patient)
    return comfort_rows(card) if card else ()


def current(patient: Patient) -> PlanState | None:
    """The version in force; None before the first signature and after a withdrawal. One query."""
    version = in_force(with_acts(patient))
    return None if version is None else _state(version)


def in_force_among(patients: Iterable[UUID]) -> dict[UUID, PlanState]:
    """The version in force of every patient who has one, by patient id. One query."""
    found: dict[UUID, list[PlanVersion]] = {}
    rows = PlanVersion.objects.filter(patient__in=patients).select_related("signature", "withdrawal")
    for version in rows.order_by("-number").defer("document_json", "facts_json"):
        found.setdefault(version.patient_id, []).append(version)
    force = {patient: in_force(versions) for patient, versions in found.items()}
    return {patient: _state(version) for patient, version in force.items() if version is not None}


def proposed_sha256(patient: Patient, request: PlanRequest, *, as_of: date | None = None) -> str:
    """The digest of the plan that would be drafted today, or on another day: what a draft says it has seen."""
    return build(grounds(patient, as_of=as_of), request).sha256


def signers(batch: Batch) -> dict[UUID, str]:
    """Who signed the version in force, for every patient of a batch that has one."""
    found = ((patient, in_force(versions)) for patient, versions in batch.once(versions_in).items())
    return {patient: each.signature.recorded_by_name for patient, each in found if each is not None}


def standings(patients: Iterable[UUID] | Any) -> dict[UUID, PlanStanding]:
    """The standing of every patient that has a version, by patient id. One query; `patients` are ids or a query."""
    found: dict[UUID, list[PlanVersion]] = {}
    rows = PlanVersion.objects.filter(patient__in=patients).select_related("signature", "withdrawal")
    for version in rows.order_by("-number").defer("content_json", "document_json", "facts_json"):
        found.setdefault(version.patient_id, []).append(version)
    return {patient: _standing(versions) for patient, versions in found.items()}


def _standing(versions: Sequence[PlanVersion]) -> PlanStanding:
    newest = versions[0]
    return PlanStanding(
        newest.pk,
        newest.number,
        standing(newest, versions),
        in_force(versions) is not None,
        newest.recorded_at,
    )


def _state(version: PlanVersion) -> PlanState:
    order = version.order
    return PlanState(
        version_id=version.pk,
        number=version.number,
        series_id=version.series,
        protocol_id=version.protocol_id,
        protocol_version=version.protocol_version,
        protocol_sha256=version.protocol_sha256,
        policy_id=version.policy_id,
        policy_version=version.policy_version,
        policy_sha256=version.policy_sha256,
        rules_sha256=version.rules_sha256,
        content_sha256=version.content_sha256,
        order=order,
        series=order.series,
        signed_by_name=version.signature.recorded_by_name,
        signed_at=version.signature.recorded_at,
    )
