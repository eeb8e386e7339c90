"""What a patient's record says for the desk: the mark, why now, and the one next step. Pure; nothing is read or written."""

from __future__ import annotations

from dataclasses import dataclass

from tenuto.clinic.intake.api import DecisionRow
from tenuto.clinic.people.roles import Role
from tenuto.clinic.ui.gates import mark_of
from tenuto.clinic.ui.words import count
from tenuto.core.gate import Finding, Gate, Level

__all__ = ["MARKS", "NO_PLAN", "NextAct", "Planned", "Words", "gate_words", "next_act"]

CHOSEN_LATER = ("vial_mg_per_ml", "total_volume")
"""Chosen on the plan for each preparation: they say nothing of the person, and would mark everybody alike."""
SHORTEST_REASON = 40
MARKS = ("refuse", "block", "review", "pass", "unknown")
"""In the order of the lists."""
NOTHING_RECORDED = "No record yet."
NOTHING_OPEN = "Nothing stands against the plan and nothing is missing."


@dataclass(frozen=True, slots=True)
class Words:
    """A gate in one line: the mark, the first reason, how many more, and what to do about it, where."""

    mark: str
    why: str
    more: str
    next_step: str
    target: str


@dataclass(frozen=True, slots=True)
class NextAct:
    """What must happen next with a patient on the pathway, and whose turn it is."""

    stage: str
    kind: str
    mark: str
    why: str
    more: str
    owner: Role
    next_step: str
    target: str
    rank: int


@dataclass(frozen=True, slots=True)
class Planned:
    """How far a patient's plan has come: a draft, a version in force, and how many infusions of its series were given."""

    drafted: bool = False
    signed: bool = False
    given: int = 0


NO_PLAN = Planned()


def gate_words(gate: Gate | None) -> Words:
    """The gate for the list of patients. None means that nothing was recorded."""
    if gate is None:
        return Words("unknown", NOTHING_RECORDED, "", "Add a record", "intake:page")
    told = _open(gate)
    level = max((f.level for f in told), default=Level.PASS)
    step, target = _step(level, told)
    if not told:
        return Words(mark_of(level), NOTHING_OPEN, "", step, target)
    more = len(told) - 1
    return Words(mark_of(level), _start_of(told[0].message), f"and {more} more" if more else "", step, target)


def next_act(
    gate: Gate | None,
    decision: DecisionRow | None,
    *,
    plan: Planned = NO_PLAN,
    waits_for_signature: bool = False,
    held: bool = False,
) -> NextAct | None:
    """The turn that a patient's record calls for; None when it is nobody's turn at the desk, or another row says it.

    A decision that rests on other facts or limits than today's calls for a new look (hazard H31).
    """
    words = gate_words(gate)
    if gate is None:
        return _act("History to take", words, Role.COORDINATOR, "Take the history", "intake:page", 5)
    if plan.signed and any(f.level >= Level.BLOCK and not f.missing for f in _open(gate)):
        return NextAct("plan", "Signed plan, closed gate", words.mark, words.why, words.more, Role.PRESCRIBER,
                       "Revise or withdraw", "plan:page#gate", 1)  # fmt: skip
    if decision is not None and decision.outcome == "not_suitable" and decision.stands:
        return _still_signed(decision) if plan.signed else None
    if decision is not None and decision.outcome == "accepted" and (decision.stands or plan.signed):
        if plan.signed:
            return None if held else _after_signing(words, plan.given)
        return None if waits_for_signature else _to_sign(words, decision, drafted=plan.drafted)
    return _undecided(gate, words, decision)


def _to_sign(words: Words, decision: DecisionRow, *, drafted: bool) -> NextAct:
    stands = "A draft of the plan waits for a signature." if drafted else "There is no plan yet."
    why = f"Accepted by {decision.decided_by_name}. {stands}"
    kind, step = ("Plan to sign", "Sign the plan") if drafted else ("Plan to make", "Make the plan")
    return NextAct("plan", kind, words.mark, why, "", Role.PRESCRIBER, step, "plan:page", 3)


def _after_signing(words: Words, given: int) -> NextAct:
    """The last rows of the list: nothing presses, and nobody on a signed plan drops out of sight."""
    if given:
        why = f"{count(given, 'infusion')} of the series on record."
        return NextAct(
            "infusion", "Series running", words.mark, why, "", Role.NURSE, "See the visits", "plan:visits", 6
        )
    why = "Plan signed; book the visits."
    return NextAct(
        "booking", "Visits to book", words.mark, why, "", Role.COORDINATOR, "See the dates", "plan:page", 6
    )


def _still_signed(decision: DecisionRow) -> NextAct:
    why = f"{decision.decided_by_name} decided: not suitable. The signed plan still stands."
    return NextAct("plan", "Signed plan, not suitable", "block", why, "", Role.PRESCRIBER, "Withdraw the plan",
                   "plan:page", 1)  # fmt: skip


def _undecided(gate: Gate, words: Words, decision: DecisionRow | None) -> NextAct:
    told = _open(gate)
    missing = [f for f in told if f.missing]
    if words.mark == "refuse" and not all(f.missing for f in told if f.level is Level.REFUSE):
        return _act("Facts to correct", words, Role.PRESCRIBER, "Correct the facts", "intake:page", 1)
    if words.mark == "block" and any(f.level is Level.BLOCK and not f.missing for f in told):
        return _act("Blocked", words, Role.PRESCRIBER, "See what blocks", "plan:page#gate", 1)
    if missing:
        lacking = Words(
            words.mark,
            _start_of(missing[0].message),
            f"and {len(missing) - 1} more" if missing[1:] else "",
            "",
            "",
        )
        title = f"{count(len({f.fact for f in missing}), 'fact')} missing"
        return _act(title, lacking, Role.COORDINATOR, "Complete the record", "intake:page", 4)
    if decision is not None and not decision.stands:
        why = f"Facts or limits changed since {decision.decided_by_name} decided. {words.why}"
        again = Words(words.mark, why, words.more, "", "")
        return _act("To decide again", again, Role.PRESCRIBER, "Decide again", "intake:decision", 2)
    return _act("To decide", words, Role.PRESCRIBER, "Decide", "intake:decision", 3)


def _act(kind: str, words: Words, owner: Role, step: str, target: str, rank: int) -> NextAct:
    return NextAct("intake", kind, words.mark, words.why, words.more, owner, step, target, rank)


def _open(gate: Gate) -> list[Finding]:
    """What needs a decision about the person, the worst first and what is recorded before what is missing."""
    told = [f for f in gate.findings if f.level > Level.PASS and f.fact not in CHOSEN_LATER]
    return sorted(told, key=lambda f: (-f.level, f.missing))


def _start_of(message: str) -> str:
    """The first sentence, or two when the first is only a heading."""
    sentences = message.split(". ")
    start = sentences[0] if len(sentences[0]) >= SHORTEST_REASON else ". ".join(sentences[:2])
    return f"{start.rstrip('.')}."


def _step(level: Level, told: list[Finding]) -> tuple[str, str]:
    match level:
        case Level.PASS:
            return "Choose the vial", "plan:page#options"
        case Level.REVIEW:
            missing = all(f.missing for f in told)
            return ("Complete the record", "intake:page") if missing else ("Decide", "plan:page#gate")
        case Level.BLOCK:
            return "See what blocks", "plan:page#gate"
        case Level.REFUSE:
            return "Correct the facts", "plan:page#gate"
