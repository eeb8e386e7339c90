"""The card of the next infusion: the account of the course, and what the rooms say stands in its way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from tenuto.clinic.course.services.accounts import accounts
from tenuto.clinic.pathway.api import Batch, BookedNext, booked_of, obstacles_of
from tenuto.clinic.policies.api import policy_for
from tenuto.clinic.ports.api import (
    HoldRow,
    WindowKind,
    WindowRow,
    holds_in,
    windows_among,
)
from tenuto.core.course.account import CourseAccount
from tenuto.core.course.next_facts import DateSpan, NextFacts, Obstacle, ObstacleKind
from tenuto.core.course.next_step import NextStep, next_step_of

__all__ = ["next_steps"]

NOTHING_BOOKED = BookedNext(None)


def next_steps(batch: Batch) -> Mapping[UUID, NextStep]:
    """The card of each patient of a batch who has a plan in force. A fixed number of queries."""
    return batch.once(_next_steps)


def _next_steps(batch: Batch) -> Mapping[UUID, NextStep]:
    policy, known = batch.once(policy_for), obstacles_of(batch)
    planned = {patient: account for patient, account in accounts(batch).items() if account.signed}
    booked = booked_of(batch) if planned else {}
    holds, windows = (holds_in(batch), windows_among(list(planned))) if planned else ({}, {})
    found = {}
    for patient, account in planned.items():
        obstacles = (*_held(holds.get(patient, ())), *known.get(patient, ()))
        own = windows.get(patient, {})
        comes = booked.get(patient, NOTHING_BOOKED)
        facts = NextFacts(
            booked=comes.at,
            rescue=comes.rescue or _kept(own.get(WindowKind.RESCUE), account),
            model_window=_ahead(own.get(WindowKind.FORECAST), account),
            decided=_ahead(own.get(WindowKind.DECIDED), account),
            obstacles=tuple(dict.fromkeys(obstacles)),
        )
        step = next_step_of(account, facts=facts, policy=policy)
        if step is not None:
            found[patient] = step
    return found


def _ahead(window: WindowRow | None, account: CourseAccount) -> DateSpan | None:
    """The days of a window, unless an infusion was given since that it was meant for."""
    if window is None or (account.given and window.closes <= account.given[-1].on):
        return None
    return DateSpan(window.opens, window.closes)


def _kept(window: WindowRow | None, account: CourseAccount) -> date | None:
    """The agreed rescue slot, until its day is over or an infusion was given."""
    span = _ahead(window, account)
    return span.first if span is not None and span.first >= account.as_of else None


def _held(holds: Sequence[HoldRow]) -> list[Obstacle]:
    return [Obstacle(ObstacleKind.HOLD, hold.why.rstrip(".")) for hold in holds]
