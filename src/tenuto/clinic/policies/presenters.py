"""The policy pages in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.policies.api import InEffect, as_policy, in_effect, shipped_policy
from tenuto.clinic.policies.models import PolicyVersion
from tenuto.clinic.ui.words import count, moment
from tenuto.core import policy as core_policy
from tenuto.core.policy import Limit, Policy, unstated_text
from tenuto.core.policy.changes import LimitChange, SettingChange, changes, setting_changes

__all__ = ["Overview", "PolicyVersionPage", "overview", "text_in_effect", "version_page"]

SHIPPED = "shipped"


@dataclass(frozen=True, slots=True)
class PolicyVersionRow:
    """One version in the list."""

    version: PolicyVersion
    mark: str
    state: str
    signatures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """What is in effect, the versions, and what came into effect when."""

    name: str
    title: str
    mark: str
    signed: str
    unstated: str
    """What a director has to decide since the program asks for more than was signed; empty when all is stated."""
    since: str
    limits: tuple[Limit, ...]
    versions: tuple[PolicyVersionRow, ...]
    history: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class PolicyVersionPage:
    """One version."""

    row: PolicyVersionRow
    against: str
    others: tuple[tuple[str, str, bool], ...]
    changes: tuple[LimitChange, ...]
    settings: tuple[SettingChange, ...]
    summary: str
    limits: tuple[Limit, ...]
    may_sign: bool
    may_activate: bool
    wanting: str
    going_back: bool


def overview(clinic: Clinic) -> Overview:
    """The first policy page. A fixed number of queries, however many versions."""
    now = in_effect(clinic)
    rows = list(clinic.policy_versions.prefetch_related("signatures"))
    actions = list(clinic.policy_activations.select_related("policy"))
    return Overview(
        name=_name(now.policy),
        title=now.policy.title,
        mark="review" if now.policy.findings() else "pass",
        signed=_signed(now.policy),
        unstated=_unstated(now.policy),
        since=f"In effect since {moment(now.since)}" if now.since else "Ships with the program",
        limits=tuple(now.policy.limits.values()),
        versions=tuple(_row(row, now) for row in rows),
        history=tuple(
            (moment(d.recorded_at), str(d.policy), f"{d.recorded_by_name}: {d.why}") for d in actions
        ),
    )


def version_page(row: PolicyVersion, *, staff: Staff, against: str) -> PolicyVersionPage:
    """A version beside another: the one asked for, else the one in effect, else the one before it."""
    now, clinic = in_effect(staff.clinic), staff.clinic
    policy = as_policy(row)
    others = [o for o in clinic.policy_versions.prefetch_related("signatures") if o.pk != row.pk]
    other, chosen = _other(others, against, now, row, clinic)
    found = changes(other, policy)
    signed_by = {signature.signed_by_id for signature in row.signatures.all()}
    activation = now.activation
    return PolicyVersionPage(
        row=_row(row, now),
        against=_name(other),
        others=(
            *((str(o), str(o.pk), str(o.pk) == chosen) for o in others),
            (_name(shipped_policy(clinic)), SHIPPED, chosen == SHIPPED),
        ),
        changes=found,
        settings=setting_changes(other, policy),
        summary=_summary(found),
        limits=tuple(policy.limits.values()),
        may_sign=staff.pk not in signed_by,
        may_activate=policy.signed and (activation is None or activation.policy_id != row.pk),
        wanting=_wanting(policy),
        going_back=activation is not None and activation.policy.version > row.version,
    )


def _unstated(policy: Policy) -> str:
    if not policy.unstated:
        return ""
    return (
        f"The program asks for {count(len(policy.unstated), 'limit')} that this version does not state; the ones that ship are "
        "used, which nobody here has signed, and every result needs review. The text to download holds them: decide on each, "
        "raise the version, and propose it."
    )


def text_in_effect(clinic: Clinic) -> tuple[str, str]:
    """The text in effect without signatures, with the limits that it does not state yet, and a file name."""
    now = in_effect(clinic)
    if now.activation is not None:
        row = now.activation.policy
        more = unstated_text(now.policy)
        text = f"{row.toml.rstrip()}\n\n{more}" if more else row.toml
        return text, f"{row.policy_id}-{row.version}.toml"
    shipped = Path(core_policy.__file__).with_name("default.toml").read_text("utf-8")
    return shipped, f"{core_policy.default_policy().id}.toml"


def _other(
    others: Sequence[PolicyVersion], against: str, now: InEffect, row: PolicyVersion, clinic: Clinic
) -> tuple[Policy, str]:
    by_id = {str(o.pk): o for o in others}
    if against in by_id:
        return as_policy(by_id[against]), against
    current: UUID | None = now.activation.policy_id if now.activation else None
    if against != SHIPPED and current is not None and current != row.pk:
        return now.policy, str(current)
    earlier = [o for o in others if o.policy_id == row.policy_id and o.version < row.version]
    if against != SHIPPED and earlier:
        before = max(earlier, key=lambda o: o.version)
        return as_policy(before), str(before.pk)
    return shipped_policy(clinic), SHIPPED


def _row(row: PolicyVersion, now: InEffect) -> PolicyVersionRow:
    policy = as_policy(row)
    active = now.activation is not None and now.activation.policy_id == row.pk
    mark, state = (
        ("pass", "In effect") if active else ("pass", "Signed") if policy.signed else ("due", "To sign")
    )
    return PolicyVersionRow(
        version=row,
        mark=mark,
        state=state,
        signatures=tuple(
            f"{s.recorded_by_name}, {Role(s.signed_as).label.lower()}, {moment(s.recorded_at)}"
            for s in row.signatures.all()
        ),
    )


def _name(policy: Policy) -> str:
    return f"{policy.id} version {policy.version}"


def _signed(policy: Policy) -> str:
    if not policy.signed:
        return "Not signed: every judgement under it needs review."
    return "Signed by " + " and ".join(f"{s.by} ({s.role.replace('_', ' ')})" for s in policy.signatures)


def _wanting(policy: Policy) -> str:
    if policy.signed:
        return ""
    if any(s.role == Role.MEDICAL_DIRECTOR for s in policy.signatures):
        return "A second person's signature is wanting."
    if policy.signatures:
        return "The medical director's signature is wanting."
    return "Two signatures are wanting: the medical director's and a second person's."


def _summary(found: Sequence[LimitChange]) -> str:
    moved = sum(change.moves_value for change in found)
    if not found:
        return "No limit differs."
    rest = len(found) - moved
    more = f"; {count(rest, 'other differs', 'others differ')} only in words or sources" if rest else ""
    return f"{count(moved, 'limit differs', 'limits differ')} in the number{more}."
