"""What outcomes add to the spine, the worklist and the pages of a patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from tenuto.clinic.course.api import accounts
from tenuto.clinic.outcomes.checked import checks
from tenuto.clinic.outcomes.decided import decisions
from tenuto.clinic.outcomes.rules import ASKED
from tenuto.clinic.outcomes.words import hold_words
from tenuto.clinic.pathway.api import Batch, Contribution, PatientLink, Place, TaskPlace
from tenuto.clinic.ui.words import count, day
from tenuto.core.course.account import CourseAccount, CourseResponse
from tenuto.core.course.due import CoursePhase
from tenuto.core.course.next_facts import Obstacle, ObstacleKind
from tenuto.core.gate import Finding, Level
from tenuto.core.literature.tasks import CHECK_ABNORMAL, CHECK_DUE, MISSED_VISIT, task_kind
from tenuto.core.outcomes.decisions import DueDecision, ReviewKind
from tenuto.core.outcomes.safety_clock import CheckState, SafetyCheck

__all__ = ["CONTRIBUTION"]

RESPONSE = {
    CourseResponse.UNKNOWN: "No score yet",
    CourseResponse.NONE: "No response",
    CourseResponse.PARTIAL: "Better, no response",
    CourseResponse.RESPONSE: "Response",
    CourseResponse.REMISSION: "Remission",
}


def places(batch: Batch) -> Mapping[UUID, Place]:
    """What the last score says, once something was given; how many decisions wait."""
    due = decisions(batch)
    return {
        patient: _place(account, len(due.get(patient, ())))
        for patient, account in accounts(batch).items()
        if account.given
    }


def _place(account: CourseAccount, waiting: int) -> Place:
    if waiting:
        return Place("here", count(waiting, "decision due", "decisions due"))
    return Place("here", RESPONSE[account.response])


def obstacles(batch: Batch) -> Mapping[UUID, Sequence[Obstacle]]:
    """The reviews that wait and the checks that are late: some keep anything from being booked, the others say who acts."""
    found: dict[UUID, tuple[Obstacle, ...]] = {}
    known = accounts(batch)
    for patient, due in decisions(batch).items():
        found[patient] = tuple(_obstacle(each) for each in due if _to_say(each, known[patient]))
    for patient, own in checks(batch).items():
        found[patient] = (*found.get(patient, ()), *(_of_check(each) for each in own if each.asks))
    return found


def _of_check(check: SafetyCheck) -> Obstacle:
    if check.state is CheckState.HELD:
        return Obstacle(ObstacleKind.HOLD, hold_words(check).rstrip("."))
    rule = check.rule
    return Obstacle(ObstacleKind.CHECK, rule.late, rule.doing, patient=rule.patient)


def _to_say(due: DueDecision, account: CourseAccount) -> bool:
    """Not what the card of the phase says by itself: what follows a series, and a response that is being lost."""
    said = account.phase is CoursePhase.END and due.kind is ReviewKind.STOP_OR_JUSTIFY
    return due.kind in ASKED and due.kind is not ReviewKind.BOOSTER and not said


def _obstacle(due: DueDecision) -> Obstacle:
    title = task_kind(due.kind.value).title
    if due.holds:
        return Obstacle(ObstacleKind.HOLD, due.why.rstrip("."))
    return Obstacle(ObstacleKind.TASK, title, "prescriber", due.by)


def findings(batch: Batch) -> Mapping[UUID, Sequence[Finding]]:
    """A review that is late, or before which nothing is booked, and a long-term check that is late or not normal: nothing
    passes beside them."""
    found: dict[UUID, tuple[Finding, ...]] = {}
    for patient, due in decisions(batch).items():
        late = tuple(_finding(each, batch.today) for each in due if _presses(each, batch.today))
        if late:
            found[patient] = late
    for patient, own in checks(batch).items():
        if asked := tuple(_about_check(each) for each in own if each.asks or each.standing):
            found[patient] = (*found.get(patient, ()), *asked)
    return found


def _about_check(check: SafetyCheck) -> Finding:
    code = check.kind.name.replace("_", "-")
    if check.state is CheckState.HELD:
        said, opens = hold_words(check), "a normal result, or a prescriber's reason"
    elif check.asks:
        said, opens = f"{check.rule.late}: do it at the visit. {check.because}", "the result of the check"
    else:
        said, opens = check.standing[0].says, "a normal result, or a prescriber who has weighed it"
    return Finding(f"LONG-TERM-{code}", Level.REVIEW, said, check.rule.basis, opens_with=opens)


def _presses(due: DueDecision, today: date) -> bool:
    return due.kind in ASKED and (due.holds or due.by < today)


def _finding(due: DueDecision, today: date) -> Finding:
    title = task_kind(due.kind.value).title
    when = f"Late since {day(due.by)}" if due.by < today else f"Due {day(due.by)}"
    return Finding(
        f"REVIEW-DUE-{due.kind.name.replace('_', '-')}",
        Level.REVIEW,
        f"{title}: {when[0].lower()}{when[1:]}. {due.why}",
        due.basis,
        opens_with="the review of the course by a prescriber",
    )


CONTRIBUTION = Contribution(
    room="outcomes",
    findings=findings,
    page="outcomes:page",
    places=places,
    obstacles=obstacles,
    tasks={
        kind.value: TaskPlace(task_kind(kind.value).title, "Review the course", "outcomes:page#decide")
        for kind in ASKED
    }
    | {
        MISSED_VISIT: TaskPlace(task_kind(MISSED_VISIT).title, "Call the patient", "outcomes:page"),
        CHECK_DUE: TaskPlace(task_kind(CHECK_DUE).title, "Record the check", "outcomes:checks"),
        CHECK_ABNORMAL: TaskPlace(task_kind(CHECK_ABNORMAL).title, "Look at the result", "outcomes:checks"),
    },
    links=(
        PatientLink("Long-term checks", "outcomes:checks"),
        PatientLink("Follow-up and end of the course", "outcomes:ending"),
        PatientLink("Letters", "outcomes:letters"),
    ),
    patient_urls="tenuto.clinic.outcomes.urls",
)
