"""Fixtures of other rooms that the tests of the desk use."""

from __future__ import annotations

from tests.clinic.infusion.conftest import accepted, add, bea, patient, ready, running, session

__all__ = ["accepted", "add", "bea", "patient", "ready", "running", "session"]
