"""What a person reads of a plan, as ready words in reading order: who, safety, gate, the whole order, then why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, tzinfo
from typing import Any

from tenuto.clinic.plan.documents.order import (
    SheetRow,
    allergies_of,
    care_lines,
    dose_rows,
    needs_for_a_dose,
)
from tenuto.core.dates import say_birthday, say_date
from tenuto.core.gate import Finding, Gate, Level
from tenuto.core.intake.answers import not_understood
from tenuto.core.intake.facts import PatientFacts, Person
from tenuto.core.intake.identifiers import record_number
from tenuto.core.intake.required import GROUPS, facts
from tenuto.core.intake.safety import Risk, SafetyState, asks_again, safety_state
from tenuto.core.intake.unrecorded import unrecorded
from tenuto.core.plan.calculation import Calculation
from tenuto.core.plan.holding import lapsed_by_the_start
from tenuto.core.plan.proposal import Proposal
from tenuto.core.plan.requirements import companions

__all__ = [
    "MARKS",
    "DoseCheckRow",
    "FindingRow",
    "Sheet",
    "SheetRow",
    "Today",
    "nothing_to_give",
    "sheet_of",
    "to_do_rows",
    "today_on",
    "unrecorded_line",
    "without_dose",
    "without_verdict",
]

NOT_FOR_CARE = (
    "A proposal for a licensed prescriber, who decides and signs. Not for care until your clinic has validated it. "
    "Not cleared or approved by any regulator."
)
FOR_AN_EXCEPTION = "These numbers are for a medical director who weighs an exception."
REFUSED = "The findings marked REFUSE have to be corrected first."
_NOTHING_TO_GIVE: Mapping[str, Any] = {
    **dict.fromkeys(
        ("dose", "checks", "series", "maintenance", "monitoring", "side_effects", "stops", "to_do"), ()
    ),
    "agree": "",
    "dose_note": "",
    "series_note": "",
}
"""What a sheet has to say of dose, preparation, pump and days where nothing is given."""
MARKS = {Level.PASS: "●", Level.REVIEW: "◆", Level.BLOCK: "■", Level.REFUSE: "■"}


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
    clinic: str = ""
    """Name and phone."""
    safety: str = ""
    """The safety line of the day on which the paper is made."""
    safety_level: str = ""
    """The level whose colour and mark it has."""
    patient: tuple[SheetRow, ...] = ()
    """Name, birth date and record number, allergies with their reactions, alerts."""
    monitoring: tuple[str, ...] = ()
    side_effects: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    series_note: str = ""
    """Which optional infusions have no day."""
    dose_note: str = ""
    """For whom alone the numbers are; empty where anybody may read them as the plan."""


@dataclass(frozen=True, slots=True)
class Today:
    """What a paper says of the day on which it is made, whatever was signed before."""

    safety: SafetyState
    on: date
    """The day: a paper is read on others."""
    clinic: str = ""
    alerts: tuple[str, ...] = ()
    level: str = ""
    """The one verdict of today, for a plan that was judged on another day; empty where the sheet has it."""
    why: str = ""
    next_step: str = ""
    """What comes next in the course; empty for a plan that is not in force."""


def _safety_line(safety: SafetyState, gate: Gate) -> str:
    """The safety line; where a finding speaks of suicide, “none found” is only the triage's."""
    speaks = any(
        f.level > Level.PASS and not f.missing and "suicid" in f.message.casefold() for f in gate.findings
    )
    if not speaks or safety.risk not in (Risk.NONE_FOUND, Risk.OLD):
        return safety.text
    return safety.text.replace("none found", "none found in the triage; see the findings", 1)


