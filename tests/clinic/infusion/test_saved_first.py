"""What a device saved while the clinic could not be reached: taken once, answered alike, and opened by its owner alone."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from tenuto.clinic.infusion.models import ChartEntry
from tenuto.clinic.infusion.services import SavedFirst, SessionRefused, chart, end_session, saving_keys
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.core.infusion.entries import NoteWritten, PumpPaused, PumpStopped, StopCause
from tests.clinic.infusion.conftest import LATER

SOON = LATER + timedelta(minutes=20)
SIX = {
    "systolic_mmhg": "124", "diastolic_mmhg": "78", "heart_rate_per_min": "80", "spo2_percent": "97",
    "respirations_per_min": "14", "moaas": "5",
}  # fmt: skip


def url(patient, act=""):
    return f"/patients/{patient.pk}/infusion/{act}"


def saved(session, by, kind, *, minutes=10, ahead=0, known=0, **fields):
    """The fields that the session page sends of an entry that it saved."""
    return {
        "kind": kind,
        "client_id": str(uuid4()),
        "session": str(session.pk),
        "saved_by": str(by.pk),
        "charted_at": (LATER + timedelta(minutes=minutes)).isoformat(),
        "ahead_seconds": str(ahead),
        "seen_event": str(known),
        **fields,
    }


def send(browser, session, fields):
    return browser.post(url(session.patient, "chart/"), fields, headers={"Accept": "application/json"})


@pytest.fixture
def _soon(monkeypatch, running):
    """The server's clock stands 20 minutes after the start."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: SOON)


