"""A patient answers by link, question by question: what was asked and nothing else, each answer once, and what is alarming
has its task at once."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from tenuto.clinic.access import review
from tenuto.clinic.accounts.services import set_clinic_words
from tenuto.clinic.intake.api import current
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.links import api as links
from tenuto.clinic.people.identity import prefer_contact
from tenuto.clinic.people.models import Channel
from tenuto.clinic.portal.presenters.own import own_scores
from tenuto.clinic.ports.api import open_tasks_of, place_hold, put_on_call
from tenuto.clinic.scales.api import FormRow, ask_by_link, close_unfinished
from tenuto.clinic.scales.models import ItemAnswer, ScaleForm
from tenuto.core.outcomes.due import AskingPlace
from tenuto.core.scales.reading import instrument
from tests.clinic.conftest import NOW
from tests.clinic.intake.conftest import text_of
from tests.clinic.plan.conftest import accepted, add, signed  # noqa: F401
from tests.clinic.scales.filling import answer_one, post_all, post_one

BORN = "1981-05-04"
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def on_call(alice):
    put_on_call(staff=alice, begins_at=NOW - DAY, ends_at=NOW + 10 * DAY, phone="555 0190", by=alice, at=NOW)


@pytest.fixture
def asked(ana, alice, on_call):
    prefer_contact(patient=ana, channel=Channel.SMS, allowed=True, address="555 0142", by=alice, at=NOW)
    return ask_by_link(patient=ana, instruments=["phq9", "gad7"], expires=NOW + DAY, by=alice, at=NOW)


@pytest.fixture
def phone(visit, asked):
    """The patient's phone, past the door."""
    browser = visit()
    assert browser.post(f"/l/{asked.token}/", {"born": BORN})["Location"] == "/today/"
    return browser


def send(phone, **given):
    """One answer, as the script sends it."""
    return phone.post("/today/answer/", given, headers={"accept": "application/json"})


def test_the_first_question_stands_behind_the_door(phone):
    page = phone.get("/today/").content.decode()
    assert page.count("data-question") == len(instrument("phq9").items) + len(instrument("gad7").items)
    first = page.split("data-question")[1]
    assert "Little interest or pleasure in doing things" in first
    assert "Not at all" in first


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"value": ""}, "Choose an answer"),
        ({"value": "٣"}, "none of the answers"),
        ({"value": "9" * 5000}, "none of the answers"),
        ({"value": "7"}, "Not kept"),
        ({"item": "99"}, "Not kept"),
        ({"instrument": "pcl5"}, "This was not asked"),
        ({"client": "00000000-0000-0000-0000-000000000000"}, "did not come from our page"),
        ({"client": f"{{{uuid4()}}}"}, "did not come from our page"),
        ({"client": "x"}, "did not come from our page"),
    ],
)
def test_an_answer_that_is_not_kept_is_said_to_who_has_no_script(phone, change, says):
    sent = {"client": str(uuid4()), "instrument": "phq9", "item": "1", "value": "1", **change}
    answer = phone.post("/today/answer/", sent)
    assert answer.status_code == 422
    assert says in text_of(answer)
    assert not ItemAnswer.objects.exists()


def test_the_answers_land_in_the_facts_as_given_by_link(phone, ana, asked):
    assert post_all(phone, "phq9", q1="3", q2="2")["Location"] == "/today/"
    form = ScaleForm.objects.get()
    assert (form.instrument, form.total, form.answered_by, form.request) == ("phq9", 5, "link", asked.request)
    scores = {s.instrument: s for s in current(ana).facts.scores}
    assert scores["phq9"].value == 5
    event = AuditEvent.objects.get(action="recorded scale")
    assert (event.by_id, event.patient_id) == (f"link:{asked.request.link_id}", ana.pk)


