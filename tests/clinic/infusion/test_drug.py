"""The drug of a session: drawn from the vial that is ordered, told as given when the chart closes, wasted before a witness."""

from __future__ import annotations

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.utils.html import strip_tags

from tenuto.clinic.infusion.services import SessionRefused, chart, end_session, start_infusion
from tenuto.clinic.infusion.services.drug import draw_drug, drug_of, waste_drug
from tenuto.clinic.infusion.services.standing import order_of_session
from tenuto.clinic.stock.api import witness, write_stock
from tenuto.clinic.stock.models import StockRow
from tenuto.core.infusion.entries import EntryStruck, PumpStopped, StopCause
from tenuto.core.stock.entries import SessionDraw
from tenuto.core.units import Mg, MgPerMl, Ml
from tests.clinic.infusion.conftest import LATER, received, released


def after(minutes):
    return LATER + timedelta(minutes=minutes)


def receive(by, order, **more):
    received(by, order, at=after(-30), **more)


def drawn(session, by, volume="0.72", *, vial="V1", key="draw"):
    draw_drug(session=session, client_id=key, vial=vial, volume=Ml(volume), by=by, at=after(-20))


def stop(session, by, minutes, key="stop"):
    what = PumpStopped(StopCause.PATIENT)
    chart(session=session, client_id=key, what=what, happened_at=after(minutes), by=by, at=after(minutes))


def test_drawn_is_given_and_wasted(running, bob, bea):
    """Hazard H27: what is drawn is given by the chart and wasted before a witness."""
    assert drug_of(running).balance.drawn == order_of_session(running).dose
    stop(running, bob, 20)
    end_session(session=running, debrief="", by=bob, at=after(25))
    found = drug_of(running)
    given = found.balance.given
    assert given.value > 0
    waste_drug(
        session=running, client_id="w", mass=found.open, how="gel", residual=False, by=bob, at=after(27)
    )
    assert (drug_of(running).open, drug_of(running).balance.balanced) == (None, False)
    witness(entry="w", by=bea, at=after(29))
    assert drug_of(running).balance.balanced


def test_what_is_drawn_is_written_once_and_its_second_post_is_no_refusal(session, bob):
    """The first of two posts drew all that is ordered; the second is told that it is kept, and nobody draws again."""
    receive(bob, order_of_session(session), volume="1")
    drawn(session, bob)
    drawn(session, bob)
    with pytest.raises(SessionRefused, match="Open the page again to write one beside it"):
        drawn(session, bob, "0.2")
    with pytest.raises(SessionRefused, match=r"holds 0\.28 mL by the ledger, and 4 mL are asked for"):
        drawn(session, bob, "4", key="another")
    assert StockRow.objects.filter(kind="SessionDraw").count() == 1


def test_a_page_offers_an_entry_each_for_what_is_drawn_and_what_is_wasted(visit, running, bob):
    page = visit(bob).get(f"/patients/{running.patient_id}/infusion/").content.decode()
    own = re.findall(r'name="client_id" value="([^"]+)"[^>]*id="id_(?:draw|waste)_', page)
    assert len(set(own)) == 2


def test_a_late_entry_changes_what_was_given(running, bob):
    stop(running, bob, 20)
    end_session(session=running, debrief="", by=bob, at=after(25))
    half = drug_of(running).balance.given
    chart(
        session=running, client_id="s", what=EntryStruck(), happened_at=after(40), amends="stop",
        why="It ran on.", by=bob, at=after(40),
    )  # fmt: skip
    assert drug_of(running).balance.given > half


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"vial": "V2"}, "is not in the drug ledger"),
        ({"volume": "11"}, "holds 10 mL by the ledger"),
        ({"vial": "strong"}, "Take the vial that is ordered"),
        ({"vial": "old"}, "expired on 2020-01-01"),
    ],
)
def test_a_vial_that_is_not_right_is_not_drawn_from(session, bob, given, sentence):
    """Hazard H6: another strength than ordered stops the draw."""
    order = order_of_session(session)
    other = MgPerMl(100) if order.vial != MgPerMl(100) else MgPerMl(10)
    receive(bob, order)
    receive(bob, order, vial="strong", strength=other)
    receive(bob, order, vial="old", expires=date(2020, 1, 1))
    with pytest.raises(SessionRefused, match=sentence):
        drawn(session, bob, **{"volume": "1", **given})
    assert drug_of(session).balance is None


def test_a_vial_is_drawn_to_its_last_drop_and_on_its_last_day(session, bob):
    receive(bob, order_of_session(session), expires=after(-20).date(), volume="0.72")
    drawn(session, bob)
    assert drug_of(session).balance.drawn == order_of_session(session).dose


