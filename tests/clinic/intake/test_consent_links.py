"""Nobody is led to a form that has nothing to withdraw; what the history says of a support person is said to who calls."""

from __future__ import annotations

from tenuto.clinic.ports.calling import SUPPORT_PERSON, contacts_of
from tests.clinic.intake.conftest import text_of
from tests.clinic.intake.filling import answer


def test_without_a_consent_a_coordinator_reads_who_takes_it(visit, ana, carol):
    shown = visit(carol).get(f"/patients/{ana.pk}/intake/consent/withdraw/")
    assert "No consent is in force" in text_of(shown)
    assert "takes the consent, together with the patient" in text_of(shown)
    assert "Record the withdrawal" not in text_of(shown)


def test_a_support_person_of_the_history_is_one_to_call(ana, carol):
    answer(ana, "support", carol, support__person="Sam Reed, brother, 555 0101")
    assert contacts_of(ana)[SUPPORT_PERSON] == (
        "Sam Reed, brother, 555 0101 (from the history). Ask whether they may be told."
    )
