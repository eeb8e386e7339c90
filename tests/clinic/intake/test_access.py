"""Who may open which page of intake; every look at a patient is on record."""

from __future__ import annotations

import pytest
from django.db import connection

from tenuto.clinic.ledger.models import AuditEvent

PAGES = {
    "": "prescriber nurse coordinator medical_director",
    "history/medical/": "prescriber nurse coordinator medical_director",
    "history/medicines/": "prescriber nurse coordinator medical_director",
    "measurements/": "prescriber nurse coordinator medical_director",
    "tests/": "prescriber nurse coordinator medical_director",
    "visits/": "prescriber nurse coordinator medical_director",
    "consent/": "prescriber nurse medical_director",
    "consent/withdraw/": "prescriber nurse coordinator medical_director",
    "decision/": "prescriber medical_director",
}
POSTS = {
    "tests/ask/": "prescriber nurse coordinator medical_director",
}


@pytest.mark.parametrize("page", PAGES)
def test_each_role_sees_the_pages_that_are_its_own(visit, ana, alice, bob, carol, dora, erin, page):
    url = f"/patients/{ana.pk}/intake/{page}"
    for person in (alice, bob, carol, dora, erin):
        expected = 200 if person.role in PAGES[page].split() else 403
        assert visit(person).get(url).status_code == expected, person


@pytest.mark.parametrize("page", [*PAGES, *POSTS])
def test_another_clinic_finds_nothing_and_a_stranger_must_sign_in(visit, ana, charlie, page):
    url = f"/patients/{ana.pk}/intake/{page}"
    answer = visit(charlie).post(url, {}) if page in POSTS else visit(charlie).get(url)
    assert answer.status_code == 404
    stranger = visit().post(url, {}) if page in POSTS else visit().get(url)
    assert stranger.status_code == 302
    assert stranger["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("page", PAGES)
def test_every_look_is_on_record(visit, ana, alice, page):
    before = AuditEvent.objects.filter(kind="read", patient_id=ana.pk).count()
    visit(alice).get(f"/patients/{ana.pk}/intake/{page}")
    assert AuditEvent.objects.filter(kind="read", patient_id=ana.pk).count() == before + 1


@pytest.mark.parametrize("page", POSTS)
def test_what_changes_something_is_not_done_by_looking(visit, ana, alice, page):
    assert visit(alice).get(f"/patients/{ana.pk}/intake/{page}").status_code == 405


def test_an_unknown_step_is_not_found(visit, ana, alice):
    assert visit(alice).get(f"/patients/{ana.pk}/intake/history/nothing/").status_code == 404


def test_the_number_of_queries_of_the_overview_is_fixed(
    visit, ana, alice, django_assert_num_queries, django_assert_max_num_queries
):
    from tests.clinic.intake.filling import fill

    browser = visit(alice)
    browser.get(f"/patients/{ana.pk}/intake/")
    # PostgreSQL takes the lock of the chain with one more.
    with django_assert_max_num_queries(40 + (connection.vendor == "postgresql")) as few:
        browser.get(f"/patients/{ana.pk}/intake/")
    for _ in range(30):
        fill(ana, by=alice)
    with django_assert_num_queries(len(few)):
        browser.get(f"/patients/{ana.pk}/intake/")
