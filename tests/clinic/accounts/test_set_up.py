"""A new clinic is told what it needs before its first patient, and that it has it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tenuto.clinic.accounts.demo_code import give_second_factor
from tenuto.clinic.accounts.services import open_clinic, set_clinic_words
from tenuto.clinic.accounts.setting_up import steps_of
from tenuto.clinic.backup.noted import LONGEST_UNMADE, LONGEST_UNTRIED, MADE, TRIED, overdue
from tenuto.clinic.ledger.actors import SYSTEM
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.ledger.services import record
from tenuto.clinic.live.worker import sign_of_life
from tenuto.clinic.ports.on_call import put_on_call
from tests.clinic.conftest import NOW

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def open_steps(clinic):
    return {step.title: step.open for step in steps_of(clinic, at=NOW) if not step.done}


def noted(action, **detail):
    return record(action=action, subject=AuditEvent(), by=SYSTEM, at=NOW, detail=detail)


def test_a_new_clinic_lacks_everything_and_every_step_says_where(db):
    new = open_clinic(name="Harbour", demonstration=False, zone="UTC")
    steps = steps_of(new, at=NOW)
    lacking = [step for step in steps if not step.done]
    assert {step.title for step in lacking} >= {
        "Two people who can sign limits",
        "A second clinician for the dose check",
        "Limits that the clinic signed",
        "What patients are told",
        "The clinic's clock",
        "Somebody on call",
        "Chairs, hours and nurses of a week",
        "A worker for what is due",
        "Backups",
        "The audit's anchor on another machine",
    }
    assert all(step.address or step.command for step in lacking)
    assert [step.rank for step in steps] == sorted({step.rank for step in steps})


@pytest.mark.django_db
def test_who_signs_is_named_until_a_second_factor_is_there(clinic, dora, alice, bob):
    told = open_steps(clinic)["Who signs is who they say"]
    assert all(name in told for name in ("Alice", "Bob", "Dora"))
    for person in (alice, bob, dora):
        give_second_factor(person, secret=SECRET)
    left = open_steps(clinic)
    assert not {
        "Who signs is who they say",
        "Two people who can sign limits",
        "A second clinician for the dose check",
    } & set(left)


def test_each_step_goes_when_it_is_done(clinic, dora, bob, settings):
    assert {"Somebody on call", "What patients are told", "A worker for what is due"} <= set(
        open_steps(clinic)
    )
    put_on_call(
        staff=bob, begins_at=NOW, ends_at=NOW + timedelta(hours=12), phone="555 0100", by=dora, at=NOW
    )
    set_clinic_words(clinic=clinic, phone="555 0101", crisis_words="Call 112.", by=dora, at=NOW)
    sign_of_life("worker-1", timezone.now())
    settings.LEDGER_ANCHORS_OUTSIDE = [("a.class", ())]
    clinic.refresh_from_db()
    left = set(open_steps(clinic))
    assert (
        not {
            "Somebody on call",
            "What patients are told",
            "A worker for what is due",
            "The audit's anchor on another machine",
        }
        & left
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("events", "later", "said"),
    [
        ([], timedelta(0), "None was ever made"),
        ([(MADE, {})], timedelta(0), "Nobody has tried yet"),
        ([(MADE, {}), (TRIED, {"comes_back": False})], timedelta(0), "would not come back whole"),
        ([(MADE, {}), (TRIED, {"comes_back": True})], timedelta(0), ""),
        ([(MADE, {}), (TRIED, {"comes_back": True})], LONGEST_UNMADE, ""),
        ([(TRIED, {"comes_back": True}), (MADE, {})], LONGEST_UNMADE + timedelta(seconds=1), "2 days ago"),
    ],
)
def test_backups_are_watched(events, later, said):
    for action, detail in events:
        noted(action, **detail)
    found = overdue(timezone.now() + later)
    assert found == "" if not said else said in found


@pytest.mark.django_db
def test_a_trial_of_a_backup_grows_old(monkeypatch):
    noted(TRIED, comes_back=True)
    monkeypatch.setattr("tenuto.clinic.backup.noted.LONGEST_UNMADE", timedelta(days=99))
    noted(MADE)
    assert overdue(NOW + LONGEST_UNTRIED) == ""
    assert "was last tried 35 days ago" in overdue(NOW + LONGEST_UNTRIED + timedelta(seconds=1))


def test_the_page_is_the_directors(visit, clinic, dora, alice, charlie):
    page = visit(dora).get("/set-up/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "Not ready yet" in text
    assert "/on-call/" in text
    assert "/staff/#words" in text
    assert "/set-up/" in visit(dora).get("/staff/").content.decode()
    for refused in (alice, charlie):
        assert visit(refused).get("/set-up/").status_code == 403
        assert "/set-up/" not in visit(refused).get("/staff/").content.decode()
    assert visit().get("/set-up/").status_code == 302


def test_production_tells_its_supervisor_that_backups_stopped(client, clinic, settings):
    assert client.get("/readyz").content.decode() == "ready\n"
    settings.PRODUCTION = True
    assert client.get("/readyz").content.decode() == "ready; look at: backup\n"


@pytest.mark.django_db
def test_a_supervisor_that_asks_often_reads_no_whole_chain():
    with CaptureQueriesContext(connection) as asked:
        overdue(NOW)
    assert len(asked) == 2
    # What has an index is part of each question.
    assert all("subject_type" in each["sql"] for each in asked.captured_queries)