def test_every_answer_is_kept_at_once_and_the_page_goes_on_where_it_stopped(phone, visit, asked):
    for item in "123":
        post_one(phone, "phq9", item, "1")
    assert ItemAnswer.objects.count() == 3
    again = visit()
    again.post(f"/l/{asked.token}/", {"born": BORN})
    first = again.get("/today/").content.decode().split("data-question")[1]
    assert instrument("phq9").item("4").text in first


def test_an_answer_that_is_sent_again_counts_once(phone):
    client = str(uuid4())
    sent = {"client": client, "instrument": "phq9", "item": "1", "value": "2"}
    assert send(phone, **sent)["Answer"] == "taken"
    assert send(phone, **sent)["Answer"] == "known"
    assert send(phone, **{**sent, "value": "3"}).status_code == 422
    assert [row.value for row in ItemAnswer.objects.all()] == [2]


def test_an_answer_may_be_changed_until_its_scale_is_complete(phone):
    post_one(phone, "phq9", "1", "3")
    post_all(phone, "phq9")
    assert ScaleForm.objects.get().total == 0
    assert post_one(phone, "phq9", "1", "0")["Location"] == "/today/"
    assert post_one(phone, "phq9", "1", "3").status_code == 422
    assert ScaleForm.objects.get().total == 0
    assert ItemAnswer.objects.filter(item="1").count() == 2


def test_answers_that_were_kept_on_the_phone_belong_to_the_day_they_were_written(asked):
    for item in instrument("gad7").items:
        answer_one(asked.request, "gad7", item.id, 1, at=NOW + 2 * DAY, written=NOW + HOUR)
    form = ScaleForm.objects.get()
    assert (form.taken, form.recorded_at) == (NOW.date(), NOW + 2 * DAY)


@pytest.mark.parametrize("written", [NOW - DAY, NOW + 3 * DAY, None])
def test_a_clock_that_can_not_be_right_is_not_believed(asked, written):
    answer_one(asked.request, "gad7", "1", 1, at=NOW + DAY, written=written)
    assert ItemAnswer.objects.get().written_at == NOW + DAY


def test_an_alarming_answer_has_its_task_before_the_form_is_finished(phone, ana, asked, dora_words):
    """Hazard H18: nobody has to press Send."""
    answer = post_one(phone, "phq9", "9", "1")
    assert answer["Location"] == "/today/heard/"
    told = text_of(phone.get("/today/heard/"))
    assert "Call the night line, 555 0199" in told
    assert ana.name not in told
    assert not ScaleForm.objects.exists()
    (task,) = open_tasks_of(ana)
    assert (task.kind, task.owner_role, task.owner_name, task.due - NOW) == (
        "suicide.screen", "prescriber", "Alice", HOUR,
    )  # fmt: skip
    assert task.why.startswith("Answered by link, the person is not here: call them.")
    assert "Several days" in task.why


def test_the_same_flag_opens_one_task_however_often_it_is_raised(phone, ana):
    post_one(phone, "phq9", "9", "1")
    post_one(phone, "phq9", "9", "0")
    post_one(phone, "phq9", "9", "1")
    post_all(phone, "phq9", q9="1")
    assert [task.kind for task in open_tasks_of(ana)] == ["suicide.screen"]


def test_a_higher_answer_after_a_lower_one_is_urgent_too(phone, ana):
    post_one(phone, "phq9", "9", "1")
    post_one(phone, "phq9", "9", "2")
    urgent = next(task for task in open_tasks_of(ana) if task.kind == "suicide.urgent")
    # Nobody can stay beside somebody who is not here.
    assert "Do not leave the person alone" not in urgent.why
    assert "stays on the line until somebody is with them" in urgent.why
    assert {task.kind for task in open_tasks_of(ana)} == {"suicide.screen", "suicide.urgent"}


@pytest.fixture
def dora_words(clinic, dora):
    set_clinic_words(
        clinic=clinic, phone="555 0100", crisis_words="Call the night line, 555 0199.", by=dora, at=NOW
    )


