"""Which plan is shown where: once one is in force, nobody meets one that was worked out anew without being told."""

from __future__ import annotations

from tenuto.clinic.ledger.models import AuditEvent
from tests.clinic.plan.conftest import OPTIONS, drafted, later, signed
from tests.clinic.plan.test_page import text_of
from tests.clinic.plan.test_versions import url_of


def plan(patient, query=""):
    return f"/patients/{patient.pk}/plan/{query}"


def test_the_bare_address_leads_to_the_version_in_force(visit, accepted, alice, bob):
    patient = accepted()
    assert visit(bob).get(plan(patient)).status_code == 200
    drafted(patient, alice)
    assert visit(bob).get(plan(patient)).status_code == 200
    version = signed(accepted("Demo Birch"), alice)
    answer = visit(bob).get(plan(version.patient), follow=True)
    assert answer.redirect_chain == [(url_of(version), 302)]
    looks = AuditEvent.objects.filter(patient_id=version.patient_id, by_id=str(bob.pk), kind="read")
    assert [look.action for look in looks] == ["plan version"]


def test_a_revision_says_that_it_is_not_in_force(visit, accepted, alice):
    version = signed(accepted(), alice)
    answer = visit(alice).get(plan(version.patient, f"?{OPTIONS}"))
    assert answer.status_code == 200
    page = text_of(answer)
    assert "Not in force This page works out a revision. In force: Version 1, signed" in page
    assert 'href="?revise=on"' not in answer.content.decode()
    assert f'href="{plan(version.patient)}?revise=on">Start again' in answer.content.decode()


def test_a_plan_without_options_can_be_revised_too(visit, accepted, alice):
    version = signed(accepted(), alice, options="vial=50&volume=100")
    page = visit(alice).get(url_of(version)).content.decode()
    assert (
        f'href="{plan(version.patient)}?start=2026-11-24&amp;vial=50&amp;volume=100&amp;days=mon&amp;' in page
    )
    assert visit(alice).get(plan(version.patient, "?revise=on")).status_code == 200


def test_the_pages_of_intake_say_where_the_plan_is(visit, accepted, alice):
    patient = accepted()
    intake = f"/patients/{patient.pk}/intake/"
    assert "Plan To plan" in text_of(visit(alice).get(intake))
    drafted(patient, alice)
    assert "Plan Draft to sign" in text_of(visit(alice).get(intake))
    signed(patient, alice, at=later(2))
    assert "Plan Signed " in text_of(visit(alice).get(intake))


def test_the_version_in_force_leads_to_a_draft_that_waits(visit, accepted, alice):
    version = signed(accepted(), alice)
    newer = drafted(version.patient, alice, f"{OPTIONS}&minutes=50", why="Slower.", at=later(3))
    page = visit(alice).get(url_of(version)).content.decode()
    assert f'<a href="{url_of(newer)}">Draft 2</a> revises this plan.' in page
    assert "revises this plan" not in visit(alice).get(url_of(newer)).content.decode()


def test_a_version_shows_the_level_of_what_was_signed(visit, accepted, alice):
    version = signed(accepted(), alice)
    inputs = version.document["level"]
    assert f"{inputs['dose_mg']} mg" == str(version.order.dose.dose)
    page = visit(alice).get(url_of(version)).content.decode()
    assert f"Predicted ketamine level, {inputs['dose_mg']} mg over {inputs['minutes']} min" in page
    assert "not a target; do not titrate to this line" in page
