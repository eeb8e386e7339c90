"""Every table that holds a clinical fact refuses to be changed, in the program and in the database."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps

from tenuto.clinic.ledger.append_only import AppendOnly, AppendOnlyError

CLINIC = Path(__file__).resolve().parents[2] / "src/tenuto/clinic"
MUTABLE = {
    "people.clinic": "its name is not a clinical fact",
    "people.staff": "password and role change; each change is an event",
    "people.patient": "holds the newest of the append-only identities",
    "people.patientidentifier": "only ever added to, by identity services",
    "people.namekey": "computed from the name",
    "ledger.outboxmessage": "a list of work",
    "ledger.auditevent": "append-only, and sealed by its own chain",
}
"""The tables that are not append-only, and why."""
OURS = [model for model in apps.get_models() if model.__module__.startswith("tenuto.")]
GUARDED = [model for model in OURS if issubclass(model, AppendOnly)]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label_lower)
def test_a_table_is_append_only_or_says_why_not(model):
    assert issubclass(model, AppendOnly) or model._meta.label_lower in MUTABLE


@pytest.mark.parametrize("model", GUARDED, ids=lambda model: model._meta.label_lower)
def test_the_database_guards_the_table(model):
    folder = CLINIC / model._meta.app_label / "migrations"
    text = "".join(path.read_text("utf-8") for path in folder.glob("*.py"))
    assert "append_only(" in text
    assert re.search(rf"[\"']{model._meta.db_table}[\"']", text), f"no trigger for {model._meta.db_table}"


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
