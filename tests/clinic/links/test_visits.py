"""Coming in by a link: the door says nothing, the visit is for one purpose and a while."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.urls import include, path

from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.links import services, visits
from tenuto.clinic.links.models import Link
from tests.clinic.conftest import NOW


@visits.by_link("leaflets")
def leaflets(request, visit):
    return HttpResponse(f"leaflets for {visit.patient.name}")


@visits.by_link("history")
def history(request, visit):
    return HttpResponse("history")


test_patterns = (
    [path("leaflets/", leaflets, name="leaflets"), path("history/", history, name="history")],
    "portal-test",
)
urlpatterns = [path("test/", include(test_patterns)), path("", include("tenuto.clinic.config.urls"))]


@pytest.fixture
def token(ana, alice, settings, monkeypatch):
    settings.ROOT_URLCONF = __name__
    monkeypatch.setattr(visits, "_purposes", {})
    visits.register("leaflets", "the leaflets", "portal-test:leaflets")
    return services.issue(
        patient=ana, purpose="leaflets", expires=NOW + timedelta(days=1), single_use=True, by=alice, at=NOW
    ).token


def enter(browser, token, born="1981-05-04"):
    return browser.post(f"/l/{token}/", {"born": born})


def test_the_door_leads_to_the_page_of_the_purpose(visit, token, ana):
    browser = visit()
    assert enter(browser, token)["Location"] == "/test/leaflets/"
    assert browser.get("/test/leaflets/").content.decode() == f"leaflets for {ana.name}"
    look = AuditEvent.objects.get(kind="read")
    assert (look.action, look.patient_id, look.by_name) == (
        "leaflets by link", ana.pk, "the holder of a patient's link",
    )  # fmt: skip


def test_a_visit_opens_nothing_but_its_purpose(visit, token):
    browser = visit()
    enter(browser, token)
    assert browser.get("/test/history/").status_code == 403
    assert browser.get("/").status_code == 302


def test_another_browser_has_no_visit(visit, token):
    enter(visit(), token)
    answer = visit().get("/test/leaflets/")
    assert (answer.status_code, b"Open the link" in answer.content) == (403, True)


def test_a_visit_ends(visit, token, monkeypatch):
    browser = visit()
    enter(browser, token)
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + visits.LASTS)
    assert browser.get("/test/leaflets/").status_code == 403


def test_a_visit_ends_when_the_link_is_taken_back(visit, token, alice):
    browser = visit()
    enter(browser, token)
    services.revoke(link=Link.objects.get().pk, why="Wrong number.", by=alice, at=NOW)
    assert browser.get("/test/leaflets/").status_code == 403


def test_a_good_and_a_bad_link_look_the_same(visit, token):
    def bare(text):
        return [line for line in text.decode().splitlines() if "csrf" not in line and "/l/" not in line]

    assert bare(visit().get(f"/l/{token}/").content) == bare(visit().get("/l/none/").content)


def test_a_wrong_date_is_a_sentence_at_the_door(visit, token, ana):
    answer = enter(visit(), token, "1981-05-05")
    assert answer.status_code == 422
    assert b"does not match" in answer.content
    assert ana.name.encode() not in answer.content


@pytest.mark.parametrize("born", ["", "yesterday", "1981-13-01"])
def test_what_is_no_date_is_said_and_costs_no_try(visit, token, born):
    answer = enter(visit(), token, born)
    assert b"Enter " in answer.content
    assert not AuditEvent.objects.filter(action="failed to open link").exists()


def test_an_address_that_guesses_waits_and_a_link_that_was_given_opens(visit, token):
    browser = visit()
    for n in range(5):
        assert b"no longer valid" in enter(browser, f"guess{n}").content
    assert b"Wait 5 minutes" in enter(browser, "guess6").content
    assert enter(browser, token).status_code == 302


def test_a_purpose_that_nobody_took_up_ends_politely(visit, token, monkeypatch):
    monkeypatch.setattr(visits, "_purposes", {})
    browser = visit()
    assert enter(browser, token)["Location"] == "/visit/"
    assert b"Thank you" in browser.get("/visit/").content
