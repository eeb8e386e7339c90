"""A kept version of a plan as a page: everything about the plan itself is read from the stored content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tenuto.clinic.accounts.api import may
from tenuto.clinic.accounts.credentials import credential_at
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.intake.api import IntakeState
from tenuto.clinic.ledger.actors import for_people
from tenuto.clinic.ledger.facts import SignedFact
from tenuto.clinic.plan.changes import changes
from tenuto.clinic.plan.forms.options import query_of
from tenuto.clinic.plan.models import PlanVersion
from tenuto.clinic.plan.presenters.level import level_figure
from tenuto.clinic.plan.presenters.order import OrderCard, kept_order
from tenuto.clinic.plan.services.drafting import written
from tenuto.clinic.plan.services.signing import meaning
from tenuto.clinic.plan.status import Status, StatusWords, words_of
from tenuto.clinic.plan.versions import in_force, standings
from tenuto.clinic.ui.charts.dose_level import LevelFigure
from tenuto.clinic.ui.words import long_moment
from tenuto.core.gate import Level
from tenuto.core.intake.difference import Difference

__all__ = [
    "PlanVersionPage",
    "PlanVersionRow",
    "SignCard",
    "signed_by_words",
    "undecided",
    "version_page",
    "version_rows",
]

METHODS = {"totp": "authenticator code", "webauthn": "passkey"}
SHORT = 12


@dataclass(frozen=True, slots=True)
class PlanVersionRow:
    """One line of the list of versions."""

    id: str
    number: int
    mark: str
    label: str
    by: str
    shown: bool


@dataclass(frozen=True, slots=True)
class SignCard:
    """What the person at the page may do about a draft, or why not."""

    meaning: str
    can_sign: bool
    can_except: bool
    needs_reason: bool
    waits: str
    """What has to happen first, or who has to do it."""
    to_decision: bool
    """Whether that is a decision of intake that this reader may make."""


@dataclass(frozen=True, slots=True)
class PlanVersionPage:
    """Everything that the template prints."""

    id: str
    title: str
    status: StatusWords
    ended: str
    """Why nothing is given by this version any more; empty while it may count."""
    exception: str
    """The medical director's exception from a BLOCK, in words; empty when there is none."""
    is_draft: bool
    was_signed: bool
    in_force: bool
    can_revise: bool
    can_withdraw: bool
    shown: dict[str, Any]
    order: OrderCard | None
    unrecorded: str
    to_do: Sequence[dict[str, str]]
    level: LevelFigure | None
    company: Sequence[dict[str, Any]]
    given: Sequence[dict[str, Any]]
    acts: tuple[tuple[str, str], ...]
    """Who did what to this version: label and words."""
    pins: tuple[tuple[str, str], ...]
    changes: tuple[Difference, ...]
    """Against the version that this one revises."""
    revises: int
    sign: SignCard | None
    versions: tuple[PlanVersionRow, ...]
    waiting: PlanVersionRow | None
    """A newer draft that waits for a signature."""
    options: str
    content_sha256: str


def version_page(
    version: PlanVersion,
    versions: Sequence[PlanVersion],
    *,
    staff: Staff,
    state: IntakeState,
    held: bool = False,
) -> PlanVersionPage:
    """The page of one version among all of the patient, for this reader; `state` is intake as it stands now.

    `held` says that nothing is given today.
    """
    document = version.document
    found = standings(versions)
    status = found[version]
    before = next((v for v in versions if v.pk == version.revises_id), None)
    revise = may(staff, "plan.revise")
    waiting = next((v for v in versions if found[v] is Status.DRAFT and v.number > version.number), None)
    return PlanVersionPage(
        id=str(version.pk),
        title=f"Plan, version {version.number}",
        status=words_of(status, held=held),
        ended=_ended(version, status, versions),
        exception=_exception(version),
        is_draft=status is Status.DRAFT,
        was_signed=hasattr(version, "signature"),
        in_force=status is Status.SIGNED,
        can_revise=revise and status is not Status.DRAFT,
        can_withdraw=revise and status in (Status.DRAFT, Status.SIGNED),
        shown=document["shown"],
        order=kept_order(document["sheet"]),
        unrecorded=document["sheet"].get("unrecorded", ""),
        to_do=document["sheet"].get("to_do", ()),
        level=level_figure(document["level"]),
        company=document["company"],
        given=document["given"],
        acts=_acts(version),
        pins=_pins(version),
        changes=changes(written(before), written(version)) if before else (),
        revises=before.number if before else 0,
        sign=_sign(version, staff, state) if status is Status.DRAFT else None,
        versions=version_rows(versions, shown=version, held=held),
        waiting=_row(waiting, words_of(Status.DRAFT, held=held), shown=False) if waiting else None,
        options=query_of(version.order.request, anew=version.order.anew),
        content_sha256=version.content_sha256,
    )


def version_rows(
    versions: Sequence[PlanVersion], *, shown: PlanVersion | None = None, held: bool = False
) -> tuple[PlanVersionRow, ...]:
    """The list of versions, the newest first."""
    found = standings(versions)
    return tuple(_row(v, words_of(found[v], held=held), shown=v == shown) for v in versions)


