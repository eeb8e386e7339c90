"""Links that are guessed, sent again, used late, or turned to another patient or clinic: nothing is told and nothing written."""

from __future__ import annotations

import logging
import re
import secrets
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.signing import Signer
from django.test import Client

from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.links import services as links
from tenuto.clinic.links.models import Link, LinkTry
from tenuto.clinic.people.identity import prefer_contact
from tenuto.clinic.people.models import Channel
from tenuto.clinic.people.services import register_patient
from tenuto.clinic.ports.api import put_on_call
from tenuto.clinic.scales.api import ask_by_link
from tenuto.clinic.scales.models import ItemAnswer, ScaleRequest
from tests.clinic.conftest import NOW, numbers

GUESSES = 10_000
BY_HTTP = 60
BORN = "1981-05-04"
DAY = timedelta(days=1)


@pytest.fixture
def asked(ana, alice):
    prefer_contact(patient=ana, channel=Channel.SMS, allowed=True, address="555 0142", by=alice, at=NOW)
    put_on_call(staff=alice, begins_at=NOW - DAY, ends_at=NOW + DAY, phone="555 0190", by=alice, at=NOW)
    return ask_by_link(patient=ana, instruments=["phq9"], expires=NOW + DAY, by=alice, at=NOW)


def guess(token: str, born: str = BORN, client: Client | None = None):
    return (client or Client()).post(f"/l/{token}/", {"born": born})


def answer(phone: Client, **changed):
    sent = {"client": str(uuid4()), "instrument": "phq9", "item": "9", "value": "3"}
    return phone.post("/today/answer/", {**sent, **changed}, headers={"accept": "application/json"})


def opened(token: str) -> Client:
    client = Client()
    assert guess(token, client=client)["Location"] == "/today/"
    return client


def test_ten_thousand_guesses_open_nothing(asked, record_property):
    """Made-up secrets, with a made-up signature, with none, and with a real link's signature."""
    record_property("inputs", GUESSES)
    signature = asked.token.rpartition(":")[2]
    before = AuditEvent.objects.count()
    for number in range(GUESSES):
        secret = secrets.token_urlsafe(24)
        token = (secret, f"{secret}:{signature}", f"{secret}:{secrets.token_urlsafe(32)}")[number % 3]
        with pytest.raises(links.UnknownLink):
            links.open_link(token, None, at=NOW)
    assert not LinkTry.objects.exists()
    assert AuditEvent.objects.count() == before


def test_who_guesses_waits_is_logged_once_and_a_given_link_still_opens(asked, caplog):
    with caplog.at_level(logging.WARNING):
        told = [guess(secrets.token_urlsafe(24)) for _ in range(BY_HTTP)]
    assert {answer.status_code for answer in told} == {422}
    assert "Too many tries from here." in told[-1].content.decode()
    warnings = [r.getMessage() for r in caplog.records if "guessed" in r.getMessage()]
    assert len(warnings) == 1
    assert not re.search(r"/l/|[\w-]{32}", warnings[0])
    assert guess(asked.token)["Location"] == "/today/"


def test_the_page_of_a_made_up_link_is_the_page_of_a_real_one(asked):
    real, made_up = (
        re.sub(r'value="[^"]*"', "", Client().get(f"/l/{token}/").content.decode())
        for token in (asked.token, secrets.token_urlsafe(24))
    )
    assert real == made_up


def test_the_signature_of_another_key_opens_nothing(asked):
    secret = asked.token.rpartition(":")[0]
    forged = Signer(key="x" * 50, salt="tenuto.links").sign(secret)
    assert "no longer valid" in guess(forged).content.decode()


def test_an_id_from_the_database_makes_no_link(asked):
    """Who reads the table has ids and digests: neither is the secret."""
    link = Link.objects.get()
    for known in (str(link.pk), link.pk.hex, link.digest):
        for token in (known, Signer(key="y" * 50, salt="tenuto.links").sign(known)):
            assert guess(token).status_code == 422


def test_an_answer_that_is_sent_again_is_taken_once(asked):
    phone = opened(asked.token)
    client_id = str(uuid4())
    replies = [answer(phone, client=client_id)["Answer"] for _ in range(20)]
    assert replies == ["taken"] + ["known"] * 19
    assert ItemAnswer.objects.count() == 1


def test_a_visit_without_a_door_is_refused(asked):
    stranger = Client()
    assert stranger.get("/today/").status_code == 403
    assert answer(stranger).status_code == 403
    assert not ItemAnswer.objects.exists()


def test_an_expired_link_ends_the_visit_that_it_began(asked, monkeypatch):
    phone = opened(asked.token)
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + DAY)
    assert answer(phone).status_code == 403
    assert phone.get("/today/").status_code == 403
    assert "has run out" in guess(asked.token).content.decode()
    assert not ItemAnswer.objects.exists()


def test_a_visit_to_one_patient_answers_nothing_of_another(asked, alice):
    other = register_patient(
        name="Bea Ray",
        birth_date=asked.request.patient.birth_date,
        identifiers=numbers("MRN 9"),
        by=alice,
        at=NOW,
    )
    theirs = ask_by_link(patient=other, instruments=["gad7"], expires=NOW + DAY, by=alice, at=NOW)
    phone = opened(asked.token)
    assert answer(phone, instrument="gad7", item="1", value="1").status_code == 422
    assert answer(phone, request=str(theirs.request.pk), patient=str(other.pk))["Answer"] == "taken"
    assert {row.patient_id for row in ItemAnswer.objects.all()} == {asked.request.patient_id}
    second = opened(theirs.token)
    assert "GAD-7" not in phone.get("/today/").content.decode()
    assert "better off dead" not in second.get("/today/").content.decode()


def test_another_clinics_staff_find_no_link_of_ours(asked, visit, charlie):
    request = ScaleRequest.objects.get()
    browser = visit(charlie)
    for path in ("scales/ask/", f"scales/ask/{request.link_id}/take-back/", "scales/"):
        assert browser.get(f"/patients/{request.patient_id}/{path}").status_code in (404, 405)
    assert (
        browser.post(f"/patients/{request.patient_id}/scales/ask/{request.link_id}/take-back/").status_code
        == 404
    )
    with pytest.raises(Link.DoesNotExist):
        links.revoke(link=request.link_id, why="not theirs", by=charlie, at=NOW)
    with pytest.raises(Link.DoesNotExist):
        links.open_in_person(link=request.link_id, by=charlie, at=NOW)


def test_five_wrong_dates_shut_the_link_whatever_the_browser(asked):
    for number in range(links.TRIES):
        assert guess(asked.token, f"19{number + 10}-01-01").status_code == 422
    assert "is shut" in guess(asked.token).content.decode()
    assert LinkTry.objects.filter(opened=False).count() == links.TRIES
    assert AuditEvent.objects.filter(action="failed to open link").count() == links.TRIES
