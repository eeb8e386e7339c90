"""The round from an answer to a decided date and on, in the demonstration: what each of its people sees on their pages.

Time is moved as a visitor moves it; the answers come in through the patient's own pages.
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.html import strip_tags

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.accounts.moving import set_ahead
from tenuto.clinic.accounts.reauthenticate import Reauthentication
from tenuto.clinic.course.api import accounts
from tenuto.clinic.demo.staff import TEACHING_CLINIC
from tenuto.clinic.desk.api import judge_all
from tenuto.clinic.forecast.courses import courses, read_course
from tenuto.clinic.forecast.services import decide_date
from tenuto.clinic.ledger.actors import SYSTEM
from tenuto.clinic.outcomes.api import push_decisions
from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.plan import api as plans
from tenuto.clinic.plan.models import PlanVersion
from tenuto.clinic.plan.services import sign
from tenuto.clinic.ports.api import WindowKind, current_window, on_call, open_tasks_of, put_on_call
from tenuto.clinic.ports.escalating import escalate_late
from tenuto.clinic.ports.models import TaskEscalation
from tenuto.clinic.scales.api import ask_by_link, record_triage
from tenuto.core.literature.tasks import SuicideRisk, task_kind
from tenuto.core.scales.suicide_triage import RiskLevel
from tests.clinic.conftest import NOW
from tests.clinic.scales.filling import post_all

HOUR = timedelta(hours=1)


class Round:
    """The people of the demonstration, and its clock."""

    def __init__(self, visit) -> None:
        self.clinic = Clinic.objects.get(name=TEACHING_CLINIC)
        self._visit = visit

    def staff(self, name) -> Staff:
        return Staff.objects.get(username=name)

    def page(self, who, address) -> str:
        answer = self._visit(self.staff(who)).get(address)
        assert answer.status_code == 200, address
        return " ".join(strip_tags(answer.content.decode()).split())

    def patient(self, name):
        return self.clinic.patients.get(name=name)

    def now(self):
        return clock.now(self.clinic)

    def time_moves_on(self, days) -> None:
        set_ahead(clinic=self.clinic, days=days, by=SYSTEM, at=self.now())
        if on_call(self.clinic.pk, at=self.now()):
            return
        put_on_call(
            staff=self.staff("alice"), begins_at=self.now() - HOUR, ends_at=self.now() + 24 * HOUR, phone="555 0190",
            by=self.staff("bob"), at=self.now(),
        )  # fmt: skip

    def answers_by_link(self, name, scale, **answers) -> Client:
        """The patient follows the link with the date of birth and answers every question; the last page is theirs."""
        patient, phone = self.patient(name), Client()
        until = self.now() + 24 * HOUR
        sent = ask_by_link(
            patient=patient, instruments=[scale], expires=until, by=self.staff("bob"), at=self.now()
        )
        phone.post(f"/l/{sent.token}/", {"born": patient.birth_date.isoformat()})
        post_all(phone, scale, **answers)
        return phone

    def scores(self, name, total) -> Client:
        each, more = divmod(total, 8)
        answers = {f"q{n}": str(each + (n <= more)) for n in range(1, 9)}
        return self.answers_by_link(name, "phq9", **answers)

    def of_suicide(self, name):
        """The open tasks about a risk of suicide, the first due first."""
        tasks = open_tasks_of(self.patient(name))
        return [task for task in tasks if task_kind(task.kind).suicide_risk is SuicideRisk.OPEN]

    def account(self, name):
        patient = self.patient(name)
        return accounts(Batch([patient], clinic=self.clinic, today=clock.today(self.clinic)))[patient.pk]

    def known(self, name):
        patient = self.patient(name)
        return courses(Batch([patient], clinic=self.clinic, today=clock.today(self.clinic)))[patient.pk]

    def forecast(self, name):
        """The forecast of today."""
        return read_course(self.known(name)).found

    def longest(self, name):
        """The longest acceptable day of the forecast; None where it abstains."""
        window = self.forecast(name).window
        return window.end if window else None


@pytest.fixture
def the_round(demonstration, visit):
    return Round(visit)


def test_a_patient_answers_by_link_and_sees_her_score_and_her_dates(the_round):
    # Given somebody in the middle of the induction, when they answer by link
    phone = the_round.answers_by_link("Demo Sorrel", "gad7")
    # Then their own page shows score, dates and whom to call.
    shown = strip_tags(phone.get("/today/").content.decode())
    assert "Everything is answered and kept." in shown
    assert "Your own scores" in shown
    assert "4 of 6" in shown
    assert re.search(r"Next: \w{3} \d+ \w{3}", shown)


def test_a_red_flag_is_raised_given_on_and_ended_by_a_triage(the_round):
    # Given a patient at home, when she says that she has thoughts of death
    the_round.answers_by_link("Demo Sorrel", "phq9", q9="2")
    sorrel = the_round.patient("Demo Sorrel")
    (task,) = the_round.of_suicide("Demo Sorrel")
    assert task.kind == "suicide.urgent"
    # Then it has an owner and a deadline, and stands in the worklist.
    assert task.owner_role == "prescriber"
    assert (task.owner_name, task.due - task.recorded_at) == ("Alice Demo", timedelta(minutes=15))
    assert "Demo Sorrel" in the_round.page("alice", "/worklist/")
    # When nobody does anything, it is given on, and the director is told.
    escalate_late(the_round.clinic, at=task.due + timedelta(minutes=1))
    escalate_late(the_round.clinic, at=task.due + timedelta(minutes=16))
    steps = (
        TaskEscalation.objects.filter(task=task.id).order_by("step").values_list("told__username", flat=True)
    )
    assert len(steps) == 2
    assert "dora" in steps
    # And only a triage ends it.
    record_triage(
        patient=sorrel, level=RiskLevel.NONE, rests_on="Spoke with her on the phone: no plan, no intent.", by=the_round.staff("alice"),
        at=the_round.now() + HOUR,
    )  # fmt: skip
    assert the_round.of_suicide("Demo Sorrel") == []


def test_a_non_responder_is_reviewed_before_anything_goes_on(the_round):
    bracken = the_round.patient("Demo Bracken")
    page = the_round.page("alice", f"/patients/{bracken.pk}/outcomes/")
    assert "Stop or justify" in page
    assert "no response" in page.lower()
    assert any(task.kind == "outcomes.stop_or_justify" for task in open_tasks_of(bracken))


def test_a_responder_moves_to_maintenance_drifts_and_her_window_is_taken_back(the_round):
    alice, clary = the_round.staff("alice"), the_round.patient("Demo Clary")
    # Given a responder at the end of her induction: her page shows the window of the rule and that of the model.
    page = the_round.page("alice", f"/patients/{clary.pk}/forecast/")
    assert "rule" in page.lower()
    assert "model" in page.lower()
    first = the_round.forecast("Demo Clary")
    before = first.window.end

    # When the prescriber chooses the proposed day and signs,
    decision = decide_date(
        patient=clary, outcome="accepted", on=None, reason="", seen=the_round.known("Demo Clary").ground, by=alice,
        at=the_round.now(),
    )  # fmt: skip
    draft = PlanVersion.objects.get(pk=decision.revision)
    sign(
        version=draft, seen=draft.content_sha256, reason="Read and weighed.",
        signature=Reauthentication(alice, the_round.now(), "totp"), at=the_round.now(),
    )  # fmt: skip

    # Then the day is decided for everybody.
    assert [each.on for each in plans.current(clary).series] == [before]
    assert current_window(clary, kind=WindowKind.DECIDED).opens == before

    # When time moves on and her scores are worse twice,
    the_round.time_moves_on(2)
    the_round.scores("Demo Clary", 12)
    the_round.time_moves_on(5)
    the_round.scores("Demo Clary", 12)
    assert the_round.account("Demo Clary").scale.drifting
    push_decisions(the_round.clinic, at=the_round.now())
    judge_all(the_round.clinic, today=clock.today(the_round.clinic))

    # Then the worklist says why now, the prescriber is asked for a booster, and the window is taken back.
    assert any(task.kind == "outcomes.booster" for task in open_tasks_of(clary))
    worklist = the_round.page("alice", "/worklist/?owner=all")
    rows = [row[:600] for row in worklist.split("Demo Clary")[1:]]
    assert any(re.search(r"PHQ-9|drift|worse", row) for row in rows), rows
    later = the_round.forecast("Demo Clary")
    assert first.window is not None
    assert later.window is None, (
        "no day is offered while the response is going; a prescriber reviews the course"
    )
    assert "PHQ-9" in the_round.page("alice", f"/patients/{clary.pk}/outcomes/")


def test_silence_never_lengthens_the_window(the_round):
    # Whose response is going has no window, and silence opens none.
    assert the_round.longest("Demo Gorse") is None
    the_round.time_moves_on(3)
    assert the_round.longest("Demo Gorse") is None
    heather = the_round.longest("Demo Heather")
    the_round.time_moves_on(4)
    assert the_round.longest("Demo Heather") <= heather
    assert clock.now(the_round.clinic) == NOW + timedelta(days=7)
