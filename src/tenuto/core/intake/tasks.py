"""Which task an answer, a triage level or a red flag opens, by the kinds of `literature/tasks.toml`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from tenuto.core.intake.answers import said
from tenuto.core.intake.facts import Answer
from tenuto.core.intake.risk_answers import Untriaged
from tenuto.core.intake.risk_questions import risk_question, suicide_item
from tenuto.core.literature.tasks import TaskKind, task_kinds
from tenuto.core.scales.definition import Instrument
from tenuto.core.scales.reading import instruments
from tenuto.core.scales.red_flags import RedFlag, Urgency
from tenuto.core.scales.scoring import score
from tenuto.core.scales.suicide_triage import RiskLevel

__all__ = [
    "attempt_target",
    "for_answer",
    "for_flag",
    "for_harm",
    "for_level",
    "for_open_risk",
    "for_to_do",
    "opens",
]


def opens(kind: TaskKind, answer: Answer) -> bool:
    """Whether an answer of the history opens a task of this kind. Words that aren't a plain no open one that only a no avoids."""
    text = said(answer.value)
    if kind.fact != answer.fact:
        return False
    return text in kind.answers if kind.answers else text not in kind.unless


def for_answer(answer: Answer) -> tuple[TaskKind, ...]:
    """The tasks that an answer of the history opens."""
    return tuple(kind for kind in task_kinds().values() if kind.fact and opens(kind, answer))


def for_to_do(fact_id: str) -> TaskKind:
    """The task that asks for a fact by the first infusion. Every fact of the day has one."""
    return next(kind for kind in task_kinds().values() if kind.to_do == fact_id)


def for_level(level: RiskLevel) -> tuple[TaskKind, ...]:
    """The tasks that a recorded triage level opens; none for NONE."""
    return tuple(kind for kind in task_kinds().values() if kind.triage == level.name.lower())


def for_flag(flag: RedFlag) -> TaskKind:
    """The task that a red flag opens. Every urgency has one."""
    return _of_urgency(Urgency(flag.urgency))


def for_harm() -> TaskKind:
    """The task that a recorded suicide attempt opens, or harm that a person wrote of before they were registered: as urgent
    as the gravest answer. Hazard H18."""
    return _of_urgency(Urgency.URGENT)


def attempt_target(on: date) -> str:
    """What a task about a suicide attempt is about: the attempt, with its day."""
    return f"suicide_attempt:{on.isoformat()}"


def for_open_risk(answers: Iterable[Untriaged], *, high: bool) -> TaskKind:
    """The task of an open risk of suicide that nobody has: the most pressing that its answers open, else a triage.

    A risk that was found to be high waits for a prescriber. Hazard H18.
    """
    if high:
        return _of_urgency(Urgency.URGENT)
    raised = [for_flag(flag) for each in answers for flag in _raised(each)]
    return min(raised, key=lambda kind: kind.within, default=_of_urgency(Urgency.SAME_SESSION))


def _raised(each: Untriaged) -> Iterator[RedFlag]:
    """The red flags of an answer to a question on death or self-harm alone."""
    scale, value = _scale_of(each), suicide_item(each.form)
    if scale is None or scale.risk_item is None or value is None:
        return
    item = scale.risk_item.item
    if any(option.value == value for option in scale.item(item).options):
        yield from (flag for flag in score(scale, {item: value}).flags if flag.item == item)


def _scale_of(each: Untriaged) -> Instrument | None:
    question = risk_question(each.form)
    name = question.name if question else ""
    asking = (scale for scale in instruments().values() if scale.risk_item is not None)
    return next((s for s in asking if s.risk_item and f"{s.title} item {s.risk_item.item}" == name), None)


def _of_urgency(urgency: Urgency) -> TaskKind:
    wanted = urgency.name.lower()
    return next(kind for kind in task_kinds().values() if kind.urgency == wanted)
