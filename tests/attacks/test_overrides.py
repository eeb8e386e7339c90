"""What somebody did past the program's word stands in the weekly review, for somebody else to read (H8 of the override report)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tenuto.clinic.infusion.services import chart
from tenuto.clinic.pathway.api import Batch, safety_now
from tenuto.clinic.scales.services import record_triage
from tenuto.core.infusion.entries import PumpStarted, RateChanged
from tenuto.core.scales.suicide_triage import RiskLevel
from tenuto.core.units import MlPerHour
from tests.clinic.conftest import NOW
from tests.clinic.intake.conftest import text_of

pytestmark = pytest.mark.django_db

FAST = MlPerHour(Decimal(999))
ALL_YES = {str(item): 1 for item in range(1, 8)}
WHY = "She says that she ticked the wrong column."
ANSWERS = "C-SSRS screener: yes to questions 1, 2, 3, 4, 5, 6, 7, which gives the level high."


def overrides(visit, dora) -> str:
    page = text_of(visit(dora).get("/audit/"))
    return page[page.index("Overrides") :]


@pytest.mark.parametrize(
    ("what", "told"),
    [
        (PumpStarted(FAST, "The patient was in pain."), "before the gate was open: The patient was in pain."),
        (RateChanged(FAST), "The pump runs at 999"),
    ],
    ids=["ungated", "rate"],
)
def test_a_pump_past_its_order_is_in_the_weekly_review(visit, session, alice, dora, what, told):
    chart(session=session, client_id="one", what=what, happened_at=NOW, by=alice, at=NOW)
    assert told in overrides(visit, dora)


def test_a_triage_below_the_answers_is_in_the_weekly_review_and_both_stand(visit, ana, alice, dora):
    record_triage(patient=ana, level=RiskLevel.NONE, rests_on=WHY, screen=ALL_YES, by=alice, at=NOW)
    page = overrides(visit, dora)
    assert ANSWERS in page
    assert WHY in page
    state = safety_now(ana, Batch.of(ana))
    assert state.is_amber
    assert state.sentences[0].startswith(f"{ANSWERS} The triage of ")
    assert state.sentences[0].endswith("found no risk. Both stand.")
