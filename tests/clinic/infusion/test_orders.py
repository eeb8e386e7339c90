"""An order by word of mouth is read back, stands open to who may sign it, and is signed by somebody else than took it down."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.utils.html import strip_tags

from tenuto.clinic.infusion.closing import treated_on
from tenuto.clinic.infusion.services import SessionRefused, account_of, chart
from tenuto.core.infusion.entries import VerbalOrderSigned, VerbalOrderTaken
from tests.clinic.infusion.test_charting import after, charted

WORDS = "Ondansetron 4 mg slowly into the vein, once"
ALICE = "Alice (alice)"
OPEN = "To sign today"


@pytest.fixture
def page(running, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: after(12))
    return f"/patients/{running.patient_id}/infusion/"


def post(browser, page, kind, **fields):
    return browser.post(f"{page}chart/", {"client_id": str(uuid4()), "kind": kind, **fields})


def text_of(answer):
    return re.sub(r"\s+", " ", strip_tags(answer.content.decode()))


def test_it_is_taken_down_read_back_and_signed_by_a_prescriber(visit, page, running, bob, alice):
    nurse = visit(bob)
    refused = post(nurse, page, "VerbalOrderTaken", text=WORDS, ordered_by=ALICE)
    assert refused.status_code == 422
    assert "Read it back first" in text_of(refused)
    assert (
        post(nurse, page, "VerbalOrderTaken", text=WORDS, ordered_by=ALICE, read_back="on").status_code == 302
    )
    shown = text_of(nurse.get(page))
    assert OPEN in shown
    assert "I gave this order" not in shown
    (treated,), _ = treated_on(running.patient.clinic, after(12), hidden=())
    assert any(WORDS in flag for flag in treated.flags)

    (order,) = account_of(running, after(12)).unsigned_orders
    assert post(nurse, page, "VerbalOrderSigned", order=order.id).status_code == 403
    prescriber = visit(alice)
    assert "I gave this order" in text_of(prescriber.get(page))
    assert post(prescriber, page, "VerbalOrderSigned", order=order.id).status_code == 302
    after_it = text_of(prescriber.get(page))
    assert OPEN not in after_it
    assert "Order by word of mouth signed" in after_it


def test_nobody_signs_for_what_they_took_down_and_nothing_is_signed_twice(running, alice, dora):
    charted(running, alice, 5, VerbalOrderTaken(WORDS, "Dora (dora)", True), client_id="order")
    with pytest.raises(SessionRefused, match="You took this order down yourself"):
        charted(running, alice, 6, VerbalOrderSigned("order"))
    charted(running, dora, 7, VerbalOrderSigned("order"))
    with pytest.raises(SessionRefused, match="No order by word of mouth waits"):
        charted(running, dora, 8, VerbalOrderSigned("order"))


def test_a_signature_that_is_sent_again_is_the_first_one(running, bob, alice):
    charted(running, bob, 5, VerbalOrderTaken(WORDS, ALICE, True), client_id="order")
    kept = [
        chart(
            session=running, client_id="s", what=VerbalOrderSigned("order"), happened_at=after(7), by=alice, at=after(7)
        )
        for _ in range(2)
    ]  # fmt: skip
    assert kept[0] == kept[1]


def test_an_order_names_a_prescriber_of_the_clinic_and_only_they_sign_for_it(
    visit, page, running, bob, alice, dora
):
    for name in ("x", "Bob (bob)", "Bea (bea)"):
        with pytest.raises(SessionRefused, match=r"no prescriber of this clinic|gave this order yourself"):
            charted(running, bob, 5, VerbalOrderTaken(WORDS, name, True))
    with pytest.raises(SessionRefused, match="word for word"):
        charted(running, bob, 5, VerbalOrderTaken("x", ALICE, True))
    charted(running, bob, 5, VerbalOrderTaken(WORDS, ALICE, True), client_id="order")
    assert "I gave this order" not in text_of(visit(dora).get(page))
    with pytest.raises(SessionRefused, match=r"Alice \(alice\) gave this order, and alone signs"):
        charted(running, dora, 6, VerbalOrderSigned("order"))
    charted(running, alice, 7, VerbalOrderSigned("order"))
