"""Which task an answer, a triage level or a red flag opens, by the kinds of `literature/tasks.toml`."""

from __future__ import annotations

from tenuto.core.intake.answers import said
from tenuto.core.intake.facts import Answer
from tenuto.core.literature.tasks import TaskKind, task_kinds
from tenuto.core.scales.red_flags import RedFlag, Urgency
from tenuto.core.scales.suicide_triage import RiskLevel

__all__ = ["for_answer", "for_flag", "for_level", "opens"]


def opens(kind: TaskKind, answer: Answer) -> bool:
    """Whether an answer of the history opens a task of this kind. Words that aren't a plain no open one that only a no avoids."""
    text = said(answer.value)
    if kind.fact != answer.fact:
        return False
    return text in kind.answers if kind.answers else text not in kind.unless


def for_answer(answer: Answer) -> tuple[TaskKind, ...]:
    """The tasks that an answer of the history opens."""
    return tuple(kind for kind in task_kinds().values() if kind.fact and opens(kind, answer))


def for_level(level: RiskLevel) -> tuple[TaskKind, ...]:
    """The tasks that a recorded triage level opens; none for NONE."""
    return tuple(kind for kind in task_kinds().values() if kind.triage == level.name.lower())


def for_flag(flag: RedFlag) -> TaskKind:
    """The task that a red flag opens. Every urgency has one."""
    wanted = Urgency(flag.urgency).name.lower()
    return next(kind for kind in task_kinds().values() if kind.urgency == wanted)
