"""List, worklist, intake, plan and paper say the same level of the same patient, for everybody in the demonstration."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import pytest
from django.utils import timezone
from pypdf import PdfReader

from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.demo.personas import teaching_patients
from tenuto.clinic.desk.models import Standing, WorkRow
from tenuto.clinic.desk.projection import MARKS, judge_all
from tenuto.clinic.intake.api import current, decide
from tenuto.clinic.intake.services import withdraw_consent
from tenuto.clinic.intake.services.history import save_step
from tenuto.clinic.outcomes.api import push_decisions, review_course
from tenuto.clinic.people.identity import register_patient
from tenuto.clinic.people.models import Patient
from tenuto.clinic.plan import services
from tenuto.clinic.ports.api import lift_hold, open_task, place_hold
from tenuto.core.outcomes.decisions import ReviewKind
from tests.clinic.conftest import NOW, numbers
from tests.clinic.intake.filling import answer, weigh
from tests.clinic.intake.test_decision import sign as sign_consent_of
from tests.clinic.outcomes.conftest import course  # noqa: F401 - fixture
from tests.clinic.plan.conftest import OPTIONS, later, signature_of, signed
from tests.clinic.plan.test_page import text_of

HEAD = re.compile(r'gate-head gate-(\w+)">\s*<h2 id="gate-title">')


def level_of_paper(content):
    first = PdfReader(io.BytesIO(content)).pages[0].extract_text()
    return re.search(r"[●◆■□] (PASS|REVIEW|BLOCK|REFUSE|TO DO)", first)[1].lower().replace(" ", "_")


def said(browser, patient):
    """What each surface says: the list, intake, the plan, and the plan as PDF."""
    judge_all(patient.clinic, today=timezone.localdate())
    base, mark = f"/patients/{patient.pk}", Standing.objects.get(patient=patient).mark
    intake = HEAD.search(browser.get(f"{base}/intake/").content.decode())[1]
    answer = browser.get(f"{base}/plan/", follow=True)
    page = answer.content.decode()
    plan = HEAD.search(page)[1]
    where = answer.redirect_chain[-1][0] if answer.redirect_chain else f"{base}/plan/"
    paper = level_of_paper(browser.get(f"{where}plan.pdf").content)
    waits = WorkRow.objects.filter(patient=patient, mark__in=MARKS).values_list("mark", flat=True)
    return {"list": mark, "intake": intake, "plan": plan, "paper": paper} | dict.fromkeys(
        ["worklist"] if waits else [], ", ".join(sorted(set(waits)))
    )


@pytest.mark.thorough
def test_everybody_has_one_verdict(visit, alice, add):
    for facts in teaching_patients(timezone.localdate()):
        add(facts.person.name)
    browser = visit(alice)
    found = {patient.name: said(browser, patient) for patient in Patient.objects.all()}
    assert {name: each for name, each in found.items() if len(set(each.values())) > 1} == {}
    assert {each["list"] for each in found.values()} == {"pass", "review", "block", "refuse"}


@pytest.fixture
def newcomer(alice, clinic):
    return register_patient(
        name="Demo Willow", birth_date=date(1984, 2, 3), identifiers=numbers("W1", "W2"), by=alice, at=NOW
    )


def recorded_of(patient, what, by):
    if what == "weight":
        weigh(patient, "70", by)
    elif what == "diagnosis":
        row = {"a" * 32: {"text": "Recurrent depression", "system": "icd10cm", "code": "F33.2"}}
        save_step(patient=patient, step_id="diagnoses", entries=row, seen={}, by=by, at=NOW)
    elif what == "another diagnosis":
        row = {"a" * 32: {"text": "Asthma", "system": "icd10cm", "code": "J45.909"}}
        save_step(patient=patient, step_id="diagnoses", entries=row, seen={}, by=by, at=NOW)
    else:
        answer(patient, "medical", by, **{what.replace(".", "__"): "yes"})


@pytest.mark.parametrize(
    ("what", "level"),
    [
        (["weight"], "to_do"),
        (["diagnosis"], "to_do"),
        (["history.liver"], "to_do"),
        (["weight", "diagnosis"], "review"),
        (["weight", "another diagnosis"], "block"),
        (["weight", "history.aneurysm"], "block"),
    ],
)
def test_a_new_registration_is_to_do_until_something_speaks_against_it(visit, alice, newcomer, what, level):
    """Whichever is entered first: without a weight or a diagnosis there is something to do, and no verdict."""
    for each in what:
        recorded_of(newcomer, each, alice)
    browser = visit(alice)
    assert {k: v for k, v in said(browser, newcomer).items() if k != "worklist"} == dict.fromkeys(
        ("list", "intake", "plan", "paper"), level
    )
    if level == "to_do":
        for path in ("intake/", "plan/", "intake/measurements/"):
            page = text_of(browser.get(f"/patients/{newcomer.pk}/{path}"))
            assert "To do" in page
            for never in ("BLOCK", "REFUSE", "Verdict:", "nobody can override"):
                assert never not in page, (path, page[page.find(never) - 150 : page.find(never) + 100])


def test_an_open_risk_is_red_also_of_somebody_who_was_just_registered(visit, alice, newcomer):
    recorded_of(newcomer, "weight", alice)
    due = NOW + timedelta(hours=1)
    open_task(
        patient=newcomer, kind="suicide.urgent", why="Item 9 was 2.", owner_role=Role.PRESCRIBER, due=due, by=alice, at=NOW
    )  # fmt: skip
    found = said(visit(alice), newcomer)
    assert set(found.values()) <= {"block", "refuse"}


def test_one_word_stands_for_somebody_of_whom_nothing_is_recorded(visit, alice, newcomer):
    judge_all(newcomer.clinic, today=timezone.localdate())
    browser = visit(alice)
    for path in ("/", f"/patients/{newcomer.pk}/intake/", f"/patients/{newcomer.pk}/plan/"):
        page = text_of(browser.get(path))
        assert "To do" in page
        assert "No record yet" not in page
    row = next(row for row in browser.get("/").content.decode().split("</tr>") if newcomer.name in row)
    assert "Unknown" not in row


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


def test_a_decision_against_treatment_is_the_verdict_everywhere(visit, accepted, alice, dora):
    patient, browser = accepted(), visit(alice)
    assert set(said(browser, patient).values()) == {"pass"}
    decline(patient, dora)
    assert set(said(browser, patient).values()) == {"block"}
    page = text_of(browser.get(f"/patients/{patient.pk}/plan/?{OPTIONS}"))
    assert "1 thing stands against this plan. Goes on with a new decision in intake." in page
    assert "It counts until a prescriber decides anew in intake." in page
    deciding = text_of(visit(dora).get(f"/patients/{patient.pk}/intake/decision/"))
    assert "The verdict is PASS A prescriber still decides." in deciding


@pytest.mark.parametrize("points", [[], [(0, 18)]])
def test_nothing_passes_beside_a_late_stop_or_justify(visit, course, alice, points):  # noqa: F811 - fixture
    """Six infusions without a response, and the day by which a prescriber had to say why it goes on is over."""
    patient = course((30, 28, 26, 23, 21, 19), [(32, 21), *points])
    push_decisions(patient.clinic, at=NOW)
    assert set(said(visit(alice), patient).values()) == {"review"}
    standing = Standing.objects.get(patient=patient)
    assert "Stop or justify: late since" in standing.why
    row = text_of(visit(alice).get("/worklist/?owner=all"))
    assert "Late" in row
    review_course(
        patient=patient, kind=ReviewKind.STOP_OR_JUSTIFY, outcome="go_on", reason="Sleeps better, wants to go on.", by=alice, at=NOW
    )  # fmt: skip
    assert set(said(visit(alice), patient).values()) == {"pass"}


def test_a_patient_whom_somebody_holds_does_not_pass(visit, add, alice):
    patient, _ = add("Demo Alder")
    hold = place_hold(patient=patient, why="Fever since Monday.", by=alice, at=NOW)
    browser = visit(alice)
    assert set(said(browser, patient).values()) == {"review"}
    assert "Fever since Monday." in Standing.objects.get(patient=patient).why
    lift_hold(hold=hold.id, why="Gone.", by=alice, at=NOW)
    assert set(said(browser, patient).values()) == {"pass"}


def decline(patient, by):
    return decide(
        patient=patient,
        outcome="not_suitable",
        reason="Another treatment first.",
        seen=current(patient).facts_sha256,
        signature=signature_of(by, later()),
        at=later(),
    )


@pytest.mark.parametrize("how", ["planned", "accepted", "signed"])
def test_a_withdrawn_consent_refuses_on_every_surface(visit, add, accepted, alice, how):
    if how == "planned":
        patient = add("Demo Alder")[0]
        sign_consent_of(patient, alice, signature=signature_of(alice, later()), at=later())
    else:
        patient = accepted()
        patient = signed(patient, alice).patient if how == "signed" else patient
    browser = visit(alice)
    withdraw_consent(patient=patient, how="phone", why="She said so.", by=alice, at=later(2))
    assert set(said(browser, patient).values()) == {"refuse"}
    decision = browser.get(f"/patients/{patient.pk}/intake/decision/")
    assert HEAD.search(decision.content.decode())[1] == "refuse"
    assert "The verdict is REFUSE It opens for a new consent of the patient alone." in text_of(decision)
    row = browser.get("/?gate=refuse").content.decode()
    assert patient.name in row
