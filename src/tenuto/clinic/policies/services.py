"""Proposing, signing and putting into effect: three actions, each by a named person."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from tenuto.clinic.accounts.api import may, refusal
from tenuto.clinic.accounts.guards import WrongClinic
from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.accounts.reauthenticate import Reauthentication
from tenuto.clinic.ledger.facts import recorded, signed
from tenuto.clinic.ledger.services import record
from tenuto.clinic.policies.api import as_policy, in_effect
from tenuto.clinic.policies.models import PolicyActivation, PolicySignature, PolicyVersion
from tenuto.core.policy import Policy, PolicyError, default_policy, demo_policy, load_policy
from tenuto.core.policy.changes import check_usable, check_words
from tenuto.core.sentences import check_reason

__all__ = ["PolicyRefused", "activate", "propose", "sign"]


class PolicyRefused(ValueError):
    """The policy can't be taken, signed or put into effect. The text says why; nothing was saved."""


@transaction.atomic
def propose(*, text: str, why: str, by: Staff, at: datetime) -> PolicyVersion:
    """Keep a version that was read and checked. It binds nobody until it is signed and put into effect."""
    _check_may(by, "policy.propose")
    policy = _readable(text, by.clinic)
    try:
        with transaction.atomic():
            row = PolicyVersion.objects.create(
                clinic=by.clinic,
                policy_id=policy.id,
                version=policy.version,
                title=policy.title[:200],
                toml=text,
                sha256=policy.sha256,
                why=_reason(why),
                **recorded(by, at),
            )
    except IntegrityError:
        raise PolicyRefused(_taken(policy)) from None
    detail = {"policy": str(row), "sha256": row.sha256}
    record(action="proposed policy", subject=row, by=by, at=at, detail=detail)
    return row


@transaction.atomic
def sign(*, policy: PolicyVersion, signature: Reauthentication, at: datetime) -> PolicySignature:
    """Sign exactly this content. A person signs once; two people, one of them the medical director, make it signed."""
    by = signature.by
    signature.spend(signer=by, at=at)
    _check_may(by, "policy.sign")
    _check_own_clinic(policy, by)
    as_policy(policy)
    try:
        with transaction.atomic():
            row = PolicySignature.objects.create(
                policy=policy,
                sha256=policy.sha256,
                **signed(signature, at),
            )
    except IntegrityError:
        raise PolicyRefused(
            "You have signed this version already. The other signature is somebody else's."
        ) from None
    detail = {"policy": str(policy), "sha256": policy.sha256, "role": by.role, "method": signature.method}
    record(action="signed policy", subject=row, by=by, at=at, detail=detail)
    return row


@transaction.atomic
def activate(
    *, policy: PolicyVersion, why: str, signature: Reauthentication, at: datetime
) -> PolicyActivation:
    """Put a signed version into effect, from the next judgement on. An older one is the way back.

    Plans that were signed before keep the version that they were signed under. Raises PolicyRefused for a version
    without two signatures, whoever asks (hazard H37).
    """
    by = signature.by
    signature.spend(signer=by, at=at)
    _check_may(by, "policy.activate")
    _check_own_clinic(policy, by)
    reason = _reason(why)
    if not as_policy(policy).signed:
        raise PolicyRefused(
            f"{policy} is not signed by the medical director and a second person. Have it signed, then put it into effect."
        )
    now = in_effect(by.clinic)
    if now.activation is not None and now.activation.policy_id == policy.pk:
        raise PolicyRefused(f"{policy} is in effect already. Nothing was changed.")
    row = PolicyActivation.objects.create(
        clinic=by.clinic,
        policy=policy,
        why=reason,
        **signed(signature, at),
    )
    before = f"{now.policy.id} version {now.policy.version}"
    detail = {"policy": str(policy), "sha256": policy.sha256, "before": before, "why": reason}
    record(action="put policy into effect", subject=row, by=by, at=at, detail=detail)
    return row


def _readable(text: str, clinic: Clinic) -> Policy:
    try:
        policy = load_policy(text, name="The file")
        check_usable(policy, like=default_policy())
        check_words(text)
    except PolicyError as error:
        raise PolicyRefused(str(error)) from error
    if policy.signatures:
        raise PolicyRefused(
            "The file brings signatures along. Take [[signatures]] out: here people sign with their second factor."
        )
    if policy.demonstration and (settings.PRODUCTION or not clinic.demonstration):
        raise PolicyRefused(
            "The file says demonstration = true. A clinic with patients needs a policy of its own."
        )
    if policy.id in (default_policy().id, demo_policy().id):
        raise PolicyRefused(
            f"The id '{policy.id}' is that of a policy that ships with the program. Give yours an id of its own."
        )
    if policy.version < 1:
        raise PolicyRefused(f"The version is {policy.version}. Versions count from 1.")
    newest = clinic.policy_versions.filter(policy_id=policy.id).order_by("-version").first()
    if newest is not None and newest.version >= policy.version:
        raise PolicyRefused(_taken(policy))
    return policy


def _taken(policy: Policy) -> str:
    return (
        f"{policy.id} already has version {policy.version} or a later one here. Raise `version` in the file."
    )


def _reason(why: str) -> str:
    return check_reason(why, "Write why, in one sentence.", refused=PolicyRefused)


def _check_may(by: Staff, verb: str) -> None:
    if not may(by, verb):
        raise PermissionError(refusal(by, verb))


def _check_own_clinic(policy: PolicyVersion, by: Staff) -> None:
    if policy.clinic_id != by.clinic_id:
        raise WrongClinic(f"{by.audit_name} acts on a policy of another clinic. Nothing was saved.")
