"""Every table that holds a clinical fact refuses to be changed, in the program and in the database."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection

from tenuto.clinic.ledger.append_only import AppendOnly, AppendOnlyError
from tenuto.clinic.ledger.derived import compared_tables
from tenuto.clinic.ledger.sealed import sealed_tables

MUTABLE = {
    "accounts.clinic": "its name is not a clinical fact",
    "accounts.staff": "password and role change; each change is an event",
    "people.patient": "holds the newest of the append-only identities",
    "people.patientidentifier": "only ever added to, by identity services",
    "people.namekey": "computed from the name",
    "accounts.lastcode": "how far the codes of an app are used up; set back it lets a code count again while the app still shows it or just did",
    "booking.takenquarter": "what is taken now; compared with the appointments, which are facts, by `audit verify`",
    "accounts.tally": "counts lately failed tries under a keyed hash; no record of anything",
    "desk.workrow": "the worklist as computed from the facts; built again at any time",
    "desk.standing": "how current the computed worklist is",
    "desk.progress": "how far the audit chain was followed",
    "forecast.forecastnight": "how far a night's work has come",
    "ledger.outboxmessage": "a list of work",
    "live.beat": "a list of work",
    "live.workersign": "a list of work",
    "ledger.auditevent": "append-only, and sealed by its own chain",
}
"""The tables that are not append-only, and why."""
OURS = [model for model in apps.get_models() if model.__module__.startswith("tenuto.")]
SEALED_OR_COMPARED = {
    *(str(model._meta.label_lower) for model in sealed_tables()),
    *compared_tables(),
    "desk.workrow",
}
"""What is not append-only and still decides who somebody is, who may, or who is booked."""
DECIDES_NOTHING = {
    "accounts.lastcode": "alone it opens nothing: the code or the signature comes from a factor that is sealed; who has a copy of a security key counts as high as they like",
    "accounts.tally": "counts tries; emptied it gives a stranger a few more",
    "desk.standing": "says how current the worklist is, which is compared",
    "desk.progress": "says how far the chain was followed, which is checked",
    "forecast.forecastnight": "a night is worked out again",
    "live.beat": "a list of work",
    "live.workersign": "a list of work",
    "ledger.auditevent": "sealed by its own chain",
}
"""The others, and why nobody gains by editing one."""
GUARDED = [model for model in OURS if issubclass(model, AppendOnly)]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label_lower)
def test_a_table_is_append_only_or_says_why_not(model):
    assert issubclass(model, AppendOnly) or model._meta.label_lower in MUTABLE


def test_a_table_that_may_be_changed_is_sealed_or_compared_or_decides_nothing():
    assert MUTABLE.keys() <= SEALED_OR_COMPARED | DECIDES_NOTHING.keys()
    assert not SEALED_OR_COMPARED & DECIDES_NOTHING.keys()


@pytest.mark.django_db
@pytest.mark.parametrize("model", GUARDED, ids=lambda model: model._meta.label_lower)
def test_the_database_guards_the_table(model):
    table = model._meta.db_table
    if connection.vendor == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s"
        expected = {f"{table}_no_{verb}" for verb in ("update", "delete", "replace")}
    else:
        query = "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal"
        expected = {f"{table}_append_only"}
    with connection.cursor() as cursor:
        cursor.execute(query, [table])
        assert {name for (name,) in cursor.fetchall()} == expected


@pytest.mark.parametrize("model", GUARDED, ids=lambda model: model._meta.label_lower)
def test_the_program_refuses_too(model):
    with pytest.raises(AppendOnlyError, match="is append-only"):
        model.objects.all().update()
    with pytest.raises(AppendOnlyError, match="is append-only"):
        model.objects.all().delete()
    row = model()
    row._state.adding = False
    with pytest.raises(AppendOnlyError, match="is append-only"):
        row.save()
    with pytest.raises(AppendOnlyError, match="is append-only"):
        row.delete()
