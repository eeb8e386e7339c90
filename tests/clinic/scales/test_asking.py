"""A patient answers scales by link: what was asked and nothing else, once, and what is alarming has its task at once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tenuto.clinic.access import review
from tenuto.clinic.accounts.services import set_clinic_words
from tenuto.clinic.intake.api import current
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.links import api as links
from tenuto.clinic.people.identity import prefer_contact
from tenuto.clinic.people.models import Channel
from tenuto.clinic.people.services import register_patient
from tenuto.clinic.ports.api import open_tasks_of
from tenuto.clinic.scales.models import ScaleForm, ScaleRequest
from tenuto.clinic.scales.presenters.asked import askable, request_rows
from tenuto.clinic.scales.services import AlreadyAnswered, answer_by_link, ask_by_link
from tenuto.clinic.scales.services.asking import left
from tenuto.core.scales.reading import instrument
from tests.clinic.conftest import NOW, numbers
from tests.clinic.intake.conftest import text_of

BORN = "1981-05-04"
DAY = timedelta(days=1)


def ask(patient, by, *names):
    return ask_by_link(patient=patient, instruments=names, expires=NOW + DAY, by=by, at=NOW)


def posted(name, **changed):
    """Every question of a scale answered with its first answer, except those that `changed` names."""
    given = {f"item-{item.id}": str(item.options[0].value) for item in instrument(name).items}
    return {**given, **{f"item-{key.removeprefix('q')}": value for key, value in changed.items()}}


@pytest.fixture
def asked(ana, alice):
    return ask(ana, alice, "phq9", "gad7")


@pytest.fixture
def phone(visit, asked):
    """The patient's phone, past the door."""
    browser = visit()
    assert browser.post(f"/l/{asked.token}/", {"born": BORN})["Location"] == "/answers/"
    return browser


def test_the_answers_land_in_the_facts_as_given_by_link(phone, ana, asked):
    assert "17 questions to go" in text_of(phone.get("/answers/"))
    assert phone.post("/answers/phq9/", posted("phq9", q1="3", q2="2"))["Location"] == "/answers/gad7/"
    form = ScaleForm.objects.get()
    assert (form.instrument, form.total, form.answered_by, form.request) == ("phq9", 5, "link", asked.request)
    scores = {s.instrument: s for s in current(ana).facts.scores}
    assert scores["phq9"].value == 5
    assert "link" in scores["phq9"].origin
    event = AuditEvent.objects.get(action="recorded scale")
    assert (event.by_name, event.patient_id, event.detail["answered_by"]) == (
        "the holder of a patient's link", ana.pk, "link",
    )  # fmt: skip
    assert event.by_id == f"link:{asked.request.link_id}"


def test_the_last_answer_uses_the_link_up(phone, visit, asked, ana):
    phone.post("/answers/phq9/", posted("phq9"))
    thanks = phone.post("/answers/gad7/", posted("gad7"))["Location"]
    assert thanks == f"/answers/{ana.clinic_id}/thanks/"
    assert ana.name not in text_of(phone.get(thanks))
    assert phone.get("/answers/").status_code == 403
    again = visit().post(f"/l/{asked.token}/", {"born": BORN})
    assert (again.status_code, "it was used" in text_of(again)) == (422, True)
    assert AuditEvent.objects.filter(action="used up link").count() == 1


def test_a_link_that_has_run_out_says_so(visit, asked, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + DAY)
    answer = visit().post(f"/l/{asked.token}/", {"born": BORN})
    assert "has run out" in text_of(answer)


def test_an_answer_is_sent_once(phone, asked):
    phone.post("/answers/phq9/", posted("phq9"))
    again = phone.post("/answers/phq9/", posted("phq9", q1="3"))
    assert again["Location"] == "/answers/"
    assert [form.total for form in ScaleForm.objects.all()] == [0]


