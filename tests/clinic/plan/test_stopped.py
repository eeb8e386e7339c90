"""Nothing leaves as if it could be given while the patient, the decision of intake or an open risk stops the treatment."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from tenuto.clinic.intake.api import current
from tenuto.clinic.intake.services import withdraw_consent
from tenuto.clinic.intake.services.decisions import decide
from tenuto.clinic.plan.models import PlanVersion
from tenuto.clinic.plan.services.drafting import DraftRefused
from tenuto.clinic.ports.api import HoldKind, place_hold
from tests.clinic.conftest import NOW
from tests.clinic.plan.conftest import OPTIONS, drafted, later, signature_of, signed
from tests.clinic.plan.test_documents_of_versions import pdf, safety_task
from tests.clinic.plan.test_one_verdict import said
from tests.clinic.plan.test_page import text_of
from tests.clinic.plan.test_versions import url_of

NOT_SUITABLE = "decided: not suitable."
AT_RISK = "Suicide risk, urgent: open"


def decline(patient, by):
    return decide(
        patient=patient,
        outcome="not_suitable",
        reason="Another treatment first.",
        seen=current(patient).facts_sha256,
        signature=signature_of(by, later()),
        at=later(),
    )


STOPS = pytest.mark.parametrize(("stop", "why"), [(decline, NOT_SUITABLE), (safety_task, AT_RISK)])


def takes_every_date_back(file):
    """Whether a calendar file holds nothing but dates that do not stand any more."""
    return 0 < file.count(b"BEGIN:VEVENT") == file.count(b"STATUS:CANCELLED")


def plan_url(patient, file=""):
    return f"/patients/{patient.pk}/plan/{file}?{OPTIONS}"


@STOPS
def test_the_file_of_a_stopped_proposal_takes_its_dates_back(visit, accepted, alice, dora, stop, why):
    patient, browser = accepted(), visit(alice)
    assert b"BEGIN:VCALENDAR" in browser.get(plan_url(patient, "series.ics")).content
    assert "Calendar file" in text_of(browser.get(plan_url(patient)))
    stop(patient, dora)
    answer = browser.get(plan_url(patient, "series.ics"), follow=True)
    assert takes_every_date_back(answer.content)
    page = text_of(browser.get(plan_url(patient)))
    assert why in page
    assert page.count("Calendar file") == page.count("Calendar file, on hold") in (0, 2)


@STOPS
def test_the_file_of_a_stopped_version_takes_its_dates_back(visit, accepted, alice, dora, stop, why):
    version, browser = signed(accepted(), alice), visit(alice)
    assert "Calendar file" in text_of(browser.get(url_of(version)))
    stop(version.patient, dora)
    answer = browser.get(url_of(version, "series.ics"), follow=True)
    assert takes_every_date_back(answer.content)
    page = text_of(browser.get(url_of(version)))
    assert why in page
    assert page.count("Calendar file") == page.count("Calendar file, on hold") in (0, 2)


def take_back(patient, by):
    withdraw_consent(patient=patient, how="phone", why="", by=by, at=later())


def paper_of(browser, patient):
    paper = PdfReader(io.BytesIO(browser.get(plan_url(patient, "plan.pdf")).content))
    return " ".join(" ".join(sheet.extract_text() for sheet in paper.pages).split())


TO_GIVE = ("36 mg", "150 mL/h", "0.72 mL", "Stop the infusion", "Wed 25 Nov")
"""Dose, pump, what is drawn up, orders and dates of the plan of these options."""


@pytest.mark.parametrize("with_plan", [False, True])
@pytest.mark.parametrize(
    ("stop", "why"), [(decline, NOT_SUITABLE), (take_back, "The patient has withdrawn the consent, ")]
)
def test_a_proposal_says_first_that_nothing_is_given(visit, accepted, alice, dora, stop, why, with_plan):
    patient, browser = accepted(), visit(alice)
    if with_plan:
        signed(patient, alice)
    assert "36 mg" in paper_of(browser, patient)
    assert "150 mL/h" in paper_of(browser, patient)
    stop(patient, dora)
    paper, page = paper_of(browser, patient), text_of(browser.get(plan_url(patient)))
    main = page[page.index("Print plan") :].split("What would change")[0]
    for text in (paper, main):
        assert why in text
        assert text.index("Give nothing") < text.index("No dose")
        assert [words for words in TO_GIVE if words in text] == []
    assert main.index("Give nothing") < main.index("Verdict: ")


def test_a_taken_back_consent_refuses_on_list_page_and_paper(visit, accepted, alice, dora):
    patient, browser = accepted(), visit(alice)
    take_back(patient, dora)
    assert set(said(browser, patient).values()) == {"refuse"}


def test_a_refused_proposal_has_no_line_to_give_by(visit, add, alice):
    patient, _ = add("Demo Hazel")
    paper = paper_of(visit(alice), patient)
    assert "REFUSE" in paper
    assert [
        words for words in ("ketamine base over", "mL/h", "Stop the infusion", "Pump") if words in paper
    ] == []


def hold(patient, by):
    place_hold(
        patient=patient, kind=HoldKind.PLAN, rule="test", key="1", why="Liver tests are high.", by=by, at=NOW
    )


@pytest.mark.parametrize("stop", [hold, take_back, decline, safety_task])
def test_a_held_version_is_nowhere_said_to_be_only_in_force(visit, accepted, alice, dora, stop):
    version, browser = signed(accepted(), alice), visit(alice)
    assert "Signed, in force" in text_of(browser.get(url_of(version)))
    assert "Status Signed, in force" in pdf(browser, version)[1]
    stop(version.patient, dora)
    paper = pdf(browser, version)[1]
    pages = [text_of(browser.get(url)) for url in (url_of(version), plan_url(version.patient))]
    for text in (paper, *pages):
        assert "Signed, in force" not in text
        assert "Signed, held: give nothing" in text
    assert "Status Signed, held: give nothing" in paper
    assert "signed, held: give nothing. Content" in paper


@pytest.mark.parametrize(
    ("stop", "why"), [(decline, NOT_SUITABLE), (take_back, "The patient has withdrawn the consent, ")]
)
def test_no_plan_is_put_up_for_signature_against_the_decision_or_the_patient(
    visit, accepted, alice, dora, stop, why
):
    patient, browser = accepted(), visit(alice)
    assert "Prepare for signature" in text_of(browser.get(plan_url(patient)))
    stop(patient, dora)
    for options in ("", OPTIONS):
        page = text_of(browser.get(f"/patients/{patient.pk}/plan/?{options}"))
        assert "Prepare for signature" not in page
        assert page.index("Give nothing") < page.index("Verdict: ")
        assert page.index(why) < page.index("Verdict: ")
    with pytest.raises(DraftRefused, match="No plan is put up for signature"):
        drafted(patient, alice)
    assert not PlanVersion.objects.filter(patient=patient).exists()
