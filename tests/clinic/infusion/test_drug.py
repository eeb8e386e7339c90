"""The drug of a session: drawn from the vial that is ordered, told as given when the chart closes, wasted before a witness."""

from __future__ import annotations

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.utils.html import strip_tags

from tenuto.clinic.infusion.services import SessionRefused, chart, end_session
from tenuto.clinic.infusion.services.drug import draw_drug, drug_of, waste_drug
from tenuto.clinic.infusion.services.standing import order_of_session
from tenuto.clinic.stock.api import witness, write_stock
from tenuto.clinic.stock.models import StockRow
from tenuto.core.infusion.entries import EntryStruck, PumpStopped, StopCause
from tenuto.core.stock.entries import VialReceived
from tenuto.core.units import Mg, MgPerMl, Ml
from tests.clinic.infusion.conftest import LATER


def after(minutes):
    return LATER + timedelta(minutes=minutes)


def receive(by, order, *, vial="V1", strength=None, expires=date(2028, 1, 1), minutes=-30):
    what = VialReceived(vial, "42023", "L7", expires, strength or order.vial, Ml(10), "Supplier")
    write_stock(client_id=f"in-{vial}", what=what, happened_at=after(minutes), by=by, at=after(minutes))


def drawn(session, by, volume="1", *, vial="V1", key="draw"):
    draw_drug(session=session, client_id=key, vial=vial, volume=Ml(volume), by=by, at=after(-20))


def stop(session, by, minutes, key="stop"):
    what = PumpStopped(StopCause.PATIENT)
    chart(session=session, client_id=key, what=what, happened_at=after(minutes), by=by, at=after(minutes))


def test_drawn_is_given_and_wasted(running, bob, bea):
    """Hazard H27: what is drawn is given by the chart and wasted before a witness."""
    receive(bob, order_of_session(running))
    drawn(running, bob)
    mg = order_of_session(running).vial.value
    assert drug_of(running).balance.drawn == Mg(mg)
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


def test_what_is_drawn_is_written_once_and_its_second_post_is_no_refusal(running, bob):
    """The first of two posts emptied the vial; the second is told that it is kept, and nobody draws again."""
    receive(bob, order_of_session(running))
    drawn(running, bob, "7")
    drawn(running, bob, "7")
    with pytest.raises(SessionRefused, match="Open the page again to write one beside it"):
        drawn(running, bob, "2")
    with pytest.raises(SessionRefused, match="holds 3 mL by the ledger, and 4 mL are asked for"):
        drawn(running, bob, "4", key="another")
    assert StockRow.objects.filter(kind="SessionDraw").count() == 1


def test_a_page_offers_an_entry_each_for_what_is_drawn_and_what_is_wasted(visit, running, bob):
    receive(bob, order_of_session(running))
    drawn(running, bob)
    page = visit(bob).get(f"/patients/{running.patient_id}/infusion/").content.decode()
    own = re.findall(r'name="client_id" value="([^"]+)"[^>]*id="id_(?:draw|waste)_', page)
    assert len(set(own)) == 2


def test_a_late_entry_changes_what_was_given(running, bob):
    receive(bob, order_of_session(running))
    drawn(running, bob)
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
    receive(bob, order_of_session(session), expires=after(-20).date())
    drawn(session, bob, "10")
    assert drug_of(session).balance.drawn == Mg(10 * order_of_session(session).vial.value)


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
        browser.post(f"{url}draw/", {"client_id": str(uuid4()), "vial": "V1", "volume": "1"}).status_code
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
