"""Facts say by whom and when they were recorded, and their order is that of the events, not of the clock."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.apps import apps
from django.db import transaction

from tenuto.clinic.access.api import change_care_team, restrict
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.ledger.anchor import Anchor
from tenuto.clinic.ledger.append_only import AppendOnly
from tenuto.clinic.ledger.facts import Fact, SignedFact, in_order, newest, recorded
from tenuto.clinic.ledger.models import AuditEvent, SealedState
from tenuto.clinic.ledger.services import record
from tenuto.clinic.ledger.verify import Report, verify
from tenuto.clinic.people.identity import prefer_contact
from tenuto.clinic.people.models import Channel, ContactPreference, Restriction
from tenuto.clinic.people.sight import is_restricted, restricted_patients
from tenuto.clinic.ports import api as ports
from tests.clinic.conftest import NOW

HOUR = timedelta(hours=1)
NOBODYS = {
    "ledger.auditevent": "the chain itself",
    "policies.ruleset": "the program's own rules, of no clinic",
    "ledger.sealedstate": "written by the chain with the event that changed the row",
    "accounts.spentfactor": "that a second factor was used up; the fact is what it signed",
}
"""Append-only tables that nobody recorded anything in."""
ROWS = [
    model
    for model in apps.get_models()
    if issubclass(model, AppendOnly) and model._meta.label_lower not in NOBODYS
]


@pytest.mark.parametrize("model", ROWS, ids=lambda model: model._meta.label_lower)
def test_every_row_says_by_whom_and_when_in_the_same_words(model):
    assert issubclass(model, Fact)
    names = {field.name for field in model._meta.concrete_fields}
    assert {name for name in names if name.endswith("_by_name")} == {"recorded_by_name"}
    assert not names & {"signed_at", "signer", "signer_name"}
    if not issubclass(model, SignedFact):
        assert not names & {"method", "second_factor_at"}


def test_the_newest_counts_when_the_clock_runs_backwards(ana, alice, dora):
    change_care_team(patient=ana, staff=alice, member=True, by=dora, at=NOW)
    restrict(patient=ana, restricted=True, why="A colleague's relative.", by=dora, at=NOW)
    restrict(patient=ana, restricted=False, why="No longer needed.", by=dora, at=NOW - HOUR)
    change_care_team(patient=ana, staff=alice, member=False, by=dora, at=NOW - 2 * HOUR)
    assert not is_restricted(ana)
    assert restricted_patients(ana.clinic) == set()
    assert not ana.care_team_changes.first().member


def test_a_window_that_was_set_later_counts_when_the_clock_runs_backwards(ana, alice):
    day = date(2026, 12, 1)
    ports.set_window(patient=ana, opens=day, closes=day, why="Week 4.", by=alice, at=NOW)
    later = ports.set_window(patient=ana, opens=day, closes=day, why="Drifting.", by=alice, at=NOW - HOUR)
    assert ports.current_window(ana) == later
    assert ports.windows(ana.clinic) == {ana.pk: later}


def test_the_order_is_that_of_the_events(ana, alice):
    wanted = [(NOW, "1"), (NOW - HOUR, "2"), (NOW, "3")]
    for at, address in wanted:
        prefer_contact(patient=ana, channel=Channel.SMS, allowed=True, address=address, by=alice, at=at)
    rows = in_order(ContactPreference.objects.filter(patient=ana))
    assert [row.address for row in rows] == ["1", "2", "3"]
    assert newest(rows).address == "3"
    assert newest(ContactPreference.objects.none()) is None


def test_a_row_has_the_number_of_the_event_that_speaks_for_it(ana, alice, dora):
    restrict(patient=ana, restricted=False, why="Said so at the desk.", by=dora, at=NOW)
    ports.place_hold(patient=ana, why="Blood pressure.", by=alice, at=NOW)
    sealed = {
        (label, key): event.number
        for event in AuditEvent.objects.all()
        for label, key, _ in json.loads(event.rows_json)
    }
    rows = [row for model in (*ROWS, SealedState) for row in model.objects.all()]
    assert len(rows) > 3
    assert {(row._meta.label_lower, str(row.pk)): row.event_number for row in rows} == sealed


def test_rows_of_one_event_have_one_number_and_a_fixed_order(ana, alice):
    with transaction.atomic():
        rows = [
            ContactPreference(
                patient=ana, channel=Channel.SMS, allowed=False, address=str(n), **recorded(alice, NOW)
            )
            for n in range(3)
        ]
        made = ContactPreference.objects.bulk_create(rows)
        event = record(action="recorded contact preference", subject=made[0], by=alice, at=NOW)
    found = list(in_order(ContactPreference.objects.filter(patient=ana)))
    assert {row.event_number for row in found} == {event.number}
    assert [row.address for row in found] == ["0", "1", "2"]


def test_a_savepoint_that_is_rolled_back_gives_its_number_back(ana, alice, dora):
    class Undone(Exception):
        pass

    @transaction.atomic
    def restrict_and_fail():
        restrict(patient=ana, restricted=False, why="Said so at the desk.", by=dora, at=NOW)
        raise Undone

    with transaction.atomic():
        with pytest.raises(Undone):
            restrict_and_fail()
        hold = ports.place_hold(patient=ana, why="Blood pressure.", by=alice, at=NOW)
    row = ana.holds.get(pk=hold.id)
    assert row.event_number == AuditEvent.objects.get(action="placed hold").number
    assert not Restriction.objects.exists()


def test_a_row_that_claims_another_place_is_found(ana, alice, monkeypatch):
    monkeypatch.setattr("tenuto.clinic.ledger.facts.held_head", lambda: Anchor(0, ""))
    ports.place_hold(patient=ana, why="Blood pressure.", by=alice, at=NOW)
    found = [finding.sentence for finding in verify(Report()) if "says that" in finding.sentence]
    assert len(found) == 1
    assert "says that it was written with event 1" in found[0]


def test_the_day_is_that_of_the_clinic_and_stays_when_the_clinic_moves(ana, alice):
    Clinic.objects.filter(pk=alice.clinic_id).update(zone="Pacific/Auckland")
    alice.clinic.refresh_from_db()
    late = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
    prefer_contact(patient=ana, channel=Channel.SMS, allowed=False, address="", by=alice, at=late)
    Clinic.objects.filter(pk=alice.clinic_id).update(zone="UTC")
    row = newest(ana.contact_preferences.all())
    assert (row.recorded_zone, row.recorded_on) == ("Pacific/Auckland", date(2026, 11, 25))


def test_a_time_without_a_zone_is_refused(ana, alice):
    with pytest.raises(ValueError, match="has no time zone"):
        recorded(alice, NOW.replace(tzinfo=None))
