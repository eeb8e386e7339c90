"""Whose turn it is with a plan. Pure; nothing is read or written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.intake.api import DecisionRow, IntakeState, with_decision
from tenuto.clinic.pathway.api import Judgement, Rank, Turn, task_place
from tenuto.clinic.plan.looking import SecondLook
from tenuto.clinic.plan.verdict import judged
from tenuto.clinic.ui.reasons import Reasons, reasons
from tenuto.core.course.next_facts import NextState
from tenuto.core.course.next_step import NextStep
from tenuto.core.gate import Finding, Gate, Level
from tenuto.core.literature.tasks import CHECK_DUE, LOOK_AGAIN, PLAN_TO_SIGN
from tenuto.core.outcomes.decisions import ReviewKind
from tenuto.core.plan.proposal import Proposal

__all__ = ["NO_PLAN", "OF_STATE", "Planned", "judgement_of", "turn_of"]

NOTHING_OPEN = "Nothing stands against the plan and nothing is missing."


@dataclass(frozen=True, slots=True)
class Planned:
    """How far a patient's plan has come: a draft, a version in force, and what comes next in its course."""

    drafted: bool = False
    signed: bool = False
    step: NextStep | None = None


NO_PLAN = Planned()


def judgement_of(
    proposal: Proposal, state: IntakeState, look: SecondLook | None, besides: Sequence[Finding] = ()
) -> Judgement:
    """The one verdict of today: of the signed plan where one is in force, else of the plan that would be proposed.

    `besides` are what other rooms add to it.
    """
    gate = with_decision(look.today if look else judged(proposal, state), state)
    found = reasons(gate + Gate.of(besides))
    step, target = _of_signed(found) if look else _step(found)
    first = () if look else state.asks_first(gate)
    return Judgement(
        mark="to_do" if first else found.mark,
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
        # It is due before what comes next, and where nothing has a day, today.
        return _stopped(
            "Signed plan, stopped",
            found,
            "Revise or withdraw",
            by=(plan.step and plan.step.by) or state.as_of,
            said_by_task=LOOK_AGAIN,
        )
    if decision is not None and decision.outcome == "not_suitable" and decision.stands:
        return _still_signed(decision) if plan.signed else None
    if decision is not None and decision.outcome == "accepted" and (decision.stands or plan.signed):
        return _after_signing(found, plan.step) if plan.signed else _to_sign(found, decision, plan.drafted)
    by_the_plan_alone = stops and not any(
        f.level >= Level.BLOCK and not f.missing for f in state.gate.findings
    )
    return _stopped("Stopped", found, "See what blocks") if by_the_plan_alone else None


def _stopped(kind: str, found: Reasons, step: str, *, by: date | None = None, said_by_task: str = "") -> Turn:
    return Turn(
        stage="plan", kind=kind, mark=found.mark, why=found.why, more=found.more, owner=Role.PRESCRIBER,
        next_step=step, target="plan:page#gate", rank=Rank.STOPPED, by=by, said_by_task=said_by_task,
    )  # fmt: skip


def _to_sign(found: Reasons, decision: DecisionRow, drafted: bool) -> Turn:
    stands = "A draft of the plan waits for a signature." if drafted else "There is no plan yet."
    kind, step = ("Plan to sign", "Sign the plan") if drafted else ("Plan to make", "Make the plan")
    return Turn(
        stage="plan", kind=kind, mark=found.mark, why=f"Accepted by {decision.decided_by_name}. {stands}",
        owner=Role.PRESCRIBER, next_step=step, target="plan:page", rank=Rank.DECIDE, said_by_task=PLAN_TO_SIGN,
    )  # fmt: skip


def _after_signing(found: Reasons, step: NextStep | None) -> Turn:
    """What the card of the next infusion says; nobody on a signed plan drops out of sight."""
    if step is None:
        return Turn(
            stage="plan", kind="Signed plan", mark=found.mark, why="The signed plan names no protocol: revise it.",
            owner=Role.PRESCRIBER, next_step="Revise the plan", target=PLAN, rank=Rank.DECIDE, waits_for_holds=True,
        )  # fmt: skip
    kind, stage, next_step, target, rank = OF_STATE[step.state]
    if step.state is NextState.CHECK_LATE:
        # The page on which the check is recorded is another room's, and stands with its task.
        target = task_place(CHECK_DUE).target or target
    return Turn(
        stage=stage, kind=kind, mark=found.mark if rank is Rank.NOTHING_PRESSES else "due", why=" ".join(step.staff),
        owner=Role(step.owner), next_step=next_step, target=target, rank=rank, by=step.by, waits_for_holds=True,
        said_by_task=_SAID_BY.get(step.state, ""),
    )  # fmt: skip


_SAID_BY: Mapping[NextState, str] = {
    NextState.END_NON_RESPONDER: ReviewKind.STOP_OR_JUSTIFY,
    NextState.END_UNKNOWN: ReviewKind.STOP_OR_JUSTIFY,
    NextState.DRIFTING: ReviewKind.BOOSTER,
    NextState.TAPER_THROUGH: ReviewKind.COMPLETION,
}
"""Which task says the same, with its deadline."""
VISITS, PLAN = "plan:visits", "plan:page"
OF_STATE: Mapping[NextState, tuple[str, str, str, str, Rank]] = {
    NextState.BEFORE: ("Visits to book", "booking", "See the dates", PLAN, Rank.NOTHING_PRESSES),
    NextState.MID_INDUCTION: ("Series running", "infusion", "See the visits", VISITS, Rank.NOTHING_PRESSES),
    NextState.END_RESPONDER: (
        "Series ended, response",
        "outcomes",
        "Decide what follows",
        VISITS,
        Rank.DECIDE,
    ),
    NextState.END_NON_RESPONDER: (
        "Series ended, no response",
        "outcomes",
        "Review the course",
        VISITS,
        Rank.DECIDE,
    ),
    NextState.END_UNKNOWN: ("Series ended, no score", "outcomes", "Ask for a score", VISITS, Rank.DECIDE),
    NextState.ON_TIME: ("Maintenance", "outcomes", "See the visits", VISITS, Rank.NOTHING_PRESSES),
    NextState.PASSED: ("Maintenance, date passed", "outcomes", "Decide what follows", VISITS, Rank.DECIDE),
    NextState.TAPER: ("Taper", "outcomes", "See the visits", VISITS, Rank.NOTHING_PRESSES),
    NextState.TAPER_THROUGH: ("Taper through", "outcomes", "Complete or go on", VISITS, Rank.DECIDE),
    NextState.COMPLETED: ("Course completed", "outcomes", "See the follow-up", VISITS, Rank.NOTHING_PRESSES),
    NextState.DRIFTING: ("Response is being lost", "outcomes", "Call the patient", VISITS, Rank.AGAIN),
    NextState.CHECK_LATE: ("Check late", "outcomes", "See to the check", VISITS, Rank.AGAIN),
    NextState.HELD: ("On hold", "booking", "See the plan", PLAN, Rank.AGAIN),
}
"""Kind, stage, next step, page and place in the list of each card."""


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
