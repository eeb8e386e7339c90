"""List, intake, plan and paper say the same level of the same patient, for everybody in the demonstration."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from pypdf import PdfReader

from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.demo.personas import teaching_patients
from tenuto.clinic.desk.models import Standing
from tenuto.clinic.desk.projection import judge_all
from tenuto.clinic.people.models import Patient
from tenuto.clinic.plan import services
from tenuto.clinic.ports.api import open_task
from tests.clinic.conftest import NOW
from tests.clinic.plan.conftest import signed

HEAD = re.compile(r'gate-head gate-(\w+)">\s*<h2 id="gate-title">')
TODAY = re.compile(r'Today: <span class="mark mark-(\w+)')


def level_of_paper(content):
    first = PdfReader(io.BytesIO(content)).pages[0].extract_text()
    return re.search(r"[●◆■] (PASS|REVIEW|BLOCK|REFUSE)", first)[1].lower()


def said(browser, patient):
    """What each surface says: the list, intake, the plan, and the plan as PDF."""
    judge_all(patient.clinic, today=timezone.localdate())
    base, mark = f"/patients/{patient.pk}", Standing.objects.get(patient=patient).mark
    intake = HEAD.search(browser.get(f"{base}/intake/").content.decode())[1]
    answer = browser.get(f"{base}/plan/", follow=True)
    page = answer.content.decode()
    in_force = TODAY.search(page)
    plan = in_force[1] if in_force else HEAD.search(page)[1]
    where = answer.redirect_chain[-1][0] if answer.redirect_chain else f"{base}/plan/"
    paper = level_of_paper(browser.get(f"{where}plan.pdf").content)
    return {"list": mark, "intake": intake, "plan": plan, "paper": paper}


@pytest.mark.thorough
def test_everybody_has_one_verdict(visit, alice, add):
    for facts in teaching_patients(timezone.localdate()):
        add(facts.person.name)
    browser = visit(alice)
    found = {patient.name: said(browser, patient) for patient in Patient.objects.all()}
    assert {name: each for name, each in found.items() if len(set(each.values())) > 1} == {}
    assert {each["list"] for each in found.values()} == {"pass", "review", "block", "refuse"}


def test_the_list_shows_what_was_worked_out(visit, alice, add):
    patient, _ = add("Demo Alder")
    mark = said(visit(alice), patient)["list"]
    row = visit(alice).get(f"/?gate={mark}").content.decode()
    assert patient.name in row
    assert f'class="mark mark-{mark}"' in row


def test_an_open_task_of_safety_blocks_on_every_surface(visit, alice, add):
    patient, _ = add("Demo Alder")
    browser = visit(alice)
    assert set(said(browser, patient).values()) == {"pass"}
    due = NOW + timedelta(hours=1)
    open_task(
        patient=patient, kind="suicide.urgent", why="Item 9 was 2.", owner_role=Role.PRESCRIBER, due=due, by=alice, at=NOW
    )  # fmt: skip
    assert set(said(browser, patient).values()) == {"block"}


def test_a_signed_plan_is_judged_as_signed_and_as_of_today(visit, alice, accepted):
    patient = accepted("Demo Oak")
    version = signed(patient, alice)
    browser = visit(alice)
    assert version.gate_level == "REVIEW"
    assert set(said(browser, patient).values()) == {"pass"}
    assert "When signed" in " ".join(
        p.extract_text()
        for p in PdfReader(
            io.BytesIO(browser.get(f"/patients/{patient.pk}/plan/versions/{version.pk}/plan.pdf").content)
        ).pages
    )
    services.withdraw(version=version, reason="Another day.", by=alice, at=NOW)
    assert set(said(browser, patient).values()) == {"review"}


def test_no_order_is_drafted_that_nobody_can_prepare(visit, alice, accepted):
    patient = accepted()
    page = visit(alice).get(f"/patients/{patient.pk}/plan/").content.decode()
    assert "choose the vial and the total volume first" in page
    assert "Prepare for signature" not in page
