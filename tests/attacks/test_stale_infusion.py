"""Pages of the infusion room that were opened before a colleague found the contrary: nothing of it is replaced unseen (H39)."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from tenuto.clinic.infusion.models import ChartEntry, ReadinessAnswer, SecondReading
from tenuto.clinic.infusion.services import (
    SavedFirst,
    account_of,
    answer_identity,
    answer_rows,
    chart,
    chart_look,
    open_session,
    start_of,
)
from tenuto.clinic.infusion.services.standing import order_of_session
from tenuto.clinic.intake.api import Value, record_reading
from tenuto.clinic.live.api import newest_number
from tenuto.clinic.pathway.seen import FIELD
from tenuto.core.gate import Level
from tenuto.core.infusion.entries import PumpStarted, PumpStopped, RateChanged, RecoveryScored, StopCause
from tenuto.core.infusion.readiness import AGREES, DIFFERS, IDENTITY, asked_on_the_day
from tenuto.core.infusion.recovery_data import recovery_data
from tenuto.core.units import MlPerHour
from tests.attacks.test_stale_page import CONFLICT
from tests.clinic.conftest import NOW
from tests.clinic.infusion.conftest import LATER, make_ready, released
from tests.clinic.infusion.test_pages import text_of, url
from tests.clinic.plan.conftest import OPTIONS, signed, with_second_factor

pytestmark = pytest.mark.django_db

ROWS = tuple(asked_on_the_day().values())
RATE, WHY = MlPerHour(Decimal(10)), "The patient was in pain."
MEASURED = {"taken_at": f"{NOW:%Y-%m-%dT%H:%M}", "breaths": "14", "temperature": "36.7"}


def known(browser, session) -> str:
    """What the forms of a page that is opened now will send along."""
    page = browser.get(url(session.patient), headers={"Accept": "text/html"}).content.decode()
    (number,) = set(re.findall(rf'name="{FIELD}" value="(\d+)"', page))
    return number


def kept_by(answer) -> dict[str, str]:
    """What the page with both sends, when its person decides for what they had typed."""
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', answer.content.decode()))


def identity_of(patient) -> dict[str, str]:
    return {"birth_date": patient.birth_date.isoformat(), "record_number": str(patient.record_number)}


def stands(session, row: str) -> str:
    return ReadinessAnswer.objects.filter(session=session, row=row).order_by("-event_number").first().value


def test_another_patient_in_the_chair_is_not_replaced_unseen(visit, session, alice, bob):
    browser = visit(bob)
    seen, found = known(browser, session), identity_of(session.patient)
    answer_identity(session=session, birth_date=NOW.date(), record_number="000000", by=alice, at=NOW)
    answer = browser.post(url(session.patient, "identity/"), {**found, FIELD: seen})
    assert answer.status_code == CONFLICT
    assert "Identity: Does not agree" in text_of(answer)
    assert stands(session, IDENTITY) == DIFFERS
    assert browser.post(url(session.patient, "identity/"), kept_by(answer)).status_code == 302
    assert stands(session, IDENTITY) == AGREES


@pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
def test_an_answer_is_not_replaced_by_one_that_did_not_know_it(visit, session, alice, bob, row):
    browser, best, worst = visit(bob), row.choices[0], row.choices[-1]
    seen = known(browser, session)
    answer_rows(session=session, values={row.id: worst.id}, by=alice, at=NOW)
    answer = browser.post(url(session.patient, "answers/"), {row.id: best.id, FIELD: seen})
    assert answer.status_code == CONFLICT
    assert f"{row.title}: {worst.words}" in text_of(answer)
    assert best.words in text_of(answer)
    assert stands(session, row.id) == worst.id


def test_two_who_answer_different_rows_do_not_hold_each_other_up(visit, session, alice, bob):
    browser, first, second = visit(bob), *ROWS[:2]
    seen = known(browser, session)
    answer_rows(
        session=session,
        values={first.id: first.choices[-1].id, second.id: second.choices[0].id},
        by=alice,
        at=NOW,
    )
    sent = {second.id: second.choices[0].id, FIELD: seen}
    assert browser.post(url(session.patient, "answers/"), sent).status_code == 302


@pytest.mark.parametrize(("row", "value"), [("breaths", "40"), ("temperature", "39.1")])
def test_a_measured_value_is_not_replaced_unseen(visit, session, alice, bob, row, value):
    browser, colleague = visit(bob), visit(alice)
    seen = known(browser, session)
    colleague.post(
        url(session.patient, "before/"), {**MEASURED, row: value, FIELD: known(colleague, session)}
    )
    answer = browser.post(url(session.patient, "before/"), {**MEASURED, FIELD: seen})
    assert answer.status_code == CONFLICT
    assert value in text_of(answer)
    assert stands(session, row) == value


def test_a_reading_that_differs_is_not_replaced_unseen(visit, session, bob, bea):
    order = order_of_session(session)
    right = {
        "weight": f"{order.weight.value:f}", "target": f"{order.target.value:f}", "vial": f"{order.vial.value:f}",
        "rate": f"{order.setting.value:f}",
    }  # fmt: skip
    browser, colleague = visit(bea), visit(bob)
    seen = known(browser, session)
    colleague.post(
        url(session.patient, "reading/"), {**right, "vial": "10", FIELD: known(colleague, session)}
    )
    answer = browser.post(url(session.patient, "reading/"), {**right, FIELD: seen})
    assert answer.status_code == CONFLICT
    assert "10 mg/mL was entered" in text_of(answer)
    assert [bool(row.differences) for row in SecondReading.objects.all()] == [True]


def test_what_was_read_back_from_another_order_counts_for_no_new_one(visit, session, alice, bob):
    """A plan that is signed anew opens another session; a page of the old one tells it nothing unseen."""
    browser, sent = visit(bob), {"time_out": "agreed"}
    sent[FIELD] = known(browser, session)
    signed(session.patient, alice, OPTIONS.replace("volume=100", "volume=50"))
    again = open_session(patient=session.patient, by=alice, at=NOW)
    assert again.pk != session.pk
    assert browser.post(url(session.patient, "answers/"), sent).status_code == CONFLICT
    assert not ReadinessAnswer.objects.filter(session=again).exists()


def test_a_release_is_signed_for_what_its_signer_saw(visit, session, alice, bob, bea, dora):
    make_ready(session, bob, bea)
    browser = with_second_factor(visit(dora), dora)
    page = browser.get(url(session.patient)).content.decode()
    sent = {
        "reason": "Looked at each.", "shown": re.findall(r'name="shown" value="(\w+)"', page),
        FIELD: re.search(rf'name="{FIELD}" value="(\d+)"', page)[1],
    }  # fmt: skip
    assert sent["shown"]
    reading = {"systolic_mmhg": Value(Decimal(215)), "diastolic_mmhg": Value(Decimal(125))}
    record_reading(patient=session.patient, values=reading, taken_at=NOW, by=alice, at=NOW)
    answer = browser.post(url(session.patient, "release/"), sent)
    assert answer.status_code == 422
    assert "Since you opened this page, this closes the start as well: " in text_of(answer)
    assert "Looked at each." in answer.content.decode()
    assert not session.releases.exists()
    sent["shown"] = re.findall(r'name="shown" value="(\w+)"', answer.content.decode())
    assert browser.post(url(session.patient, "release/"), sent).status_code == 302
    assert session.releases.count() == 1


@pytest.mark.parametrize("ahead", [timedelta(minutes=5), timedelta(hours=2)])
def test_an_answer_given_while_the_clock_was_ahead_does_not_outlive_a_later_one(
    session, bob, bea, dora, ahead
):
    """Identity agreed by a clock that was ahead; put right, it is asked again and does not agree: that counts, now and later."""
    make_ready(session, bob, bea)
    answer_identity(
        session=session,
        birth_date=session.patient.birth_date,
        record_number=str(session.patient.record_number),
        by=bob,
        at=LATER + ahead,
    )
    answer_identity(session=session, birth_date=NOW.date(), record_number="000000", by=bob, at=LATER)
    for moment in (LATER, LATER + ahead * 2):
        assert start_of(session, moment).left.level is Level.REFUSE


def test_a_bad_answer_given_while_the_clock_was_ahead_is_not_passed_over(session, bob, bea, dora):
    make_ready(session, bob, bea)
    released(session, dora, "Looked at each.")
    answer_identity(
        session=session, birth_date=NOW.date(), record_number="000000", by=bob, at=LATER + timedelta(hours=2)
    )
    assert start_of(session, LATER).left.level is Level.REFUSE


def test_a_pump_is_not_resumed_over_a_stop_that_nobody_saw_without_a_word(visit, session, alice, bob):
    chart(session=session, client_id="start", what=PumpStarted(RATE, WHY), happened_at=NOW, by=bob, at=NOW)
    browser = visit(bob)
    seen = str(newest_number())
    stop = PumpStopped(StopCause.PATIENT)
    chart(session=session, client_id="stop", what=stop, happened_at=NOW, by=alice, at=NOW)
    sent = {"kind": "PumpResumed", "client_id": str(uuid4()), FIELD: seen}
    assert browser.post(url(session.patient, "chart/"), sent).status_code == 302
    row = ChartEntry.objects.get(kind="PumpResumed")
    assert row.known_number == int(seen)
    (found,) = account_of(session, LATER).collisions
    assert (found.saved.id, found.other.id, found.words) == (row.client_id, "stop", "both charted the pump")


def test_a_rate_that_saw_the_other_one_is_no_deviation(session, alice, bob):
    for number, by in enumerate((alice, bob)):
        what = PumpStarted(RATE, WHY) if not number else RateChanged(MlPerHour(RATE.value - 1))
        chart(
            session=session, client_id=str(number), what=what, happened_at=NOW, saved=SavedFirst(newest_number()),
            by=by, at=NOW,
        )  # fmt: skip
    assert not account_of(session, LATER).collisions


LOOKED = tuple(recovery_data().rows.values())


@pytest.mark.parametrize("row", LOOKED, ids=[row.id for row in LOOKED])
def test_what_was_looked_at_is_not_replaced_unseen(visit, session, alice, bob, row):
    browser, seen = visit(bob), str(newest_number())
    best, worst = row.choices[0], row.choices[-1]
    chart_look(
        session=session, client_id=str(uuid4()), values={row.id: worst.id}, happened_at=NOW, by=alice, at=NOW
    )
    sent = {row.id: best.id, "client_id": str(uuid4()), FIELD: seen}
    answer = browser.post(url(session.patient, "recovery/look/"), sent)
    assert answer.status_code == CONFLICT
    assert f"{row.title}: {worst.words}" in text_of(answer)
    assert ChartEntry.objects.count() == 1


def test_a_score_is_not_replaced_unseen(visit, session, alice, bob):
    browser, seen = visit(bob), str(newest_number())
    table = next(each for each in recovery_data().variants.values() if each.offered)
    worst = RecoveryScored(table.id, (0,) * len(table.items))
    chart(session=session, client_id="worst", what=worst, happened_at=NOW, by=alice, at=NOW)
    sent = {
        "kind": "RecoveryScored", "variant": table.id, "on": "recovery", "client_id": str(uuid4()), FIELD: seen,
        **{item.id: "2" for item in table.items},
    }  # fmt: skip
    answer = browser.post(url(session.patient, "chart/"), sent)
    assert answer.status_code == CONFLICT
    assert f"{table.title}: 0 of " in text_of(answer)
    assert ChartEntry.objects.count() == 1