def test_two_windows_that_answer_in_the_same_moment_leave_one_form(asked, ana, monkeypatch):
    visit = links.OpenedLink(asked.request.link_id, ana, "scales", NOW + DAY)
    given = {item.id: 0 for item in instrument("phq9").items}
    answer_by_link(visit=visit, instrument_id="phq9", answers=given, at=NOW)
    monkeypatch.setattr("tenuto.clinic.scales.services.asking.left", lambda request: ["phq9"])
    with pytest.raises(AlreadyAnswered):
        answer_by_link(visit=visit, instrument_id="phq9", answers={**given, "9": 2}, at=NOW)
    assert ScaleForm.objects.count() == 1
    assert open_tasks_of(ana) == []


def test_an_alarming_answer_opens_its_task_and_tells_whom_to_call(phone, ana, dora_words):
    answer = phone.post("/answers/phq9/", posted("phq9", q9="1"))
    assert answer["Location"] == f"/answers/{ana.clinic_id}/heard/"
    told = text_of(phone.get(answer["Location"]))
    assert "Call the night line, 555 0199." in told
    assert "Go on with the questions" in told
    assert ana.name not in told
    task = min(open_tasks_of(ana), key=lambda t: t.due)
    assert (task.kind, task.owner_role, task.due - NOW) == (
        "suicide.screen", "prescriber", timedelta(hours=1),
    )  # fmt: skip
    assert task.why.startswith("Answered by link, the person is not here: call them.")
    assert task.recorded_by_name == "the holder of a patient's link"


@pytest.fixture
def dora_words(clinic, dora):
    set_clinic_words(
        clinic=clinic, phone="555 0100", crisis_words="Call the night line, 555 0199.", by=dora, at=NOW
    )


def test_item_9_left_out_is_asked_in_person(phone, ana):
    """Not answered is not no: the form is kept without a total, and the task is the same."""
    phone.post("/answers/phq9/", posted("phq9", q9="left_out"))
    form = ScaleForm.objects.get()
    assert (form.total, form.answers["9"]) == (None, None)
    assert [task.kind for task in open_tasks_of(ana)] == ["suicide.screen"]


def test_an_empty_question_is_a_sentence_and_nothing_is_kept(phone):
    given = posted("phq9")
    del given["item-4"]
    answer = phone.post("/answers/phq9/", given)
    assert (answer.status_code, "Choose an answer" in text_of(answer)) == (422, True)
    assert not ScaleForm.objects.exists()


def test_only_what_was_asked_can_be_answered(phone):
    assert phone.get("/answers/pcl5/").status_code == 404
    assert phone.post("/answers/pcl5/", posted("pcl5")).status_code == 404


def test_a_link_for_other_things_answers_no_scales(visit, ana, alice):
    token = links.issue(
        patient=ana, purpose="leaflets", expires=NOW + DAY, single_use=False, by=alice, at=NOW
    ).token
    browser = visit()
    browser.post(f"/l/{token}/", {"born": BORN})
    assert browser.get("/answers/").status_code == 403


def test_a_visitor_sees_no_name_no_score_and_nothing_else_of_the_record(phone, ana):
    phone.post("/answers/phq9/", posted("phq9", q1="3"))
    for page in ("/answers/", "/answers/gad7/"):
        told = text_of(phone.get(page))
        assert not re.search(r"Silva|MRN|minimal|total", told), page
    assert phone.get(f"/patients/{ana.pk}/intake/").status_code == 302


def test_every_page_of_a_visit_is_on_record(phone, ana):
    phone.get("/answers/")
    phone.get("/answers/phq9/")
    looks = AuditEvent.objects.filter(kind="read", patient_id=ana.pk)
    assert [look.action for look in looks] == ["scales by link"] * 2


def test_a_patient_who_looks_at_their_own_questions_is_no_stranger(phone, clinic):
    phone.get("/answers/")
    assert review.summary(clinic, review.Filters(NOW.date(), NOW.date())).strangers == ()


