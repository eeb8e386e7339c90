"""A link opens for who has it and knows the date of birth, for its time, and says nothing about anyone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tenuto.clinic.accounts.guards import WrongClinic
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.links import services
from tenuto.clinic.links.models import Link
from tenuto.clinic.people.services import register_patient
from tests.clinic.conftest import NOW, numbers
from tests.whole_words import whole_words

BORN = date(1981, 5, 4)
HOUR = timedelta(hours=1)


@pytest.fixture
def issue(ana, alice):
    def run(**changed):
        given = {
            "patient": ana,
            "purpose": "leaflets",
            "expires": NOW + HOUR,
            "single_use": False,
            "by": alice,
            "at": NOW,
        }
        return services.issue(**{**given, **changed}).token

    return run


def test_a_link_opens_with_the_date_of_birth(issue, ana):
    opened = services.open_link(issue(), BORN, at=NOW)
    assert (opened.patient, opened.purpose) == (ana, "leaflets")
    assert opened.visitor.clinic_id == ana.clinic_id
    event = AuditEvent.objects.get(action="opened link")
    assert (event.kind, event.patient_id, event.by_name) == (
        "access",
        ana.pk,
        "the holder of a patient's link",
    )


def test_the_address_says_nothing_about_the_patient(issue, ana):
    token = issue()
    assert whole_words(token, (*ana.name.split(), "1981", str(ana.pk), "MRN")) == []
    assert token not in str(Link.objects.values())
    assert token.split(":")[0] not in str(list(Link.objects.values()))


@pytest.mark.parametrize("fact", [date(1981, 4, 5), None])
def test_a_wrong_date_of_birth_is_a_sentence_and_is_recorded(issue, fact):
    with pytest.raises(services.LinkRefused, match=r"does not match\. Check the day, the month and the year"):
        services.open_link(issue(), fact, at=NOW)
    assert AuditEvent.objects.filter(action="failed to open link").count() == 1


def test_after_some_tries_the_right_date_does_not_help_either(issue):
    token = issue()
    for n in range(1, services.TRIES + 1):
        said = "does not match" if n < services.TRIES else "wrong too often, so this link is shut"
        with pytest.raises(services.LinkRefused, match=said):
            services.open_link(token, date(1900, 1, 1), at=NOW)
    with pytest.raises(services.LinkRefused, match="this link is shut"):
        services.open_link(token, BORN, at=NOW)


def test_a_single_use_link_opens_once(issue):
    token = issue(single_use=True)
    services.open_link(token, BORN, at=NOW)
    with pytest.raises(services.LinkRefused, match="no longer valid"):
        services.open_link(token, BORN, at=NOW)


def test_a_wrong_try_does_not_use_up_a_single_use_link(issue):
    token = issue(single_use=True)
    with pytest.raises(services.LinkRefused):
        services.open_link(token, date(1900, 1, 1), at=NOW)
    assert services.open_link(token, BORN, at=NOW).purpose == "leaflets"


def test_the_database_holds_a_single_use_link_to_one_opening(issue, monkeypatch):
    """Two people open it in the same moment: the second one finds the first opening only when writing."""
    token = issue(single_use=True)
    services.open_link(token, BORN, at=NOW)
    monkeypatch.setattr(services, "_opened_before", lambda tries: False)
    with pytest.raises(services.LinkRefused, match="no longer valid"):
        services.open_link(token, BORN, at=NOW)


def test_another_link_opens_as_often_as_it_lives(issue):
    token = issue()
    assert services.open_link(token, BORN, at=NOW).link_id == services.open_link(token, BORN, at=NOW).link_id
    with pytest.raises(services.LinkRefused, match="no longer valid"):
        services.open_link(token, BORN, at=NOW + HOUR)


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1], lambda t: "x" + t, lambda t: "", lambda t: t.split(":")[0]]
)
def test_a_link_that_was_changed_is_no_link(issue, change):
    token = issue()
    with pytest.raises(services.LinkRefused, match="Ask the clinic for a new one"):
        services.open_link(change(token), BORN, at=NOW)
    assert not AuditEvent.objects.filter(action="failed to open link").exists()


def test_a_link_can_be_taken_back(issue, alice, charlie):
    token = issue()
    link = Link.objects.get()
    with pytest.raises(Link.DoesNotExist):
        services.revoke(link=link.pk, why="x", by=charlie, at=NOW)
    services.revoke(link=link.pk, why="Sent to the wrong number.", by=alice, at=NOW)
    services.revoke(link=link.pk, why="Again.", by=alice, at=NOW)
    with pytest.raises(services.LinkRefused):
        services.open_link(token, BORN, at=NOW)
    assert AuditEvent.objects.filter(action="revoked link").count() == 1


def test_without_a_date_of_birth_there_is_no_link(issue, alice):
    nobody = register_patient(name="Ana", birth_date=None, identifiers=numbers("MRN 7"), by=alice, at=NOW)
    with pytest.raises(ValueError, match="Record it first"):
        issue(patient=nobody)


@pytest.mark.parametrize("expires", [NOW, NOW - HOUR, NOW + services.LONGEST + HOUR])
def test_a_link_lives_a_while_and_not_for_ever(issue, expires):
    with pytest.raises(ValueError, match="up to 30 days"):
        issue(expires=expires)


def test_a_link_may_live_as_long_as_any_and_is_run_out_at_its_last_moment(issue):
    token = issue(expires=NOW + services.LONGEST)
    link = Link.objects.get()
    for early, state in ((timedelta(seconds=1), "waiting"), (timedelta(), "run out")):
        assert services.states([link], at=link.expires_at - early) == {link.pk: state}
    assert services.open_link(token, BORN, at=link.expires_at - timedelta(seconds=1)).patient


def test_nobody_gives_a_link_to_another_clinics_patient(issue, charlie):
    with pytest.raises(WrongClinic):
        issue(by=charlie)
