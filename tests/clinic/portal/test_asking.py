"""What is due is asked by itself: one bundle and one link at a time, at most two reminders, and an end."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tenuto.clinic.intake.api import current
from tenuto.clinic.intake.services import RecordSource, receive
from tenuto.clinic.intake.services.consents import withdraw_consent
from tenuto.clinic.ledger.models import AuditEvent, OutboxMessage
from tenuto.clinic.ledger.outbox import sweep
from tenuto.clinic.links import api as links
from tenuto.clinic.people.identity import prefer_contact
from tenuto.clinic.people.models import Channel
from tenuto.clinic.portal.services.asking import ask_what_is_due, follow_up
from tenuto.clinic.ports.api import put_on_call
from tenuto.clinic.scales.models import ScaleForm, ScaleReminder, ScaleRequest
from tenuto.core.scales.reading import instrument
from tests.clinic.conftest import NOW
from tests.clinic.plan.conftest import accepted, add, signed  # noqa: F401
from tests.clinic.scales.filling import answer_one

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


class Recorder:
    """A sender that remembers."""

    def __init__(self):
        self.sent = []

    def send(self, *, key, kind, payload):
        self.sent.append(payload)


def left(at=NOW):
    """What leaves at a moment."""
    sender = Recorder()
    sweep(now=at, sender=sender)
    return sender.sent


@pytest.fixture
def on_call(alice):
    put_on_call(staff=alice, begins_at=NOW - DAY, ends_at=NOW + 10 * DAY, phone="555 0190", by=alice, at=NOW)


@pytest.fixture
def planned(accepted, alice):  # noqa: F811
    """A patient whose first infusion is tomorrow, and who wants text messages."""
    patient = accepted("Demo Alder")
    signed(patient, alice)
    prefer_contact(patient=patient, channel=Channel.SMS, allowed=True, address="555 0142", by=alice, at=NOW)
    return patient


def test_what_is_due_leaves_as_one_message_with_one_link(planned, clinic, on_call, visit):
    assert ask_what_is_due(clinic, at=NOW) == 1
    request = ScaleRequest.objects.get()
    assert "phq9" in request.instruments
    assert set(request.occasions) == {"baseline-1", "before-1"}
    (message,) = left()
    assert (message["channel"], message["to"]) == ("sms", "555 0142")
    address = message["words"].rsplit(" ", 1)[1]
    path = address.removeprefix("http://127.0.0.1:8000")
    born = planned.birth_date.isoformat()
    assert visit().post(path, {"born": born})["Location"] == "/today/"


def test_the_message_says_nothing_of_the_patient_or_of_treatment(planned, clinic, on_call):
    """Hazard H33: a phone's first line is read by others."""
    ask_what_is_due(clinic, at=NOW)
    (message,) = left()
    words = message["words"].split("http")[0].lower()
    assert words == "from meadow clinic: some questions for you. "


def test_the_address_of_a_link_waits_in_no_table(planned, clinic, on_call):
    ask_what_is_due(clinic, at=NOW)
    token = links.token_of(ScaleRequest.objects.get().link_id)
    kept = json.dumps(OutboxMessage.objects.get().payload)
    assert token not in kept
    assert "/l/" not in kept


def test_nothing_is_asked_twice(planned, clinic, on_call):
    ask_what_is_due(clinic, at=NOW)
    assert ask_what_is_due(clinic, at=NOW + HOUR) == 0
    assert ScaleRequest.objects.count() == 1


def test_without_anybody_on_call_what_asks_about_death_waits(planned, clinic):
    assert ask_what_is_due(clinic, at=NOW) == 1
    asked = ScaleRequest.objects.get().instruments
    assert not {"phq9", "suicide_check"} & set(asked)
    assert "gad7" in asked


