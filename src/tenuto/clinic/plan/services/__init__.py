"""What can be done with a plan. Every verb is one transaction with its audit event."""

from tenuto.clinic.plan.services.drafting import PlanConflict, draft, rebuilt
from tenuto.clinic.plan.services.looking_again import hold_what_changed, look_of, review
from tenuto.clinic.plan.services.proposing import plan_for, policy_of
from tenuto.clinic.plan.services.revising import ProposedRevision, RevisionRefused, propose_revision
from tenuto.clinic.plan.services.signing import ReasonMissing, SigningRefused, grant_exception, sign, withdraw

__all__ = [
    "PlanConflict",
    "ProposedRevision",
    "ReasonMissing",
    "RevisionRefused",
    "SigningRefused",
    "draft",
    "grant_exception",
    "hold_what_changed",
    "look_of",
    "plan_for",
    "policy_of",
    "propose_revision",
    "rebuilt",
    "review",
    "sign",
    "withdraw",
]
