"""What a prescriber decides on, in one place: illness, severity, what was tried, suicide risk, open tasks, and wishes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from tenuto.clinic.intake.state import IntakeState
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ports.api import TaskRow
from tenuto.clinic.scales.api import TriageRow, triages_of
from tenuto.clinic.ui.gates import mark_of
from tenuto.clinic.ui.words import long_day, moment
from tenuto.core.gate import Finding, Level
from tenuto.core.intake.eligibility import case_of
from tenuto.core.intake.facts import Coding, RecordedScore
from tenuto.core.intake.required import JudgementPurpose, facts
from tenuto.core.intake.severity import adequate_trials, baseline_of
from tenuto.core.literature.tasks import task_kind
from tenuto.core.scales.definition import Instrument
from tenuto.core.units import plain

__all__ = ["Ground", "grounds_of_decision"]

TRIALS = "treatments.trials"
NOT_RECORDED = "Not recorded"
SUICIDE = ("suicide.screen", "suicide.attempts", "suicide.means")


@dataclass(frozen=True, slots=True)
class Ground:
    """One thing that is decided on: its label, what is on record, its mark, and the page where it is recorded."""

    label: str
    values: tuple[str, ...]
    mark: str = ""
    url: str = ""


def grounds_of_decision(
    patient: Patient, state: IntakeState, tasks: Sequence[TaskRow], *, now: datetime
) -> tuple[Ground, ...]:
    """Everything that is decided on, what can harm first."""
    return (
        _suicide(state, next(reversed(triages_of(patient.pk)), None)),
        *_tasks(patient, tasks, now),
        _against(state),
        Ground("Diagnosis", tuple(_diagnoses(state)) or (NOT_RECORDED,)),
        Ground("Severity", tuple(_severity(state)) or (NOT_RECORDED,), _mark(state, "baseline.scale")),
        Ground("Earlier trials", tuple(_trials(state)), _mark(state, TRIALS)),
        Ground("Clinical judgements", tuple(_judgements(state)) or (NOT_RECORDED,)),
        Ground("What the person wants", (_answer(state, "goals"),)),
    )


def _triage(row: TriageRow) -> Iterator[str]:
    """Whose triage the newest is, and in which words: a level alone can't be weighed."""
    role = "prescriber or medical director" if row.by_prescriber else "nurse"
    yield f"{row.level.name.capitalize()} by {row.recorded_by_name}, {role}, {moment(row.recorded_at)}. It rests on: {row.rests_on}"
    if row.contradicted:
        yield row.contradicted


def _suicide(state: IntakeState, triage: TriageRow | None) -> Ground:
    told = [f"Triage: {_answer(state, 'suicide.screen')}", *(_triage(triage) if triage else ())]
    told += [
        f"Attempts: {_answer(state, 'suicide.attempts')}",
        f"Access to means: {_answer(state, 'suicide.means')}",
    ]
    told += [f.message for f in _above_pass(state) if f.code.startswith("SUICIDE")]
    return Ground("Suicide risk", tuple(told), _mark(state, *SUICIDE))


def _tasks(patient: Patient, tasks: Sequence[TaskRow], now: datetime) -> Iterator[Ground]:
    for label, wanted in (("Open before anybody is accepted", True), ("Open beside it", False)):
        rows = [task for task in tasks if task_kind(task.kind).blocks is wanted]
        said = tuple(
            f"{task_kind(task.kind).title}, {'late since' if task.is_late(now) else 'due'} {moment(task.due)}: {task.why_now}"
            for task in rows
        )
        if wanted or said:
            mark = "block" if wanted and said else "due" if said else ""
            yield Ground(label, said or ("None",), mark, f"{reverse('intake:page', args=[patient.pk])}#tasks")


def _against(state: IntakeState) -> Ground:
    found = [f for f in _above_pass(state) if not f.missing and f.fact not in (*SUICIDE, "baseline.scale")]
    said = tuple(f"{f.level.name}: {f.message}" for f in found)
    mark = mark_of(max(f.level for f in found)) if found else ""
    return Ground("Against treatment", said or (_nothing_against(state),), mark)


def _nothing_against(state: IntakeState) -> str:
    """That nothing is found is calm only once everything was asked."""
    if state.record is None:
        return "Not asked yet"
    if state.missing:
        return f"Nothing in what is recorded; not recorded: {len(state.missing)}"
    if any(f.fact in SUICIDE for f in _above_pass(state)):
        return "Nothing is recorded that stands against it besides the risk of suicide"
    return "Nothing is recorded that stands against it"


def _diagnoses(state: IntakeState) -> Iterator[str]:
    for indication in state.assessment.indications:
        for problem in indication.problems:
            codes = _codes(problem.codings)
            yield f"{indication.condition.title}: {problem.text or 'without words'}{f' ({codes})' if codes else ''}"


def _severity(state: IntakeState) -> Iterator[str]:
    case = case_of(
        state.facts,
        policy=state.policy,
        as_of=state.as_of,
        purpose=JudgementPurpose.PLANNING,
        indication=None,
    )
    for condition in case.treated:
        if (found := baseline_of(case, condition)) is not None:
            yield f"{condition.title}: {_scored(*found)}"


def _scored(score: RecordedScore, scale: Instrument) -> str:
    band = scale.band(score.value)
    when = f", {long_day(score.taken)}" if score.taken else ""
    return f"{scale.title} {plain(score.value)}{f', {band.label}' if band else ''}{when}"


def _trials(state: IntakeState) -> Iterator[str]:
    answer = state.facts.answer(TRIALS)
    if answer is None:
        yield NOT_RECORDED
        return
    weeks = state.policy.number("trial_weeks_min")
    yield str(answer.value)
    count = adequate_trials(str(answer.value), weeks_min=weeks)
    yield f"{count} of {plain(weeks)} weeks or more can be read; {state.policy.whole('trials_min')} are asked for."


def _judgements(state: IntakeState) -> Iterator[str]:
    """Each judgement that the verdict rests on, with whose it is."""
    for item in facts():
        answer = state.facts.answer(item.id) if item.judged_by else None
        if answer is not None:
            whose = answer.origin.removeprefix("form, ") or "from a record"
            # The trials themselves stand above.
            told = whose if item.id == TRIALS else f"{_answer(state, item.id)}, {whose}"
            yield f"{'Earlier trials' if item.id == TRIALS else item.title}: {told}" + (
                ", who is no clinician" if answer.not_theirs else ""
            )


def _answer(state: IntakeState, fact: str) -> str:
    answer = state.facts.answer(fact)
    if answer is None:
        return "not asked yet" if fact in SUICIDE else NOT_RECORDED
    value = str(answer.value)
    if isinstance(answer.value, bool):
        value = "yes" if answer.value else "no"
    return f"{value}{f', {long_day(answer.taken)}' if answer.taken else ''}"


def _above_pass(state: IntakeState) -> list[Finding]:
    return [f for f in state.gate.findings if f.level > Level.PASS]


def _mark(state: IntakeState, *facts: str) -> str:
    levels = [f.level for f in state.gate.findings if f.fact in facts]
    return mark_of(max(levels)) if levels and max(levels) > Level.PASS else ""


def _codes(codings: Sequence[Coding]) -> str:
    return ", ".join(coding.code for coding in codings)
