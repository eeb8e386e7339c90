"""What the program does about the decisions of courses on its own."""

from __future__ import annotations

from datetime import timedelta

from tenuto.clinic.accounts import clock
from tenuto.clinic.live.api import every, for_each_clinic
from tenuto.clinic.outcomes.services import (
    LOOKS_EVERY,
    contact_no_shows,
    push_answered,
    push_checks,
    push_decisions,
)

__all__ = ["act_on_answers", "ask_for_checks", "ask_for_decisions", "have_no_shows_called"]


@every(timedelta(minutes=10))
def ask_for_decisions() -> None:
    """Open the tasks and holds that courses call for today."""
    for_each_clinic(lambda clinic: push_decisions(clinic, at=clock.instant()))


@every(timedelta(minutes=10))
def have_no_shows_called() -> None:
    """Have those called today who did not come and are not well."""
    for_each_clinic(lambda clinic: contact_no_shows(clinic, at=clock.instant()))


@every(timedelta(hours=1))
def ask_for_checks() -> None:
    """Ask for the long-term checks that are due, and hold whom one holds."""
    for_each_clinic(lambda clinic: push_checks(clinic, at=clock.instant()))


@every(LOOKS_EVERY)
def act_on_answers() -> None:
    """Hold whom a form that was just answered holds, and end what it was waited for."""
    for_each_clinic(lambda clinic: push_answered(clinic, at=clock.instant()))