def test_who_has_no_number_is_asked_about_death_in_the_chair(planned, clinic, on_call, alice):
    prefer_contact(patient=planned, channel=Channel.SMS, allowed=False, address="", by=alice, at=NOW)
    prefer_contact(
        patient=planned, channel=Channel.EMAIL, allowed=True, address="al@example.org", by=alice, at=NOW
    )
    assert ask_what_is_due(clinic, at=NOW) == 1
    asked = ScaleRequest.objects.get().instruments
    assert not {"phq9", "suicide_check"} & set(asked)
    assert "gad7" in asked


def test_nobody_is_written_to_at_night(planned, clinic, on_call):
    assert ask_what_is_due(clinic, at=NOW.replace(hour=20)) == 0
    assert ask_what_is_due(clinic, at=NOW.replace(hour=8)) == 0


def test_who_wants_no_messages_gets_none(planned, clinic, on_call, alice):
    prefer_contact(patient=planned, channel=Channel.SMS, allowed=False, address="", by=alice, at=NOW)
    assert ask_what_is_due(clinic, at=NOW) == 0
    assert not ScaleRequest.objects.exists()


def test_nobody_is_asked_without_a_signed_plan(ana, clinic, alice, on_call):
    prefer_contact(patient=ana, channel=Channel.SMS, allowed=True, address="555 0142", by=alice, at=NOW)
    assert ask_what_is_due(clinic, at=NOW) == 0


def test_two_reminders_with_the_same_link_and_no_third(planned, clinic, on_call):
    ask_what_is_due(clinic, at=NOW)
    (first,) = left()
    assert follow_up(clinic, at=NOW + HOUR) == 0
    later = NOW + 24 * HOUR
    assert follow_up(clinic, at=later) == 1
    assert follow_up(clinic, at=later) == 0
    (second,) = left(later)
    assert second["words"].startswith("A reminder from")
    assert second["words"].rsplit(" ", 1)[1] == first["words"].rsplit(" ", 1)[1]
    assert [row.number for row in ScaleReminder.objects.all()] == [1]


def test_who_has_answered_is_not_reminded(planned, clinic, on_call):
    ask_what_is_due(clinic, at=NOW)
    request = ScaleRequest.objects.get()
    for name in request.instruments:
        for item in instrument(name).items:
            answer_one(request, name, item.id, item.options[0].value)
    assert follow_up(clinic, at=NOW + 24 * HOUR) == 0


def test_what_was_begun_is_kept_when_it_runs_out(planned, clinic, on_call):
    ask_what_is_due(clinic, at=NOW)
    request = ScaleRequest.objects.get()
    for item in "123":
        answer_one(request, "phq9", item, 2)
    over = request.link.expires_at
    assert over == (NOW + 2 * DAY).replace(hour=0, minute=0)
    assert follow_up(clinic, at=over) == 1
    assert follow_up(clinic, at=over) == 0
    form = ScaleForm.objects.get()
    assert (form.instrument, form.total, form.taken) == ("phq9", None, NOW.date())
    kept = AuditEvent.objects.filter(action="recorded scale").get()
    assert kept.by_name == "Tenuto, outcomes.ask"


def test_nobody_writes_to_who_has_withdrawn_the_consent(planned, clinic, on_call, alice):
    withdraw_consent(patient=planned, how="phone", why="", by=alice, at=NOW)
    assert ask_what_is_due(clinic, at=NOW) == 0


def test_nobody_reminds_who_has_withdrawn_meanwhile(planned, clinic, on_call, alice):
    ask_what_is_due(clinic, at=NOW)
    withdraw_consent(patient=planned, how="phone", why="", by=alice, at=NOW)
    assert follow_up(clinic, at=NOW + DAY) == 0
    assert not ScaleReminder.objects.exists()


def test_nobody_writes_to_who_has_died(planned, clinic, on_call, alice):
    facts = current(planned).facts
    source = RecordSource("another system", "d" * 64, {}, died=True)
    assert receive(facts=facts, source=source, by=alice, at=NOW).patient == planned
    assert ask_what_is_due(clinic, at=NOW) == 0
