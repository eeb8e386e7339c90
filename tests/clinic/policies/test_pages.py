"""The policy and protocol pages for each role, and for the other clinic."""

from __future__ import annotations

import time

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tenuto.clinic.accounts.models import Role
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.policies.api import policy_of, shipped_policy
from tenuto.clinic.policies.models import PolicyVersion
from tenuto.clinic.policies.services import propose
from tenuto.core.literature.claims import banned_in
from tenuto.core.literature.protocol import protocols
from tests.clinic.conftest import NOW
from tests.clinic.policies.conftest import hire, text


@pytest.fixture
def fresh_visit(visit):
    """A browser whose person has just given the second factor."""

    def open_browser(staff):
        client = visit(staff)
        session = client.session
        Authenticator.objects.get_or_create(user=staff, type=Authenticator.Type.TOTP, defaults={"data": {}})
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "type": "totp", "at": time.time()}]
        session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = str(staff.pk)
        session.save()
        return client

    return open_browser


def upload(content):
    return {"file": SimpleUploadedFile("meadow.toml", content.encode()), "why": "Our scales start at 35 kg."}


def test_everyone_who_works_here_reads_the_policy(visit, clinic, version, charlie):
    for role in Role:
        browser = visit(hire(clinic, f"one-{role}", role))
        for address in (reverse("policies:overview"), reverse("policies:version", args=[version.pk])):
            assert browser.get(address).status_code == 200
    assert visit(charlie).get(reverse("policies:version", args=[version.pk])).status_code == 404
    assert visit().get(reverse("policies:overview")).status_code == 302


def test_the_other_clinic_reaches_no_text_and_no_deed(fresh_visit, version, other_clinic):
    director = fresh_visit(hire(other_clinic, "dirk", Role.MEDICAL_DIRECTOR))
    assert director.get(reverse("policies:text", args=[version.pk])).status_code == 404
    for name in ("sign", "activate"):
        assert (
            director.post(reverse(f"policies:{name}", args=[version.pk]), {"why": "As agreed."}).status_code
            == 404
        )


def test_proposing_shows_the_version_with_its_difference(visit, alice):
    answer = visit(alice).post(reverse("policies:propose"), upload(text(weight_min="35")), follow=True)
    page = answer.content.decode()
    assert "meadow version 1" in page
    assert '<del class="number">30 kg</del>' in page
    assert '<ins class="number">35 kg</ins>' in page
    assert "1 limit differs in the number" in page


def test_a_bad_file_is_a_sentence_on_the_field(visit, alice):
    answer = visit(alice).post(reverse("policies:propose"), upload("nonsense ="))
    assert answer.status_code == 422
    assert "The file is not a TOML file" in answer.content.decode()
    assert not PolicyVersion.objects.exists()


def test_a_nurse_is_refused_on_record(visit, bob, version):
    assert visit(bob).post(reverse("policies:propose"), upload(text(2))).status_code == 403
    assert visit(bob).post(reverse("policies:sign", args=[version.pk])).status_code == 403
    assert AuditEvent.objects.filter(action="refused").count() == 2
    assert "Propose a version" not in visit(bob).get(reverse("policies:overview")).content.decode()


def test_signing_asks_for_the_second_factor_first(visit, version, dora):
    answer = visit(dora).post(reverse("policies:sign", args=[version.pk]))
    assert answer.status_code == 302
    assert not version.signatures.exists()


def test_two_sign_and_the_director_puts_it_into_effect(fresh_visit, version, alice, dora, clinic):
    for person in (alice, dora):
        fresh_visit(person).post(reverse("policies:sign", args=[version.pk]))
    browser = fresh_visit(dora)
    assert "Put into effect" in browser.get(reverse("policies:version", args=[version.pk])).content.decode()
    answer = browser.post(
        reverse("policies:activate", args=[version.pk]), {"why": "Agreed on Monday."}, follow=True
    )
    assert "meadow version 1 is in effect from now on" in answer.content.decode()
    assert policy_of(clinic).sha256 == version.sha256


def test_an_unsigned_file_is_refused_with_a_sentence_and_on_record(fresh_visit, version, dora, clinic):
    answer = fresh_visit(dora).post(reverse("policies:activate", args=[version.pk]), {"why": "From now on."})
    assert answer.status_code == 422
    assert "is not signed by the medical director" in answer.content.decode()
    assert AuditEvent.objects.filter(action="refused", subject_id=str(version.pk)).exists()
    assert policy_of(clinic) == shipped_policy(clinic)


def test_going_back_is_offered_in_words(visit, active, alice, dora):
    old = active
    propose(text=text(2, "40"), why="A higher limit.", by=alice, at=NOW)
    page = visit(dora).get(reverse("policies:version", args=[old.pk])).content.decode()
    assert "In effect" in page
    assert "meadow version 2" in page


def test_the_number_of_queries_does_not_grow_with_the_versions(
    visit, alice, version, django_assert_num_queries
):
    browser, address = visit(alice), reverse("policies:overview")
    browser.get(address)
    with django_assert_num_queries(7):
        browser.get(address)
    for number in range(2, 12):
        propose(text=text(number), why="As agreed.", by=alice, at=NOW)
    with django_assert_num_queries(7):
        browser.get(address)


def test_every_limit_opens_to_its_source(visit, bob, version):
    page = visit(bob).get(reverse("policies:version", args=[version.pk])).content.decode()
    for key in policy_of(bob.clinic).limits:
        assert f'id="limit-{key}"' in page


def test_a_choice_stands_among_the_limits_in_words(visit, bob, version):
    page = visit(bob).get(reverse("policies:version", args=[version.pk])).content.decode()
    limit = page[page.index('id="limit-forecast_aim"') :].partition("</summary>")[0]
    assert ">keep gain<" in limit
    assert policy_of(bob.clinic).limit("forecast_aim").title in limit


@pytest.mark.parametrize("protocol", protocols().values(), ids=lambda p: p.id)
@pytest.mark.thorough
def test_every_number_of_a_template_opens_to_its_source(visit, bob, protocol):
    page = visit(bob).get(reverse("policies:protocol", args=[protocol.id])).content.decode()
    assert str(protocol.session.target.value) in page
    assert protocol.sha256 in page
    for source in protocol.sources:
        assert str(source).replace("&", "&amp;").replace("'", "&#x27;") in page
    assert banned_in(page) == ()


def test_all_templates_are_listed(visit, bob):
    page = visit(bob).get(reverse("policies:protocols")).content.decode()
    assert all(reverse("policies:protocol", args=[id_]) in page for id_ in protocols())
    assert visit(bob).get(reverse("policies:protocol", args=["none-such"])).status_code == 404
