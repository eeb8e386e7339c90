"""A patient answers the question on death twice, and worse the second time: no answer of theirs goes unheard (hazard H18)."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tenuto.clinic.pathway.api import Batch, safety_now
from tenuto.clinic.people.identity import prefer_contact
from tenuto.clinic.people.models import Channel
from tenuto.clinic.ports.api import open_tasks_of, put_on_call
from tenuto.clinic.scales.api import ask_by_link
from tenuto.clinic.scales.models import ItemAnswer, ScaleForm
from tenuto.clinic.scales.services import record_triage
from tenuto.core.scales.suicide_triage import RiskLevel
from tests.clinic.conftest import NOW
from tests.clinic.intake.conftest import text_of
from tests.clinic.portal.test_today import BORN, DAY, send
from tests.clinic.scales.filling import post_all, post_one

TAKEN, REFUSED = 204, 422
URGENT = ["suicide.urgent"]
STANDS = "The clinic has another answer of yours to this question, and it stands."


@pytest.fixture
def phone(visit, ana, alice):
    """Past the door, with the question on death and a scale after it."""
    prefer_contact(patient=ana, channel=Channel.SMS, allowed=True, address="555 0142", by=alice, at=NOW)
    put_on_call(staff=alice, begins_at=NOW - DAY, ends_at=NOW + DAY, phone="555 0190", by=alice, at=NOW)
    asked = ask_by_link(
        patient=ana, instruments=["suicide_check", "gad7", "phq9"], expires=NOW + DAY, by=alice, at=NOW
    )
    browser = visit()
    browser.post(f"/l/{asked.token}/", {"born": BORN})
    return browser


def answered(phone, value, client, *, item="1", instrument="suicide_check"):
    return send(phone, client=client, instrument=instrument, item=item, value=value)


def urgent(patient) -> list[str]:
    return [task.kind for task in open_tasks_of(patient)]


@pytest.mark.parametrize("same_name", [True, False])
def test_a_worse_second_answer_counts_and_opens_its_task(phone, ana, same_name):
    first = str(uuid4())
    second = first if same_name else str(uuid4())
    assert answered(phone, "0", first).status_code == TAKEN
    assert urgent(ana) == []
    for _ in range(2):  # The phone did not hear the first time.
        assert answered(phone, "2", second).status_code == TAKEN
    assert urgent(ana) == URGENT
    assert [row.value for row in ItemAnswer.objects.order_by("event_number")] == [0, 2]
    assert ScaleForm.objects.get().answers == {"1": 0}
    state = safety_now(ana, Batch.of(ana))
    assert state.is_red
    assert "Yes, and I do now" in state.sentences[0]


def test_a_worse_answer_after_a_triage_opens_its_task_again(phone, ana, alice):
    post_one(phone, "phq9", "9", "2")
    post_all(phone, "phq9", q9="0")
    record_triage(patient=ana, level=RiskLevel.NONE, rests_on="Talked at length.", by=alice, at=NOW)
    assert "suicide.urgent" not in urgent(ana)
    answered(phone, "2", str(uuid4()), item="9", instrument="phq9")
    assert "suicide.urgent" in urgent(ana)


@pytest.mark.parametrize("same_name", [True, False])
def test_a_milder_second_answer_replaces_nothing_and_is_refused_aloud(phone, ana, same_name):
    first = str(uuid4())
    answered(phone, "2", first)
    answer = answered(phone, "0", first if same_name else str(uuid4()))
    assert answer.status_code == REFUSED
    assert STANDS in answer.json()["problem"]
    assert [row.value for row in ItemAnswer.objects.all()] == [2]
    assert urgent(ana) == URGENT


def test_another_answer_under_the_same_name_is_not_taken_for_a_repeat(phone):
    client = str(uuid4())
    assert answered(phone, "1", client, instrument="gad7").status_code == TAKEN
    assert answered(phone, "1", client, instrument="gad7").status_code == TAKEN
    assert answered(phone, "3", client, instrument="gad7").status_code == REFUSED
    assert answered(phone, "1", client, instrument="gad7", item="2").status_code == REFUSED


def test_who_has_no_script_is_told_too(phone):
    answered(phone, "1", str(uuid4()))
    sent = {"client": str(uuid4()), "instrument": "suicide_check", "item": "1", "value": "0"}
    answer = phone.post("/today/answer/", sent)
    assert answer.status_code == REFUSED
    assert STANDS in text_of(answer)


def test_the_page_has_a_place_for_what_was_refused(phone):
    page = phone.get("/today/").content.decode()
    assert "data-refused" in page
    assert "data-refused-why" in page