def test_whom_to_call_is_in_the_page_before_anything_is_sent(phone, dora_words):
    page = phone.get("/today/").content.decode()
    crisis = page.split("data-crisis")[1]
    assert 'href="tel:5550199"' in crisis
    alarming = re.findall(r'value="(\w+)" data-alarming', page)
    assert alarming == ["1", "2", "3"]


def test_item_9_left_out_is_asked_in_person(phone, ana):
    """Not answered is not no: the task is opened when the question is passed over."""
    assert post_one(phone, "phq9", "9", "left_out")["Location"] == "/today/heard/"
    assert [task.kind for task in open_tasks_of(ana)] == ["suicide.screen"]
    post_all(phone, "phq9", q9="left_out")
    form = ScaleForm.objects.get()
    assert (form.total, form.answers["9"]) == (None, None)


def test_nothing_alarms_because_a_question_is_still_to_come(phone, ana):
    post_one(phone, "phq9", "1", "3")
    assert open_tasks_of(ana) == []


def test_what_was_begun_and_not_finished_is_kept_when_the_link_runs_out(asked, ana, alice):
    for item in "1234":
        answer_one(asked.request, "phq9", item, 3)
    (kept,) = close_unfinished(request=asked.request.pk, by=alice, at=NOW + DAY)
    assert (kept.form.instrument, kept.form.total, kept.form.answers["4"]) == ("phq9", None, 3)
    assert [task.kind for task in open_tasks_of(ana)] == ["suicide.screen"]
    assert close_unfinished(request=asked.request.pk, by=alice, at=NOW + DAY) == ()


def test_without_anybody_on_call_the_question_on_death_waits_for_the_chair(visit, ana, alice):
    with pytest.raises(ValueError, match="nobody is on call"):
        ask_by_link(patient=ana, instruments=["phq9"], expires=NOW + DAY, by=alice, at=NOW)
    chair = ask_by_link(
        patient=ana, instruments=["phq9"], expires=NOW + DAY, place=AskingPlace.CHAIR, by=alice, at=NOW
    )
    browser = visit()
    browser.post(f"/l/{chair.token}/", {"born": BORN})
    assert "better off dead" in browser.get("/today/").content.decode()


def test_a_shift_that_ended_holds_the_questions_back_but_takes_what_arrives(phone, ana, asked, monkeypatch):
    later = NOW + 11 * DAY
    monkeypatch.setattr("tenuto.clinic.scales.services.asking.on_call", lambda clinic, at: [])
    told = phone.get("/today/").content.decode()
    assert "better off dead" not in told
    assert "nervous" in told
    answer_one(asked.request, "phq9", "9", 2, at=later)
    assert "suicide.urgent" in {task.kind for task in open_tasks_of(ana)}


def test_only_what_was_asked_can_be_answered(phone):
    for instrument_id, item, value in (("pcl5", "1", "1"), ("phq9", "11", "1"), ("phq9", "1", "9")):
        sent = {"client": str(uuid4()), "instrument": instrument_id, "item": item, "value": value}
        assert send(phone, **sent).status_code == 422
    assert send(phone, client="no name", instrument="phq9", item="1", value="1").status_code == 422
    assert send(phone, client=str(uuid4()), instrument="phq9", item="1", value="").status_code == 422
    assert not ItemAnswer.objects.exists()


def test_a_link_for_other_things_answers_no_scales(visit, ana, alice):
    token = links.issue(
        patient=ana, purpose="leaflets", expires=NOW + DAY, single_use=False, by=alice, at=NOW
    ).token
    browser = visit()
    browser.post(f"/l/{token}/", {"born": BORN})
    assert browser.get("/today/").status_code == 403
    assert send(browser, client=str(uuid4()), instrument="phq9", item="1", value="1").status_code == 403


