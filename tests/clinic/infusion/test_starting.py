"""Nobody starts past what closes the gate; what happened is charted all the same."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils.html import strip_tags

from tenuto.clinic.accounts.guards import WrongClinic
from tenuto.clinic.infusion.models import ChartEntry, ReadinessAnswer, SecondReading, StartRelease
from tenuto.clinic.infusion.services import (
    SessionRefused,
    account_of,
    answer_identity,
    answer_rows,
    chart,
    end_session,
    open_session,
    read_dose,
    record_before,
    start_infusion,
    start_of,
)
from tenuto.clinic.infusion.services.standing import accounts_among, answers_of, order_of_session
from tenuto.clinic.intake.models import Measured
from tenuto.clinic.intake.services import strike_reading
from tenuto.clinic.plan.api import current
from tenuto.clinic.plan.services import sign
from tenuto.clinic.ports.api import place_hold
from tenuto.clinic.scales.api import record_triage
from tenuto.core.gate import Level
from tenuto.core.infusion.dose_check import DoseReading
from tenuto.core.infusion.entries import PumpStarted, PumpStopped, StopCause
from tenuto.core.infusion.pump import PumpState
from tenuto.core.infusion.readiness import baseline_of
from tenuto.core.scales.suicide_triage import RiskLevel
from tenuto.core.units import MgPerMl
from tests.clinic.conftest import NOW
from tests.clinic.infusion.conftest import ESCORT, LATER, agreed, draw_ordered, make_ready, released
from tests.clinic.plan.conftest import OPTIONS, drafted, signature_of, signed
from tests.clinic.plan.test_visits import given


def start(session, by, at=LATER, client_id="start"):
    return start_infusion(session=session, client_id=client_id, by=by, at=at)


def test_a_session_opens_on_the_signed_order(session, patient, bob):
    order = order_of_session(session)
    assert (order.vial, order.volume.value, order.setting.value) == (MgPerMl(50), 100, 150)
    assert open_session(patient=patient, by=bob, at=LATER) == session


def test_who_was_signed_for_with_a_finding_is_watched_closely_throughout(session, accepted, alice, bob):
    assert not order_of_session(session).closely
    reviewed = accepted("Demo Larch")
    signed(reviewed, alice, OPTIONS)
    assert current(reviewed).order.gate == Level.REVIEW.name
    assert order_of_session(open_session(patient=reviewed, by=bob, at=NOW)).closely


def test_without_a_plan_nothing_is_opened(accepted, bob):
    with pytest.raises(SessionRefused, match="No plan is in force"):
        open_session(patient=accepted(), by=bob, at=NOW)


def revised(patient, alice):
    """The plan in force with another volume, and so another pump rate."""
    version = drafted(
        patient, alice, OPTIONS.replace("volume=100", "volume=50"), why="A smaller bag.", at=LATER
    )
    sign(
        version=version, seen=version.content_sha256, reason="Read and weighed.",
        signature=signature_of(alice, LATER), at=LATER,
    )  # fmt: skip
    return version


def test_a_plan_revised_before_the_start_opens_the_session_anew(session, patient, alice, bob):
    version = revised(patient, alice)
    again = open_session(patient=patient, by=bob, at=LATER)
    assert again.plan_version == version.pk != session.plan_version
    assert order_of_session(again).volume.value == 50
    assert open_session(patient=patient, by=bob, at=LATER) == again


def test_a_plan_revised_while_the_pump_runs_changes_nothing_of_the_session(running, patient, alice, bob):
    revised(patient, alice)
    assert open_session(patient=patient, by=bob, at=LATER + timedelta(minutes=5)) == running
    assert order_of_session(running).volume.value == 100


def test_nothing_of_the_day_means_blocked(session, bob):
    with pytest.raises(SessionRefused, match="two identifiers") as refused:
        start(session, bob)
    assert "Two blood pressures are needed" in str(refused.value)
    assert "The second reading of weight, dose, vial and pump rate is missing." in str(refused.value)
    assert not ChartEntry.objects.exists()


def test_a_ready_patient_is_started_at_the_ordered_rate(running, bob):
    account = account_of(running, LATER + timedelta(minutes=20))
    assert (account.state, account.rate, account.deviations) == (PumpState.RUNNING, account.order.setting, ())
    assert account.given.value > 0


def test_a_start_that_is_sent_twice_is_one(running, bob):
    assert start(running, bob) == ChartEntry.objects.get()


def test_nobody_starts_a_pump_that_was_started(running, alice):
    with pytest.raises(SessionRefused, match="charted already"):
        start(running, alice, client_id="another")
    assert ChartEntry.objects.count() == 1


def test_another_patients_identifiers_refuse_and_nobody_releases_that(ready, dora, bob):
    """Hazard H1: of two patients of one name the wrong one can't be started."""
    agrees = answer_identity(
        session=ready, birth_date=ready.patient.birth_date, record_number="000000", by=bob, at=LATER
    )
    assert not agrees
    with pytest.raises(SessionRefused, match="Find the right record"):
        start(ready, bob)
    with pytest.raises(SessionRefused, match="can't go on"):
        released(ready, dora, "It is her.")


