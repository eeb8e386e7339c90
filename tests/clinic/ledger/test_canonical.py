"""The quick text of a value is the slow one, for all that a column holds."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenuto.clinic.ledger.canonical import text_of, texts_of
from tenuto.clinic.ledger.models import AuditEvent

MOMENTS = st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
ODD = st.one_of(st.text(max_size=40), st.binary(max_size=20), st.floats(), st.integers(), st.booleans())


def stored(moment: datetime) -> str:
    """As SQLite keeps it."""
    return str(moment.replace(tzinfo=None))


VALUES = {
    "number": st.integers(),
    "clinic_id": st.one_of(st.uuids(), st.uuids().map(lambda found: found.hex), st.uuids().map(str)),
    "at": st.one_of(MOMENTS, MOMENTS.map(stored)),
    "action": st.text(),
    "detail_json": st.text(),
}


@given(st.sampled_from(sorted(VALUES)), st.data())
def test_the_quick_text_is_the_slow_one(column, data):
    field = AuditEvent._meta.get_field(column)
    value = data.draw(st.one_of(VALUES[column], ODD))
    assert texts_of(AuditEvent, {column: value}) == {column: text_of(field, value)}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2026-13-01 00:00:00", "2026-12-01 00:00:00"),
        ("2026-02-30 00:00:00", "2026-03-02 00:00:00"),
        ("2026-01-01 00:00:00.000001", "2026-01-01 00:00:00"),
    ],
)
def test_a_moment_that_is_none_has_the_text_of_no_other(one, other):
    assert texts_of(AuditEvent, {"at": one}) != texts_of(AuditEvent, {"at": other})


def test_an_id_is_the_same_in_both_writings():
    made = uuid.UUID("6f1c1e0a8e4b4f0e9c1a2f3b5d7e9a10")
    assert texts_of(AuditEvent, {"clinic_id": made}) == texts_of(AuditEvent, {"clinic_id": made.hex})