def sheet_of(
    proposal: Proposal,
    facts: PatientFacts,
    ignored: Mapping[str, int],
    *,
    gate: Gate | None = None,
    zone: tzinfo | None = None,
) -> Sheet:
    """The sheet of a proposal for the person of these facts; `ignored` counts the resources left out, by type.

    `gate` is the verdict where a clinic knows more than the proposal does, `zone` the clinic's own. The safety line is
    that of the facts alone; a clinic says more by `today_on`.
    """
    judged = gate or proposal.gate
    level, person, care = judged.level, facts.person, care_lines(proposal)
    safety = safety_state(facts, as_of=proposal.as_of, policy=proposal.policy, zone=zone)
    calculation = proposal.orderable
    sheet = Sheet(
        level=level.name,
        mark=MARKS[level],
        verdict=_verdict(judged),
        person=_person(person, proposal.assessment.body.age_years),
        about=_about(proposal),
        findings=tuple(_finding(f) for f in judged.findings if not _only_unrecorded(f)),
        dose=dose_rows(proposal),
        no_dose="" if calculation else f"No dose. {needs_for_a_dose(proposal)}",
        dose_note=FOR_AN_EXCEPTION if calculation and level is Level.BLOCK else "",
        checks=_checks(calculation) if calculation else (),
        agree=_agree(calculation) if calculation else "",
        series=tuple(SheetRow(str(i.n), f"{say_date(i.on)}{_optional(i.kind.value)}") for i in proposal.days),
        series_note=" ".join(filter(None, (proposal.left_out, lapsed_by_the_start(proposal, facts)))),
        maintenance=_maintenance(proposal),
        missing=tuple(_missing(proposal)),
        unrecorded=unrecorded_line(proposal),
        to_do=to_do_rows(proposal),
        not_checked=proposal.not_checked,
        alternatives=tuple(SheetRow(a.protocol.id, a.why) for a in proposal.alternatives),
        ignored=_ignored(ignored),
        safety=_safety_line(safety, judged),
        safety_level=safety.level.name,
        patient=_who(facts),
        monitoring=care.monitoring,
        side_effects=care.side_effects,
        stops=care.stops,
        company=_company(proposal, facts),
    )
    return nothing_to_give(sheet, REFUSED) if level is Level.REFUSE else sheet


def nothing_to_give(sheet: Sheet, why: str) -> Sheet:
    """A sheet on which nobody finds anything to give: no dose, preparation, pump or day, but `why`."""
    return replace(sheet, **_NOTHING_TO_GIVE, no_dose=f"No dose. {why}")


def without_dose(sheet: Mapping[str, Any], why: str, *, stops: Iterable[str]) -> dict[str, Any]:
    """The same of a sheet as plain values, on which nobody finds anything to give but `why`.

    `stops` are the sentences that stand first, beside what the gate says.
    """
    no_dose = f"No dose. {why}"
    stopped = " ".join(stops)
    stamp = "GIVE NOTHING" if stopped else sheet["stamp"]
    return {**sheet, **_NOTHING_TO_GIVE, "no_dose": no_dose, "stopped": stopped, "stamp": stamp}


def without_verdict(sheet: Mapping[str, Any], first: Sequence[Finding]) -> dict[str, Any]:
    """A sheet as plain values about whom nothing can be judged before what is asked `first`."""
    asked = {f.message for f in first}
    titles = ", ".join(known.title for known, _ in unrecorded(Gate.of(first)))
    return {
        **sheet,
        "level": "TO DO",
        "mark": "□",
        "verdict": f"Nothing is judged before it is recorded: {titles}.",
        "findings": [row for row in sheet["findings"] if row["message"] not in asked],
    }


def today_on(sheet: Mapping[str, Any], today: Today) -> dict[str, Any]:
    """A sheet as plain values with clinic, safety line and alerts of today on it."""
    alerts = [
        {
            "label": "Alerts",
            "value": "; ".join(alert.rstrip(".") for alert in _alerts(today)) or "None on record",
        }
    ]
    return {
        **sheet,
        **(_judged_today(sheet, today) if today.level else {}),
        "clinic": today.clinic,
        "safety": today.safety.text,
        "safety_level": today.safety.level.name,
        "patient": [*sheet.get("patient", ()), *alerts],
    }


def _alerts(today: Today) -> Iterator[str]:
    """What is red first, then a risk that is known, old or was never asked about, then the alerts of the record."""
    state = today.safety
    yield from state.words
    if state.is_amber or state.risk is Risk.NOT_ASKED:
        yield state.sentences[0]
    yield from today.alerts


def _judged_today(sheet: Mapping[str, Any], today: Today) -> dict[str, Any]:
    """Today's level stands where a reader looks for it; that of the day of the signature is said beside it."""
    signed = {"label": "When signed", "value": f"{sheet['mark']} {sheet['level']}"}
    following = [{"label": "Next", "value": today.next_step}] if today.next_step else []
    return {
        "level": today.level,
        "mark": MARKS[Level[today.level]],
        "verdict": f"On {say_date(today.on)}. {today.why}",
        "about": [signed, *following, *sheet["about"]],
    }