def test_when_all_is_answered_the_own_scores_are_told_and_nobodys_name(phone, ana, dora_words):
    post_all(phone, "phq9", q1="3")
    post_all(phone, "gad7")
    told = text_of(phone.get("/today/"))
    assert "Your score was 3 on" in told
    assert "Lower is better." in told
    assert 'href="tel:5550199"' in phone.get("/today/").content.decode()
    assert not re.search(r"Silva|MRN", told)
    assert phone.get(f"/patients/{ana.pk}/intake/").status_code == 302


@pytest.mark.parametrize(("q9", "called"), [("0", False), ("left_out", False), ("1", True), ("3", True)])
def test_who_reported_thoughts_of_death_is_told_of_a_call_and_not_of_the_next_visit(phone, q9, called):
    post_all(phone, "phq9", q9=q9)
    post_all(phone, "gad7")
    told = text_of(phone.get("/today/"))
    assert ("A clinician will call you" in told) is called
    assert ("goes through it with you at your next visit" in told) is not called


def test_on_the_tablet_no_score_is_left_behind(visit, ana, alice):
    chair = ask_by_link(
        patient=ana, instruments=["gad7"], expires=NOW + DAY, place=AskingPlace.CHAIR, by=alice, at=NOW
    )
    browser = visit()
    browser.post(f"/l/{chair.token}/", {"born": BORN})
    post_all(browser, "gad7", q1="3")
    told = text_of(browser.get("/today/"))
    assert "give the tablet back" in told
    assert "score" not in told


def test_a_visit_ends_when_its_link_is_taken_back_and_nothing_is_kept(phone, asked, alice):
    links.revoke(link=asked.request.link_id, why="Wrong number.", by=alice, at=NOW)
    assert post_one(phone, "phq9", "1", "1").status_code == 403
    assert phone.get("/today/heard/")["Location"] == "/today/"
    assert not ItemAnswer.objects.exists()


def test_every_page_of_a_visit_is_on_record(phone, ana):
    phone.get("/today/")
    looks = AuditEvent.objects.filter(kind="read", patient_id=ana.pk)
    assert [look.action for look in looks] == ["scales by link"]


def test_a_patient_who_looks_at_their_own_questions_is_no_stranger(phone, clinic):
    phone.get("/today/")
    assert review.summary(clinic, review.Filters(NOW.date(), NOW.date())).strangers == ()


@pytest.fixture
def planned(accepted, alice, on_call):  # noqa: F811
    """A patient with a signed plan, who answered a question and may look."""
    patient = accepted("Demo Alder")
    signed(patient, alice)
    return patient


def own_page(visit, patient, by):
    sent = ask_by_link(patient=patient, instruments=["daily_mood"], expires=NOW + DAY, by=by, at=NOW)
    browser = visit()
    browser.post(f"/l/{sent.token}/", {"born": patient.birth_date.isoformat()})
    post_all(browser, "daily_mood")
    return text_of(browser.get("/today/"))


def test_the_own_signed_dates_and_what_comes_next_are_told(visit, planned, alice):
    told = own_page(visit, planned, alice)
    assert "Your series of 6 begins" in told
    assert "Wed 25 Nov 2026 Infusion 1 of 6" in told


def test_while_the_patient_is_held_no_date_is_told(visit, planned, alice):
    place_hold(patient=planned, why="Waits for the letter of the cardiologist.", by=alice, at=NOW)
    told = own_page(visit, planned, alice)
    assert "Nothing is given for now." in told
    assert "Infusion 1 of 6" not in told
    assert "cardiologist" not in told


def test_two_scores_of_one_day_stand_beside_each_other():
    taken = date(2026, 11, 24)
    rows = [
        FormRow(uuid4(), uuid4(), "phq9", {}, Decimal(total), taken, "patient", "Bob", NOW, taken, number)
        for number, total in enumerate((20, 10))
    ]
    (score,) = own_scores(rows)
    assert [(dot.x, dot.y) for dot in score.dots] == [(10, 29), (310, 57)]
    assert score.rows == (("Tue 24 Nov 2026", "10"), ("Tue 24 Nov 2026", "20"))
