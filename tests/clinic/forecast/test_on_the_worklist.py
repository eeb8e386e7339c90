"""What the forecast adds to the spine and the worklist: read from what is stored, and gone once it is decided."""

from __future__ import annotations

from datetime import timedelta

from tenuto.clinic.course.api import accounts
from tenuto.clinic.forecast.contribution import places, turns
from tenuto.clinic.forecast.models import StoredForecast
from tenuto.clinic.forecast.services import decide_date, keep_forecast
from tenuto.clinic.ledger.actors import Machine
from tenuto.clinic.pathway.api import Batch
from tests.clinic.conftest import NOW
from tests.clinic.forecast.conftest import TODAY, known_of, score


def batch(patient, today=TODAY):
    return Batch([patient], clinic=patient.clinic, today=today)


def kept(patient):
    by = Machine(patient.clinic_id, "forecast of the night", "UTC")
    return keep_forecast(known=known_of(patient), by=by, at=NOW)


def test_before_anything_is_kept_it_says_nothing(maintained):
    assert (places(batch(maintained)), turns(batch(maintained))) == ({}, {})


def test_a_window_asks_a_prescriber_to_decide(maintained):
    row = kept(maintained)
    place, turn = places(batch(maintained))[maintained.pk], turns(batch(maintained))[maintained.pk]
    assert place.state == "here"
    assert place.words == "By Fri 11 Dec, to decide"
    assert (turn.mark, turn.next_step, turn.said_by_task) == ("due", "Decide on the date", "forecast.date")
    assert turn.more == row.headline


def test_a_window_that_is_past_is_late(maintained):
    closes = kept(maintained).closes
    late = batch(maintained, closes + timedelta(days=1))
    assert places(late)[maintained.pk].words == "Window past, to decide"
    assert turns(late)[maintained.pk].mark == "late"


def test_a_decision_ends_it(maintained, alice):
    kept(maintained)
    decide_date(
        patient=maintained, outcome="accepted", on=None, reason="", seen=known_of(maintained).ground, by=alice, at=NOW
    )  # fmt: skip
    assert places(batch(maintained))[maintained.pk].words == "Decided: Fri 11 Dec"
    assert turns(batch(maintained)) == {}


def test_nothing_forecast_asks_for_the_review(maintained, bob):
    score(maintained, 112, 7, bob, item_9=2)
    kept(maintained)
    place, turn = places(batch(maintained))[maintained.pk], turns(batch(maintained))[maintained.pk]
    assert place.words.startswith("Review by ")
    assert (turn.next_step, turn.said_by_task) == ("Review the course", "forecast.review")
    assert "item 9 has risen" in turn.why


def test_a_list_works_nothing_out(maintained, monkeypatch, django_assert_num_queries):
    kept(maintained)
    monkeypatch.setattr("tenuto.core.forecast.answer.posterior", None)
    rows = batch(maintained)
    # What the course of each is worked out from is read once for all rooms of a page.
    accounts(rows)
    with django_assert_num_queries(2):
        places(rows)
        turns(rows)
    assert StoredForecast.objects.count() == 1
