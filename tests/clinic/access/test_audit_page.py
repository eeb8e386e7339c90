"""The weekly review: who looked without a part in the care, what failed, who broke glass; and its sign-off."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django_tasks_db.models import DBTaskResult

from tenuto.clinic.access import api as access
from tenuto.clinic.access import audit_rows, review
from tenuto.clinic.access.models import WeeklyReview
from tenuto.clinic.accounts.models import Role
from tenuto.clinic.ledger.actors import SYSTEM
from tenuto.clinic.ledger.models import AuditEvent, EventKind, OutboxMessage
from tenuto.clinic.ledger.outbox import ATTEMPTS, enqueue
from tenuto.clinic.ledger.services import record
from tenuto.clinic.ports.regular import give_on_late_tasks
from tests.clinic.conftest import NOW, PASSWORD, facts_of, hired, receive, source_of

QUERIES = 31
"""PostgreSQL takes the lock of the chain with one more."""
WEEK = review.Filters(NOW.date() - timedelta(days=6), NOW.date())


@pytest.fixture
def ben(alice):
    return registered(alice, "Ben Ode")


@pytest.fixture
def foreign(charlie):
    return registered(charlie, "Cara Fell")


def registered(by, name):
    source = source_of(f"{name}.json", f"{ord(name[0]):064x}")
    return receive(facts=facts_of(name, f"MRN {name}"), source=source, by=by, at=NOW).patient


def test_the_auditor_signs_in_to_the_audit(visit, erin):
    answer = visit().post("/sign-in/", {"username": "erin", "password": PASSWORD})
    assert answer["Location"] == "/audit/"


def test_the_auditor_sees_each_step_reads_included(visit, erin, bob, ana):
    visit(bob).get(f"/patients/{ana.pk}/plan/")
    text = visit(erin).get("/audit/").content.decode()
    for words in ("plan page", "registered patient", "Bob (bob)", "127.0.0.1"):
        assert words in text
    assert AuditEvent.objects.get(action="audit").by_id == str(erin.pk)


def test_the_bare_address_is_the_first_page_of_a_role_and_a_refusal_leads_there(visit, erin, ana):
    answer = visit().get("/", follow=True)
    assert answer.redirect_chain[-1][0] == "/sign-in/"
    assert visit(erin).get("/").url == "/audit/"
    page = visit(erin).get(f"/patients/{ana.pk}/plan/")
    assert page.status_code == 403
    assert 'href="/audit/">Go to the first page' in page.content.decode()


def test_an_event_says_whose_record_it_was(visit, erin, bob, ana):
    visit(bob).get(f"/patients/{ana.pk}/plan/")
    rows = audit_rows.rows_of(ana.clinic, AuditEvent.objects.filter(action="plan page"))
    assert [(row.who, row.kind, row.patient) for row in rows] == [("Bob (bob)", "Look", ana.name)]
    assert f"patient={ana.pk}" in visit(erin).get("/audit/").content.decode()


def test_everything_about_one_patient_lists_included(visit, erin, bob, ana, ben):
    visit(bob).get("/")
    visit(bob).get(f"/patients/{ben.pk}/plan/")
    page = visit(erin).get("/audit/", {"patient": str(ana.pk)}).content.decode()
    rows = page.split("Events, the newest first")[1]
    assert f"Everything about {ana.name}" in page
    assert "list of patients" in rows
    assert "plan page" not in rows
    assert AuditEvent.objects.filter(action="audit").get().detail["patient"] == str(ana.pk)


def test_a_patient_of_another_clinic_has_no_events_here(visit, erin, charlie, foreign):
    visit(charlie).get(f"/patients/{foreign.pk}/plan/")
    page = visit(erin).get("/audit/", {"patient": str(foreign.pk)}).content.decode()
    assert foreign.name not in page
    assert "Nothing matches" in page


@pytest.mark.parametrize("role", [Role.PRESCRIBER, Role.NURSE, Role.COORDINATOR])
def test_others_do_not_read_the_audit(visit, clinic, role):
    answer = visit(hired(clinic, "someone", role)).get("/audit/")
    assert answer.status_code == 403
    assert "may not read the audit. Ask a medical director or an auditor." in answer.content.decode()
    assert AuditEvent.objects.get(action="refused").detail["verb"] == "audit.read"


def test_an_auditor_sees_no_record(visit, erin, ana):
    assert visit(erin).get(f"/patients/{ana.pk}/plan/").status_code == 403


def test_another_clinics_events_are_not_shown(visit, erin, charlie, ana):
    visit(charlie).get("/")
    assert "charlie" not in visit(erin).get("/audit/").content.decode()


def test_who_looks_without_a_part_in_the_care_is_pointed_out(visit, alice, bob, ana):
    visit(alice).get(f"/patients/{ana.pk}/plan/")
    visit(bob).get(f"/patients/{ana.pk}/plan/")
    visit(bob).get(f"/patients/{ana.pk}/plan/")
    (stranger,) = review.summary(ana.clinic, WEEK).strangers
    assert (stranger.who, stranger.patient_name, stranger.looks) == ("Bob (bob)", ana.name, 2)
    access.change_care_team(patient=ana, staff=bob, member=True, by=alice, at=NOW)
    visit(bob).get(f"/patients/{ana.pk}/plan/")
    assert [one.looks for one in review.summary(ana.clinic, WEEK).strangers] == [2]


def test_failures_refusals_and_overrides_are_listed(visit, alice, bob, erin, ana):
    visit().post("/sign-in/", {"username": "alice", "password": "guess"})
    visit().post("/sign-in/", {"username": "a stranger", "password": "guess"})
    visit(bob).get("/audit/")
    record(
        action="let a review pass",
        subject=ana,
        by=alice,
        at=NOW,
        kind=EventKind.OVERRIDE,
        detail={"reason": "Known."},
    )
    found = review.summary(ana.clinic, WEEK)
    assert [event.by_name for event in found.failures] == ["nobody signed in", "Alice (alice)"]
    assert [(row.who, row.what) for row in found.refusals] == [("Bob (bob)", "refused: read the audit")]
    assert [(row.what, row.patient) for row in found.overrides] == [("let a review pass", ana.name)]
    text = visit(erin).get("/audit/").content.decode()
    assert "a stranger" not in text
    assert "Known." in text


@pytest.mark.parametrize(
    ("asked", "found"),
    [({"who": "bob"}, "plan page"), ({"what": "plan"}, "plan page"), ({"kind": "read"}, "plan page")],
)
def test_who_what_and_kind_filter(visit, erin, bob, ana, asked, found):
    visit(bob).get(f"/patients/{ana.pk}/plan/")
    rows = visit(erin).get("/audit/", asked).content.decode().split("Events, the newest first")[1]
    assert found in rows
    assert "registered patient" not in rows


def test_when_filters(clinic, ana):
    yesterday = NOW.date() - timedelta(days=1)
    assert not review.events(clinic, review.Filters(yesterday, yesterday)).exists()
    assert review.events(clinic, review.Filters(NOW.date(), NOW.date())).exists()


def test_days_that_make_no_sense_show_the_week(visit, erin):
    answer = visit(erin).get("/audit/", {"begins": "soon", "ends": "1"})
    assert answer.status_code == 200


def test_the_review_is_signed_off(visit, erin, ana):
    days = {"begins": str(WEEK.begins), "ends": str(WEEK.ends)}
    visit(erin).post("/audit/reviewed/", {**days, "note": "Asked Bob; he covered the ward."})
    done = WeeklyReview.objects.get()
    assert done.up_to_event >= AuditEvent.objects.get(action="registered patient").number
    assert "Asked Bob" in visit(erin).get("/audit/").content.decode()
    assert visit(erin).post("/audit/reviewed/", {"begins": "x"}, follow=True).status_code == 200
    assert WeeklyReview.objects.count() == 1


def test_printing_is_recorded_with_whose_page_it_was(visit, bob, charlie, ana):
    visit(bob).post("/printed/", {"page": "/patients/x/plan/", "patient": str(ana.pk)})
    visit(bob).post("/printed/", {"page": "/audit/"})
    first, second = AuditEvent.objects.filter(action="printed")
    assert (first.patient_id, first.kind) == (ana.pk, "read")
    assert second.subject_type == "accounts.clinic"
    assert visit(charlie).post("/printed/", {"patient": str(ana.pk)}).status_code == 404
    assert visit(bob).post("/printed/", {"patient": "none"}).status_code == 400


def test_what_the_program_could_not_do_is_in_the_weekly_review(visit, dora):
    with transaction.atomic():
        enqueue(key="reminder 1", kind="reminder", payload={}, due_at=NOW)
        record(action="asked for a message", subject=OutboxMessage(), by=SYSTEM, at=NOW)
    OutboxMessage.objects.update(attempts=ATTEMPTS, problem="No such number.")
    give_on_late_tasks.enqueue()
    for job in DBTaskResult.objects.all():
        job.set_failed(ValueError("x"))
    DBTaskResult.objects.update(finished_at=NOW)
    page = visit(dora).get("/audit/").content.decode()
    assert "was not sent after 10 tries: No such number." in page
    assert "Give on late tasks." in page


def test_the_number_of_queries_is_fixed(visit, erin, bob, ana, django_assert_num_queries):
    browser = visit(erin)
    visit(bob).get(f"/patients/{ana.pk}/plan/")
    with django_assert_num_queries(QUERIES + (connection.vendor == "postgresql")):
        browser.get("/audit/")
    for _ in range(30):
        visit(bob).get(f"/patients/{ana.pk}/plan/")
    with django_assert_num_queries(QUERIES + (connection.vendor == "postgresql")):
        browser.get("/audit/")