def test_the_number_of_the_wristband_agrees_without_its_mark(ready, bob):
    number = str(ready.patient.record_number)
    assert " " in number
    assert answer_identity(
        session=ready,
        birth_date=ready.patient.birth_date,
        record_number=number.rpartition(" ")[2].lower(),
        by=bob,
        at=LATER,
    )


def test_who_read_the_dose_does_not_start_the_pump(ready, bea):
    with pytest.raises(SessionRefused, match="Somebody else starts the pump"):
        start(ready, bea)


def test_a_reading_that_differs_blocks_and_shows_both(ready, bob, bea):
    """Hazard H6: a vial of 10 mg/mL in the place of 50."""
    read = agreed(ready)
    row = read_dose(
        session=ready, read=DoseReading(read.weight, read.target, MgPerMl(10), read.rate), by=bea, at=LATER
    )
    assert row.differences == ["Vial: 50 mg/mL is ordered, 10 mg/mL was entered."]
    with pytest.raises(SessionRefused, match="50 mg/mL is ordered, 10 mg/mL was entered"):
        start(ready, bob)
    assert SecondReading.objects.count() == 2


def test_a_perfect_day_passes_without_a_release(session, bob, bea):
    """Everything asked, looked at and measured by nurses, and nothing found: no old answer of the record is left to sign for."""
    make_ready(session, bob, bea)
    weight = order_of_session(session).weight.value
    record_before(session=session, values={"weight_kg": weight}, taken_at=LATER, by=bob, at=LATER)
    record_triage(
        patient=session.patient, level=RiskLevel.NONE, rests_on="Asked: no thoughts.", by=bob, at=LATER
    )
    assert start_of(session, LATER).left.level is Level.PASS
    start(session, bob)
    assert account_of(session, LATER).deviations == ()


def test_what_the_record_says_of_what_is_asked_today_is_named_on_the_page(visit, session, bob):
    """A fact under the name of a row closes the gate visibly, too."""
    page = visit(bob).get(f"/patients/{session.patient_id}/infusion/").content.decode()
    assert "Alcohol, cannabis or sedatives in the last 24 hours: recorded on" in page


def test_old_pressures_close_the_gate_again(ready, bob):
    """Hazard H12: what was measured 31 minutes before the start does not count."""
    start_by = NOW + timedelta(minutes=31)
    assert "DAY-PRESSURE" in {each.code for each in start_of(ready, start_by).left.findings}
    with pytest.raises(SessionRefused, match="Two blood pressures are needed"):
        start(ready, bob, at=start_by)


def test_a_hold_blocks(ready, bob):
    place_hold(patient=ready.patient, why="A late blood test.", by=bob, at=LATER)
    with pytest.raises(SessionRefused, match=r"On hold: A late blood test\."):
        start(ready, bob)


def stands_against(session, at):
    return {finding.code for finding in start_of(session, at).left.findings}


