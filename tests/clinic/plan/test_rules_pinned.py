"""A decision and a draft pin the rules they were made by: a new required fact is said, and neither stands silently."""

from __future__ import annotations

import pytest

from tenuto.clinic.intake.api import current
from tenuto.clinic.intake.models import Decision
from tenuto.clinic.plan import services
from tenuto.clinic.policies.models import RuleSet
from tenuto.core.intake import rules
from tenuto.core.intake.difference import Difference
from tests.clinic.conftest import NOW
from tests.clinic.plan.conftest import drafted, signature_of, signed
from tests.clinic.plan.test_page import text_of
from tests.clinic.plan.test_versions import url_of

NEW = Difference("Required fact: Seizures", "", "new; planning: REVIEW; starting: REVIEW")


@pytest.fixture
def without_seizures(monkeypatch):
    """The rules before the question about seizures was asked; called, they are the rules of now."""
    now = rules.rules_now()
    fewer = {key: entry for key, entry in now.entries.items() if key != "facts/history.seizure"}
    holder = [rules.Rules("0" * 64, fewer)]
    for module in (
        "tenuto.clinic.policies.pinned",
        "tenuto.clinic.intake.state",
        "tenuto.core.plan.order",
    ):
        monkeypatch.setattr(f"{module}.rules_now", lambda: holder[0])
    return lambda: holder.__setitem__(0, now)


def test_a_decision_does_not_stand_under_other_rules_and_its_page_says_which(
    without_seizures, visit, accepted, alice
):
    patient = accepted()
    assert current(patient).decision.stands
    assert Decision.objects.get().rules_sha256 == "0" * 64 == RuleSet.objects.get().sha256
    without_seizures()
    assert not current(patient).decision.stands
    for page in ("intake/", "intake/decision/"):
        text = text_of(visit(alice).get(f"/patients/{patient.pk}/{page}"))
        assert "Required fact: Seizures – new; planning: REVIEW; starting: REVIEW" in text, page


def test_a_draft_under_other_rules_is_refused_with_what_changed(without_seizures, accepted, alice):
    version = drafted(accepted(), alice)
    without_seizures()
    with pytest.raises(services.PlanConflict) as caught:
        services.sign(
            version=version, seen=version.content_sha256, reason="", signature=signature_of(alice), at=NOW
        )
    assert caught.value.changes == (NEW,)


def test_a_signed_plan_keeps_the_rules_that_it_was_signed_under(without_seizures, visit, accepted, alice):
    version = signed(accepted(), alice)
    without_seizures()
    version.refresh_from_db()
    assert version.rules_sha256 == version.order.rules_sha256 == "0" * 64
    assert "Rules 000000000000" in text_of(visit(alice).get(url_of(version)))


def test_the_rules_are_kept_once(accepted, alice):
    drafted(accepted(), alice)
    drafted(accepted("Demo Birch"), alice)
    assert RuleSet.objects.count() == 1


def test_while_nothing_changed_no_page_says_so(visit, accepted, alice):
    patient = accepted()
    assert "Changed since" not in text_of(visit(alice).get(f"/patients/{patient.pk}/intake/"))
