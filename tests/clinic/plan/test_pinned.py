"""Hazard H24: a protocol or policy that is edited later does not reach a signed plan."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tenuto.clinic.intake import api as intake
from tenuto.clinic.plan import api, services
from tenuto.clinic.plan.services import proposing
from tenuto.clinic.plan.services.proposing import grounds
from tenuto.clinic.plan.status import Status
from tenuto.clinic.ports.api import open_tasks_of
from tenuto.core.literature import protocol as templates
from tenuto.core.plan import proposal, selection
from tenuto.core.sources import Sourced
from tenuto.core.units import MgPerKg
from tests.clinic.conftest import NOW
from tests.clinic.plan.conftest import OPTIONS, accept, drafted, later, signature_of, signed
from tests.clinic.plan.test_page import text_of
from tests.clinic.plan.test_versions import url_of


@pytest.fixture
def edit_the_template(monkeypatch):
    """Load every template with another dose and another version, as an update of the data files would."""

    def run():
        edited = {id_: _edited(plan) for id_, plan in templates.protocols().items()}
        for module in (templates, selection, proposal):
            if hasattr(module, "protocols"):
                monkeypatch.setattr(module, "protocols", lambda: edited)
        proposing._planned.cache_clear()

    yield run
    proposing._planned.cache_clear()


def _edited(plan):
    session = plan.session
    dose = Sourced(MgPerKg("0.4"), session.target.basis)
    return replace(plan, version=plan.version + 1, sha256="e" * 64, session=replace(session, target=dose))


def test_an_edited_template_does_not_alter_a_signed_plan(visit, accepted, alice, edit_the_template):
    patient, browser = accepted(), visit(alice)
    version = signed(patient, alice)
    page, paper = text_of(browser.get(url_of(version))), browser.get(url_of(version, "plan.pdf")).content
    state = api.current(patient)
    edit_the_template()
    live = text_of(browser.get(f"/patients/{patient.pk}/plan/?{OPTIONS}"))
    assert "29 mg of ketamine base" in live
    assert "version 2 (eeeeeeeeeeee)" in live
    assert text_of(browser.get(url_of(version))) == page
    assert "36 mg of ketamine base" in page
    assert browser.get(url_of(version, "plan.pdf")).content == paper
    assert api.current(patient) == state


def test_a_template_edited_before_the_signature_stops_it(accepted, alice, edit_the_template):
    version = drafted(accepted(), alice)
    edit_the_template()
    with pytest.raises(services.PlanConflict) as caught:
        services.sign(
            version=version,
            seen=version.content_sha256,
            reason="",
            signature=signature_of(alice),
            at=NOW,
        )
    assert {"Protocol", "Dose"} <= {change.what for change in caught.value.changes}


def test_a_changed_policy_does_not_alter_a_signed_plan(visit, accepted, alice, monkeypatch):
    patient, browser = accepted(), visit(alice)
    version = signed(patient, alice)
    page = text_of(browser.get(url_of(version))).split("What was done")[1]
    stricter = replace(intake.policy_of(patient.clinic), version=9, sha256="f" * 64)
    monkeypatch.setattr("tenuto.clinic.intake.state.policy_of", lambda clinic: stricter)
    assert text_of(browser.get(url_of(version))).split("What was done")[1] == page
    assert "tenuto-demo version 9" in text_of(browser.get(f"/patients/{patient.pk}/plan/?{OPTIONS}"))


def test_the_door_gives_the_pinned_state(accepted, alice):
    patient = accepted()
    assert api.current(patient) is None
    version = signed(patient, alice)
    state = api.current(patient)
    assert str(state.order.dose.dose) == "36 mg"
    assert state.series[0].on.isoformat() == "2026-11-25"
    assert (state.content_sha256, state.signed_by_name) == (version.content_sha256, "Alice (alice)")
    services.withdraw(version=version, reason="She moved away.", by=alice, at=NOW)
    assert api.current(patient) is None


def test_the_standing_of_many_is_one_query(accepted, alice, django_assert_num_queries):
    first, second, third = accepted(), accepted("Demo Birch"), accepted("Demo Linden")
    signed(first, alice)
    drafted(first, alice, OPTIONS.replace("volume=100", "volume=50"))
    drafted(second, alice)
    with django_assert_num_queries(1):
        found = api.standings([first.pk, second.pk, third.pk])
    assert (found[first.pk].status, found[first.pk].in_force) == (Status.DRAFT, True)
    assert (found[second.pk].status, found[second.pk].in_force) == (Status.DRAFT, False)
    assert third.pk not in found


def test_accepting_opens_the_task_and_signing_closes_it(accepted, alice, dora):
    patient = accepted()
    task = next(t for t in open_tasks_of(patient) if t.kind == "plan.sign")
    assert task.owner_role == "prescriber"
    accept(patient, dora, at=later())
    assert [t.kind for t in open_tasks_of(patient)].count("plan.sign") == 1
    signed(patient, alice, at=later())
    assert "plan.sign" not in [t.kind for t in open_tasks_of(patient)]
    assert grounds(patient).in_force is not None