def test_a_signed_order_counts_for_its_days_and_no_longer(patient, bob):
    """Signed at NOW; by the clinic's policy it counts for 30 days."""
    for days, old in ((30, False), (31, True)):
        at = NOW + timedelta(days=days)
        session = open_session(patient=patient, by=bob, at=at)
        assert ("ORDER-OLD" in stands_against(session, at)) is old


@pytest.mark.parametrize(("days", "refused"), [(0, True), (1, False)])
def test_whoever_was_infused_today_is_not_started_again(session, patient, bob, days, refused):
    """Hazard H23: also where the infusion was recorded without a session."""
    given(patient, bob, on=NOW.date() - timedelta(days=days))
    assert ("INFUSED-TODAY" in stands_against(session, LATER)) is refused


@pytest.mark.parametrize(("minutes", "refused"), [(44 * 60 - 1, True), (44 * 60, False)])
def test_a_start_too_near_to_the_last_one_by_the_pump_is_closed(session, patient, bob, minutes, refused):
    """Hazard H23: the gap counts from one start to the next, whatever the days."""
    rate = order_of_session(session).setting
    what = PumpStarted(rate, "It was begun while the network was down.")
    chart(session=session, client_id="a", what=what, happened_at=NOW, by=bob, at=NOW)
    chart(
        session=session,
        client_id="b",
        what=PumpStopped(StopCause.COMPLETED),
        happened_at=LATER,
        by=bob,
        at=LATER,
    )
    end_session(session=session, debrief="", by=bob, at=LATER)
    at = NOW + timedelta(minutes=minutes)
    next_one = open_session(patient=patient, by=bob, at=at)
    assert next_one != session
    assert ("SERIES-GAP" in stands_against(next_one, at)) is refused


def test_a_release_counts_for_what_it_named_alone(ready, bob):
    answer_rows(session=ready, values={"liquids": "short"}, by=bob, at=LATER)
    left = start_of(ready, LATER).left
    assert [(each.fact, each.level) for each in left.findings if each.level > Level.PASS] == [
        ("liquids", Level.REVIEW)
    ]


def test_a_prescriber_releases_a_review_and_not_a_block(ready, alice, bob):
    answer_rows(session=ready, values={"liquids": "short"}, by=bob, at=LATER)
    row = released(ready, alice, "Half a glass of water.")
    assert row.level == "REVIEW"
    answer_rows(session=ready, values={"kit": "no"}, by=bob, at=LATER)
    with pytest.raises(SessionRefused, match="medical director"):
        released(ready, alice, "We go on.")
    assert StartRelease.objects.count() == 2


def test_a_nurse_releases_nothing(session, bob, bea):
    make_ready(session, bob, bea)
    with pytest.raises(PermissionError):
        released(session, bob, "Fine.")


def test_nothing_to_release_is_said(ready, alice):
    with pytest.raises(SessionRefused, match="nothing to sign"):
        released(ready, alice, "Fine.")


def test_an_answer_that_is_not_offered_is_refused(session, bob):
    with pytest.raises(SessionRefused, match="not among the answers"):
        answer_rows(session=session, values={"kit": "perhaps"}, by=bob, at=NOW)


def test_every_answer_keeps_value_time_person_and_policy(session, bob):
    answer_rows(session=session, values={"kit": "yes"}, by=bob, at=NOW)
    row = ReadinessAnswer.objects.get()
    assert (row.row, row.value, row.found_at, row.recorded_by_name, row.policy) == (
        "kit", "yes", NOW, "Bob (bob)", "tenuto-demo 1",
    )  # fmt: skip


def test_a_pump_that_runs_already_is_charted_and_named(session, bob):
    """Gates judge intentions: what happened is charted, with why."""
    rate = order_of_session(session).setting
    with pytest.raises(SessionRefused, match="why the pump ran"):
        chart(session=session, client_id="a", what=PumpStarted(rate), happened_at=NOW, by=bob, at=NOW)
    what = PumpStarted(rate, "It was begun while the network was down.")
    chart(session=session, client_id="b", what=what, happened_at=NOW, by=bob, at=NOW)
    account = account_of(session, LATER)
    assert account.state is PumpState.RUNNING
    assert "before the gate was open" in account.deviations[0].words