def test_the_link_is_shown_once_with_how_the_patient_wants_it(visit, ana, alice):
    prefer_contact(patient=ana, channel=Channel.SMS, allowed=True, address="555 0142", by=alice, at=NOW)
    prefer_contact(patient=ana, channel=Channel.EMAIL, allowed=False, address="", by=alice, at=NOW)
    browser = visit(alice)
    url = f"/patients/{ana.pk}/scales/ask/"
    made = browser.post(url, {"instruments": ["phq9"], "days": "3"})
    assert made.status_code == 201
    told = text_of(made)
    assert "Text message: 555 0142" in told
    assert "E-mail: not wanted" in told
    address = re.search(r"http://testserver(/l/[^<\s]+)", made.content.decode())[1]
    assert b"<svg" in made.content
    later = browser.get(url).content.decode()
    assert address not in later
    assert "Not opened" in later
    assert visit().post(address, {"born": BORN})["Location"] == "/answers/"
    for part in (*ana.name.split(), "1981", str(ana.pk)):
        assert part.lower() not in address.lower()


def test_what_became_of_each_link_is_told(ana, alice, visit):
    made = [ask(ana, alice, "peg") for _ in range(5)]
    visit().post(f"/l/{made[1].token}/", {"born": BORN})
    for _ in range(links.TRIES):
        with pytest.raises(links.LinkRefused):
            links.open_link(made[2].token, None, at=NOW)
    links.revoke(link=made[3].request.link_id, why="Wrong number.", by=alice, at=NOW)
    done = links.OpenedLink(made[4].request.link_id, ana, "scales", NOW + DAY)
    answer_by_link(visit=done, instrument_id="peg", answers={"1": 1, "2": 2, "3": 3}, at=NOW)

    def words(at):
        rows = ScaleRequest.objects.select_related("link").prefetch_related("forms")
        found = {row.link_id: row.word for row in request_rows(rows, at=at)}
        return [found[each.request.link_id] for each in made]

    assert words(NOW) == ["Not opened", "Opened", "Shut", "Taken back", "Answered"]
    assert words(NOW + DAY)[:2] == ["Run out", "Run out"]


def test_a_link_is_taken_back(visit, ana, alice, bob, charlie, asked):
    url = f"/patients/{ana.pk}/scales/ask/{asked.request.link_id}/take-back/"
    assert visit(charlie).post(url).status_code == 404
    assert visit(bob).post(url).status_code == 302
    refused = visit().post(f"/l/{asked.token}/", {"born": BORN})
    assert refused.status_code == 422
    other = f"/patients/{ana.pk}/scales/ask/{ana.pk}/take-back/"
    assert visit(alice).post(other).status_code == 404


def test_a_visit_ends_when_its_link_is_taken_back_and_nothing_is_kept(phone, asked, alice):
    links.revoke(link=asked.request.link_id, why="Wrong number.", by=alice, at=NOW)
    assert phone.post("/answers/phq9/", posted("phq9")).status_code == 403
    assert not ScaleForm.objects.exists()


def test_scales_without_words_and_ratings_are_not_asked_by_link(ana, alice):
    offered = {scale.id for scale in askable()}
    assert {"phq9", "gad7", "pcl5", "peg", "nrs", "auditc"} <= offered
    assert "dast10" not in offered
    with pytest.raises(ValueError, match="DAST-10 can't be answered by link"):
        ask(ana, alice, "phq9", "dast10")
    with pytest.raises(ValueError, match="at least one"):
        ask(ana, alice)
    assert not ScaleRequest.objects.exists()


def test_without_a_date_of_birth_the_page_says_what_to_do(visit, alice):
    nobody = register_patient(name="Bea Ray", birth_date=None, identifiers=numbers("MRN 9"), by=alice, at=NOW)
    url = f"/patients/{nobody.pk}/scales/ask/"
    assert "none is on record. Record it first." in text_of(visit(alice).get(url))
    answer = visit(alice).post(url, {"instruments": ["phq9"], "days": "3"})
    assert (answer.status_code, ScaleRequest.objects.count()) == (422, 0)


def test_the_order_asked_is_the_order_answered(ana, alice):
    asked = ask(ana, alice, "gad7", "phq9", "gad7")
    assert left(asked.request) == ["gad7", "phq9"]


def test_who_may_ask_by_link(visit, ana, erin, carol, charlie):
    url = f"/patients/{ana.pk}/scales/ask/"
    assert visit(carol).get(url).status_code == 200
    assert visit(erin).get(url).status_code == 403
    assert visit(charlie).get(url).status_code == 404
