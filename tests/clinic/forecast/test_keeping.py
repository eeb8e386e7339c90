"""Stored forecasts: a later score supersedes, nothing is rewritten, and each is made again from its own inputs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenuto.clinic.forecast.courses import read_course
from tenuto.clinic.forecast.models import StoredForecast
from tenuto.clinic.forecast.services.keeping import is_due, keep_forecast
from tenuto.clinic.ledger.actors import Machine
from tenuto.clinic.ledger.append_only import AppendOnlyError
from tenuto.clinic.ledger.facts import in_order
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.core.durability.record import HistoryError
from tenuto.core.forecast.keeping import said_from, sha256_of
from tests.clinic.conftest import NOW
from tests.clinic.forecast.conftest import TODAY, known_of, score


def kept(patient, today=TODAY):
    by = Machine(patient.clinic_id, "forecast of the night", "UTC")
    return keep_forecast(known=known_of(patient, today), by=by, at=NOW)


def test_it_is_made_again_from_its_inputs_to_the_last_figure(maintained):
    row = kept(maintained)
    assert sha256_of(row.inputs) == row.inputs_sha256
    assert sha256_of(row.result) == row.result_sha256
    assert said_from(row.inputs) == row.said
    assert said_from(row.inputs).result == row.result


def test_the_same_facts_are_kept_once_although_days_pass(maintained):
    first = kept(maintained)
    assert kept(maintained, TODAY + timedelta(days=1)) == first
    assert StoredForecast.objects.count() == 1


def test_a_later_score_supersedes_and_rewrites_nothing(maintained, bob):
    first = kept(maintained)
    before = (first.inputs, first.result)
    score(maintained, 112, 14, bob)
    second = kept(maintained)
    rows = list(in_order(StoredForecast.objects.filter(patient=maintained)))
    assert rows == [first, second]
    assert (rows[0].inputs, rows[0].result) == before
    events = AuditEvent.objects.filter(action="kept forecast").order_by("number")
    assert [event.detail["supersedes"] for event in events] == [None, str(first.pk)]
    with pytest.raises(AppendOnlyError):
        second.save()


def test_a_late_score_changes_todays_forecast_as_if_it_had_been_there(maintained, bob):
    kept(maintained)
    score(maintained, 53, 6, bob)
    late = kept(maintained)
    assert '"date":"2026-09-25"' in late.inputs
    assert late.ground == known_of(maintained).ground


def test_silence_alone_ends_in_an_abstention_and_never_lengthens(maintained):
    first = kept(maintained)
    later = TODAY + timedelta(days=46)
    assert is_due(known_of(maintained, later), first)
    assert not is_due(known_of(maintained, TODAY + timedelta(days=1)), first)
    second = kept(maintained, later)
    assert second.window is None
    assert "days old" in second.reason
    assert not is_due(known_of(maintained, later + timedelta(days=1)), second)


def test_a_forecast_is_due_on_the_first_day_on_which_its_last_score_is_too_old_and_not_before(maintained):
    first = kept(maintained)
    oldest = first.known_to + timedelta(days=known_of(maintained).definitions.oldest_days)
    assert not is_due(known_of(maintained, oldest), first)
    assert kept(maintained, oldest).window == first.window
    after = oldest + timedelta(days=1)
    assert is_due(known_of(maintained, after), first)
    assert kept(maintained, after).window is None


def test_nothing_is_kept_of_a_course_that_cannot_be_forecast(planned):
    with pytest.raises(HistoryError):
        kept(planned)
    assert not StoredForecast.objects.exists()


def test_what_is_remembered_is_of_the_same_inputs_only(maintained, bob):
    one = read_course(known_of(maintained))
    assert read_course(known_of(maintained)) is one
    score(maintained, 112, 14, bob)
    assert read_course(known_of(maintained)) is not one