def test_another_clinic_is_refused(session, charlie):
    with pytest.raises(WrongClinic):
        open_session(patient=session.patient, by=charlie, at=NOW)
    with pytest.raises(WrongClinic):
        start(session, charlie)


@pytest.mark.parametrize(("row", "value"), [("drug", "yes"), ("time_out", "agreed")])
def test_a_tick_with_nothing_behind_it_is_refused(session, bob, bea, row, value):
    """Nobody compares a vial before it is drawn from, and no time-out stands before the second reading."""
    with pytest.raises(SessionRefused, match="Draw the drug first"):
        answer_rows(session=session, values={row: value}, by=bob, at=NOW)
    draw_ordered(session, bob)
    if row == "time_out":
        with pytest.raises(SessionRefused, match="A colleague reads it first"):
            answer_rows(session=session, values={row: value}, by=bob, at=NOW)
        read_dose(session=session, read=agreed(session), by=bea, at=NOW)
    answer_rows(session=session, values={row: value}, by=bob, at=NOW)
    assert ReadinessAnswer.objects.get().row == row


def test_an_escort_has_a_name(visit, session, bob):
    for name in ("", " x"):
        with pytest.raises(SessionRefused, match="write the name and phone of the adult"):
            answer_rows(
                session=session, values={"escort_today": "adult"}, said={"escort_today": name}, by=bob, at=NOW
            )
    answer_rows(session=session, values={"escort_today": "adult"}, said=ESCORT, by=bob, at=NOW)
    rows = {row.id: row.value for row in start_of(session, NOW).readiness.rows}
    assert rows["escort_today"] == "A named adult, phone confirmed: Ana Silva, 555-0100"
    assert "is drawn by the drug ledger. Draw the drug first." in strip_tags(
        visit(bob).get(f"/patients/{session.patient_id}/infusion/").content.decode()
    )


def struck(session, by, systolic):
    row = Measured.objects.get(patient=session.patient, kind="systolic_mmhg", value=systolic)
    strike_reading(patient=session.patient, reading=row.reading, why="Of another patient.", by=by, at=LATER)


def measured_at(session, by, minutes, systolic, diastolic):
    values = {"systolic_mmhg": Decimal(systolic), "diastolic_mmhg": Decimal(diastolic)}
    at = NOW + timedelta(minutes=minutes)
    record_before(session=session, values=values, taken_at=at, by=by, at=LATER)


def test_a_struck_reading_is_none_of_the_two_and_no_baseline(session, bob, bea):
    """Hazard H30: what was entered in error neither opens the gate nor makes a rise look smaller."""
    make_ready(session, bob, bea)
    measured_at(session, bob, 12, 110, 70)
    assert baseline_of(answers_of(session), LATER).systolic_mmhg == 110
    struck(session, bob, 110)
    assert baseline_of(answers_of(session), LATER).systolic_mmhg == 124
    for row in Measured.objects.filter(patient=session.patient, kind="systolic_mmhg", value=124):
        strike_reading(patient=session.patient, reading=row.reading, why="Of another one.", by=bob, at=LATER)
    assert "DAY-PRESSURE" in stands_against(session, LATER)
    assert baseline_of(answers_of(session), LATER) is None
    assert accounts_among([session], session.patient.clinic, LATER)[session.pk].started_at is None


def test_a_struck_reading_that_closed_closes_no_more_and_stays_in_sight(session, bob, bea):
    make_ready(session, bob, bea)
    measured_at(session, bob, 14, 212, 118)
    assert any("212/118" in each.message for each in start_of(session, LATER).left.findings)
    struck(session, bob, 212)
    found = start_of(session, LATER)
    assert {row.id: row.level for row in found.readiness.rows}["pressure"] is Level.PASS
    (seen,) = [each for each in found.left.findings if "Of another patient" in each.message]
    assert seen.level is Level.REVIEW
    assert "212" in seen.message