def test_the_database_keeps_one_entry_of_a_client_id(running, bob):
    what = {"session": running, "client_id": "n", "what": NoteWritten("Calm."), "by": bob}
    row = chart(**what, happened_at=LATER, at=LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        ChartEntry.objects.create(
            patient=running.patient, session=running, client_id="n", kind=row.kind, content=row.content,
            happened_at=LATER, recorded_by_name="Bob", recorded_at=LATER, recorded_zone="UTC",
        )  # fmt: skip


@pytest.mark.usefixtures("_soon")
def test_a_saved_entry_keeps_its_time_and_what_the_device_knew(visit, running, bob):
    fields = saved(running, bob, "VitalsTaken", minutes=10, ahead=130, known=7, **SIX)
    assert send(visit(bob), running, fields).status_code == 200
    row = ChartEntry.objects.get(kind="VitalsTaken")
    assert (row.happened_at, row.recorded_at) == (LATER + timedelta(minutes=10), SOON)
    assert (row.known_number, row.ahead_seconds) == (7, 130)


@pytest.mark.usefixtures("_soon")
def test_a_repeat_is_answered_as_the_first_time_and_nothing_is_added(visit, running, bob):
    browser, fields = visit(bob), saved(running, bob, "PumpPaused")
    first = send(browser, running, fields)
    events = AuditEvent.objects.filter(action="charted").count()
    again = send(browser, running, fields)
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert first.json()["entries"][0]["words"] == "Pump paused"
    assert ChartEntry.objects.filter(kind="PumpPaused").count() == 1
    assert AuditEvent.objects.filter(action="charted").count() == events


@pytest.mark.usefixtures("_soon")
def test_a_form_and_a_saved_entry_of_one_id_are_one(visit, running, bob):
    browser, fields = visit(bob), saved(running, bob, "PumpPaused")
    assert browser.post(url(running.patient, "chart/"), fields).status_code == 302
    assert send(browser, running, fields).status_code == 200
    assert ChartEntry.objects.filter(kind="PumpPaused").count() == 1


@pytest.mark.usefixtures("_soon")
def test_another_entry_under_the_id_is_answered_with_the_one_that_counts(visit, running, bob):
    browser, fields = visit(bob), saved(running, bob, "NoteWritten", text="Calm.")
    send(browser, running, fields)
    answer = send(browser, running, fields | {"text": "Restless."})
    assert answer.status_code == 409
    assert answer.json()["kept"]["words"] == "Calm."
    assert not ChartEntry.objects.filter(content__text="Restless.").exists()


@pytest.mark.usefixtures("_soon")
@pytest.mark.parametrize(
    ("changed", "status", "sentence"),
    [
        ({"systolic_mmhg": "500"}, 422, "Systolic: 500 mmHg is outside 40 to 300"),
        ({"charted_at": ""}, 422, "cut off"),
        ({"session": str(uuid4())}, 422, "not on record for this patient"),
        ({"saved_by": "0"}, 409, "saved by somebody else"),
    ],
)
def test_what_is_not_taken_is_said_in_a_sentence(visit, running, bob, changed, status, sentence):
    answer = send(visit(bob), running, saved(running, bob, "VitalsTaken", **SIX) | changed)
    assert answer.status_code == status
    assert sentence in " ".join(answer.json()["problems"])
    assert not ChartEntry.objects.filter(kind="VitalsTaken").exists()


def test_an_entry_goes_to_the_session_that_it_was_charted_for(monkeypatch, visit, running, bob):
    """Also on the next day, when no session or another one is today's."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: LATER + timedelta(days=2))
    assert send(visit(bob), running, saved(running, bob, "PumpPaused")).status_code == 200
    assert running.entries.filter(kind="PumpPaused").exists()


@pytest.mark.usefixtures("_soon")
def test_what_stops_is_taken_whatever_the_page_knew(visit, running, bob):
    browser = visit(bob)
    for kind, more in (
        ("PumpPaused", {}),
        ("RateChanged", {"rate": "10"}),
        ("PumpStopped", {"cause": "other"}),
    ):
        assert send(browser, running, saved(running, bob, kind, **more)).status_code == 200


@pytest.mark.usefixtures("_soon")
def test_each_person_gets_a_key_of_their_own_and_the_same_one_again(visit, running, bob, bea, charlie):
    path = url(running.patient, f"key/{running.pk}/")
    answer = visit(bob).get(path)
    names = [each["name"] for each in answer.json()["keys"]]
    assert answer["Cache-Control"] == "no-store"
    assert answer.json()["now"] == SOON.isoformat()
    assert names == [each["name"] for each in visit(bob).get(path).json()["keys"]]
    assert names != [each["name"] for each in visit(bea).get(path).json()["keys"]]
    assert visit(charlie).get(path).status_code == 404
    assert visit().get(path).status_code == 302


@pytest.mark.usefixtures("_soon")
def test_who_charts_nothing_gets_no_key_and_charlie_charts_nothing(visit, running, alice, carol, charlie):
    path = url(running.patient, f"key/{running.pk}/")
    assert visit(alice).get(path).status_code == 200
    assert visit(carol).get(path).status_code == 403
    assert send(visit(carol), running, saved(running, carol, "PumpPaused")).status_code == 403
    assert send(visit(charlie), running, saved(running, charlie, "PumpPaused")).status_code == 404


def test_a_locked_sign_in_gets_no_key_and_takes_no_entry(visit, running, bob):
    browser = visit(bob)
    browser.post("/lock/")
    assert (
        browser.get(
            url(running.patient, f"key/{running.pk}/"), headers={"Accept": "application/json"}
        ).status_code
        == 403
    )
    assert send(browser, running, saved(running, bob, "PumpPaused")).status_code == 403
    assert not ChartEntry.objects.filter(kind="PumpPaused").exists()


def test_the_key_ends_a_week_after_the_session(running, bob):
    assert saving_keys(session=running, by=bob, at=LATER + timedelta(days=7))
    with pytest.raises(SessionRefused, match="late entry"):
        saving_keys(session=running, by=bob, at=LATER + timedelta(days=8))


def test_after_the_servers_secret_was_changed_the_earlier_key_still_opens(settings, running, bob):
    (before,) = saving_keys(session=running, by=bob, at=LATER)
    settings.SAVED_HERE_KEYS = [b"new", *settings.SAVED_HERE_KEYS]
    new, old = saving_keys(session=running, by=bob, at=LATER)
    assert old == before
    assert new.name != old.name


def test_what_waited_is_of_the_moment_in_which_it_was_charted(running, bob):
    row = chart(
        session=running, client_id="p", what=PumpPaused(), happened_at=LATER + timedelta(minutes=5),
        saved=SavedFirst(known=3, ahead_seconds=-40), by=bob, at=SOON,
    )  # fmt: skip
    assert (row.happened_at, row.claimed_at, row.ahead_seconds) == (LATER + timedelta(minutes=5), None, -40)


@pytest.mark.usefixtures("_soon")
def test_what_collides_is_kept_and_shown_side_by_side_until_a_person_has_settled_it(visit, running, bob, bea):
    browser, patient = visit(bob), running.patient
    known = AuditEvent.objects.order_by("-number").first().number
    chart(
        session=running, client_id="stop", what=PumpStopped(StopCause.PATIENT),
        happened_at=LATER + timedelta(minutes=9), by=bea, at=SOON,
    )  # fmt: skip
    fields = saved(running, bob, "PumpPaused", minutes=8, known=known)
    assert send(browser, running, fields).status_code == 200
    page = browser.get(url(patient)).content.decode()
    assert "Charted without the network: both charted the pump" in page
    assert page.count("Pump stopped: the patient wanted it") >= 2
    assert page.count("Pump paused") >= 2
    settle = saved(
        running, bob, "CollisionSettled", entry=fields["client_id"], other="stop", why="One after the other."
    )
    assert send(browser, running, settle).status_code == 200
    page = browser.get(url(patient)).content.decode()
    assert "Charted without the network" not in page
    assert "Both stand: One after the other." in page


@pytest.mark.usefixtures("_soon")
def test_a_chart_that_was_closed_meanwhile_takes_the_entry_and_says_so(visit, running, bob, bea):
    known = AuditEvent.objects.order_by("-number").first().number
    chart(
        session=running, client_id="stop", what=PumpStopped(StopCause.PATIENT),
        happened_at=LATER + timedelta(minutes=9), by=bea, at=SOON,
    )  # fmt: skip
    end_session(session=running, debrief="", by=bea, at=SOON)
    browser = visit(bob)
    assert (
        send(browser, running, saved(running, bob, "NoteWritten", known=known, text="Calm.")).status_code
        == 200
    )
    assert "the chart was closed meanwhile by Bea" in browser.get(url(running.patient)).content.decode()


@pytest.mark.usefixtures("_soon")
def test_what_was_looked_at_in_a_recovery_is_taken_once_row_by_row(visit, running, bob):
    browser = visit(bob)
    fields = saved(running, bob, "", gait="steady")
    first = browser.post(
        url(running.patient, "recovery/look/"), fields, headers={"Accept": "application/json"}
    )
    again = browser.post(
        url(running.patient, "recovery/look/"), fields, headers={"Accept": "application/json"}
    )
    assert (first.status_code, first.json()) == (200, again.json())
    assert ChartEntry.objects.filter(kind="RecoveryAnswered").count() == 1