def text_of(answer):
    return re.sub(r"\s+", " ", strip_tags(answer.content.decode()))


def test_drawing_and_wasting_on_the_page_of_the_session(visit, session, bob, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: after(-10))
    receive(bob, order_of_session(session))
    browser, url = visit(bob), f"/patients/{session.patient_id}/infusion/"
    assert "Nothing is drawn by the ledger" in text_of(browser.get(url))
    answer = browser.post(f"{url}draw/", {"client_id": str(uuid4()), "vial": "V7", "volume": "1"})
    assert answer.status_code == 422
    assert "is not in the drug ledger" in text_of(answer)
    assert (
        browser.post(f"{url}draw/", {"client_id": str(uuid4()), "vial": "V1", "volume": "0.72"}).status_code
        == 302
    )
    assert "Drawn " in text_of(browser.get(url))
    answer = browser.post(f"{url}waste/", {"client_id": str(uuid4()), "mass": "5", "where": "waste"})
    assert answer.status_code == 422
    assert "Say how it was made unusable." in text_of(answer)
    fields = {"client_id": str(uuid4()), "mass": "5", "where": "residual"}
    assert "5 mg wait for a colleague" in text_of(browser.post(f"{url}waste/", fields, follow=True))


def test_another_clinic_and_a_coordinator_draw_nothing(visit, session, charlie, carol):
    for act in ("draw/", "waste/"):
        where = f"/patients/{session.patient_id}/infusion/{act}"
        assert visit(charlie).post(where, {}).status_code == 404
        assert visit(carol).post(where, {}).status_code == 403


@pytest.mark.parametrize("volume", ["7.2", "0.76"])
def test_more_than_is_ordered_is_not_drawn(session, bob, volume):
    """Hazard H6: ten times the dose out of the right vial, and anything beyond the rounding of a dose."""
    receive(bob, order_of_session(session))
    with pytest.raises(SessionRefused, match=r"Ordered are 36 mg: draw 0\.72 mL"):
        drawn(session, bob, volume)
    assert not StockRow.objects.filter(kind="SessionDraw").exists()


def test_a_second_syringe_counts_with_the_first_unless_that_is_wasted(session, bob):
    receive(bob, order_of_session(session))
    drawn(session, bob)
    with pytest.raises(SessionRefused, match="and 36 mg are drawn already: draw 0 mL"):
        drawn(session, bob, key="again")
    waste_drug(
        session=session, client_id="w", mass=Mg(36), how="It fell.", residual=False, by=bob, at=after(-10)
    )
    drawn(session, bob, key="again")
    assert drug_of(session).held == Mg(36)


def test_a_start_on_another_amount_than_ordered_is_closed(ready, bob, dora):
    """Also where it was drawn before anybody compared it; more is released by nobody, less by a director."""
    vial = f"R-{ready.pk.hex[:8]}"
    what = SessionDraw(vial, str(ready.pk), Ml("6.48"))
    write_stock(client_id="x", what=what, happened_at=LATER, patient=ready.patient, by=bob, at=LATER)
    with pytest.raises(SessionRefused, match="Drawn 360 mg, ordered 36 mg"):
        start_infusion(session=ready, client_id="start", by=bob, at=LATER)
    with pytest.raises(SessionRefused, match="can't go on"):
        released(ready, dora, "We go on all the same.")
    assert not ready.entries.exists()


def test_a_start_on_less_than_ordered_is_closed(ready, bob):
    waste_drug(session=ready, client_id="w", mass=Mg(20), how="gel", residual=False, by=bob, at=LATER)
    with pytest.raises(SessionRefused, match="Drawn 16 mg, ordered 36 mg"):
        start_infusion(session=ready, client_id="start", by=bob, at=LATER)


def test_more_is_not_wasted_than_is_open(session, bob):
    """The ledger of a session never goes below nothing."""
    receive(bob, order_of_session(session))
    drawn(session, bob)
    with pytest.raises(SessionRefused, match="40 mg are more than the 36 mg that are drawn"):
        waste_drug(
            session=session, client_id="w", mass=Mg(40), how="gel", residual=False, by=bob, at=after(-10)
        )
    for _ in range(2):
        waste_drug(
            session=session, client_id="w", mass=Mg(36), how="gel", residual=False, by=bob, at=after(-10)
        )
    with pytest.raises(SessionRefused, match="5 mg are more than the 0 mg"):
        waste_drug(
            session=session, client_id="v", mass=Mg(5), how="gel", residual=True, by=bob, at=after(-10)
        )
