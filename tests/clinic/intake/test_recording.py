"""Measurements, tests, visits: what is kept, what it means, which task it opens."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from tenuto.clinic.course.api import record_visit
from tenuto.clinic.intake.api import current
from tenuto.clinic.intake.models import Measured
from tenuto.clinic.intake.services import record_test, strike_reading
from tenuto.clinic.ports.api import open_tasks_of
from tenuto.core.gate import Level
from tests.clinic.conftest import NOW
from tests.clinic.intake.conftest import text_of
from tests.clinic.intake.filling import press, weigh


def codes(patient, *facts):
    return {f.code for f in current(patient).gate.findings if f.fact in facts and not f.missing}


def enter(browser, patient, **values):
    data = {"taken_at": "2026-11-24T09:30", **values}
    return browser.post(f"/patients/{patient.pk}/intake/measurements/", data)


def test_a_pressure_that_blocks_is_opened_by_two_later_ones(ana, bob):
    press(ana, 172, 104, bob, at=NOW - timedelta(minutes=30))
    assert codes(ana, "blood_pressure") == {"BP-HIGH-ONCE"}
    press(ana, 168, 102, bob, at=NOW - timedelta(minutes=25))
    assert codes(ana, "blood_pressure") == {"BP-HIGH-REPEATED"}
    press(ana, 128, 80, bob, at=NOW - timedelta(minutes=10))
    assert codes(ana, "blood_pressure") == {"BP-HIGH-REPEATED"}
    press(ana, 126, 78, bob, at=NOW - timedelta(minutes=5))
    assert codes(ana, "blood_pressure") == set()


def test_a_jump_in_weight_needs_a_second_weighing(visit, ana, bob):
    weigh(ana, "70", bob, at=NOW - timedelta(days=7))
    page = enter(visit(bob), ana, weight_kg="154")
    assert page.status_code == 302
    assert codes(ana, "weight") == {"WEIGHT-CHANGED"}
    assert current(ana).gate.level is Level.REFUSE
    assert current(ana).assessment.weight is None
    weigh(ana, "153.8", bob)
    assert codes(ana, "weight") == {"WEIGHT-SEVERAL"}
    assert current(ana).assessment.weight.kg.value == Decimal("153.8")


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("weight_kg", "154 lb", "Enter it in kg only"),
        ("weight_kg", "15", "is outside 30 to 250 kg"),
        ("weight_kg", "70,5", "has a comma"),
        ("height_cm", "17.5", "is outside"),
        ("second_systolic_mmhg", "120", "Enter both"),
        ("systolic_mmhg", "120", "Enter both"),
        ("heart_rate_per_min", "fast", "is not a plain number"),
    ],
)
def test_bad_input_is_a_sentence_and_nothing_is_saved(visit, ana, bob, field, typed, sentence):
    page = enter(visit(bob), ana, **{field: typed})
    assert page.status_code == 422
    assert sentence in text_of(page)
    assert not Measured.objects.exists()


def test_numbers_are_read_as_instruments_show_them(visit, ana, bob):
    enter(visit(bob), ana, weight_kg="72.0", height_cm="1.80")
    kept = {row.kind: row.value for row in Measured.objects.all()}
    assert kept == {"weight_kg": Decimal(72), "height_cm": Decimal(180)}


def test_two_pressures_are_recorded_together_with_their_times(visit, ana, bob):
    first = {"systolic_mmhg": "128", "diastolic_mmhg": "78"}
    second = {"second_systolic_mmhg": "124", "second_diastolic_mmhg": "76"}
    backwards = enter(visit(bob), ana, **first, **second, second_taken_at="2026-11-24T09:20")
    assert "not later than the first" in text_of(backwards)
    assert "no first one" in text_of(enter(visit(bob), ana, **second, second_taken_at="2026-11-24T09:30"))
    assert not Measured.objects.exists()
    enter(visit(bob), ana, taken_at="2026-11-24T09:24", **first, **second)
    rows = Measured.objects.order_by("taken_at", "kind")
    assert [(f"{row.taken_at:%H:%M}", row.kind[:3], int(row.value)) for row in rows] == [
        ("09:24", "dia", 78), ("09:24", "sys", 128), ("09:30", "dia", 76), ("09:30", "sys", 124),
    ]  # fmt: skip
    assert len({row.reading for row in rows}) == 2


@pytest.mark.parametrize(("minutes", "close"), [(2, True), (5, False)])
def test_two_pressures_too_close_by_their_times_are_said_to_count_as_one(visit, ana, bob, minutes, close):
    browser = visit(bob)
    for minute in (20, 20 + minutes):
        enter(browser, ana, taken_at=f"2026-11-24T09:{minute:02}", systolic_mmhg="128", diastolic_mmhg="78")
    page = text_of(browser.get(f"/patients/{ana.pk}/intake/measurements/"))
    said = f"were taken {minutes} minutes apart: they count as one. Take another one at least 5 minutes after the first"
    assert (said in page) is close
    assert Measured.objects.filter(kind="systolic_mmhg").count() == 2


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("09:30", "", "taken in the same minute as the first. Two count as two from 5 minutes apart"),
        ("09:29", "", "taken 1 minute after the first"),
        ("09:20", "09:24", "taken 4 minutes after the first"),
        ("09:25", "", ""),
        ("09:20", "09:25", ""),
    ],
)
def test_a_second_pressure_is_one_from_five_minutes_on(visit, ana, bob, first, second, said):
    pressures = {"systolic_mmhg": "128/78", "second_systolic_mmhg": "124/76"}
    times = {"taken_at": f"2026-11-24T{first}", "second_taken_at": second and f"2026-11-24T{second}"}
    answer = enter(visit(bob), ana, **pressures, **times)
    assert said in text_of(answer)
    assert answer.status_code == (422 if said else 302)
    assert Measured.objects.count() == (0 if said else 4)


def test_the_form_says_how_far_apart_two_pressures_are_taken(visit, ana, bob):
    page = text_of(visit(bob).get(f"/patients/{ana.pk}/intake/measurements/"))
    assert "At least 5 minutes after the first one." in page
    assert "closer together they count as one" in page


def test_both_numbers_of_a_pressure_may_be_written_in_one_field(visit, ana, bob):
    enter(visit(bob), ana, systolic_mmhg="128 / 78")
    assert {row.kind: int(row.value) for row in Measured.objects.all()} == {
        "systolic_mmhg": 128, "diastolic_mmhg": 78,
    }  # fmt: skip
    wrong = enter(visit(bob), ana, systolic_mmhg="128/78", diastolic_mmhg="76")
    assert wrong.status_code == 422


@pytest.mark.parametrize(
    ("page", "sent", "following"),
    [
        ("measurements", {"taken_at": "2026-11-24T09:30", "weight_kg": "72"}, "intake/tests/"),
        ("tests", {"taken": "2026-11-24", "alt_u_per_l": "22 (40)"}, "scales/paper/"),
    ],
)
def test_what_was_recorded_leads_on_where_one_asked_to_go_on(visit, ana, bob, page, sent, following):
    url = f"/patients/{ana.pk}/intake/{page}/"
    assert visit(bob).post(url, sent)["Location"] == url
    assert visit(bob).post(url, {**sent, "go_on": "1"})["Location"].endswith(following)


def test_two_pressures_less_than_five_minutes_apart_open_nothing(ana, bob):
    for minutes, upper in ((60, 172), (55, 168), (4, 128), (0, 126)):
        press(ana, upper, 80, bob, at=NOW - timedelta(minutes=minutes))
    assert codes(ana, "blood_pressure") == {"BP-HIGH-REPEATED"}
    press(ana, 124, 80, bob, at=NOW + timedelta(minutes=2))
    assert codes(ana, "blood_pressure") == set()


def test_nothing_and_the_future_are_not_measured(visit, ana, bob):
    assert "Nothing was measured" in text_of(enter(visit(bob), ana))
    later = enter(visit(bob), ana, weight_kg="70", taken_at="2026-11-24T23:00")
    assert "The time is in the future" in text_of(later)


def test_a_struck_reading_stays_and_does_not_count(visit, ana, bob):
    reading = weigh(ana, "70", bob)
    strike_reading(patient=ana, reading=reading, why="The scale stood on the carpet.", by=bob, at=NOW)
    assert current(ana).facts.measured("weight_kg") == ()
    page = text_of(visit(bob).get(f"/patients/{ana.pk}/intake/measurements/"))
    assert "The scale stood on the carpet." in page


def test_another_clinics_reading_is_not_found(visit, ana, bob, charlie):
    reading = weigh(ana, "70", bob)
    url = f"/patients/{ana.pk}/intake/measurements/{reading}/strike/"
    assert visit(charlie).post(url, {"why": "no"}).status_code == 404


@pytest.mark.parametrize("word", ["refused", "unknown"])
def test_a_pregnancy_test_that_was_refused_or_is_unknown_never_passes(ana, bob, word):
    record_test(patient=ana, fact_id="pregnancy.test", value=word, taken=NOW.date(), by=bob, at=NOW)
    about = [f for f in current(ana).gate.findings if f.fact == "pregnancy.test"]
    assert about
    assert all(f.level > Level.PASS for f in about)


def test_an_old_pregnancy_test_never_passes(ana, bob):
    old = NOW.date() - timedelta(days=60)
    record_test(patient=ana, fact_id="pregnancy.test", value="negative", taken=old, by=bob, at=NOW)
    assert any(f.fact == "pregnancy.test" and f.level > Level.PASS for f in current(ana).gate.findings)
    record_test(patient=ana, fact_id="pregnancy.test", value="negative", taken=NOW.date(), by=bob, at=NOW)
    assert not [f for f in current(ana).gate.findings if f.fact == "pregnancy.test"]


def test_results_keep_the_laboratorys_limit(visit, ana, bob):
    data = {"taken": "2026-11-20", "alt_u_per_l": "130 (10-40)", "lab.ecg": "normal"}
    assert visit(bob).post(f"/patients/{ana.pk}/intake/tests/", data).status_code == 302
    row = Measured.objects.get(kind="alt_u_per_l")
    assert (row.value, row.reference_high) == (Decimal(130), Decimal(40))
    assert "ALT-HIGH" in codes(ana, "lab.liver")


def test_a_due_test_is_asked_for_once(visit, ana, bob):
    url = f"/patients/{ana.pk}/intake/tests/ask/"
    for _ in range(2):
        visit(bob).post(url, {"test": "liver"})
    tasks = open_tasks_of(ana)
    assert [(task.kind, task.owner_role) for task in tasks] == [("test.order", "coordinator")]
    assert "ALT, AST" in tasks[0].why


def test_a_consultation_in_person_is_the_treatment_relationship(ana, alice, bob):
    visit_of = {
        "patient": ana,
        "kind": "consultation",
        "held_on": NOW.date(),
        "topics": [],
        "note": "",
        "at": NOW,
    }
    record_visit(**visit_of, in_person=True, by=bob)
    assert current(ana).facts.answer("prescriber") is None
    record_visit(**visit_of, in_person=False, by=alice)
    assert "ANSWER-PRESCRIBER" in codes(ana, "prescriber")
    record_visit(**{**visit_of, "at": NOW + timedelta(hours=1)}, in_person=True, by=alice)
    assert codes(ana, "prescriber") == set()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("(40)", "no value"),
        ("31 (40", "can't be read"),
        ("31 U/mL (40)", "another unit"),
        ("31 (0,5)", "has a comma"),
    ],
)
def test_an_enzyme_that_is_not_read_whole_is_not_kept(visit, ana, bob, typed, sentence):
    sent = {"taken": "2026-11-20", "alt_u_per_l": typed}
    assert sentence in text_of(visit(bob).post(f"/patients/{ana.pk}/intake/tests/", sent))
    assert not Measured.objects.exists()


@pytest.mark.parametrize(("typed", "limit"), [("31", None), ("31 (<40)", 40), ("31.0 (7–40)", 40)])
def test_an_enzyme_is_read_as_the_laboratory_reports_it(visit, ana, bob, typed, limit):
    visit(bob).post(f"/patients/{ana.pk}/intake/tests/", {"taken": "2026-11-20", "alt_u_per_l": typed})
    row = Measured.objects.get()
    assert (row.value, row.reference_high) == (31, limit)
