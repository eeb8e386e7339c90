"""Every address where something is said of a patient sends what its page knew, or says here why it needs not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.urls import get_resolver, reverse

from tenuto.clinic.accounts.models import Role
from tenuto.clinic.ledger.facts import Fact
from tests.clinic.conftest import *  # noqa: F403
from tests.clinic.conftest import (  # noqa: F401  - the fixtures that a star leaves out
    _anchor_of_this_test,
    _every_row_has_its_event,
    _one_moment,
    _quick_and_forgetful,
    hired,
)
from tests.clinic.test_crawl import OF_A_PATIENT, address

CLINIC = Path(__file__).resolve().parents[2] / "src/tenuto/clinic"

ADDS = {
    "intake:measurements": "a reading stands beside the others",
    "intake:strike": "a reading is struck once",
    "intake:tests": "a result stands beside the others",
    "intake:ask-test": "a task stands beside the others",
    "intake:visits": "a visit stands beside the others",
    "scales:scale": "a form stands beside the others",
    "scales:paper": "forms stand beside the others",
    "scales:ask": "a link stands beside the others",
    "access:break-glass": "an emergency waits for nobody",
}
"""Nothing that stands is replaced."""
STOPS = {
    "intake:withdraw-consent": "the patient's word is never held up",
    "intake:withdraw-photographs": "the patient's word is never held up",
    "plan:withdraw": "stopping is never held up",
    "scales:take-back": "a link is shut whatever became of it",
}
OWN = {
    "intake:history": "entry by entry: `intake.services.history`",
    "plan:draft": "the content and the newest version: `plan.services.drafting`",
    "plan:sign": "the content, worked out anew: `plan.services.signing`",
    "plan:comfort": "the number of the card: `plan.services.comfort`",
    "plan:visit-record": "the newest infusion: `course.api.mark`",
    "plan:visit-order": "the newest orders: `plan.services.visits`",
}
"""These compare more narrowly what they replace, with tests of their own; a stale one is answered 409 too."""


def posting(visit, clinic, patient) -> dict[str, object]:
    """The views about a patient that take a form, by the name of their address."""
    people = [visit(hired(clinic, f"poster-{role}", role)) for role in Role]
    found = {}
    for route, name in OF_A_PATIENT:
        where = address(route, patient.pk)
        if any(browser.post(where).status_code != 405 for browser in people):
            found[name] = get_resolver().resolve(where).func
    return found


def test_every_form_about_a_patient_sends_what_was_seen(visit, clinic, ana):
    found = posting(visit, clinic, ana)
    without = {name for name, view in found.items() if not hasattr(view, "rests_on")}
    assert without == ADDS.keys() | STOPS.keys() | OWN.keys()
    assert len(found) - len(without) >= 11


def test_the_policy_in_effect_is_not_replaced_unseen():
    view = (
        get_resolver()
        .resolve(reverse("policies:activate", args=["00000000-0000-4000-8000-000000000000"]))
        .func
    )
    assert view.rests_on == ("policies.PolicyActivation",)


def test_what_an_action_rests_on_is_a_table_of_facts(visit, clinic, ana):
    for name, view in posting(visit, clinic, ana).items():
        for label in getattr(view, "rests_on", ()):
            assert issubclass(apps.get_model(label), Fact), f"{name} rests on {label}"


FRAME = re.compile(r"{% extends \"((?!links)\w+/frame|pathway/\w+)\.html\" %}")
TEMPLATES = [
    path
    for path in sorted(CLINIC.glob("*/templates/**/*.html"))
    if FRAME.search(text := path.read_text("utf-8")) or re.search(r"<form[^>]*patient\.pk", text)
]


def test_there_are_pages_of_patients():
    assert len(TEMPLATES) > 25


@pytest.mark.parametrize("path", TEMPLATES, ids=[path.stem for path in TEMPLATES])
def test_every_form_of_a_patients_page_carries_it(path):
    for form in re.findall(r'<form[^>]*method="post".*?</form>', path.read_text("utf-8"), re.DOTALL):
        assert "{% seen %}" in form, form[:120]
