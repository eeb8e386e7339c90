"""The pages of a version: who may see and do what, and that they show what was kept."""

from __future__ import annotations

import re
from http import HTTPStatus

import pytest

from tenuto.clinic.accounts.enrol import reset_second_factor
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.plan import services
from tenuto.clinic.plan.models import PlanSignature, PlanVersion, PlanWithdrawal
from tests.clinic.conftest import NOW
from tests.clinic.plan.conftest import (
    OPTIONS,
    accept,
    drafted,
    later,
    signature_of,
    signed,
    with_second_factor,
)
from tests.clinic.plan.test_page import text_of

QUERIES = 52
"""Those of the live page, and the week of the clinic, which says how long a visit of this plan is."""


def url_of(version, act=""):
    return f"/patients/{version.patient_id}/plan/versions/{version.pk}/{act}"


def draft(browser, patient, options=OPTIONS, **more):
    page = browser.get(f"/patients/{patient.pk}/plan/?{options}")
    card = page.context["draft"]
    sent = {"seen": card.seen, "newest": card.newest, **more}
    return browser.post(f"/patients/{patient.pk}/plan/draft/?{options}", sent)


def test_who_may_see_a_version(visit, accepted, alice, bob, carol, dora, erin, charlie):
    version = drafted(accepted(), alice)
    for person in (alice, bob, carol, dora):
        assert visit(person).get(url_of(version)).status_code == 200
    assert visit(erin).get(url_of(version)).status_code == 403
    assert visit(charlie).get(url_of(version)).status_code == 404
    assert visit().get(url_of(version))["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("act", ["sign/", "exception/", "withdraw/"])
def test_who_may_act_on_a_version(visit, accepted, alice, bob, carol, erin, charlie, act):
    version = drafted(accepted(), alice)
    for person in (bob, carol, erin):
        assert visit(person).post(url_of(version, act)).status_code == 403
    assert visit(charlie).post(url_of(version, act)).status_code in (403, 404)
    assert visit().post(url_of(version, act))["Location"].startswith("/sign-in/")
    assert visit(alice).get(url_of(version, act)).status_code in (403, 405)
    assert not PlanSignature.objects.exists()
    assert not PlanWithdrawal.objects.exists()


def test_a_second_factor_that_was_reset_signs_nothing_more(visit, accepted, alice, dora):
    """Hazard H35: the tablet and the phone are gone. The session on the tablet ends, and the password alone signs nothing."""
    patient = accepted()
    browser = with_second_factor(visit(alice), alice)
    version = PlanVersion.objects.get(pk=drafted(patient, alice).pk)
    sent = {"seen": version.content_sha256, "sign-reason": ""}
    reset_second_factor(staff=alice, by=dora, at=NOW)
    assert browser.post(url_of(version, "sign/"), sent)["Location"].startswith("/sign-in/")
    again = visit(alice).post(url_of(version, "sign/"), sent)
    assert again.status_code == HTTPStatus.FORBIDDEN, "a colleague confirms a factor that was reset"
    assert not PlanSignature.objects.exists()


def test_a_version_of_another_patient_is_not_found(visit, accepted, alice):
    version, other = drafted(accepted(), alice), accepted("Demo Birch")
    assert visit(alice).get(f"/patients/{other.pk}/plan/versions/{version.pk}/").status_code == 404


def test_a_plan_is_drafted_read_and_signed_with_a_second_factor(visit, accepted, alice):
    patient, browser = accepted(), visit(alice)
    answer = draft(browser, patient)
    version = PlanVersion.objects.get()
    assert answer["Location"] == url_of(version)
    page = text_of(browser.get(url_of(version)))
    assert "Draft, not signed" in page
    assert "By signing you say:" in page
    form = {"seen": version.content_sha256, "sign-reason": ""}
    assert browser.post(url_of(version, "sign/"), form)["Location"].startswith("/account/")
    assert not PlanSignature.objects.exists()
    with_second_factor(browser, alice)
    assert browser.post(url_of(version, "sign/"), form)["Location"] == url_of(version)
    page = text_of(browser.get(url_of(version)))
    assert "Signed, in force" in page
    assert "with a fresh authenticator code" in page
    assert version.content_sha256 in page


def test_a_missing_reason_is_said_at_its_field(visit, accepted, alice):
    version = drafted(accepted("Demo Cedar"), alice)
    browser = with_second_factor(visit(alice), alice)
    answer = browser.post(url_of(version, "withdraw/"), {"withdraw-reason": "."})
    assert answer.status_code == 422
    assert "Write why this draft is declined, in a sentence." in text_of(answer)
    assert not PlanWithdrawal.objects.exists()


def test_a_block_goes_by_a_second_person(visit, accepted, alice, dora):
    version = drafted(accepted("Demo Elder"), alice)
    assert "medical director's exception comes first" in text_of(visit(alice).get(url_of(version))).replace(
        "&#x27;", "'"
    )
    director = with_second_factor(visit(dora), dora)
    refused = director.post(url_of(version, "exception/"), {"except-reason": "x"})
    assert refused.status_code == 422
    assert "in a sentence" in str(refused.context["except_form"].errors["reason"])
    cleared = {"except-reason": "Cleared by neurology."}
    assert director.post(url_of(version, "exception/"), cleared).status_code == 302
    assert "You granted the exception, so another prescriber signs" in text_of(director.get(url_of(version)))
    signer = with_second_factor(visit(alice), alice)
    form = {"seen": version.content_sha256, "sign-reason": "After the exception."}
    assert signer.post(url_of(version, "sign/"), form).status_code == 302
    assert "Cleared by neurology." in text_of(signer.get(url_of(version)))


def test_a_change_before_the_signature_is_a_page_that_says_what_moved(visit, accepted, alice, dora):
    patient = accepted()
    version = drafted(patient, alice)
    accept(patient, dora, reason="Once more.", at=later())
    browser = with_second_factor(visit(alice), alice)
    answer = browser.post(url_of(version, "sign/"), {"seen": version.content_sha256})
    assert answer.status_code == 409
    page = text_of(answer)
    assert "Nothing was signed" in page
    assert "Decision of intake" in page
    assert not PlanSignature.objects.exists()


def test_a_change_before_the_draft_keeps_nothing(visit, accepted, alice):
    patient = accepted()
    answer = visit(alice).post(f"/patients/{patient.pk}/plan/draft/?{OPTIONS}", {"seen": "0" * 64})
    assert answer.status_code == 409
    assert not PlanVersion.objects.exists()


def test_two_who_draft_at_once_see_each_other_and_lose_nothing(visit, accepted, alice, dora):
    patient, browser = accepted(), visit(alice)
    mine = OPTIONS.replace("volume=100", "volume=50")
    card = browser.get(f"/patients/{patient.pk}/plan/?{mine}").context["draft"]
    theirs = drafted(patient, dora)
    sent = {"seen": card.seen, "newest": card.newest, "why": "A smaller bag."}
    answer = browser.post(f"/patients/{patient.pk}/plan/draft/?{mine}", sent)
    assert answer.status_code == 409
    page = text_of(answer)
    assert "Dora (dora) drafted version 1 in the meantime. Yours was not drafted." in page
    assert "0.72 mL in 100 mL, 150 mL/h vial 50 mg/mL, 0.72 mL in 50 mL, 75 mL/h" in page
    assert "A smaller bag." in page
    assert PlanVersion.objects.get() == theirs
    again = dict(re.findall(r'name="(seen|newest|why)" value="([^"]*)"', answer.content.decode()))
    assert browser.post(f"/patients/{patient.pk}/plan/draft/?{mine}", again).status_code == 302
    assert [v.why for v in PlanVersion.objects.order_by("number")] == ["", "A smaller bag."]


def test_a_draft_without_a_decision_says_so_before_anyone_signs(visit, add, alice, bob):
    patient, _ = add("Demo Alder")
    version = drafted(patient, alice)
    page = visit(alice).get(url_of(version))
    assert "No prescriber has decided in intake" in text_of(page)
    assert f"/patients/{patient.pk}/intake/decision/" in page.content.decode()
    assert "Sign plan" not in text_of(page)
    assert "Decide in intake" not in text_of(visit(bob).get(url_of(version)))
    browser = with_second_factor(visit(alice), alice)
    answer = browser.post(url_of(version, "sign/"), {"seen": version.content_sha256})
    assert answer.status_code == 422
    assert "Not done No prescriber has decided in intake" in text_of(answer)
    assert "id_sign-reason_error" not in answer.content.decode()


def test_a_version_that_was_signed_meanwhile_is_shown_as_it_stands(visit, accepted, alice, dora):
    version = drafted(accepted(), alice)
    browser = with_second_factor(visit(alice), alice)
    sign_as(version, dora)
    answer = browser.post(url_of(version, "sign/"), {"seen": version.content_sha256})
    assert answer.status_code == 422
    page = text_of(answer)
    assert "This version can&#x27;t be signed: signed, in force." in page
    assert "Signed by Dora (dora)" in page


def sign_as(version, by):
    services.sign(version=version, seen=version.content_sha256, reason="", signature=signature_of(by), at=NOW)


def test_every_version_can_be_reached_from_the_plan(visit, accepted, alice):
    patient = accepted()
    first = signed(patient, alice)
    services.withdraw(version=first, reason="Moved away.", by=alice, at=NOW)
    page = visit(alice).get(f"/patients/{patient.pk}/plan/").content.decode()
    assert f'href="{url_of(first)}"' in page
    assert "Withdrawn, not in force" in page


def test_a_revision_shows_what_changed(visit, accepted, alice):
    patient, browser = accepted(), visit(alice)
    signed(patient, alice)
    options = OPTIONS.replace("volume=100", "volume=50")
    page = text_of(browser.get(f"/patients/{patient.pk}/plan/?{options}"))
    assert "What would change" in page
    assert "0.72 mL in 100 mL, 150 mL/h vial 50 mg/mL, 0.72 mL in 50 mL, 75 mL/h" in page
    draft(browser, patient, options, why="A smaller bag.")
    page = text_of(browser.get(url_of(PlanVersion.objects.get(number=2))))
    assert "Changed from version 1" in page
    assert "A smaller bag." in page


def test_looking_leaves_its_event_with_the_version(visit, accepted, alice, bob):
    version = drafted(accepted(), alice)
    visit(bob).get(url_of(version))
    event = AuditEvent.objects.get(action="plan version")
    assert event.detail == {"version": 1, "content": version.content_sha256}
    assert event.by_name.startswith("Bob")


def test_the_number_of_queries_is_fixed(visit, accepted, alice, reads_with_queries):
    patient, browser = accepted(), visit(alice)
    first = signed(patient, alice)
    with reads_with_queries(QUERIES):
        browser.get(url_of(first))
    for volume in (50, 60, 70):
        signed(patient, alice, OPTIONS.replace("volume=100", f"volume={volume}"))
    with reads_with_queries(QUERIES):
        browser.get(url_of(first))


def test_a_version_that_ended_says_first_that_nothing_is_given_by_it(visit, accepted, alice, bob):
    version = signed(accepted(), alice)
    assert "Give nothing by this version" not in text_of(visit(bob).get(url_of(version)))
    services.withdraw(version=version, reason="She moved away.", by=alice, at=later())
    page = text_of(visit(bob).get(url_of(version)))
    said = page.index("Give nothing by this version Withdrawn Tue 24 Nov 2026")
    assert "by Alice (alice): She moved away." in page[said : said + 160]
    assert said < page.index("Nothing recorded stands against this plan") < page.index("36 mg")


def test_a_superseded_version_names_the_one_that_counts(visit, accepted, alice, bob):
    patient = accepted()
    first = signed(patient, alice)
    signed(patient, alice, f"{OPTIONS}&minutes=60", at=later())
    assert "Give nothing by this version Version 2 is in force." in text_of(visit(bob).get(url_of(first)))


def test_a_dose_under_an_exception_says_whose_and_is_not_called_blocked(visit, accepted, alice, bob, dora):
    version = drafted(accepted("Demo Elder"), alice)
    weighs = "These numbers are for a medical director who weighs an exception."
    assert weighs in text_of(visit(bob).get(url_of(version)))
    services.grant_exception(version=version, reason="Coiled, stable.", signature=signature_of(dora), at=NOW)
    answer = visit(bob).get(url_of(version))
    page = text_of(answer)
    assert weighs not in page
    assert "Exception Tue 24 Nov 2026" in page
    assert "Coiled, stable." in page
    assert "dose-blocked" not in answer.content.decode()
