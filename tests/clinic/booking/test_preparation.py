"""A patient prepares, answers and asks for a change by link; reminders leave by day, once, to who wants them."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse

from tenuto.clinic.booking.api import BookingRefused, EndKind, end_appointment
from tenuto.clinic.booking.models import ChangeRequest, CheckIn, PreparationLink, VisitReminder
from tenuto.clinic.booking.services.preparing import ask_for_change, preparation_link
from tenuto.clinic.booking.services.reminding import remind, written
from tenuto.clinic.ledger.models import OutboxMessage
from tenuto.clinic.ledger.outbox import NotSent
from tenuto.clinic.people.identity import prefer_contact
from tenuto.clinic.people.models import Channel
from tenuto.clinic.ports.api import LONGEST_SHIFT, open_tasks_of, put_on_call
from tests.clinic.booking.conftest import WELL
from tests.clinic.conftest import NOW

pytestmark = pytest.mark.django_db


def page(phone) -> str:
    return phone.get(reverse("bookings:preparation")).content.decode()


def test_the_link_shows_the_clock_times_of_the_booked_start(phone, first):
    start = first.on_its_clock(first.starts_at)
    shown = page(phone)
    assert f"{start:%H:%M}" in shown
    for hours in (8, 6, 2):
        assert f"{first.on_its_clock(first.starts_at - timedelta(hours=hours)):%H:%M}" in shown
    assert "tomorrow" in shown.lower()


def test_a_second_link_is_the_same_link(phone, first, carol):
    preparation_link(appointment=first, by=carol, at=NOW)
    assert PreparationLink.objects.count() == 1


def test_nobody_without_the_link_sees_it(first, visit, carol):
    assert visit().get(reverse("bookings:preparation")).status_code == 403
    assert visit(carol).get(reverse("bookings:preparation")).status_code == 403


def test_a_cancelled_visit_is_off(phone, first, carol):
    end_appointment(appointment=first.pk, kind=EndKind.CANCELLED, why="The patient is ill.", by=carol, at=NOW)
    assert "This visit is off" in page(phone)
    assert phone.post(reverse("bookings:check-in"), WELL).status_code == 422
    assert not CheckIn.objects.exists()


def test_answers_are_kept_once_and_nothing_is_opened_when_all_is_well(phone, first):
    assert "Some questions" in page(phone)
    assert "My mood" not in page(phone)
    assert phone.post(reverse("bookings:check-in"), WELL).status_code == 302
    assert CheckIn.objects.get().escort == "Tom"
    assert [task.kind for task in open_tasks_of(first.patient) if task.kind.startswith("booking")] == []
    assert "Your answers are at the clinic" in page(phone)


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        ({"ill": "yes"}, "booking.check_in", "Feels ill."),
        ({"mood": "much_worse"}, "booking.check_in", "Mood: much worse."),
        ({"has_escort": "no", "escort": ""}, "call.back", "Nobody takes the patient home."),
        ({"medicines_changed": "yes"}, "call.back", "Medicines have changed."),
        ({"words": "I took an aspirin."}, "call.back", "I took an aspirin."),
    ],
)
def test_what_calls_for_a_call_is_a_task_at_once(phone, first, alice, bob, change, kind, words):
    put_on_call(
        staff=alice, begins_at=NOW - timedelta(hours=1), ends_at=NOW - timedelta(hours=1) + LONGEST_SHIFT,
        phone="555 010 0190", by=bob, at=NOW,
    )  # fmt: skip
    assert "My mood" in page(phone)
    assert phone.post(reverse("bookings:check-in"), {**WELL, "mood": "usual", **change}).status_code == 302
    (task,) = [task for task in open_tasks_of(first.patient) if task.kind == kind and words in task.why]
    assert task.due > NOW


def test_what_is_left_out_is_asked_again(phone):
    answer = phone.post(reverse("bookings:check-in"), {"fasting": "yes"})
    assert answer.status_code == 422
    assert "Please answer yes or no." in answer.content.decode()
    assert not CheckIn.objects.exists()


def test_another_time_is_asked_for_and_the_visit_stands(phone, first, carol):
    answer = phone.post(reverse("bookings:change"), {"words": "Thursday would be better."})
    assert answer.status_code == 302
    assert ChangeRequest.objects.get().words == "Thursday would be better."
    (task,) = [task for task in open_tasks_of(first.patient) if task.kind == "booking.change"]
    assert "Thursday" in task.why
    assert not hasattr(first, "end")
    end_appointment(appointment=first.pk, kind=EndKind.CANCELLED, why="Asked for Thursday.", by=carol, at=NOW)
    assert [task for task in open_tasks_of(first.patient) if task.kind == "booking.change"] == []


def wants(patient, channel, address, by, *, allowed=True):
    prefer_contact(patient=patient, channel=channel, allowed=allowed, address=address, by=by, at=NOW)


def test_reminders_leave_once_each_and_only_to_who_wants_them(first, carol, clinic):
    assert remind(clinic, at=NOW) == 0
    wants(first.patient, Channel.SMS, "555 010 0177", carol)
    assert remind(clinic, at=NOW) >= 1
    count = VisitReminder.objects.count()
    assert remind(clinic, at=NOW) == 0
    assert VisitReminder.objects.count() == count
    message = OutboxMessage.objects.filter(kind="booking.remind").first()
    sent = written(message.payload)
    assert sent["to"] == "555 010 0177"
    assert clinic.name in sent["words"]
    for word in ("ketamine", "infusion", first.patient.name.lower(), str(first.starts_on.year)):
        assert word not in sent["words"].lower()


def test_nobody_is_reminded_at_night_or_of_a_visit_that_is_off(first, carol, clinic):
    wants(first.patient, Channel.EMAIL, "ana@example.org", carol)
    night = first.starts_at.replace(hour=2)
    assert remind(clinic, at=night) == 0
    assert remind(clinic, at=NOW) >= 1
    message = OutboxMessage.objects.get(key__startswith=f"booking.remind:{first.pk}")
    end_appointment(appointment=first.pk, kind=EndKind.CANCELLED, why="The patient is ill.", by=carol, at=NOW)
    with pytest.raises(NotSent, match="cancelled or moved"):
        written(message.payload)


def test_a_prescriber_marks_medicines_for_the_page(phone, first, alice, carol, visit):
    url = reverse("booking:medicines", args=[first.patient.pk])
    assert visit(carol).post(url, {"medicines": "None"}).status_code == 403
    assert visit(alice).post(url, {"medicines": "Leave out lorazepam that morning."}).status_code == 302
    assert "Leave out lorazepam that morning." in page(phone)


def test_staff_give_the_link_once_it_is_booked(first, carol, charlie, visit):
    url = reverse("booking:link", args=[first.patient.pk, first.pk])
    answer = visit(carol).post(url)
    assert answer.status_code == 201
    assert "/l/" in answer.content.decode()
    assert visit(charlie).post(url).status_code == 404


LONG = f"{'The bus is late on most days. ' * 30}I can't go on living."


def test_all_that_a_patient_wrote_is_read_whole_and_a_task_that_holds_less_says_so(phone, first, bob, visit):
    assert 500 < len(LONG) <= 1000
    assert phone.post(reverse("bookings:check-in"), {**WELL, "words": LONG}).status_code == 302
    assert phone.post(reverse("bookings:change"), {"words": LONG}).status_code == 302
    tasks = [task for task in open_tasks_of(first.patient) if "The bus is late" in task.why]
    assert len(tasks) == 2
    for task in tasks:
        assert len(task.why) <= 500
        assert task.why.endswith("There is more: read all of it on the booking page.")
    shown = unescape(visit(bob).get(reverse("booking:page", args=[first.patient_id])).content.decode())
    assert shown.count("I can't go on living.") == 2


def test_what_is_longer_than_is_kept_is_refused_and_never_cut(first, carol):
    with pytest.raises(BookingRefused, match=r"1001 characters long, and 1000 are kept. Nothing was saved"):
        ask_for_change(appointment=first, words="x" * 1001, by=carol, at=NOW)
    assert not ChangeRequest.objects.exists()
