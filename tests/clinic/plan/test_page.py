"""The plan page says what `tenuto plan` says, to the people of the clinic and to nobody else."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from pypdf import PdfReader

from tenuto.clinic.demo.personas import teaching_patients
from tenuto.clinic.intake.services import receive
from tenuto.clinic.people.identity import register_patient
from tenuto.clinic.plan.services import policy_of
from tenuto.core.intake.facts import Measurement
from tenuto.core.plan.proposal import propose
from tenuto.core.plan.request import PlanRequest
from tests.clinic.conftest import NOW, numbers, source_of
from tests.clinic.interop.fhir.bundles import concept, condition, observation, quantity, read

OPTIONS = {"vial": "50", "volume": "100", "start": "2026-11-24", "days": ["mon", "wed", "fri"]}
QUERIES = 37
"""Session, person with clinic, patient, the policy in effect, the twelve kinds of rows of intake with the identifiers, the decision, the versions of the plan, the visits, the holds, the head of the audit chain and the read note, other names."""


def text_of(response) -> str:
    plain = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", plain)


def plan(browser, patient, **options):
    return browser.get(f"/patients/{patient.pk}/plan/", options)


def test_alice_and_bob_may_look_charlie_and_strangers_may_not(visit, ana, alice, bob, charlie):
    url = f"/patients/{ana.pk}/plan/"
    assert visit(alice).get(url).status_code == 200
    assert visit(bob).get(url).status_code == 200
    assert visit(charlie).get(url).status_code == 404
    assert visit().get(url)["Location"] == f"/sign-in/?next={url}"


def test_the_page_shows_the_proposal_of_core(visit, alice, clinic, add):
    patient, facts = add("Demo Alder")
    today = timezone.localdate()
    proposal = propose(facts, request=PlanRequest(), policy=policy_of(clinic), as_of=today)
    page = text_of(plan(visit(alice), patient))
    assert proposal.calculation is not None
    assert f"{proposal.calculation.dose.ordered} of ketamine base over 40 min" in page
    assert "Two calculations agree" in page
    for finding in proposal.gate.findings:
        assert finding.missing or finding.message.replace("“", "“") in page.replace("&#x27;", "'")


def test_vial_and_volume_give_the_pump_rate(visit, alice, add):
    patient, _ = add("Demo Alder")
    page = text_of(plan(visit(alice), patient, **OPTIONS))
    assert "Pump rate 150 mL/h" in page
    assert "Draw up, 50 mg/mL 0.72 mL" in page
    assert "Concentration 0.36 mg/mL" in page
    assert "Verdict: PASS" in page


def test_the_series_begins_on_the_first_clinic_day(visit, alice, add):
    patient, _ = add("Demo Alder")

    def dates(**options):
        page = text_of(plan(visit(alice), patient, **{**OPTIONS, **options}))
        series = page.split("Series")[1].split("November 2026")[0]
        return re.findall(r"\d ((?:Mon|Tue|Wed|Thu|Fri) \d+ \w+)", series)

    assert dates()[:2] == ["Wed 25 Nov", "Fri 27 Nov"]
    assert dates(days=["tue", "thu"])[:2] == ["Tue 24 Nov", "Thu 26 Nov"]
    assert dates(days=["tue", "thu"], start="2026-11-25")[0] == "Thu 26 Nov"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"volume": "0,5"}, "has a comma"),
        ({"volume": ".5"}, "has no leading zero"),
        ({"volume": "100.0"}, "ends in a zero after the point"),
        ({"volume": "0"}, "is outside 10 mL to 1000 mL"),
        ({"volume": "1"}, "is outside 10 mL to 1000 mL"),
        ({"volume": "100000"}, "a digit or the unit is wrong"),
        ({"weight": "ideal"}, "Write why the dose is not calculated on the measured weight"),
        ({"start": "24/11/2026"}, "Write the day as 2026-11-24"),
        ({"start": "2099-01-01"}, "more than ten years away"),
        ({"protocol": "none-such"}, "Select a valid choice"),
    ],
)
def test_an_option_that_can_not_be_used_is_said_and_not_used(visit, alice, add, options, sentence):
    patient, _ = add("Demo Alder")
    page = text_of(plan(visit(alice), patient, **options))
    assert sentence in page
    assert "What is shown is the plan without them" in page


def test_refuse_shows_no_dose(visit, alice, add):
    patient, _ = add("Demo Hazel")
    page = text_of(plan(visit(alice), patient, **OPTIONS))
    assert "No dose" in page
    assert "mg of ketamine base" not in page
    assert "nobody can override" in page


def test_block_says_what_blocks_and_who_may_go_on(visit, alice, add):
    patient, _ = add("Demo Elder")
    page = text_of(plan(visit(alice), patient))
    assert "Goes on with only a medical director" in page
    assert "Aneurysm" in page
    assert "for a medical director who weighs an exception" in page


def test_a_pass_still_leaves_the_decision_to_a_person(visit, alice, add):
    patient, _ = add("Demo Alder")
    page = text_of(plan(visit(alice), patient, **OPTIONS))
    assert "A prescriber still decides." in page
    assert "not for care until your clinic has validated it" in page
    assert "0.5 mg/kg × 72.5 kg = 36.25 mg" in page


def test_every_finding_opens_to_its_source_evidence_and_policy(visit, alice, add):
    patient, _ = add("Demo Elder")
    page = plan(visit(alice), patient).content.decode()
    opened = page.split("finding-more")[1:]
    assert opened
    for part in opened:
        assert all(word in part for word in ("Evidence", "Policy", "tenuto-demo version 1, signed", "Rule"))


def test_an_unsigned_policy_is_said(visit, charlie):
    facts = teaching_patients(timezone.localdate())[0]
    patient = receive(facts=facts, source=source_of(), by=charlie, at=NOW).patient
    page = text_of(plan(visit(charlie), patient, **OPTIONS))
    assert "not signed by a medical director" in page
    assert "tenuto-default version 1, not signed" in page


def test_a_converted_weight_is_shown_with_what_was_sent(visit, alice, add):
    def in_pounds(facts):
        weight = Measurement("weight_kg", Decimal("69.85"), timezone.localdate(), original="154 [lb_av]")
        kept = tuple(m for m in facts.measurements if m.kind != "weight_kg")
        return replace(facts, measurements=(*kept, weight))

    patient, _ = add("Demo Alder", in_pounds)
    assert "sent as 154 [lb_av]" in text_of(plan(visit(alice), patient))


def test_names_of_others_that_are_alike_are_pointed_out(visit, alice, add):
    patient, _ = add("Demo Alder")
    add("Demo Elder")
    answer = plan(visit(alice), patient)
    assert "similar name: Demo Elder" in text_of(answer)
    notes = re.findall(r'<div class="page-note no-print">(.*?)</div>', answer.content.decode(), re.DOTALL)
    assert any("Demo Elder" in note for note in notes), "names another patient on paper"


def test_hostile_text_is_shown_as_text(visit, alice, add):
    def hostile(facts):
        return replace(facts, person=replace(facts.person, name="<script>alert(1)</script>"))

    patient, _ = add("Demo Alder", hostile)
    page = plan(visit(alice), patient).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_the_number_of_queries_is_fixed(visit, alice, add, reads_with_queries):
    patient, _ = add("Demo Alder")
    browser = visit(alice)
    with reads_with_queries(QUERIES):
        plan(browser, patient, **OPTIONS)
    add("Demo Birch")
    with reads_with_queries(QUERIES):
        plan(browser, patient)


def test_the_plan_as_documents_for_the_clinic_and_nobody_else(visit, alice, charlie, add):
    patient, _ = add("Demo Alder")
    base = f"/patients/{patient.pk}/plan/"
    pdf = visit(alice).get(f"{base}plan.pdf", OPTIONS)
    assert pdf.content.startswith(b"%PDF")
    day = timezone.localdate().isoformat()
    assert pdf["Content-Disposition"] == f'attachment; filename="MRN-DEMO-0001_depression-6x2wk_{day}.pdf"'
    calendar = visit(alice).get(f"{base}series.ics", OPTIONS)
    assert calendar.content.count(b"BEGIN:VEVENT") == 6
    assert b"Alder" not in calendar.content
    for name in ("plan.pdf", "series.ics"):
        assert visit(charlie).get(base + name).status_code == 404
        assert visit().get(base + name).status_code == 302


def test_no_document_is_made_from_options_that_can_not_be_used(visit, alice, add):
    patient, _ = add("Demo Alder")
    for name in ("plan.pdf", "series.ics"):
        assert visit(alice).get(f"/patients/{patient.pk}/plan/{name}", {"volume": "0,5"}).status_code == 404


def test_there_is_no_calendar_without_a_series(visit, alice, ana):
    assert visit(alice).get(f"/patients/{ana.pk}/plan/series.ics").status_code == 404


def test_a_record_that_says_that_the_person_has_died_gives_no_dose(visit, alice, add):
    patient, facts = add("Demo Alder")
    later = timezone.now() + timedelta(minutes=1)
    source = replace(source_of(digest="d" * 64), died=True)
    receive(facts=facts, source=source, by=alice, at=later)
    page = text_of(plan(visit(alice), patient, **OPTIONS))
    assert "Verdict: REFUSE" in page
    assert "this person has died" in page
    assert "mg of ketamine base" not in page
    assert patient.name in text_of(visit(alice).get("/?gate=refuse"))


def test_claims_of_articles_stand_with_their_correction(visit, alice, add):
    patient, _ = add("Demo Alder")
    section = text_of(plan(visit(alice), patient)).split("Claims corrected")[1]
    assert "False Ketamine can be misused and can cause dependence." in section


def test_the_dose_card_draws_the_predicted_level_and_says_it_is_not_a_target(visit, alice, add):
    patient, _ = add("Demo Alder")
    response = plan(visit(alice), patient)
    page = text_of(response)
    assert "Predicted ketamine level" in page
    assert "not a target; do not titrate to this line" in page
    assert "Kamp 2020 arterial" in page
    drawn = response.content.decode()
    assert drawn.count('class="marks"') == 2
    assert 'role="img" aria-label="Predicted ketamine level' in drawn


def test_outside_every_model_there_is_no_predicted_level(visit, alice, add, monkeypatch):
    monkeypatch.setattr("tenuto.clinic.plan.presenters.level.dose_level", lambda **_: None)
    patient, _ = add("Demo Alder")
    page = text_of(plan(visit(alice), patient))
    assert "of ketamine base over" in page
    assert "Predicted" not in page


def test_someone_of_whom_nothing_is_recorded_is_led_to_intake(visit, alice):
    born = date(1984, 2, 3)
    patient = register_patient(
        name="Demo Willow", birth_date=born, identifiers=numbers("W1", "W2"), by=alice, at=NOW
    )
    answer = plan(visit(alice), patient)
    assert "Plan To do Verdict, dose and series appear here" in text_of(answer)
    assert f'href="/patients/{patient.pk}/intake/"' in answer.content.decode()


def test_the_spine_leads_to_the_stages_that_there_are(visit, alice, add):
    patient, _ = add("Demo Alder")
    page = plan(visit(alice), patient).content.decode()
    spine = page.split('class="spine"')[1].split("</ol>")[0]
    assert re.findall(r'href="([^"]+)"', spine) == [
        f"/patients/{patient.pk}/intake/",
        f"/patients/{patient.pk}/plan/",
        f"/patients/{patient.pk}/booking/",
        f"/patients/{patient.pk}/infusion/",
        f"/patients/{patient.pk}/outcomes/",
        f"/patients/{patient.pk}/forecast/",
    ]


def test_what_is_not_recorded_leads_to_where_it_is_recorded(visit, alice, add):
    patient, _ = add("Demo Maximiliana-Theodora van Oudtshoorn-Featherstonehaugh de la Rocha y Echevarría")
    missing = plan(visit(alice), patient).content.decode().split('id="missing"')[1].split("</section>")[0]
    assert f'<a href="/patients/{patient.pk}/intake/history/' in missing
    assert missing.count("<li>") >= missing.count("<a ") > 0


def test_number_of_infusions_and_maintenance_are_chosen_in_the_address(visit, alice, accepted):
    patient = accepted()
    asked = f"/patients/{patient.pk}/plan/?{OPTIONS}&protocol=depression-6-8x3wk"
    page = text_of(visit(alice).get(f"{asked}&infusions=7&maintenance=every-3-5-weeks"))
    assert "One infusion every 3 to 5 weeks" in page
    assert "infusion 7" in page
    assert "only if the review says so" not in page
    wrong = text_of(visit(alice).get(f"{asked}&infusions=9"))
    assert "9 infusions were asked for; the protocol" in wrong
    assert "has 6 to 8." in wrong


def test_infusions_without_a_day_are_said_beside_the_days(visit, alice, accepted):
    asked = {**OPTIONS, "protocol": "depression-6-8x3wk", "days": ["mon", "thu"]}
    days = text_of(plan(visit(alice), accepted(), **asked)).split("Series")[1]
    assert "Left out Infusions 7 to 8, given only if a review says so, would reach day" in days


def test_a_record_with_much_to_ask_shows_its_findings_and_one_line_for_the_rest(visit, alice, add):
    patient, _ = add("Demo Alder", lambda facts: replace(facts, answers=(), consents=()))
    page = plan(visit(alice), patient).content.decode()
    gate, missing = (page.split(f'id="{part}"')[1].split("</section>")[0] for part in ("gate", "missing"))
    assert "facts to complete" in gate
    assert gate.count('class="finding"') <= 7
    shut = missing.split("<details")[1]
    assert shut.startswith(' class="finding">')
    assert missing.count("<li>") > 30
    open_, folded = missing.split("<details")[0], shut.count("<li>")
    assert "Suicide triage</a>" in open_, "the risk of suicide is never folded away"
    assert (open_.count("<li>"), folded) == (1, missing.count("<li>") - 1)
    assert "facts are not recorded:" in shut.split("</summary>")[0]
    assert "By " in missing.split("<details")[0]
    facts = re.findall(r"(\d+) facts", page)
    assert len(set(facts)) == 1, "every place counts the same facts"
    assert int(facts[0]) == missing.count("<li>")
    intake = visit(alice).get(f"/patients/{patient.pk}/intake/").content.decode()
    counted = intake.split('id="missing-title"')[1].split("</section>")[0]
    assert f'<p class="soft">{facts[0]}</p>' in counted
    paper = visit(alice).get(f"/patients/{patient.pk}/plan/plan.pdf", OPTIONS).content
    assert f"{facts[0]} facts are not recorded" in " ".join(
        " ".join(each.extract_text() for each in PdfReader(io.BytesIO(paper)).pages).split()
    )


def test_a_refused_plan_has_no_date_on_page_paper_or_calendar(visit, alice, add):
    """The calendar takes every date back; a BLOCK still shows the numbers to whoever weighs an exception."""
    patient, _ = add("Demo Hazel")
    base = f"/patients/{patient.pk}/plan/"
    page = text_of(visit(alice).get(base, OPTIONS))
    assert "No series" in page
    calendar = visit(alice).get(f"{base}series.ics", OPTIONS).content
    assert calendar.count(b"STATUS:CANCELLED") == calendar.count(b"BEGIN:VEVENT") > 0
    paper = PdfReader(io.BytesIO(visit(alice).get(f"{base}plan.pdf", OPTIONS).content))
    said = " ".join(each.extract_text() for each in paper.pages)
    assert "No dose." in said
    assert "Draw up" not in said


def test_a_general_record_gives_a_short_page(visit, alice):
    """Who, a coded diagnosis, a weight and a medicine: at most seven rows say what is open, before the fold."""
    sent = read(
        condition(concept("http://hl7.org/fhir/sid/icd-10-cm", "F33.2")),
        observation("29463-7", valueQuantity=quantity(70, "kg", "kg"), effectiveDateTime=NOW.isoformat()),
        as_of=NOW.date(),
    )
    patient = receive(facts=sent.facts, source=source_of(), by=alice, at=NOW).patient
    answer = plan(visit(alice), patient, **OPTIONS)
    assert "35 mg of ketamine base" in text_of(answer)
    shown = answer.context["page"]
    lines = ["what is not recorded", "what is in order", "the policy", "the one line by group"]
    assert len([*shown.gate.findings, *shown.to_do, *lines]) <= 7
    assert answer.content.decode().count(shown.unrecorded) == 1


def test_on_a_phone_the_buttons_stand_below_the_verdict(visit, alice, add):
    """Beside the title where there is room, and once more below; the stylesheet shows one of the two."""
    patient, _ = add("Demo Alder")
    page = plan(visit(alice), patient).content.decode()
    above, verdict = page.index('class="actions not-narrow"'), page.index('id="gate-title"')
    assert above < verdict < page.index('class="actions only-narrow"')
    for which in ("not-narrow", "only-narrow"):
        buttons = page.split(f'class="actions {which}"')[1].split("</div>")[0]
        assert [name in buttons for name in ("Visits and orders", "Print plan", "Plan as PDF")] == [True] * 3
