"""A patient is asked scales by link: who may ask what, how the link is shown, and what became of it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.links import api as links
from tenuto.clinic.people.identity import prefer_contact
from tenuto.clinic.people.models import Channel
from tenuto.clinic.people.services import register_patient
from tenuto.clinic.ports.api import put_on_call
from tenuto.clinic.scales.models import ScaleRequest
from tenuto.clinic.scales.presenters.asked import askable, request_rows
from tenuto.clinic.scales.services import ask_by_link
from tenuto.clinic.scales.services.asking import left
from tenuto.core.outcomes.battery import battery
from tenuto.core.outcomes.burden import burden_warning
from tenuto.core.outcomes.due import AskingPlace
from tests.clinic.conftest import NOW, numbers
from tests.clinic.intake.conftest import text_of
from tests.clinic.scales.filling import answer_one
from tests.whole_words import whole_words

BORN = "1981-05-04"
DAY = timedelta(days=1)

pytestmark = pytest.mark.usefixtures("on_call")


@pytest.fixture
def on_call(alice, ana):
    """Alice is on call and Ana has a number, so that everything may be asked by link."""
    prefer_contact(patient=ana, channel=Channel.PHONE, allowed=True, address="555 0141", by=alice, at=NOW)
    put_on_call(staff=alice, begins_at=NOW - DAY, ends_at=NOW + 10 * DAY, phone="555 0190", by=alice, at=NOW)


def ask(patient, by, *names):
    return ask_by_link(patient=patient, instruments=names, expires=NOW + DAY, by=by, at=NOW)


@pytest.fixture
def asked(ana, alice):
    return ask(ana, alice, "phq9", "gad7")


def test_the_link_is_shown_once_with_how_the_patient_wants_it(visit, ana, alice):
    prefer_contact(patient=ana, channel=Channel.SMS, allowed=True, address="555 0142", by=alice, at=NOW)
    prefer_contact(patient=ana, channel=Channel.EMAIL, allowed=False, address="", by=alice, at=NOW)
    browser = visit(alice)
    url = f"/patients/{ana.pk}/scales/ask/"
    made = browser.post(url, {"instruments": ["phq9"], "days": "3", "place": "link"})
    assert made.status_code == 201
    told = text_of(made)
    assert "Text message: 555 0142" in told
    assert "E-mail: not wanted" in told
    address = re.search(r"http://testserver(/l/[^<\s]+)", made.content.decode())[1]
    assert b"<svg" in made.content
    later = browser.get(url).content.decode()
    assert address not in later
    assert "Not opened" in later
    assert visit().post(address, {"born": BORN})["Location"] == "/today/"
    assert whole_words(address, (*ana.name.split(), "1981", str(ana.pk))) == []


def test_what_became_of_each_link_is_told(ana, alice, visit):
    made = [ask(ana, alice, "peg") for _ in range(5)]
    visit().post(f"/l/{made[1].token}/", {"born": BORN})
    for _ in range(links.TRIES):
        with pytest.raises(links.LinkRefused):
            links.open_link(made[2].token, None, at=NOW)
    links.revoke(link=made[3].request.link_id, why="Wrong number.", by=alice, at=NOW)
    for item in "123":
        answer_one(made[4].request, "peg", item, 1)

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
    answer = visit(alice).post(url, {"instruments": ["phq9"], "days": "3", "place": "link"})
    assert (answer.status_code, ScaleRequest.objects.count()) == (422, 0)


def test_the_order_asked_is_the_order_answered(ana, alice):
    asked = ask(ana, alice, "gad7", "phq9", "gad7")
    assert left(asked.request) == ["gad7", "phq9"]


def test_who_may_ask_by_link(visit, ana, erin, carol, charlie):
    url = f"/patients/{ana.pk}/scales/ask/"
    assert visit(carol).get(url).status_code == 200
    assert visit(erin).get(url).status_code == 403
    assert visit(charlie).get(url).status_code == 404


def test_the_tablet_is_handed_over_without_whoever_handed_it(visit, ana, bob):
    """Hazard H33: on the tablet is the patient's page, and nobody's sign-in."""
    tablet = visit(bob)
    url = f"/patients/{ana.pk}/scales/ask/"
    handed = tablet.post(url, {"instruments": ["phq9"], "days": "1", "place": "chair"})
    assert handed["Location"] == "/today/"
    assert "Give the tablet back" in text_of(tablet.get("/today/"))
    assert tablet.get(url).status_code == 302
    assert "/sign-in/" in tablet.get(url)["Location"]
    assert ScaleRequest.objects.get().place == "chair"
    assert AuditEvent.objects.filter(action="opened link in person", by_id=str(bob.pk)).count() == 1


def test_without_a_number_the_question_on_death_is_asked_in_the_clinic(visit, ana, alice):
    prefer_contact(patient=ana, channel=Channel.PHONE, allowed=False, address="", by=alice, at=NOW)
    prefer_contact(
        patient=ana, channel=Channel.EMAIL, allowed=True, address="ana@example.org", by=alice, at=NOW
    )
    with pytest.raises(ValueError, match="no phone number of the patient is on record"):
        ask(ana, alice, "gad7", "phq9")
    url = f"/patients/{ana.pk}/scales/ask/"
    answer = visit(alice).post(url, {"instruments": ["phq9"], "days": "3", "place": "link"})
    assert answer.status_code == 422
    assert "Record a number under Person, or ask it on the tablet in the clinic." in text_of(answer)
    assert not ScaleRequest.objects.exists()
    ask(ana, alice, "gad7")
    ask_by_link(
        patient=ana, instruments=["phq9"], place=AskingPlace.CHAIR, expires=NOW + DAY, by=alice, at=NOW
    )
    prefer_contact(patient=ana, channel=Channel.SMS, allowed=True, address="555 0142", by=alice, at=NOW)
    ask(ana, alice, "phq9")


def test_who_asks_for_much_at_once_is_told(visit, ana, alice):
    url = f"/patients/{ana.pk}/scales/ask/"
    few = visit(alice).post(url, {"instruments": ["gad7"], "days": "3", "place": "link"})
    assert "Much at once" not in text_of(few)
    many = [
        "gad7", "pcl5", "peg", "auditc", "urinary_check", "ketamine_use_check", "activation_check", "nrs", "daily_mood",
        "daily_anxiety", "global_change",
    ]  # fmt: skip
    much = visit(alice).post(url, {"instruments": many, "days": "3", "place": "link"})
    assert "Much at once" in text_of(much)
    assert burden_warning(many, battery()) in text_of(much)
