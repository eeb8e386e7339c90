"""Whoever sees a patient on a page of the plan leaves a row in the audit, whatever the page says."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tenuto.clinic.ledger.models import AuditEvent, EventKind
from tenuto.clinic.plan.models import PlanVersion
from tenuto.clinic.plan.urls import urlpatterns
from tests.clinic.plan.conftest import OPTIONS, drafted, signed, with_second_factor

LOOKS = {
    "page": "plan page",
    "pdf": "plan as PDF",
    "calendar": "series as calendar file",
    "comfort": "comfort card",
    "visits": "visits",
    "version": "plan version",
    "version-pdf": "print plan version",
    "version-calendar": "export series of plan version",
}
"""Pages that are read, and how the audit names a look at each."""
ACTIONS = {
    "draft": "plan draft",
    "sign": "plan signing",
    "exception": "plan exception",
    "withdraw": "plan withdrawal",
    "look-again": "plan looked at again",
    "visit-record": "visit record",
    "visit-order": "next-visit orders",
}
"""What is sent; a refusal shows the patient's page again and is a look, too."""


LED_BACK = {"visit-strike": "visit strike"}
"""What is sent and shows nothing itself: a refusal leads back to a page, which is a look of its own."""


def address(name, version):
    about = [version.patient_id, *([version.pk] if "version_id" in route(name) else [])]
    return reverse(f"plan:{name}", args=about)


def route(name):
    return next(str(pattern.pattern) for pattern in urlpatterns if pattern.name == name)


def looks(patient, by):
    found = AuditEvent.objects.filter(kind=EventKind.READ, patient_id=patient, by_id=str(by.pk))
    return list(found.order_by("number").values_list("action", flat=True))


def test_every_page_of_the_plan_is_on_this_list_with_its_name_and_who_may():
    views = {pattern.name: pattern.callback for pattern in urlpatterns}
    assert {name: view.shows_patient for name, view in views.items()} == LOOKS | ACTIONS | LED_BACK
    assert all(view.verb for view in views.values())


@pytest.mark.parametrize("name", list(LOOKS))
def test_a_look_is_one_row(visit, accepted, alice, dora, name):
    version = signed(accepted(), alice)
    assert visit(dora).get(address(name, version), {"vial": "50", "volume": "100"}).status_code == 200
    assert looks(version.patient_id, dora) == [LOOKS[name]]


@pytest.mark.parametrize("name", list(ACTIONS))
def test_a_refused_deed_that_shows_the_patient_is_a_look(visit, accepted, alice, dora, name):
    version = drafted(accepted("Demo Elder"), alice)
    browser = with_second_factor(visit(dora), dora)
    answer = browser.post(address(name, version), {"seen": "of another page"})
    assert answer.status_code in (409, 422)
    assert version.patient.name in answer.content.decode()
    assert looks(version.patient_id, dora) == [ACTIONS[name]]
    assert PlanVersion.objects.count() == 1


@pytest.mark.parametrize("name", list(LOOKS))
def test_a_page_of_another_clinic_or_role_shows_nothing(visit, accepted, alice, erin, charlie, name):
    version = signed(accepted(), alice, OPTIONS)
    refused, hidden = visit(erin).get(address(name, version)), visit(charlie).get(address(name, version))
    assert (refused.status_code, hidden.status_code) == (403, 404)
    for answer in (refused, hidden):
        assert version.patient.name not in answer.content.decode()
    assert looks(version.patient_id, erin) == looks(version.patient_id, charlie) == []
