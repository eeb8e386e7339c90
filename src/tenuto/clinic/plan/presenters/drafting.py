"""The part of the live page that puts a plan up for signature, and says how it differs from the one in force."""

from __future__ import annotations

from dataclasses import dataclass

from tenuto.clinic.accounts.api import may
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.plan.changes import changes
from tenuto.clinic.plan.models import PlanVersion
from tenuto.clinic.plan.presenters.version import PlanVersionRow, undecided, version_rows
from tenuto.clinic.plan.services.drafting import NOT_COMPLETE, Built, start_past, written
from tenuto.clinic.plan.status import Status
from tenuto.clinic.plan.stopped import no_draft
from tenuto.clinic.plan.versions import standing
from tenuto.core.intake.difference import Difference

__all__ = ["DraftCard", "draft_card"]


@dataclass(frozen=True, slots=True)
class DraftCard:
    """What can be done with the plan on the page."""

    seen: str
    query: str
    can_draft: bool
    waits: str
    """Why it can't be drafted now; empty when it can."""
    in_force: PlanVersion | None
    waiting: PlanVersion | None
    """A draft that waits to be signed."""
    changes: tuple[Difference, ...]
    """Against the version in force; empty without one."""
    given: int
    newest: int
    """Number of the newest version that this page knows of."""
    versions: tuple[PlanVersionRow, ...]
    undecided: str
    """What intake has still to decide before a signature; empty when it has."""


def draft_card(
    built: Built, *, query: str, staff: Staff, options_refused: bool, held: bool = False
) -> DraftCard:
    """The card for this reader; `query` asks for the plan again, `options_refused` says that it is not what was asked for."""
    force, versions = built.grounds.in_force, built.grounds.versions
    waiting = next((v for v in versions if standing(v, versions) is Status.DRAFT), None)
    waits = _waits(built, staff, options_refused=options_refused)
    return DraftCard(
        seen=built.sha256,
        query=query,
        can_draft=not waits,
        waits=waits,
        in_force=force,
        waiting=waiting,
        changes=changes(written(force), built.written) if force else (),
        given=len(built.order.request.given),
        newest=versions[0].number if versions else 0,
        versions=version_rows(versions, held=held),
        undecided=undecided(built.grounds.state),
    )


def _waits(built: Built, staff: Staff, *, options_refused: bool) -> str:
    if not may(staff, "plan.revise" if built.grounds.in_force else "plan.sign"):
        return "A prescriber puts this plan up for signature."
    if stops := no_draft(built.grounds.state):
        return stops
    if options_refused:
        return "Correct the options first."
    if not built.signable:
        return "There is no dose to order yet."
    if past := start_past(built):
        return past
    if built.proposal.to_choose:
        return NOT_COMPLETE
    return ""
