"""Two clinics in one process, each on its own clock: the day differs, and so does what counts as the future."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.guards import WrongClinic
from tenuto.clinic.accounts.models import Role
from tenuto.clinic.accounts.services import open_clinic, set_clinic_zone, zone_seen
from tenuto.clinic.course.services import record_visit
from tenuto.clinic.intake.state import current
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.people.services import register_patient
from tenuto.clinic.ports.api import open_task
from tests.clinic.conftest import NOW, hired, numbers

LATE = datetime(2026, 11, 24, 11, 30, tzinfo=UTC)
"""Half past midnight of the 25th in Auckland, half past one at night of the 24th in Honolulu."""
EAST, WEST = "Pacific/Auckland", "Pacific/Honolulu"


@pytest.fixture
def two(db, monkeypatch):
    """A nurse and a patient of a clinic in the east, and of one in the west."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: LATE)
    found = []
    for name, zone in (("Harbour Light", EAST), ("Palm Clinic", WEST)):
        clinic = open_clinic(name=name, demonstration=True, zone=zone)
        nurse = hired(clinic, f"nurse.{zone[-3:]}", Role.NURSE)
        patient = register_patient(
            name="Ana Silva", birth_date=date(1981, 5, 4), identifiers=numbers("MRN 1"), by=nurse, at=LATE
        )
        found.append((clinic, nurse, patient))
    return found


def test_each_clinic_has_its_own_day(two):
    (east, _, _), (west, _, _) = two
    assert (clock.today(east), clock.today(west)) == (date(2026, 11, 25), date(2026, 11, 24))
    assert clock.now(east) == clock.now(west) == LATE
    assert f"{clock.now(east):%H:%M} {clock.now(west):%H:%M}" == "00:30 01:30"


def test_a_day_begins_and_ends_at_the_clinic(two):
    (east, _, _), _ = two
    assert clock.start_of_day(east, date(2026, 11, 25)) == datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
    # The day on which summer time begins has 23 hours.
    spring = date(2026, 9, 27)
    length = clock.start_of_day(east, spring + timedelta(days=1)).astimezone(UTC) - clock.start_of_day(
        east, spring
    ).astimezone(UTC)
    assert length == timedelta(hours=23)


def test_facts_are_judged_on_the_day_of_the_clinic(two):
    (_, _, ana), (_, _, other) = two
    assert (current(ana).as_of, current(other).as_of) == (date(2026, 11, 25), date(2026, 11, 24))


def test_what_is_today_in_one_clinic_is_the_future_in_the_other(two):
    visit = {
        "kind": "preparatory",
        "held_on": date(2026, 11, 25),
        "in_person": True,
        "topics": [],
        "note": "x",
    }
    (_, east_nurse, ana), (_, west_nurse, other) = two
    record_visit(patient=ana, **visit, by=east_nurse, at=LATE)
    with pytest.raises(ValueError, match="in the future"):
        record_visit(patient=other, **visit, by=west_nurse, at=LATE)


def test_pages_show_times_on_the_clock_of_the_clinic(two, visit):
    for (_, nurse, patient), shown in zip(two, ("Wed 25 Nov, 00:30", "Tue 24 Nov, 01:30"), strict=True):
        open_task(
            patient=patient,
            kind="scale.review",
            why="Call back.",
            owner_role=Role.NURSE,
            due=LATE,
            by=nurse,
            at=LATE,
        )
        assert shown in visit(nurse).get("/worklist/").content.decode()


def test_the_clock_is_put_back_after_each_request(two, visit):
    before = timezone.get_current_timezone_name()
    for _, nurse, _ in two:
        visit(nurse).get("/staff/")
        assert timezone.get_current_timezone_name() == before


def test_a_time_that_is_typed_is_the_clinics(two, visit):
    for (_, nurse, patient), typed in zip(two, ("2026-11-25T00:15", "2026-11-24T01:15"), strict=True):
        visit(nurse).post(
            f"/patients/{patient.pk}/intake/measurements/", {"taken_at": typed, "weight_kg": "70"}
        )
        (measured,) = [m for m in current(patient).facts.measurements if m.kind == "weight_kg"]
        assert (measured.taken.isoformat(), measured.minute) == tuple(typed.split("T"))


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "Europe/Atlantis"])
def test_a_clinic_opens_in_a_zone_that_exists(db, zone):
    with pytest.raises(ValueError, match="not a known time zone"):
        open_clinic(name="Nowhere", demonstration=True, zone=zone)


def test_a_moment_without_a_zone_is_refused(clinic):
    with pytest.raises(ValueError, match="has no time zone"):
        clock.day_of(clinic, NOW.replace(tzinfo=None))


def test_the_director_sets_the_zone_and_it_is_on_record(visit, dora, clinic):
    answer = (
        visit(dora)
        .post("/staff/zone/", {"zone": "America/Chicago", "seen": zone_seen(clinic)}, follow=True)
        .content.decode()
    )
    assert "It is 03:30 at Meadow Clinic now." in answer
    event = AuditEvent.objects.get(action="set time zone")
    assert event.detail == {"before": "UTC", "after": "America/Chicago"}
    clinic.refresh_from_db()
    assert clock.now(clinic).hour == 3


def test_two_directors_do_not_set_the_zone_over_each_other(visit, dora, clinic):
    seen = zone_seen(clinic)
    set_clinic_zone(clinic=clinic, zone=WEST, by=dora, at=NOW)
    answer = visit(dora).post("/staff/zone/", {"zone": "America/Chicago", "seen": seen})
    assert answer.status_code == 409
    assert f"It is now: {WEST}" in answer.content.decode()
    assert 'value="America/Chicago"' in answer.content.decode()
    clinic.refresh_from_db()
    assert clinic.zone == WEST


def test_an_unknown_zone_is_a_sentence_and_stays_in_the_field(visit, dora, clinic):
    answer = visit(dora).post("/staff/zone/", {"zone": "Europe/Atlantis"}).content.decode()
    assert "not a known time zone" in answer
    assert 'value="Europe/Atlantis"' in answer
    assert not AuditEvent.objects.filter(action="set time zone").exists()


def test_nobody_else_sets_the_zone(visit, alice, charlie, clinic):
    assert visit(alice).post("/staff/zone/", {"zone": "America/Chicago"}).status_code == 403
    with pytest.raises(PermissionError, match="Ask a medical director"):
        set_clinic_zone(clinic=clinic, zone="America/Chicago", by=alice, at=NOW)
    theirs = hired(charlie.clinic, "other.director", Role.MEDICAL_DIRECTOR)
    with pytest.raises(WrongClinic):
        set_clinic_zone(clinic=clinic, zone="America/Chicago", by=theirs, at=NOW)


def test_what_was_recorded_keeps_its_day_when_the_zone_changes(two):
    (east, _, ana), _ = two
    set_clinic_zone(clinic=east, zone=WEST, by=hired(east, "director", Role.MEDICAL_DIRECTOR), at=LATE)
    assert ana.identities.get().recorded_on == date(2026, 11, 25)
