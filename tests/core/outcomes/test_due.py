"""Reminders, expiry, and how much of what was due is there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tenuto.core.outcomes.battery import battery
from tenuto.core.outcomes.completeness import ScoreCompleteness, completeness, grouped, wanted_scores
from tenuto.core.outcomes.due import next_step
from tenuto.core.outcomes.occasions import AnsweredScale
from tests.core.outcomes.test_battery import answered, course, day
from tests.spec.tables import rows

ASKED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("row", rows("outcomes/reminders.md"))
def test_what_happens_to_a_bundle_that_is_not_answered(row):
    step = next_step(
        asked_at=ASKED,
        closes_at=ASKED + timedelta(hours=int(row["closes after h"])),
        reminded=int(row["reminded"]),
        rules=battery(),
        now=ASKED + timedelta(hours=int(row["hours"])),
    )
    assert step == row["step"]


def test_there_are_at_most_two_reminders():
    assert battery().reminders_most == 2


def test_a_window_that_closed_before_it_was_asked_is_refused():
    with pytest.raises(ValueError, match="window had closed"):
        next_step(asked_at=ASKED, closes_at=ASKED, reminded=0, rules=battery(), now=ASKED)


@pytest.mark.parametrize("row", rows("outcomes/completeness.md"))
def test_how_much_of_what_was_due_is_there(row):
    answers = answered(row["answered"])
    if row["void"]:
        answers += [AnsweredScale(a.scale, a.on, valid=False) for a in answered(row["void"])]
    scores = wanted_scores(
        course(row["infusions"], row["to come"]), answers, battery(), as_of=day(row["as of"])
    )
    found = completeness(scores)
    assert f"{found.there} of {found.wanted}" == row["complete"]
    assert ("" if found.percent is None else str(found.percent)) == row["percent"]


def test_completeness_by_patient_and_week():
    scores = wanted_scores(course("0 2 4 7 9 11"), answered("phq9 -3, phq9 8"), battery(), as_of=day(13))
    by_week = grouped((score.week, score) for score in scores)
    assert by_week == {day(0): ScoreCompleteness(1, 2), day(7): ScoreCompleteness(1, 2)}
    assert grouped(("Ana", s) for s in scores) == {"Ana": ScoreCompleteness(2, 4)}


def test_nothing_due_is_no_percent():
    assert completeness([]).percent is None
