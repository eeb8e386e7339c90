"""The gate: its word, who may go on, and each finding with what opens below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tenuto.clinic.ui.components import FindingCard
from tenuto.clinic.ui.words import count
from tenuto.core.gate import Finding, Gate, Level
from tenuto.core.intake.answers import not_understood
from tenuto.core.intake.safety import asks_again
from tenuto.core.intake.unrecorded import unrecorded
from tenuto.core.policy import Policy

__all__ = [
    "MARKS",
    "NOBODY",
    "DecidedOn",
    "GateCard",
    "Missing",
    "finding_card",
    "gate_card",
    "mark_of",
    "missing_facts",
    "policy_text",
    "to_do_card",
    "worse_mark",
]


MARKS = ("refuse", "block", "review", "to_do", "pass", "unknown")
"""The marks of a gate in the order of the lists."""


@dataclass(frozen=True, slots=True)
class GateCard:
    """The gate as a card: the mark, one sentence, and the findings by level."""

    mark: str
    """Of its level; `to_do` where it is no verdict yet."""
    summary: str
    findings: tuple[FindingCard, ...]
    remarks: tuple[FindingCard, ...]
    missing_count: int
    policy: str
    policy_signed: bool


@dataclass(frozen=True, slots=True)
class DecidedOn:
    """What somebody decided on before: who and when, in words, and each finding by code, level and message."""

    words: str
    findings: frozenset[tuple[str, str, str]]

    def covers(self, finding: Finding) -> bool:
        """Whether it saw exactly this, at a level that its word opens. A finding that is worded otherwise is a new one."""
        known = (finding.code, finding.level.name, finding.message) in self.findings
        return finding.level is Level.REVIEW and known


NOBODY = DecidedOn("", frozenset())


@dataclass(frozen=True, slots=True)
class Missing:
    """A fact that is not recorded: what it is and how to get it."""

    mark: str
    title: str
    ask: str


def mark_of(level: Level) -> str:
    """The kind of mark of a level."""
    return level.name.lower()


def worse_mark(one: str, other: str) -> str:
    """The more closed of two marks of a gate; what is unknown is the least closed."""
    return min(one, other, key=MARKS.index)


def policy_text(policy: Policy) -> str:
    """The policy by name, version and whether it is signed."""
    return f"{policy.id} version {policy.version}, {'signed' if policy.signed else 'not signed'}"


def gate_card(
    gate: Gate, policy: Policy, *, against: str = "this plan", decided: DecidedOn = NOBODY
) -> GateCard:
    """Findings that need a decision first; what merely lacks is counted and listed further down the page.

    `against` names what the gate is for, such as "this plan"; `decided` is what was decided on before, and is not put up
    as undecided.
    """
    told = [f for f in gate.findings if not _only_missing(f)]
    return GateCard(
        mark=mark_of(gate.level),
        summary=_summary(gate, against, decided),
        findings=tuple(finding_card(f, policy, decided) for f in told if f.level > Level.PASS),
        remarks=tuple(finding_card(f, policy) for f in told if f.level is Level.PASS),
        missing_count=len(unrecorded(gate)),
        policy=policy_text(policy),
        policy_signed=policy.signed,
    )


def to_do_card(gate: Gate, policy: Policy, first: Sequence[Finding]) -> GateCard:
    """The gate of whom too little is recorded of to be judged: what has to be asked `first`, and no verdict."""
    card = gate_card(Gate.of(f for f in gate.findings if f not in first), policy)
    asked = ", ".join(
        f"{known.title[0].lower()}{known.title[1:]}" for known, f in unrecorded(gate) if f in first
    )
    return replace(
        card,
        mark="to_do",
        summary=f"Nothing is judged before it is recorded: {asked}. Nothing goes on until then.",
        missing_count=len(unrecorded(gate)),
    )


def finding_card(finding: Finding, policy: Policy, decided: DecidedOn = NOBODY) -> FindingCard:
    """One finding; sources, evidence in words, the rule and who may go on."""
    return FindingCard(
        code=finding.code,
        mark=mark_of(finding.level),
        message=finding.message,
        evidence=tuple(f"{tag}: {tag.meaning}" for tag in finding.basis.tags),
        sources=tuple(str(source) for source in finding.basis.sources),
        note=finding.basis.note,
        fact=finding.fact,
        missing=finding.missing,
        policy=policy_text(policy),
        opens_for=finding.opened_by,
        decided=decided.words if decided.covers(finding) else "",
    )


def missing_facts(gate: Gate) -> tuple[Missing, ...]:
    """What is not recorded, most dangerous first, each with what to do about it."""
    return tuple(Missing(mark_of(f.level), known.title, known.ask) for known, f in unrecorded(gate))


def _only_missing(finding: Finding) -> bool:
    merely = finding.missing and not asks_again(finding) and not not_understood(finding)
    return merely and finding.level is Level.REVIEW


def _to_decide(gate: Gate, decided: DecidedOn) -> str:
    told = [f for f in gate.at(gate.level) if not f.missing or not_understood(f)]
    before = sum(decided.covers(f) for f in told)
    decide = len(told) - before
    lacking = unrecorded(gate)
    # What the protocol requires beside the infusions, and what is still to be chosen, is no fact about the person.
    beside = {f.fact for f in gate.at(gate.level) if f.missing and not not_understood(f)} - {
        known.id for known, _ in lacking
    }
    parts = (
        (decide, f"{count(decide, 'thing')} to decide"),
        (before, f"{count(before, 'thing')} decided on in intake by {decided.words}"),
        (len(lacking), f"{count(len(lacking), 'fact')} to complete"),
        (len(beside), f"{count(len(beside), 'requirement')} to meet"),
    )
    return ", ".join(said for number, said in parts if number)


def _summary(gate: Gate, against: str, decided: DecidedOn) -> str:
    worst = gate.at(gate.level)
    match gate.level:
        case Level.PASS:
            return f"Nothing recorded stands against {against}, and nothing needed is missing. A prescriber still decides."
        case Level.REVIEW:
            return f"{_to_decide(gate, decided)}. Goes on with {Level.REVIEW.opened_by}."
        case Level.BLOCK:
            verb = "stands" if len(worst) == 1 else "stand"
            return f"{count(len(worst), 'thing')} {verb} against {against}. Goes on with {gate.opened_by}."
        case Level.REFUSE if gate.opened_by != Level.REFUSE.opened_by:
            return f"Nothing is given. Goes on with {gate.opened_by}."
        case Level.REFUSE:
            return (
                "No plan can be made from these facts, and nobody can override that. Correct the facts first."
            )
