"""Time moves forward in a demonstration, by the services of every day; never for a clinic with patients."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tenuto.cli import UserError, demo
from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.accounts.moving import MOST_DAYS_AHEAD, RealClock, set_ahead, set_minutes_ahead
from tenuto.clinic.accounts.services import open_clinic
from tenuto.clinic.course.api import accounts
from tenuto.clinic.demo.fading import InventedAnswers, answers_of
from tenuto.clinic.demo.forward import LONGEST_DAYS, LONGEST_MINUTES, forward, forward_minutes
from tenuto.clinic.demo.refused import ProductionRefused
from tenuto.clinic.demo.staff import TEACHING_CLINIC
from tenuto.clinic.forecast.models import ForecastNight
from tenuto.clinic.ledger import anchor
from tenuto.clinic.ledger.actors import SYSTEM
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.live import api as live
from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.ports.models import TaskEscalation
from tenuto.clinic.scales.models import ScaleForm
from tenuto.clinic.scales.services.asking import by_phone
from tenuto.core.scales.reading import instrument, instruments
from tenuto.core.scales.scoring import score
from tests.clinic.conftest import NOW
from tests.clinic.ports.test_task_ends import opened

pytestmark = pytest.mark.thorough


@pytest.fixture
def teaching(demonstration):
    return Clinic.objects.get(name=TEACHING_CLINIC)


def account_now(clinic, name):
    patient = clinic.patients.get(name=name)
    return accounts(Batch([patient], clinic=clinic, today=clock.today(clinic)))[patient.pk]


def test_answers_arrive_by_link_by_the_services_of_real_ones(teaching):
    before = AuditEvent.objects.order_by("number").last().number
    days = []
    forward(days=3, by=SYSTEM, told=days.append)
    teaching.refresh_from_db()
    assert days == [1, 2, 3]
    assert clock.now(teaching) == NOW + timedelta(days=3)
    arrived = ScaleForm.objects.filter(event_number__gt=before)
    assert arrived
    assert {form.answered_by for form in arrived} == {"link"}
    assert {form.recorded_by_name for form in arrived} == {"the holder of a patient's link"}
    assert max(form.recorded_at for form in arrived) > NOW + timedelta(days=1)
    written = AuditEvent.objects.filter(number__gt=before)
    assert {"moved time forward", "opened link", "answered question", "sent a link"} <= set(
        written.values_list("action", flat=True)
    )
    # What the chain keeps is the server's own time, so no clock has gone back.
    assert set(written.values_list("recorded_at", flat=True)) == {NOW}
    assert anchor.problem() == ""


def test_the_jobs_of_each_day_are_done_and_both_clinics_move(teaching):
    forward(days=1, by=SYSTEM)
    teaching.refresh_from_db()
    assert clock.today(teaching) in ForecastNight.objects.filter(clinic=teaching).values_list(
        "day", flat=True
    )
    assert set(Clinic.objects.values_list("days_ahead", flat=True)) == {1}


def test_whoever_sees_the_new_day_finds_done_what_was_due_by_then(teaching):
    """Late only after the last morning on which the jobs were done, and before the moment at which the clock then stands."""
    ana, bob = teaching.patients.first(), Staff.objects.get(username="bob")
    with clock.standing_at(NOW + timedelta(hours=3)):
        task = opened(ana, bob, "suicide.urgent", at=NOW + timedelta(hours=3))
    seen = []

    def look(day):
        seen.extend(TaskEscalation.objects.filter(task_id=task.id).values_list("step", flat=True))

    forward(days=1, by=SYSTEM, told=look)
    assert sorted(seen) == [1, 2]


def test_the_effect_fades_until_the_account_calls_it_drift(teaching):
    clary = account_now(teaching, "Demo Clary")
    today = clock.today(teaching)
    totals = [answers_of("Demo Clary", clary, on=today + timedelta(days=n)).total for n in (0, 14, 28, 60)]
    assert totals[0] <= 9
    assert totals == sorted(totals)
    assert totals[-1] >= int(clary.scale.baseline.value) - 3


@pytest.mark.parametrize("name", [scale for scale in instruments() if by_phone(scale)])
def test_every_question_gets_an_answer_that_exists_and_that_raises_no_red_flag(name):
    scale = instrument(name)
    given = {item.id: InventedAnswers(12).value(scale, item) for item in scale.items}
    assert all(value in {o.value for o in scale.item(item).options} for item, value in given.items())
    assert score(scale, given, earlier=None).flags == ()


@pytest.mark.parametrize("days", [0, -3, LONGEST_DAYS + 1])
def test_only_some_whole_days_pass(teaching, days):
    with pytest.raises(ValueError, match=r"1 to 90 days"):
        forward(days=days, by=SYSTEM)


def test_production_refuses(teaching, settings):
    set_ahead(clinic=teaching, days=3, by=SYSTEM, at=NOW)
    settings.PRODUCTION = True
    with pytest.raises(ProductionRefused, match="never in production"):
        forward(days=1, by=SYSTEM)
    with pytest.raises(RealClock):
        set_ahead(clinic=teaching, days=1, by=SYSTEM, at=NOW)
    # Not even what was moved before counts there.
    assert clock.now(teaching) == NOW
    assert clock.furthest() == NOW


def test_a_clinic_with_patients_keeps_its_clock(db):
    clinic = open_clinic(name="Real Clinic", demonstration=False)
    with pytest.raises(RealClock, match="Real Clinic"):
        set_ahead(clinic=clinic, days=1, by=SYSTEM, at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Clinic.objects.filter(pk=clinic.pk).update(days_ahead=1)


def test_time_never_goes_back(teaching):
    with pytest.raises(ValueError, match="whole days"):
        set_ahead(clinic=teaching, days=-1, by=SYSTEM, at=NOW)


def test_the_clock_at_hand_is_that_of_the_clinic(teaching):
    set_ahead(clinic=teaching, days=5, by=SYSTEM, at=NOW)
    assert clock.instant() == NOW
    with clock.on_the_clock_of(teaching):
        assert clock.instant() == NOW + timedelta(days=5)
    assert clock.instant() == NOW
    assert clock.furthest() == NOW + timedelta(days=5)


def test_a_clock_stands_only_at_a_moment_with_a_zone():
    with pytest.raises(ValueError, match="no time zone"), clock.standing_at(NOW.replace(tzinfo=None)):
        pass


def test_what_waits_for_a_worker_waits_unless_all_is_done_at_once(monkeypatch):
    enqueued, done = [], []

    class ATask:
        enqueue = staticmethod(enqueued.append)
        func = staticmethod(done.append)

    live.later(ATask, "later")
    monkeypatch.setattr("tenuto.clinic.live.jobs.regular_jobs", lambda: [type("R", (), {"task": Regular})])

    class Regular:
        @staticmethod
        def func():
            live.later(ATask, "at once")

    live.do_regular()
    assert (enqueued, done) == (["later"], ["at once"])


def test_the_page_lets_days_pass(teaching, visit, monkeypatch):
    asked = []
    put_on_the_list = type("AJob", (), {"enqueue": lambda self, *got: asked.append(got)})()
    monkeypatch.setattr("tenuto.clinic.demo.views.let_days_pass", put_on_the_list)
    alice = Staff.objects.get(username="alice")
    browser = visit(alice)
    assert "/demonstration/time/" in browser.get("/worklist/").content.decode()
    assert ", as the server says" in browser.get("/demonstration/time/").content.decode()
    assert browser.post("/demonstration/time/", {"days": "900"}).status_code == 422
    assert browser.post("/demonstration/time/", {"days": "3"}).status_code == 302
    assert asked == [(3, alice.pk)]


def test_other_clinics_have_no_such_page(teaching, visit, charlie_of_demo, settings):
    assert visit(charlie_of_demo).get("/demonstration/time/").status_code == 404
    settings.PRODUCTION = True
    assert visit(Staff.objects.get(username="alice")).get("/demonstration/time/").status_code == 404


@pytest.fixture
def charlie_of_demo(teaching):
    return Staff.objects.get(username="charlie")


def test_the_command_says_what_is_missing(db, monkeypatch):
    monkeypatch.setattr("tenuto.cli.demo.prepare_django", lambda: None)
    monkeypatch.setattr("tenuto.clinic.config.api.check_database", lambda: None)
    with pytest.raises(UserError, match="no demonstration"):
        demo.run(type("Args", (), {"days": 1, "minutes": None, "verb": "forward"})())
    assert timezone.now() == NOW


def test_a_clock_is_moved_so_far_and_no_further(teaching, visit):
    """Ninety days at a time for ever would end in the year 9999, with an error page for everybody."""
    set_ahead(clinic=teaching, days=MOST_DAYS_AHEAD - 3, by=SYSTEM, at=NOW)
    with pytest.raises(ValueError, match="move it by 3 at most"):
        forward(days=4, by=SYSTEM)
    with pytest.raises(ValueError, match="1825 are the most"):
        set_ahead(clinic=teaching, days=10**9, by=SYSTEM, at=NOW)
    set_ahead(clinic=teaching, days=3, by=SYSTEM, at=NOW)
    answer = visit(Staff.objects.get(username="alice")).post("/demonstration/time/", {"days": "1"})
    assert answer.status_code == 422
    assert "move it no further; serve another demonstration" in answer.content.decode()
    teaching.refresh_from_db()
    assert teaching.days_ahead == MOST_DAYS_AHEAD


def test_minutes_pass_for_both_clinics_and_a_day_of_them_is_a_day(teaching):
    forward_minutes(minutes=90, by=SYSTEM)
    teaching.refresh_from_db()
    assert clock.now(teaching) == NOW + timedelta(minutes=90)
    assert {each.minutes_ahead for each in Clinic.objects.filter(invented=True)} == {90}
    set_minutes_ahead(clinic=teaching, minutes=24 * 60, by=SYSTEM, at=NOW)
    assert (teaching.days_ahead, teaching.minutes_ahead) == (1, 90)
    assert clock.now(teaching) == NOW + timedelta(days=1, minutes=90)


@pytest.mark.parametrize("minutes", [0, -5, LONGEST_MINUTES + 1])
def test_only_some_whole_minutes_pass(teaching, minutes):
    with pytest.raises(ValueError, match=f"1 to {LONGEST_MINUTES} minutes"):
        forward_minutes(minutes=minutes, by=SYSTEM)
    teaching.refresh_from_db()
    assert teaching.minutes_ahead == 0


def test_minutes_pass_for_no_clinic_with_patients(db):
    clinic = open_clinic(name="Real Clinic", demonstration=False)
    with pytest.raises(RealClock, match="Real Clinic"):
        set_minutes_ahead(clinic=clinic, minutes=5, by=SYSTEM, at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Clinic.objects.filter(pk=clinic.pk).update(minutes_ahead=5)


def test_the_page_lets_minutes_pass(teaching, visit, monkeypatch):
    asked = []
    put_on_the_list = type("AJob", (), {"enqueue": lambda self, *got: asked.append(got)})()
    monkeypatch.setattr("tenuto.clinic.demo.views.let_minutes_pass", put_on_the_list)
    alice = Staff.objects.get(username="alice")
    browser = visit(alice)
    assert browser.post("/demonstration/time/", {"minutes": "1000"}).status_code == 422
    assert browser.post("/demonstration/time/", {"minutes": "45"}).status_code == 302
    assert asked == [(45, alice.pk)]
    set_minutes_ahead(clinic=teaching, minutes=45, by=SYSTEM, at=NOW)
    assert "45 minutes" in browser.get("/demonstration/time/").content.decode()
