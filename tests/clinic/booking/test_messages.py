"""What left, what waits and what was given up, on one page; in a demonstration as the patient reads it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from tenuto.clinic.access.restricting import change_care_team, restrict
from tenuto.clinic.booking.api import standing_of
from tenuto.clinic.booking.services.reminding import remind
from tenuto.clinic.ledger.models import AuditEvent, OutboxMessage
from tenuto.clinic.ledger.outbox import ATTEMPTS, FileSender, NotSent, sweep
from tenuto.clinic.people.identity import prefer_contact
from tenuto.clinic.people.models import Channel
from tests.clinic.booking.test_pages import booked
from tests.clinic.conftest import NOW

pytestmark = pytest.mark.django_db
PAGE = "bookings:messages"


@pytest.fixture
def reminded(week, alder, carol, visit, monkeypatch):
    """The reminders that are due the day before the first visit."""
    booked(visit(carol), alder)
    prefer_contact(patient=alder, channel=Channel.SMS, allowed=True, address="+1 555 0100", by=carol, at=NOW)
    at = standing_of(alder)[0].starts_at - timedelta(hours=20)
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)
    assert remind(alder.clinic, at=at) == 2
    return alder


class Refusing:
    def send(self, **_):
        raise NotSent("The service did not take it.")


def given_up(at):
    for n in range(ATTEMPTS):
        sweep(now=at + timedelta(days=n), sender=Refusing())


def test_what_was_given_up_stands_first_and_is_tried_again(reminded, carol, visit):
    message = OutboxMessage.objects.order_by("pk").first()
    given_up(message.due_at)
    browser = visit(carol)
    page = browser.get(reverse(PAGE)).content.decode()
    assert "Not sent" in page
    assert "The service did not take it." in page
    assert browser.post(reverse("bookings:message-again", args=[message.pk])).status_code == 302
    message.refresh_from_db()
    assert (message.attempts, message.leased_until) == (0, None)
    assert AuditEvent.objects.filter(action="tried a message again").count() == 1
    assert browser.post(reverse("bookings:message-again", args=[message.pk + 1000])).status_code == 404


def test_outside_a_demonstration_the_page_says_not_what_was_written(
    reminded, carol, visit, settings, tmp_path
):
    type(reminded.clinic).objects.filter(pk=reminded.clinic_id).update(demonstration=False)
    message = OutboxMessage.objects.order_by("pk").first()
    settings.OUTBOX_SENDER = ("tenuto.clinic.ledger.outbox.FileSender", (tmp_path,))
    assert sweep(now=message.due_at, sender=FileSender(tmp_path)) == 2
    page = visit(carol).get(reverse(PAGE)).content.decode()
    assert "Reminder of a visit" in page
    assert "Open the link" not in page
    assert "about your appointment" not in page


def test_in_a_demonstration_it_is_shown_as_the_patient_reads_it(reminded, carol, visit, settings, tmp_path):
    type(reminded.clinic).objects.filter(pk=reminded.clinic_id).update(demonstration=True)
    settings.OUTBOX_SENDER = ("tenuto.clinic.ledger.outbox.FileSender", (tmp_path,))
    message = OutboxMessage.objects.order_by("pk").first()
    assert sweep(now=message.due_at, sender=FileSender(tmp_path)) == 2
    page = visit(carol).get(reverse(PAGE)).content.decode()
    assert "about your appointment" in page
    assert "Open the link" in page


def test_other_clinics_and_who_may_not_book_see_none_of_it(reminded, charlie, erin, visit):
    message = OutboxMessage.objects.order_by("pk").first()
    assert "Reminder of a visit" not in visit(charlie).get(reverse(PAGE)).content.decode()
    assert visit(charlie).post(reverse("bookings:message-again", args=[message.pk])).status_code == 404
    assert visit(erin).get(reverse(PAGE)).status_code == 403


def test_the_event_of_the_page_names_those_on_it_and_nobody_whose_record_is_closed(
    reminded, alice, carol, dora, visit
):
    def looked():
        page = visit(carol).get(reverse(PAGE)).content.decode()
        event = (
            AuditEvent.objects.filter(kind="read", action__contains="messages").order_by("-number").first()
        )
        return reminded.name in page, event.detail["patients"]

    assert looked() == (True, [str(reminded.pk)])
    change_care_team(patient=reminded, staff=alice, member=True, by=dora, at=NOW)
    restrict(patient=reminded, restricted=True, why="Known to the staff.", by=dora, at=NOW)
    assert looked() == (False, [])
