"""An enquiry that speaks of harm, answered by two people at one instant: the danger follows the person, and no task stays behind."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from tenuto.clinic.intake.services import enquiries
from tenuto.clinic.intake.services.enquiries import (
    Enquiring,
    EnquiryEnded,
    mark_harm,
    record_enquiry,
    register_enquirer,
)
from tenuto.clinic.ports.api import open_tasks_about_nobody, open_tasks_of
from tenuto.core.intake.facts import Person
from tenuto.core.literature.tasks import ENQUIRY_HARM
from tests.clinic.conftest import NOW
from tests.patience import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)

ASKED = Enquiring("web", "Sam Reed", "sam@example.org", True, message="I see no way on.")
A_MOMENT = 3
"""Seconds that the other has to come in between; one who is made to wait does not."""


@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="on SQLite one transaction writes at a time, whoever asks"
)
def test_the_harm_is_not_left_behind_by_who_registers_at_the_same_instant(clinic, alice, carol, monkeypatch):
    enquiry = record_enquiry(clinic=clinic, asked=ASKED, by=carol, at=NOW)
    looked, registered = threading.Event(), threading.Event()
    opens = enquiries.open_by_rule

    def slowly(*given, **more):
        looked.set()
        registered.wait(A_MOMENT)
        return opens(*given, **more)

    def register():
        try:
            looked.wait(PATIENCE)
            register_enquirer(enquiry=enquiry, person=Person("Sam Reed", (), None), by=carol, at=NOW)
            registered.set()
        finally:
            connection.close()

    other = threading.Thread(target=register)
    other.start()
    with monkeypatch.context() as patched:
        patched.setattr(enquiries, "open_by_rule", slowly)
        mark_harm(enquiry=enquiry, by=alice, at=NOW)
    other.join()
    patient = clinic.patients.get()
    assert [task for task in open_tasks_about_nobody(clinic) if task.kind == ENQUIRY_HARM] == []
    assert any("speaks of harm" in task.why for task in open_tasks_of(patient))


def test_who_is_second_hears_that_it_ended(clinic, alice, carol):
    enquiry = record_enquiry(clinic=clinic, asked=ASKED, by=carol, at=NOW)
    enquiries.close_enquiry(enquiry=enquiry, why="A wrong number.", by=carol, at=NOW)
    with pytest.raises(EnquiryEnded):
        mark_harm(enquiry=enquiry, by=alice, at=NOW)
    assert [task for task in open_tasks_about_nobody(clinic) if task.kind == ENQUIRY_HARM] == []