def signed_by_words(signature: SignedFact) -> str:
    """'Dora Demo (dora), MD, licence 12345, medical director', as on the day of the signature."""
    printed = credential_at(signature.signed_by_id, signature.event_number)
    return ", ".join(
        filter(None, (signature.recorded_by_name, printed, signature.signed_as.replace("_", " ")))
    )


def signature_rows(version: PlanVersion) -> tuple[tuple[str, str], ...]:
    """The signature block of page and paper; empty for a draft."""
    if not hasattr(version, "signature"):
        return ()
    signature = version.signature
    rows = [
        ("Signed by", signed_by_words(signature)),
        ("Signed", f"{long_moment(signature.recorded_at)}, with a fresh {METHODS[signature.method]}"),
        ("Meaning", signature.meaning),
    ]
    if signature.reason:
        rows.append(("Reason", signature.reason))
    return tuple(rows)


def _acts(version: PlanVersion) -> tuple[tuple[str, str], ...]:
    rows = [("Drafted", f"{long_moment(version.recorded_at)}, by {for_people(version.recorded_by_name)}")]
    if version.why:
        rows.append(("Why", version.why))
    if granted := _exception(version):
        rows.append(("Exception", granted))
    rows += signature_rows(version)
    if hasattr(version, "signature"):
        rows += [
            ("Looked at again", f"{long_moment(r.recorded_at)}, by {r.recorded_by_name}: {r.reason}")
            for r in version.reviews.order_by("event_number")
        ]
    if hasattr(version, "withdrawal"):
        word = "Withdrawn" if hasattr(version, "signature") else "Declined"
        rows.append((word, _withdrawal(version)))
    return tuple(rows)


def _exception(version: PlanVersion) -> str:
    granted = getattr(version, "exception", None)
    if granted is None:
        return ""
    return f"{long_moment(granted.recorded_at)}, by {granted.recorded_by_name}: {granted.reason}"


def _withdrawal(version: PlanVersion) -> str:
    end = version.withdrawal
    return f"{long_moment(end.recorded_at)}, by {end.recorded_by_name}: {end.reason}"


def _ended(version: PlanVersion, status: Status, versions: Sequence[PlanVersion]) -> str:
    if status is Status.WITHDRAWN:
        return f"Withdrawn {_withdrawal(version)}"
    if status is Status.DECLINED:
        return f"Declined {_withdrawal(version)}"
    if status is not Status.SUPERSEDED:
        return ""
    force = in_force(versions)
    return f"Version {force.number} is in force." if force else "A later version takes its place."


def _pins(version: PlanVersion) -> tuple[tuple[str, str], ...]:
    decision = version.document["names"]["decision"]
    decided = f"{decision[0]}, by {decision[1]}" if decision else "none yet"
    return (
        (
            "Protocol",
            f"{version.protocol_id} version {version.protocol_version} ({version.protocol_sha256[:SHORT]})",
        ),
        ("Policy", f"{version.policy_id} version {version.policy_version} ({version.policy_sha256[:SHORT]})"),
        ("Rules", version.rules_sha256[:SHORT]),
        ("Intake", decided),
        ("Facts", version.facts_sha256[:SHORT]),
        ("Content", version.content_sha256),
        ("Words", version.document_sha256[:SHORT]),
    )


def _sign(version: PlanVersion, staff: Staff, state: IntakeState) -> SignCard:
    level, granted = Level[version.gate_level], getattr(version, "exception", None)
    blocked = level is Level.BLOCK
    can_except = blocked and granted is None and may(staff, "gate.exception")
    allowed = may(staff, "plan.sign")
    own = granted is not None and granted.signed_by_id == staff.pk
    waits = ""
    if blocked and granted is None:
        waits = "The verdict is BLOCK. A medical director's exception comes first; then somebody else signs."
    elif own:
        waits = "You granted the exception, so another prescriber signs."
    elif not allowed:
        waits = "A prescriber signs this plan."
    elif not state.accepted:
        waits = undecided(state)
    return SignCard(
        meaning=meaning(version),
        can_sign=allowed and not waits,
        can_except=can_except,
        needs_reason=level in (Level.REVIEW, Level.BLOCK),
        waits=waits,
        to_decision=allowed and not state.accepted and may(staff, "intake.decide"),
    )


def undecided(state: IntakeState) -> str:
    """Why intake does not let a plan of this patient be signed; empty when it does."""
    if state.accepted:
        return ""
    if state.decision is None:
        return "No prescriber has decided in intake that this person can be treated. That comes first."
    return f"The decision of intake is: {state.decision.outcome_text.lower()}. A plan needs one that accepts."


def _row(version: PlanVersion, words: StatusWords, *, shown: bool) -> PlanVersionRow:
    by = (
        version.signature.recorded_by_name
        if hasattr(version, "signature")
        else for_people(version.recorded_by_name)
    )
    return PlanVersionRow(str(version.pk), version.number, words.mark, words.label, by, shown)
