"""Calendar addresses attacked: kept by one who may no longer see, made up and cut, asked for without end, forged in the tables."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from tenuto.clinic.access.restricting import change_care_team, restrict
from tenuto.clinic.accounts.models import Role
from tenuto.clinic.accounts.services import change_role, close_account
from tenuto.clinic.booking.models import CalendarFeed
from tenuto.clinic.booking.services.feeds import MOST_A_DAY, give_feed
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.links.api import LinkRefused, issue, open_link, states
from tests.clinic.booking.test_pages import url
from tests.clinic.conftest import NOW

pytestmark = pytest.mark.django_db

MADE_UP = [
    "x",
    "a" * 43,
    "A" * 5000,
    "%00",
    "..%2f..%2fvisits",
    "%0d%0aX-Bad:%201",
    "'%20OR%201=1--",
    "\u202e",
    "%F0%9F%98%80",
]
HOSTILE = [
    "Clinic\r\nATTENDEE:mailto:x@example.org",
    "Clinic\nEND:VCALENDAR\nBEGIN:VCALENDAR",
    "\u202eClinic",
    "Cli\u200bnic;TZID=X:Y,\\n",
    "=cmd|'/c calc'!A1",
    "<b>Clinic</b>" * 7,
]


def asked(token):
    return Client().get(reverse("bookings:feed", args=[token])).status_code


def own_address(browser):
    page = browser.post(reverse("bookings:feed-given"), {"nurse": ""})
    assert page.status_code == 201
    return page.content.decode().split("/feed/")[1].split("/")[0]


def restricted(patient, *, team, by):
    for member in team:
        change_care_team(patient=patient, staff=member, member=True, by=by, at=NOW)
    restrict(patient=patient, restricted=True, why="Carol is her neighbour.", by=by, at=NOW)


@pytest.mark.parametrize("part", MADE_UP)
def test_a_made_up_address_is_no_address(series, carol, part):
    token = give_feed(patient=series, by=carol, at=NOW).token
    for path in (f"/feed/{part}/visits.ics", f"/feed/{token}{part}/visits.ics", f"/feed/{token[:-1]}/visits.ics", f"/feed/{token}/{part}/visits.ics"):  # fmt: skip
        assert Client().get(path).status_code in (400, 404)
    assert asked(token) == 200


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_a_calendar_is_only_read(series, carol, method):
    token = give_feed(patient=series, by=carol, at=NOW).token
    assert getattr(Client(), method)(reverse("bookings:feed", args=[token])).status_code == 405
    assert asked(token) == 200


def test_an_address_and_a_link_that_an_outsider_gave_open_no_restricted_record(
    series,
    alice,
    carol,
    dora,
    visit,
):
    feed = give_feed(patient=series, by=carol, at=NOW)
    link = issue(patient=series, purpose="preparation", expires=NOW + timedelta(days=2), single_use=False, by=carol, at=NOW)  # fmt: skip
    restricted(series, team=[alice, dora], by=dora)
    assert asked(feed.token) == 404
    with pytest.raises(LinkRefused, match="no longer valid"):
        open_link(link.token, series.birth_date, at=NOW)
    assert states([link.link], at=NOW) == {link.link.pk: "taken back"}
    page = visit(alice).get(url("page", series)).content.decode()
    assert "may not see this restricted record now" in page
    again = give_feed(patient=series, by=alice, at=NOW)
    assert asked(again.token) == 200
    assert asked(feed.token) == 404


def test_a_visit_that_began_by_an_outsiders_link_ends_with_the_restriction(phone, first, alice, dora):
    assert phone.get(reverse("bookings:preparation")).status_code == 200
    restricted(first.patient, team=[alice, dora], by=dora)
    assert phone.get(reverse("bookings:preparation")).status_code == 403


def test_what_the_care_team_and_the_patient_gave_still_opens(series, phone, alice, dora):
    by_patient = phone.post(reverse("bookings:own-feed")).content.decode().split("/feed/")[1].split("/")[0]
    restricted(series, team=[alice, dora], by=dora)
    assert asked(by_patient) == 200
    by_team = give_feed(patient=series, by=alice, at=NOW).token
    assert asked(by_team) == 200


@pytest.mark.parametrize("change", ["another role", "closed", "edited role", "edited back"])
def test_an_address_of_staff_opens_only_for_who_may_see_visits(series, bob, dora, visit, change):
    token = own_address(visit(bob))
    assert asked(token) == 200
    if change == "another role":
        change_role(staff=bob, role=Role.AUDITOR, by=dora, at=NOW)
    elif change == "closed":
        close_account(staff=bob, by=dora, at=NOW)
    else:
        if change == "edited back":
            close_account(staff=bob, by=dora, at=NOW)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE accounts_staff SET is_active = %s, role = 'prescriber' WHERE id = %s", [True, bob.pk]
            )
    assert asked(token) == 404


def test_asking_for_addresses_without_end_is_refused(series, phone, carol, visit):
    before = AuditEvent.objects.filter(action__contains="calendar address").count()
    told = [phone.post(reverse("bookings:own-feed")) for _ in range(MOST_A_DAY + 5)]
    assert [one.status_code for one in told] == [201] * MOST_A_DAY + [429] * 5
    assert f"{MOST_A_DAY} addresses were given since yesterday" in told[-1].content.decode()
    assert asked(told[MOST_A_DAY - 1].content.decode().split("/feed/")[1].split("/")[0]) == 200
    refused = visit(carol).post(url("feed", series), follow=True).content.decode()
    assert "Nothing was given" in refused
    browser = visit(carol)
    own = [
        browser.post(reverse("bookings:feed-given"), {"nurse": ""}).status_code for _ in range(MOST_A_DAY + 1)
    ]
    assert own == [201] * MOST_A_DAY + [422]
    kept = AuditEvent.objects.filter(action__contains="calendar address").count() - before
    assert kept <= 4 * MOST_A_DAY
    assert CalendarFeed.objects.filter(end__isnull=True).count() == 2


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_one_line_of_one_calendar(series, carol, name):
    clinic = series.clinic
    clinic.name = name
    type(clinic).objects.filter(pk=clinic.pk).update(name=name)
    text = (
        Client()
        .get(reverse("bookings:feed", args=[give_feed(patient=series, by=carol, at=NOW).token]))
        .content
    )
    (calendar,) = Calendar.from_ical(text, multiple=True)
    events = calendar.walk("VEVENT")
    assert len(events) == 6
    assert not any("ATTENDEE" in event for event in events)
    assert not any(line.startswith((b"ATTENDEE", b"<", b"=")) for line in text.splitlines())