def _who(facts: PatientFacts) -> tuple[SheetRow, ...]:
    person = facts.person
    born = say_birthday(person.birth_date, person.birth_sent) if person.birth_date else "not recorded"
    return (
        SheetRow("Patient", person.name or "No name recorded"),
        SheetRow("Born", born),
        SheetRow("Record number", record_number(map(str, person.identifiers)) or "none"),
        SheetRow("Allergies", allergies_of(facts)),
    )


def _verdict(gate: Gate) -> str:
    opens = f"Opens for {gate.opened_by}."
    return {
        Level.PASS: "No finding speaks against this plan.",
        Level.REVIEW: opens,
        Level.BLOCK: f"Closed. {opens}",
        Level.REFUSE: f"Refused. {opens}",
    }[gate.level]


def _person(person: Person, age: int | None) -> str:
    born = (
        f"born {say_birthday(person.birth_date, person.birth_sent)}" if person.birth_date else "no birth date"
    )
    if age is not None:
        born += f" ({age})"
    number = record_number(map(str, person.identifiers)) or "no record number"
    return ", ".join([person.name or "No name recorded", born, person.sex or "no sex recorded", number])


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
    return {"optional": " (only if the review before it says so)", "maintenance": " (maintenance)"}.get(
        kind, ""
    )


def _maintenance(proposal: Proposal) -> tuple[str, ...]:
    follows = proposal.follows
    if follows is None:
        return ()
    sources = "; ".join(str(s) for s in follows.rule.basis.sources)
    evidence = follows.rule.basis.evidence
    return (follows.text, f"{sources or 'no document'} [{evidence}]")


def _only_unrecorded(finding: Finding) -> bool:
    """Whether a finding says no more than that a fact is not recorded; a list of them is one line."""
    merely = finding.missing and not asks_again(finding) and not not_understood(finding)
    return merely and finding.level <= Level.REVIEW


def _missing(proposal: Proposal) -> Iterator[str]:
    """Each fact by its name; what is needed by the first infusion with the day, and what is too old as such."""
    by = f"by {say_date(proposal.first_day)}" if to_do_rows(proposal) else ""
    for fact, finding in unrecorded(proposal.verdict):
        notes = [by] if by and fact.id in proposal.assessment.to_do else []
        notes += ["recorded too long ago"] if _is_too_old(finding) else []
        yield f"{fact.title} ({', '.join(notes)})" if notes else fact.title


def _company(proposal: Proposal, known: PatientFacts) -> tuple[SheetRow, ...]:
    """What the protocol requires beside the infusions, and who or what is on record for it."""
    required = companions(proposal.protocol, known) if proposal.protocol else ()
    return tuple(
        SheetRow(
            each.title,
            ", ".join(each.names) or "on record" if each.met else f"Not on record. {each.ask}",
        )
        for each in required
    )


def unrecorded_line(proposal: Proposal) -> str:
    """What is not recorded in one line, by group; empty when nothing is missing."""
    found = unrecorded(proposal.verdict)
    groups = Counter(GROUPS[fact.group].lower() for fact, _ in found)
    if not groups:
        return ""
    listed = ", ".join(f"{title} {number}" for title, number in groups.items())
    what = "1 fact is" if groups.total() == 1 else f"{groups.total()} facts are"
    old = [fact.title for fact, finding in found if _is_too_old(finding)]
    said = f" Of these, recorded too long ago: {'; '.join(old)}." if old else ""
    due = _to_do(proposal)
    if due:
        said += f" Of these, to do by {say_date(proposal.first_day)}: {len(due)}."
    return f"{what} not recorded: {listed}.{said}"


def _is_too_old(finding: Finding) -> bool:
    return finding.code.startswith("STALE")


def to_do_rows(proposal: Proposal) -> tuple[SheetRow, ...]:
    """What is needed on the day, with the day: the first infusion's, or the one the series may start on; none under REFUSE."""
    names = _to_do(proposal)
    return (SheetRow(f"By {say_date(proposal.first_day)}", ", ".join(names)),) if names else ()


def _to_do(proposal: Proposal) -> list[str]:
    if proposal.gate.level is Level.REFUSE:
        return []
    return [fact.title for fact in facts() if fact.id in proposal.assessment.to_do]


def _ignored(ignored: Mapping[str, int]) -> str:
    if not ignored:
        return ""
    kinds = ", ".join(f"{kind} {count}" for kind, count in ignored.items())
    count = sum(ignored.values())
    what = "1 resource of another type was" if count == 1 else f"{count} resources of other types were"
    return f"{what} not read: {kinds}."
