"""What a task, a hold and the card of the next infusion say about a check of long-term safety."""

from __future__ import annotations

from tenuto.core.dates import say_date
from tenuto.core.literature.tasks import CHECK_ABNORMAL
from tenuto.core.outcomes.safety_clock import CheckState, SafetyCheck

__all__ = ["hold_words", "task_words"]


def hold_words(check: SafetyCheck) -> str:
    """Why nothing is booked."""
    if check.ground.startswith("late"):
        return f"{check.rule.title} was due on {say_date(check.due)}. Nothing is booked before it is done."
    found = next(each for each in check.standing if check.ground == f"abnormal:{each.id}")
    return f"{found.says} {check.rule.abnormal}"


def task_words(check: SafetyCheck, kind: str) -> str:
    """What is to be done, and why."""
    if kind == CHECK_ABNORMAL:
        return hold_words(check)
    visit = "" if check.state is CheckState.HELD else "It can be done at the visit. "
    return f"{check.rule.title}. {visit}{check.because}"
