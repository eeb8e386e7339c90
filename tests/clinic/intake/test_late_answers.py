"""An answer that comes late counts from its own day: in sight, with that day, and it opens nothing that was recorded after it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from tenuto.clinic.intake.services import receive
from tenuto.clinic.pathway.api import Batch, safety_now
from tenuto.clinic.ports.api import open_tasks_of
from tenuto.clinic.scales.services import record_form, record_triage
from tenuto.core.intake.facts import RecordedScore
from tenuto.core.intake.safety import Risk
from tenuto.core.scales.suicide_triage import RiskLevel
from tests.clinic.conftest import NOW, facts_of, source_of

DAY = (NOW - timedelta(days=9)).date()
LATER = NOW + timedelta(hours=1)
ITEMS = {str(n): 0 for n in range(1, 9)} | {"9": 3}


def by_paper(ana, alice):
    return record_form(
        patient=ana, instrument_id="phq9", answers=ITEMS, taken=DAY, answered_by="patient", by=alice, at=LATER
    )


def by_import(ana, alice):
    score = RecordedScore("phq9", Decimal(3), DAY, "ana.json", tuple(ITEMS.items()))
    receive(facts=facts_of(scores=(score,)), source=source_of(digest="9" * 64), by=alice, at=LATER)


def state_of(ana):
    return safety_now(ana, Batch([ana], clinic=ana.clinic, today=NOW.date()))


@pytest.mark.parametrize("came", [by_paper, by_import])
@pytest.mark.parametrize("level", [RiskLevel.LOW, RiskLevel.NONE])
def test_a_late_answer_is_in_sight_and_opens_nothing(ana, alice, came, level):
    for days in (2, 0):
        record_triage(
            patient=ana, level=level, rests_on="Interview with her", by=alice, at=NOW - timedelta(days=days)
        )
    before = {task.kind for task in open_tasks_of(ana)}
    came(ana, alice)
    assert {task.kind for task in open_tasks_of(ana)} == before
    state = state_of(ana)
    assert state.risk is Risk.KNOWN
    assert "PHQ-9 item 9 was 3, Sun 15 Nov 2026; it came on record after the triage." in state.text
    record_triage(patient=ana, level=level, rests_on="Asked again", by=alice, at=LATER + timedelta(hours=1))
    assert "PHQ-9 item 9 was 3, Sun 15 Nov 2026; it came on record" not in state_of(ana).text


@pytest.mark.parametrize("came", [by_paper, by_import])
def test_without_a_triage_since_it_is_open_with_its_day(ana, alice, came):
    came(ana, alice)
    state = state_of(ana)
    assert state.risk is Risk.OPEN
    assert "PHQ-9 item 9 was 3, Sun 15 Nov 2026. No triage since." in state.text


def test_the_words_of_the_task_say_the_day_of_the_answer(ana, alice):
    (task,) = by_paper(ana, alice).tasks
    assert task.why.startswith("PHQ-9, answered on Sun 15 Nov 2026 and entered later: ")
