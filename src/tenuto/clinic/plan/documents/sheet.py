"""What a person reads of a proposed plan, as ready words in reading order: gate first, then why, then the numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from tenuto.core.dates import say_birthday, say_date
from tenuto.core.gate import Finding, Level
from tenuto.core.intake.facts import Person
from tenuto.core.intake.required import GROUPS, RequiredFact, facts
from tenuto.core.plan.calculation import Calculation
from tenuto.core.plan.proposal import Proposal

__all__ = ["DoseCheckRow", "FindingRow", "Sheet", "SheetRow", "sheet_of"]

NOT_FOR_CARE = (
    "A proposal for a licensed prescriber, who decides and signs. Not for care until your clinic has validated it. "
    "Not cleared or approved by any regulator."
)
MARKS = {Level.PASS: "●", Level.REVIEW: "◆", Level.BLOCK: "■", Level.REFUSE: "■"}


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A label and its value."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One reason of the gate."""

    level: str
    mark: str
    code: str
    message: str
    source: str
    evidence: str


@dataclass(frozen=True, slots=True)
class DoseCheckRow:
    """One line of the dose card: what both calculations found for it."""

    name: str
    formula: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything on the sheet. Empty sections are left out by whoever shows it."""

    level: str
    mark: str
    verdict: str
    person: str
    about: tuple[SheetRow, ...]
    findings: tuple[FindingRow, ...]
    dose: tuple[SheetRow, ...]
    no_dose: str
    checks: tuple[DoseCheckRow, ...]
    agree: str
    series: tuple[SheetRow, ...]
    maintenance: tuple[str, ...]
    missing: tuple[str, ...]
    """What is not recorded, most dangerous first."""
    not_checked: tuple[str, ...]
    alternatives: tuple[SheetRow, ...]
    ignored: str
    unrecorded: str = ""
    """The same in one line, by group."""
    to_do: tuple[SheetRow, ...] = ()
    """What is needed by the first infusion, with its due date."""
    footer: str = NOT_FOR_CARE
    title: str = "Proposed treatment plan"
    stamp: str = ""
    """A word across the page, such as WITHDRAWN."""
    company: tuple[SheetRow, ...] = ()
    """What the protocol requires beside the infusions, and who or what is on record."""
    signature: tuple[SheetRow, ...] = ()
    """Who signed which content, when and with what meaning; empty for a proposal."""


def sheet_of(proposal: Proposal, person: Person, ignored: Mapping[str, int]) -> Sheet:
    """The sheet of a proposal for this person; `ignored` counts the resources that were left out, by type."""
    level = proposal.gate.level
    calculation = proposal.orderable
    unrecorded = _unrecorded(proposal)
    return Sheet(
        level=level.name,
        mark=MARKS[level],
        verdict=_verdict(level),
        person=_person(person, proposal.assessment.body.age_years),
        about=_about(proposal),
        findings=tuple(_finding(f) for f in proposal.gate.findings if not _only_unrecorded(f)),
        dose=_dose(proposal, calculation) if calculation else (),
        no_dose="" if calculation else _no_dose(proposal),
        checks=_checks(calculation) if calculation else (),
        agree=_agree(calculation) if calculation else "",
        series=tuple(
            SheetRow(str(i.n), f"{say_date(i.on)}{_optional(i.kind.value)}")
            for i in proposal.series.infusions
        ),
        maintenance=_maintenance(proposal),
        missing=tuple(item.title for item in unrecorded),
        unrecorded=_in_one_line(unrecorded),
        to_do=_to_do(proposal),
        not_checked=proposal.not_checked,
        alternatives=tuple(SheetRow(a.protocol.id, a.why) for a in proposal.alternatives),
        ignored=_ignored(ignored),
    )


def _verdict(level: Level) -> str:
    return {
        Level.PASS: "No finding speaks against this plan.",
        Level.REVIEW: f"Opens for {level.opened_by}.",
        Level.BLOCK: f"Closed. Opens for {level.opened_by}.",
        Level.REFUSE: f"Refused. Opens for {level.opened_by}.",
    }[level]


def _person(person: Person, age: int | None) -> str:
    born = f"born {say_birthday(person.birth_date)}" if person.birth_date else "no birth date"
    if age is not None:
        born += f" ({age})"
    return ", ".join(
        [person.name or "No name recorded", born, person.sex or "no sex recorded", *person.identifiers]
    )


def _about(proposal: Proposal) -> tuple[SheetRow, ...]:
    plan, policy = proposal.protocol, proposal.policy
    signed = "demonstration only" if policy.demonstration else "signed" if policy.signed else "not signed"
    return (
        SheetRow("Plan of", say_date(proposal.as_of)),
        SheetRow(
            "For", proposal.condition.title if proposal.condition else "no condition that is treated here"
        ),
        SheetRow("Protocol", f"{plan.title} ({plan.id}, version {plan.version})" if plan else "none"),
        SheetRow("Policy", f"{policy.id}, version {policy.version}, {signed}"),
    )


def _finding(finding: Finding) -> FindingRow:
    return FindingRow(
        finding.level.name,
        MARKS[finding.level],
        finding.code,
        finding.message,
        finding.basis.text,
        finding.basis.evidence,
    )


def _dose(proposal: Proposal, calculation: Calculation) -> tuple[SheetRow, ...]:
    dose, inputs, weighing = calculation.dose, calculation.inputs, proposal.weighing
    weighed = f", weighed {say_date(weighing.taken)}" if weighing else ""
    original = f", sent as {weighing.original}" if weighing and weighing.original else ""
    rows = [
        SheetRow("Dose", f"{dose.ordered} ketamine base over {inputs.minutes}"),
        SheetRow("For each kg", f"{dose.per_kg.rounded(4)} ordered; {dose.target.rounded(4)} asked for"),
        SheetRow("Weight", f"{inputs.weight.rounded(2)}{weighed}{original}"),
        SheetRow(
            "Rate",
            f"{dose.rate.rounded(4)}, {dose.rate_per_minute.rounded(4)}, {dose.rate_per_kg.rounded(4)}",
        ),
    ]
    rows += [SheetRow("Held", applied.text) for applied in dose.caps_applied]
    if dose.drug_volume is not None:
        rows.append(SheetRow("Draw", f"{dose.drug_volume.rounded(4)} from a vial of {inputs.vial}"))
    if dose.infusate is not None:
        bag = dose.infusate
        rows.append(
            SheetRow("Fill to", f"{bag.total_volume.rounded(4)} in total, {bag.concentration.rounded(4)}")
        )
        rows.append(SheetRow("Pump", str(bag.pump_rate.rounded(4))))
    else:
        rows.append(SheetRow("Pump", "not known until vial strength and total volume are chosen"))
    return tuple(rows)


def _no_dose(proposal: Proposal) -> str:
    if proposal.protocol is None:
        return "No dose: there is no protocol to calculate it by."
    return "No dose: the findings marked REFUSE have to be corrected first."


def _checks(calculation: Calculation) -> tuple[DoseCheckRow, ...]:
    """The lines that both calculations have, side by side, in the order of the first."""
    second = {line.name: line.result for line in calculation.check.lines}
    return tuple(
        DoseCheckRow(step.name, step.formula, step.result, second[step.name])
        for step in calculation.dose.steps
        if step.name in second
    )


def _agree(calculation: Calculation) -> str:
    if calculation.agree:
        return "Both calculations agree."
    return "The two calculations do not agree. Do not use either."


def _optional(kind: str) -> str:
    return " (only if the review before it says so)" if kind == "optional" else ""


def _maintenance(proposal: Proposal) -> tuple[str, ...]:
    if proposal.maintenance is None:
        return ()
    sources = "; ".join(str(s) for s in proposal.maintenance.rule.basis.sources)
    evidence = proposal.maintenance.rule.basis.evidence
    return (proposal.maintenance.text, f"{sources or 'no document'} [{evidence}]")


def _only_unrecorded(finding: Finding) -> bool:
    """Whether a finding says no more than that a fact is not recorded; a list of them is one line."""
    return finding.missing and finding.level <= Level.REVIEW


def _unrecorded(proposal: Proposal) -> tuple[RequiredFact, ...]:
    """The facts that are not recorded, most dangerous first: what would close a start before what would only be looked at."""
    unknown = [fact for fact in facts() if fact.id in proposal.missing]
    return tuple(sorted(unknown, key=lambda fact: (-fact.planning, -fact.starting)))


def _in_one_line(unrecorded: tuple[RequiredFact, ...]) -> str:
    if not unrecorded:
        return ""
    groups = Counter(GROUPS[fact.group] for fact in unrecorded)
    listed = ", ".join(f"{title.lower()} {number}" for title, number in groups.items())
    what = "1 fact is" if len(unrecorded) == 1 else f"{len(unrecorded)} facts are"
    return f"{what} not recorded: {listed}."


def _to_do(proposal: Proposal) -> tuple[SheetRow, ...]:
    """What is needed on the day, with the day: the first infusion's, or the one the series may start on."""
    planned = proposal.series.infusions
    due = planned[0].on if planned else proposal.request.start or proposal.as_of
    names = [fact.title for fact in facts() if fact.id in proposal.assessment.to_do]
    return (SheetRow(f"By {say_date(due)}", ", ".join(names)),) if names else ()


def _ignored(ignored: Mapping[str, int]) -> str:
    if not ignored:
        return ""
    kinds = ", ".join(f"{kind} {count}" for kind, count in ignored.items())
    count = sum(ignored.values())
    what = "1 resource of another type was" if count == 1 else f"{count} resources of other types were"
    return f"{what} not read: {kinds}."
