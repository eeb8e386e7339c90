"""The clinical judgements that a decision lacks are recorded where it is made, by whose they are."""

from __future__ import annotations

from datetime import timedelta

from tenuto.clinic.intake.api import current
from tenuto.clinic.intake.models import StepSave
from tenuto.core.scales.suicide_triage import RiskLevel
from tests.clinic.conftest import NOW
from tests.clinic.intake.conftest import text_of
from tests.clinic.intake.filling import answer

LATER = NOW + timedelta(minutes=30)
SENT = {"q-airway.exam": "normal", "q-asa.class": "2", "q-capacity": "yes"}


def said(patient):
    facts = current(patient).facts
    found = ((name, facts.answer(name)) for name in ("airway.exam", "asa.class", "capacity"))
    return {name: each.value for name, each in found if each is not None}


def test_alice_records_them_at_the_decision_bob_and_charlie_do_not(visit, ana, alice, bob, charlie):
    page, url = f"/patients/{ana.pk}/intake/decision/", f"/patients/{ana.pk}/intake/decision/judgements/"
    assert visit(charlie).post(url, SENT).status_code == 404
    assert visit(bob).post(url, SENT).status_code == 403
    assert said(ana) == {}
    shown = visit(alice).get(page).content.decode()
    assert url in shown
    # Nothing is answered before somebody answers it.
    assert "checked" not in shown.split(url)[1].split("</form>")[0]
    done = visit(alice).post(url, SENT, follow=True)
    assert "The judgements are recorded with your name." in text_of(done)
    assert said(ana) == {"airway.exam": "normal", "asa.class": "2", "capacity": True}
    assert {save.recorded_as for save in StepSave.objects.all()} == {"prescriber"}
    assert "Airway examination: normal, Tue 24 Nov 2026, Alice (alice)" in text_of(visit(alice).get(page))


def test_a_part_of_them_may_stay_open_and_nothing_at_all_is_told(visit, ana, alice):
    url = f"/patients/{ana.pk}/intake/decision/judgements/"
    visit(alice).post(url, {"q-capacity": "no"})
    assert said(ana) == {"capacity": False}
    empty = visit(alice).post(url, {})
    assert empty.status_code == 422
    assert "Answer what you have judged." in text_of(empty)


def test_what_somebody_recorded_meanwhile_is_not_written_over(visit, ana, alice, bob):
    url = f"/patients/{ana.pk}/intake/decision/judgements/"
    answer(ana, "support", bob, capacity="no")
    answer(ana, "support", bob, at=LATER, seen={"capacity": 1}, capacity="")
    refused = visit(alice).post(
        url, {"q-capacity": "yes", "v-capacity": "1", "q-asa.class": "2"}, follow=True
    )
    assert "Bob (bob) recorded" in text_of(refused)
    assert "asa.class" not in said(ana)
    visit(alice).post(url, {"q-capacity": "yes", "v-capacity": "2"})
    assert said(ana)["capacity"] is True


def test_whoever_decides_goes_on_from_a_triage_to_the_decision(visit, ana, alice, bob):
    url = f"/patients/{ana.pk}/scales/triage/"
    assert 'name="go_on"' not in visit(bob).get(url).content.decode()
    sent = {"level": RiskLevel.NONE.name, "rests_on": "Interview with her", "go_on": "1"}
    assert visit(alice).post(url, sent).url == f"/patients/{ana.pk}/intake/decision/"
