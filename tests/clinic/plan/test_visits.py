"""What was given moves the series, the exposure and the options; orders are signed and off until chosen."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tenuto.clinic.accounts.guards import WrongClinic
from tenuto.clinic.course.api import account
from tenuto.clinic.course.models import InfusionReport
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.plan.models import VisitOrders
from tenuto.clinic.plan.services.proposing import grounds
from tenuto.clinic.plan.services.visits import (
    VisitRefused,
    order_next_visit,
    record_given,
    titration_of,
)
from tenuto.clinic.scales.api import record_form
from tenuto.core.course.infusion import GivenInfusion, Tolerability
from tenuto.core.plan.titration import OptionChange
from tenuto.core.units import Mg, Minutes
from tests.clinic.conftest import NOW
from tests.clinic.plan.conftest import OPTIONS, built_from, later, signature_of, signed, with_second_factor
from tests.clinic.plan.test_page import text_of

DAY = date(2026, 11, 24)
WELL = GivenInfusion(DAY, mass=Mg(36), minutes=Minutes(40), tolerability=Tolerability(0, 0, False, 5))
POSTED = {
    "given_on": "2026-11-24", "dose_mg": "36", "minutes": "40", "effects": ["nausea"], "worst_grade": "1",
    "open_grade": "0", "pressure_alert": "no", "deepest_sedation": "4",
}  # fmt: skip


def url(patient, act=""):
    return f"/patients/{patient.pk}/plan/visits/{act}"


def given(patient, by, *, at=NOW, **changes):
    """Record `WELL` with changes, of the infusion or of how it was borne."""
    borne = {name: changes.pop(name) for name in Tolerability.__slots__ if name in changes}
    infusion = replace(WELL, tolerability=replace(WELL.tolerability, **borne), **changes)
    return record_given(patient=patient, given=infusion, by=by, at=at)


def scored(patient, by, total, *, on=DAY):
    """A PHQ-9 of nine answers with this total, none to the question on suicide, recorded now."""
    answers = {str(n): min(3, max(0, total - 3 * (n - 1))) for n in range(1, 9)} | {"9": 0}
    return record_form(
        patient=patient, instrument_id="phq9", answers=answers, taken=on, answered_by="patient", by=by, at=NOW
    )


def options_of(patient):
    found = grounds(patient)
    return titration_of(found.in_force, found.given(), account(patient, found.batch), found.state.policy)


@pytest.fixture
def running(accepted, alice):
    """A patient with a plan in force that began a week ago."""
    patient = accepted()
    signed(patient, alice, OPTIONS)
    return patient


def test_an_infusion_is_recorded_and_shown(visit, running, bob):
    browser = visit(bob)
    assert browser.post(url(running, "record/"), POSTED).status_code == 302
    page = text_of(browser.get(url(running)))
    assert (
        "Tue 24 Nov 2026 Bob (bob) 36 mg over 40 min Nausea or vomiting Worst grade 1, still open none"
        in page
    )
    assert AuditEvent.objects.get(action="recorded infusion").detail["dose_mg"] == "36"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"dose_mg": "0,5"}, "has a comma"),
        ({"dose_mg": ".5"}, "has no leading zero"),
        ({"dose_mg": "0"}, "must be above 0"),
        ({"dose_mg": "36.125"}, "at most 2 decimals"),
        ({"worst_grade": ""}, "nothing is assumed"),
        ({"pressure_alert": ""}, "nothing is assumed"),
        ({"given_on": "2026-11-25"}, "is not over yet"),
        ({"open_grade": "3"}, "worse than the worst one"),
        ({"effects": ["boredom"]}, "Select a valid choice"),
    ],
)
def test_what_can_not_be_is_said_and_nothing_is_kept(visit, running, bob, change, sentence):
    answer = visit(bob).post(url(running, "record/"), {**POSTED, **change})
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert not InfusionReport.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"), [({"given_on": "2026-11-25"}, "given_on"), ({"open_grade": "3"}, "open_grade")]
)
def test_the_sentence_stands_at_the_entry_that_is_wrong(visit, running, bob, change, field):
    page = visit(bob).post(url(running, "record/"), {**POSTED, **change}).content.decode().split("<dialog")[0]
    assert page.index("field-error") < page.index(f'id="id_{field}"')
    assert f'id="id_{field}_error"' in page
    assert page.count("field-error") == 1


def test_two_who_record_at_once_lose_nothing(visit, running, alice, bob):
    browser = visit(bob)
    seen = browser.get(url(running)).context["visits_seen"]
    given(running, alice, mass=Mg(35))
    answer = browser.post(url(running, "record/"), {**POSTED, "seen": seen})
    assert answer.status_code == 409
    page = text_of(answer)
    assert "Alice (alice) recorded an infusion in the meantime. Nothing of yours was saved." in page
    assert "35 mg over 40 min" in page
    html = answer.content.decode()
    assert 'name="dose_mg" value="36"' in html
    assert InfusionReport.objects.count() == 1
    anew = html.split('name="seen" value="')[1].split('"')[0]
    assert browser.post(url(running, "record/"), {**POSTED, "seen": anew}).status_code == 302
    assert InfusionReport.objects.count() == 2


def test_two_who_order_at_once_lose_nothing(visit, running, alice, dora):
    given(running, alice, effects=("nausea",))
    browser = with_second_factor(visit(alice), alice)
    order_next_visit(
        patient=running, chosen=["nausea-0"], note="Slowly.", signature=signature_of(dora), at=NOW
    )
    answer = browser.post(url(running, "order/"), {"chosen": [], "note": "Mine.", "seen": ""})
    assert answer.status_code == 409
    page = text_of(answer)
    assert "Dora (dora) signed orders for the next visit in the meantime" in page
    assert "Slowly." in page
    assert "Mine." in page
    assert VisitOrders.objects.count() == 1


def test_without_a_plan_in_force_nothing_is_given(visit, ana, bob):
    answer = visit(bob).post(url(ana, "record/"), POSTED)
    assert answer.status_code == 422
    assert "No plan is in force" in text_of(answer)


def test_a_missed_session_extends_the_series_and_doubles_nothing(running, alice):
    given(running, alice)
    given(running, alice, on=DAY - timedelta(days=2))
    late = OPTIONS.replace("start=2026-11-24", "start=2026-12-07")
    series = built_from(running, late).order.series
    assert [planned.n for planned in series] == [3, 4, 5, 6]
    assert series[0].on == date(2026, 12, 7)
    assert len({planned.on for planned in series}) == 4
    revised = signed(running, alice, late)
    assert [row["words"] for row in revised.document["given"]] == [
        "Sun 22 Nov 2026: 36 mg over 40 min",
        "Tue 24 Nov 2026: 36 mg over 40 min",
    ]


def test_a_series_anew_counts_its_own_and_the_exposure_counts_all(running, alice):
    given(running, alice)
    built = built_from(running, OPTIONS + "&anew_series=on")
    assert built.order.request.given == ()
    assert built.written.document["given"] == []
    assert len(built.order.series) == 6
    assert built.proposal.exposure.infusions == 1


def test_a_second_report_of_a_day_corrects_the_first(running, alice):
    given(running, alice, mass=Mg(63))
    given(running, alice, at=later())
    assert [each.infusion.mass for each in grounds(running).infusions] == [Mg(36)]
    assert InfusionReport.objects.count() == 2


def test_no_options_before_an_infusion_was_given(visit, running, alice):
    assert options_of(running) is None
    assert "options to consider" not in text_of(visit(alice).get(url(running)))


def test_an_increase_is_offered_after_two_with_little_gain(visit, running, alice, bob):
    given(running, alice, on=DAY - timedelta(days=2))
    given(running, alice)
    assert OptionChange.UP not in {option.change for option in options_of(running).options}, "no score"
    scored(running, bob, 16)
    assert OptionChange.UP in {option.change for option in options_of(running).options}
    page = visit(alice).get(url(running)).content.decode()
    assert "Raise the dose by 0.1 mg/kg" in page
    assert "dose=0.5966&amp;minutes=40" in page


@pytest.mark.parametrize("open_at", [0, 1])
def test_an_event_that_is_still_open_hides_the_increase_and_says_why(visit, running, alice, open_at):
    """Hazard H32, also when a later visit went well."""
    for number, day in enumerate((DAY - timedelta(days=2), DAY)):
        grade = 2 if number == open_at else 0
        given(running, alice, on=day, worst_event_grade=grade, open_event_grade=grade)
    assert OptionChange.UP not in {option.change for option in options_of(running).options}
    page = text_of(visit(alice).get(url(running)))
    assert "An event of grade 2 is still open" in page
    assert "Raise the dose by" not in page


def test_an_option_leads_to_a_plan_with_that_dose(visit, running, alice):
    given(running, alice, on=DAY - timedelta(days=2))
    given(running, alice)
    page = text_of(visit(alice).get(f"/patients/{running.pk}/plan/?{OPTIONS}&dose=0.6&minutes=50"))
    assert "0.6 mg/kg was asked for; the protocol says 0.5 mg/kg" in page
    assert "50 min was asked for" in page
    assert "What would change" in page


def test_orders_are_off_until_chosen_and_signed(visit, running, alice):
    given(running, alice, effects=("nausea",))
    browser = visit(alice)
    page = browser.get(url(running)).content.decode()
    assert 'value="nausea-0"' in page
    assert "checked" not in page.split('value="nausea-0"')[1][:20]
    assert "By a revision of the plan" in page
    assert browser.post(url(running, "order/"), {"chosen": ["nausea-0"]})["Location"].startswith("/account/")
    assert not VisitOrders.objects.exists()
    with_second_factor(browser, alice)
    assert (
        browser.post(url(running, "order/"), {"chosen": ["nausea-0"], "note": "Slowly."}).status_code == 302
    )
    orders = VisitOrders.objects.get()
    assert orders.orders[0]["text"].startswith("Ondansetron")
    assert orders.orders[0]["medicine"] is True
    assert AuditEvent.objects.get(action="ordered for next visit").detail["method"] == "totp"
    for page in (url(running), f"/patients/{running.pk}/plan/versions/{orders.version_id}/"):
        shown = text_of(browser.get(page))
        assert "Ondansetron" in shown
        assert "Slowly." in shown


def test_a_change_of_dose_is_no_order(running, alice):
    with pytest.raises(VisitRefused, match="not among the options"):
        order_next_visit(patient=running, chosen=["nausea-2"], note="", signature=signature_of(alice), at=NOW)


def test_who_may(visit, running, alice, bob, carol, erin, charlie):
    for person in (alice, bob, carol):
        assert visit(person).get(url(running)).status_code == 200
    assert visit(erin).get(url(running)).status_code == 403
    assert visit(charlie).get(url(running)).status_code == 404
    assert visit(carol).post(url(running, "record/"), POSTED).status_code == 403
    assert visit(bob).post(url(running, "order/"), {}).status_code == 403
    assert visit(charlie).post(url(running, "record/"), POSTED).status_code == 404
    for person in (carol, erin):
        with pytest.raises(PermissionError):
            given(running, person)
    with pytest.raises(PermissionError):
        order_next_visit(patient=running, chosen=[], note="", signature=signature_of(bob), at=NOW)
    with pytest.raises(WrongClinic):
        given(running, charlie)


def test_an_infusion_entered_in_error_is_struck_on_the_page_of_visits(visit, running, bob, charlie):
    given(running, bob)
    browser = visit(bob)
    page = browser.get(url(running), headers={"accept": "text/html"}).content.decode()
    seen = re.search(r'name="seen_event" value="(\d+)"', page)[1]
    wanted = {"on": "2026-11-24", "why": "It was given to somebody else.", "seen_event": seen}
    assert visit(charlie).post(url(running, "strike/"), wanted).status_code == 404
    refused = browser.post(url(running, "strike/"), {**wanted, "why": "x"}, follow=True)
    assert "in a sentence why" in text_of(refused)
    done = text_of(browser.post(url(running, "strike/"), wanted, follow=True))
    assert "The infusion counts as never recorded." in done
    assert "No infusion yet" in done
    assert InfusionReport.objects.count() == 1
