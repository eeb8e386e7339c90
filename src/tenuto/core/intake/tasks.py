"""Which task an answer, a triage level or a red flag opens: owner, deadline and words from `literature/intake_tasks.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from tenuto.core.data import Table, data_file
from tenuto.core.intake.answers import said
from tenuto.core.intake.facts import Answer
from tenuto.core.literature import ROOT
from tenuto.core.scales.red_flags import RedFlag, Urgency
from tenuto.core.scales.suicide_triage import Level
from tenuto.core.sources import Basis, basis_of

__all__ = ["PLAN_TO_SIGN", "TaskRule", "for_answer", "for_flag", "for_level", "rules", "task_rule"]

PLAN_TO_SIGN = "plan.sign"
"""Opened when a person is accepted, closed by the signature of the plan."""


@dataclass(frozen=True, slots=True)
class TaskRule:
    """What to do, by whom and within which time."""

    id: str
    title: str
    why: str
    owner: str
    """The role that owns the task, as the clinic names its roles."""
    within: timedelta
    basis: Basis
    fact: str = ""
    answers: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    triage: str = ""
    urgency: str = ""


@data_file(ROOT / "intake_tasks.toml")
def rules(file: Table) -> tuple[TaskRule, ...]:
    """All rules, in the order of the file."""
    return tuple(_rule(entry) for entry in file.tables("task"))


def _rule(entry: Table) -> TaskRule:
    return TaskRule(
        id=entry.text("id"),
        title=entry.text("title"),
        why=entry.text("why"),
        owner=entry.text("owner"),
        within=timedelta(hours=entry.real("hours")),
        basis=basis_of(entry),
        fact=entry.text("fact", ""),
        answers=entry.words("answers", ()),
        unless=entry.words("unless", ()),
        triage=entry.text("triage", ""),
        urgency=entry.text("urgency", ""),
    )


def task_rule(rule_id: str) -> TaskRule:
    """The rule with this id; KeyError names an unknown one."""
    for rule in rules():
        if rule.id == rule_id:
            return rule
    raise KeyError(f"'{rule_id}' is not in literature/intake_tasks.toml.")


def for_answer(answer: Answer) -> tuple[TaskRule, ...]:
    """The tasks that an answer of the history opens. Words that aren't a plain no open a task that only a no avoids."""
    text = said(answer.value)
    return tuple(
        rule
        for rule in rules()
        if rule.fact == answer.fact and (text in rule.answers if rule.answers else text not in rule.unless)
    )


def for_level(level: Level) -> tuple[TaskRule, ...]:
    """The tasks that a recorded triage level opens; none for NONE."""
    return tuple(rule for rule in rules() if rule.triage == level.name.lower())


def for_flag(flag: RedFlag) -> TaskRule:
    """The task that a red flag opens. Every urgency has one."""
    wanted = Urgency(flag.urgency).name.lower()
    return next(rule for rule in rules() if rule.urgency == wanted)
