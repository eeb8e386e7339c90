"""The published rules and the signed one beside the model, and why they differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tenuto.clinic.forecast.courses import CourseKnown, CourseRead
from tenuto.clinic.ui.words import count, day, long_day
from tenuto.core.course.windows import first_windows
from tenuto.core.forecast.words import difference
from tenuto.core.literature.maintenance import maintenance_rule

__all__ = ["RuleRow", "rule_rows"]


@dataclass(frozen=True, slots=True)
class RuleRow:
    """What a rule says of this course."""

    name: str
    says: str
    when: str
    differs: str
    source: str


def rule_rows(known: CourseKnown, read: CourseRead) -> tuple[RuleRow, ...]:
    """The rule of the signed plan first, then the published ones."""
    return (*_signed(known, read), *_published(read))


def _signed(known: CourseKnown, read: CourseRead) -> Iterator[RuleRow]:
    ordered = known.plan.order.maintenance if known.plan else None
    if known.plan is None or ordered is None:
        return
    rule, silent = maintenance_rule(ordered.rule), read.found.abstention
    source = f"Plan version {known.plan.number}"
    if silent is not None and not silent.rules_speak:
        yield RuleRow(
            "Signed rule", "Not applicable: it is for keeping a response of weeks.", "no date", "", source
        )
        return
    windows = first_windows(rule, known.infusions[-1].on, count=1)
    when = f"{day(windows[0].first)} to {long_day(windows[0].last)}" if windows else "no date"
    window, differs = read.found.window, ""
    if windows and window is not None and not windows[0].first <= window.end <= windows[0].last:
        early = window.end < windows[0].first
        apart = (windows[0].first - window.end).days if early else (window.end - windows[0].last).days
        differs = f"It {'begins' if early else 'ends'} {count(apart, 'day')} {'after' if early else 'before'} the model's: it knows no score."
    yield RuleRow("Signed rule", rule.text, when, differs, source)


def _published(read: CourseRead) -> Iterator[RuleRow]:
    found = read.found
    for rule in found.rules:
        when = long_day(rule.next_date) if rule.next_date else "no date"
        if rule.next_date and rule.next_date < found.as_of:
            when = f"late since {when}"
        name = f"{rule.name[0].upper()}{rule.name[1:]}"
        yield RuleRow(name, rule.advice, when, difference(rule, found), rule.source)
