"""Whose turn it is with a plan. Pure; nothing is read or written."""

from __future__ import annotations

from dataclasses import dataclass

from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.intake.api import DecisionRow, IntakeState
from tenuto.clinic.pathway.api import Judgement, Rank, Turn
from tenuto.clinic.plan.looking import SecondLook
from tenuto.clinic.plan.verdict import judged
from tenuto.clinic.ui.reasons import Reasons, reasons
from tenuto.clinic.ui.words import count
from tenuto.core.gate import Gate, Level
from tenuto.core.literature.tasks import PLAN_TO_SIGN
from tenuto.core.plan.proposal import Proposal

__all__ = ["NO_PLAN", "Planned", "judgement_of", "turn_of"]

NOTHING_OPEN = "Nothing stands against the plan and nothing is missing."


@dataclass(frozen=True, slots=True)
class Planned:
    """How far a patient's plan has come: a draft, a version in force, and how many infusions of its series were given."""

    drafted: bool = False
    signed: bool = False
    given: int = 0


NO_PLAN = Planned()


def judgement_of(proposal: Proposal, state: IntakeState, look: SecondLook | None) -> Judgement:
    """The one verdict of today: of the signed plan where one is in force, else of the plan that would be proposed."""
    found = reasons(look.today if look else judged(proposal, state))
    step, target = _of_signed(found) if look else _step(found)
    return Judgement(
        mark=found.mark,
        why=found.why or NOTHING_OPEN,
        more=found.more,
        next_step=step,
        target=target,
        diagnosis=proposal.condition.title if proposal.condition else "None that is treated here",
        recorded_on=state.record.recorded_on if state.record else None,
    )


def turn_of(gate: Gate, state: IntakeState, plan: Planned) -> Turn | None:
    """The turn that the plan calls for; None while it is for intake to say. `gate` is the verdict of today."""
    found, decision = reasons(gate), state.decision
    stops = any(f.level >= Level.BLOCK and not f.missing for f in found.open)
    if plan.signed and stops:
        return _stopped("Signed plan, closed gate", found, "Revise or withdraw")
    if decision is not None and decision.outcome == "not_suitable" and decision.stands:
        return _still_signed(decision) if plan.signed else None
    if decision is not None and decision.outcome == "accepted" and (decision.stands or plan.signed):
        return _after_signing(found, plan.given) if plan.signed else _to_sign(found, decision, plan.drafted)
    by_the_plan_alone = stops and not any(
        f.level >= Level.BLOCK and not f.missing for f in state.gate.findings
    )
    return _stopped("Blocked", found, "See what blocks") if by_the_plan_alone else None


def _stopped(kind: str, found: Reasons, step: str) -> Turn:
    return Turn(
        stage="plan", kind=kind, mark=found.mark, why=found.why, more=found.more, owner=Role.PRESCRIBER,
        next_step=step, target="plan:page#gate", rank=Rank.STOPPED,
    )  # fmt: skip


def _to_sign(found: Reasons, decision: DecisionRow, drafted: bool) -> Turn:
    stands = "A draft of the plan waits for a signature." if drafted else "There is no plan yet."
    kind, step = ("Plan to sign", "Sign the plan") if drafted else ("Plan to make", "Make the plan")
    return Turn(
        stage="plan", kind=kind, mark=found.mark, why=f"Accepted by {decision.decided_by_name}. {stands}",
        owner=Role.PRESCRIBER, next_step=step, target="plan:page", rank=Rank.DECIDE, said_by_task=PLAN_TO_SIGN,
    )  # fmt: skip


def _after_signing(found: Reasons, given: int) -> Turn:
    """The last rows of the list: nothing presses, and nobody on a signed plan drops out of sight.

    They are listed under the stages that will say them once they stand.
    """
    if given:
        return Turn(
            stage="infusion", kind="Series running", mark=found.mark,
            why=f"{count(given, 'infusion')} of the series on record.", owner=Role.NURSE, next_step="See the visits",
            target="plan:visits", rank=Rank.NOTHING_PRESSES, waits_for_holds=True,
        )  # fmt: skip
    return Turn(
        stage="booking", kind="Visits to book", mark=found.mark, why="Plan signed; book the visits.",
        owner=Role.COORDINATOR, next_step="See the dates", target="plan:page", rank=Rank.NOTHING_PRESSES,
        waits_for_holds=True,
    )  # fmt: skip


def _still_signed(decision: DecisionRow) -> Turn:
    why = f"{decision.decided_by_name} decided: not suitable. The signed plan still stands."
    return Turn(
        stage="plan", kind="Signed plan, not suitable", mark="block", why=why, owner=Role.PRESCRIBER,
        next_step="Withdraw the plan", target="plan:page", rank=Rank.STOPPED,
    )  # fmt: skip


def _of_signed(found: Reasons) -> tuple[str, str]:
    if found.level is Level.PASS:
        return "See the plan", "plan:page"
    return ("See what blocks", "plan:page") if found.level >= Level.BLOCK else ("See the plan", "plan:page")


def _step(found: Reasons) -> tuple[str, str]:
    match found.level:
        case Level.PASS:
            return "Choose the vial", "plan:page#options"
        case Level.REVIEW:
            missing = all(f.missing for f in found.open)
            return ("Complete the record", "intake:page") if missing else ("Decide", "plan:page#gate")
        case Level.BLOCK:
            return "See what blocks", "plan:page#gate"
        case Level.REFUSE:
            return "Correct the facts", "plan:page#gate"
