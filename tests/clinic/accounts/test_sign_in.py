"""Signing in and out; guessing is slowed down."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenuto.clinic.accounts.models import Tally
from tenuto.clinic.ledger.models import AuditEvent
from tests.clinic.conftest import NOW, PASSWORD


def sign_in(client, username="alice", password=PASSWORD, follow_to=""):
    return client.post("/sign-in/", {"username": username, "password": password, "next": follow_to})


def test_a_stranger_is_sent_to_the_sign_in_page(visit, db):
    response = visit().get("/")
    assert response.status_code == 302
    assert response["Location"] == "/sign-in/?next=/"


def test_alice_signs_in_and_it_is_on_record(visit, alice):
    response = sign_in(visit())
    assert (response.status_code, response["Location"]) == (302, "/")
    assert AuditEvent.objects.filter(action="signed in", by_id=str(alice.pk)).count() == 1


def test_a_wrong_password_says_what_to_do_and_not_which_part_was_wrong(visit, alice):
    wrong_password = sign_in(visit(), password="guess").content.decode()
    wrong_name = sign_in(visit(), username="nobody").content.decode()
    sentence = "The user name and the password do not match. Check both and try again."
    assert sentence in wrong_password
    assert sentence in wrong_name


def test_after_many_failures_even_the_right_password_waits(visit, alice):
    client = visit()
    for _ in range(5):
        sign_in(client, password="guess")
    assert "Wait 5 minutes" in sign_in(client).content.decode()


def test_the_wait_is_over_after_its_time_and_nothing_stays(visit, alice, monkeypatch):
    for _ in range(5):
        sign_in(visit(), password="guess")
    # The name in this network and in all of them, and that it failed within this minute.
    assert Tally.objects.count() == 3
    assert "alice" not in str(list(Tally.objects.values()))
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(minutes=5))
    assert sign_in(visit()).status_code == 302
    assert not Tally.objects.exists()


def test_the_limits_are_those_of_the_installation(visit, alice, settings):
    settings.SIGN_IN_FAILURES, settings.SIGN_IN_WAIT_MINUTES = 2, 30
    for _ in range(2):
        sign_in(visit(), password="guess")
    assert "Wait 30 minutes" in sign_in(visit()).content.decode()


def test_failures_before_a_success_are_forgotten(visit, alice):
    client = visit()
    for _ in range(4):
        sign_in(client, password="guess")
    sign_in(client)
    sign_in(visit(), password="guess")
    assert sign_in(visit()).status_code == 302


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example"])
def test_nobody_is_sent_elsewhere(visit, alice, target):
    assert sign_in(visit(), follow_to=target)["Location"] == "/"


def test_signing_out_needs_a_post(visit, alice):
    client = visit(alice)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    assert client.get("/").status_code == 302


def test_a_closed_account_can_not_sign_in(visit, alice):
    alice.is_active = False
    alice.save()
    assert sign_in(visit()).status_code == 200


def test_everybody_lands_on_a_page_of_their_own_from_the_bare_address(visit, alice, bob, carol, dora, erin):
    for staff in (alice, bob, carol, dora, erin):
        page = visit(staff).get("/", follow=True)
        assert page.status_code == 200, staff
        assert "Not for your role" not in page.content.decode(), staff
