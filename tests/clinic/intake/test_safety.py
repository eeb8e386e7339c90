"""Suicide risk stands first on every page of a patient, and only a triage after the answer answers it (hazard H18)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.intake.api import alerts_of, current
from tenuto.clinic.intake.contribution import CONTRIBUTION
from tenuto.clinic.pathway.api import Batch, safety_now
from tenuto.clinic.people.services import register_patient
from tenuto.clinic.ports.api import open_task
from tenuto.clinic.scales.services import record_form, record_triage
from tenuto.core.intake.safety import Risk
from tenuto.core.scales.suicide_triage import RiskLevel
from tests.clinic.conftest import NOW, hired
from tests.clinic.intake.filling import answer, press

PAGES = ("intake/", "plan/", "scales/", "scales/triage/", "person/", "plan/visits/", "plan/comfort/")


def answered(patient, by, item_nine, at=NOW):
    answers = {str(n): 1 for n in range(1, 9)} | {"9": item_nine}
    return record_form(
        patient=patient,
        instrument_id="phq9",
        answers=answers,
        taken=at.date(),
        answered_by="patient",
        by=by,
        at=at,
    )


def shown(visit, staff, patient, path="intake/"):
    answer = visit(staff).get(f"/patients/{patient.pk}/{path}", follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_an_answer_without_a_triage_is_red_and_first_on_every_page(visit, alice, ana, path):
    answered(ana, alice, 2)
    html = shown(visit, alice, ana, path)
    assert 'class="safety safety-open"' in html
    assert "PHQ-9 item 9 was 2, Tue 24 Nov 2026, 09:30. No triage since." in html
    assert html.index("safety-open") < html.index('class="banner"')


def test_never_asked_is_not_none(visit, alice, ana):
    html = shown(visit, alice, ana)
    assert "Suicide risk not asked yet" in html
    assert "safety-open" not in html


def test_never_asked_is_said_beside_every_other_alert(visit, alice, bob, ana):
    answer(ana, "medical", bob, at=NOW, history__aneurysm="yes")
    html = shown(visit, alice, ana)
    banner = html[html.index('class="banner"') :]
    banner = banner[: banner.index("</header>")]
    assert "neurysm" in banner
    assert banner.index("Suicide risk not asked yet") < banner.index("neurysm")


def test_a_triage_with_a_level_makes_it_known(visit, alice, ana):
    answered(ana, alice, 1)
    record_triage(
        patient=ana,
        level=RiskLevel.LOW,
        rests_on="Interview with her",
        by=alice,
        at=NOW + timedelta(minutes=20),
    )
    html = shown(visit, alice, ana)
    assert "Suicide risk low: known, triaged Tue 24 Nov 2026, 09:50." in html
    assert "Low suicide risk: open, due" in html
    assert 'class="safety safety-known"' in html


def test_a_high_level_stays_red(visit, alice, ana):
    answered(ana, alice, 1)
    later = NOW + timedelta(minutes=20)
    record_triage(patient=ana, level=RiskLevel.HIGH, rests_on="A plan with means", by=alice, at=later)
    assert 'class="safety safety-open"' in shown(visit, alice, ana)


def test_a_task_about_something_else_is_no_risk_of_suicide(visit, alice, ana):
    open_task(
        patient=ana, kind="scale.review", why="AUDIT-C was 7.", owner_role=Role.PRESCRIBER, due=NOW, by=alice, at=NOW
    )  # fmt: skip
    assert 'class="safety' not in shown(visit, alice, ana)


def test_a_triage_that_found_none_leaves_both_statements(visit, alice, ana):
    answered(ana, alice, 2)
    record_triage(
        patient=ana,
        level=RiskLevel.NONE,
        rests_on="Interview with her and her sister today",
        by=alice,
        at=NOW + timedelta(minutes=20),
    )
    html = shown(visit, alice, ana)
    assert "PHQ-9 item 9 was 2" in html
    assert "found no risk. Both stand." in html


def test_a_triage_before_the_answer_answers_nothing(visit, alice, ana):
    record_triage(
        patient=ana, level=RiskLevel.NONE, rests_on="Interview at the first visit", by=alice, at=NOW
    )
    answered(ana, alice, 1, at=NOW + timedelta(hours=1))
    assert "safety-open" in shown(visit, alice, ana)


def test_a_clock_that_was_ahead_makes_no_triage_follow_an_answer(visit, alice, ana):
    """The triage was recorded first, by a clock two hours ahead, which was then set right."""
    record_triage(
        patient=ana,
        level=RiskLevel.NONE,
        rests_on="Interview at the first visit",
        by=alice,
        at=NOW + timedelta(hours=2),
    )
    answered(ana, alice, 2, at=NOW)
    assert "safety-open" in shown(visit, alice, ana)


def test_the_list_of_patients_begins_with_who_is_at_risk(visit, alice, ana):
    answered(ana, alice, 2)
    html = visit(alice).get("/").content.decode()
    assert "PHQ-9 item 9 was 2" in html


def test_while_the_urgent_task_waits_the_spine_says_blocked_after_a_triage_without_risk(
    visit, alice, bob, ana
):
    answered(ana, alice, 2)
    record_triage(
        patient=ana,
        level=RiskLevel.NONE,
        rests_on="Talked with her by phone",
        by=bob,
        at=NOW + timedelta(minutes=5),
    )
    batch = Batch([ana], clinic=ana.clinic, today=NOW.date())
    assert safety_now(ana, batch).risk is Risk.OPEN
    assert CONTRIBUTION.places(batch)[ana.pk].state == "blocked"


def test_a_late_task_of_risk_is_late_on_every_page_and_in_the_list(visit, alice, ana, monkeypatch):
    answered(ana, alice, 2)
    assert "Late since" not in shown(visit, alice, ana)
    later = NOW + timedelta(minutes=16)
    monkeypatch.setattr(clock, "instant", lambda: later)
    monkeypatch.setattr(clock, "now", lambda clinic: clock.local(clinic, later))
    for path in ("intake/", "plan/", "person/"):
        html = shown(visit, alice, ana, path)
        bar = html[html.index("safety-open") : html.index('class="banner"')]
        assert "Late since Tue 24 Nov, 09:45" in bar
    assert "Late since Tue 24 Nov, 09:45" in visit(alice).get("/").content.decode()


def test_the_list_offers_nobody_a_next_step_that_is_refused(visit, alice, bob, clinic, ana):
    answered(ana, alice, 2)
    carol = hired(clinic, "carol", Role.COORDINATOR)
    for staff, step in ((alice, "Record the triage"), (bob, "Record the triage"), (carol, "See the patient")):
        browser = visit(staff)
        page = browser.get("/")
        (row,) = page.context["board"].rows
        assert row.next_step == step
        assert browser.get(row.step_url).status_code == 200


def test_a_proposal_that_nobody_signed_is_blocked_and_not_called_held(visit, alice, ana):
    answered(ana, alice, 2)
    assert "What was signed stands here for the record." not in shown(visit, alice, ana, "plan/")


@pytest.fixture
def asked_long_ago(alice, ana):
    """Nothing was found, 41 days ago."""
    answered(ana, alice, 0, at=NOW - timedelta(days=42))
    record_triage(
        patient=ana,
        level=RiskLevel.NONE,
        rests_on="Interview with her at the first visit",
        by=alice,
        at=NOW - timedelta(days=41),
    )
    return ana


OLD = "Suicide risk: none found 41 days ago, Wed 14 Oct 2026; asked again before the next infusion."


@pytest.mark.parametrize("path", PAGES)
def test_nothing_found_long_ago_is_amber_and_first_on_every_page(visit, alice, asked_long_ago, path):
    html = shown(visit, alice, asked_long_ago, path)
    assert html.index('class="safety safety-known"') < html.index(OLD) < html.index('class="banner"')
    alerts = html.split("<dt>Alerts</dt>")[1].split("</dl>")[0]
    assert "Suicide risk, see above" in alerts
    assert "None" not in alerts


def test_nothing_found_this_week_stands_in_no_safety_line(visit, alice, ana):
    answered(ana, alice, 0)
    html = shown(visit, alice, ana)
    assert 'class="safety' not in html
    assert "none found" not in html


@pytest.mark.parametrize("address", ["/", "/worklist/?owner=all"])
def test_every_list_says_how_long_ago_nothing_was_found(visit, alice, asked_long_ago, address):
    html = visit(alice).get(address).content.decode()
    rows = [row for row in html.split("<tr")[1:] if "Ana Silva" in row]
    assert rows
    assert all("mark-review" in row and "Suicide risk asked 41 days ago" in row for row in rows)


@pytest.mark.parametrize("path", ["intake/", "intake/decision/", "intake/measurements/"])
def test_who_was_just_registered_has_something_to_do_and_no_verdict(visit, alice, path):
    new = register_patient(name="New Person", birth_date=None, identifiers=(), by=alice, at=NOW)
    html = shown(visit, alice, new, path)
    panel = html.split('<section class="card" id="gate"')[1].split("</section>")[0]
    assert "<span>To do</span>" in panel
    assert "Nothing is recorded yet that could be judged." in panel
    for word in ("REFUSE", "BLOCK", "Verdict"):
        assert word not in panel
        assert f"The verdict is {word}" not in html
    if path == "intake/decision/":
        assert "The verdict is" not in html
        assert "Take the history</a> first." in html
    answered(new, alice, 2)
    assert "REFUSE" in shown(visit, alice, new, path).split('<section class="card" id="gate"')[1]


def test_an_alert_about_a_value_says_the_value(ana, bob):
    """The title of the fact alone warns of nothing."""
    press(ana, 212, 118, bob)
    press(ana, 210, 116, bob, at=NOW + timedelta(minutes=6))
    (alert,) = alerts_of(current(ana).gate)
    assert "212/118" in alert or "210/116" in alert
