"""Tenancy enters by the query's starting point: outside `accounts` and `people`, nobody asks for patients of every clinic."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CLINIC = Path(__file__).resolve().parents[2] / "src/tenuto/clinic"
FREE = {"accounts", "people", "demo"}
"""Rooms that may start at all patients: accounts and people guard the door, the demonstration fills an empty house."""
BYPASSES = (
    r"\bPatient\.objects\b",
    r"\bPatientIdentifier\.objects\b",
    r"\bStaff\.objects\b",
    r"\bget_object_or_404\(\s*(?:Patient|Staff)\b",
    r"\bget_user_model\(\)",
    r"\b_base_manager\b|\b_default_manager\b",
)
SOURCES = sorted(
    path
    for path in CLINIC.rglob("*.py")
    if path.relative_to(CLINIC).parts[0] not in FREE and "migrations" not in path.parts
)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(CLINIC)))
def test_queries_start_at_a_clinic(path):
    text = path.read_text("utf-8")
    found = [match.group() for bypass in BYPASSES for match in re.finditer(bypass, text)]
    assert found == [], "start at `user.clinic.patients`, or ask the rooms that may"


def test_the_search_finds_a_bypass():
    assert re.search(BYPASSES[0], "rows = Patient.objects.filter(name=name)")
    assert re.search(BYPASSES[3], "get_object_or_404(Patient, pk=1)")
