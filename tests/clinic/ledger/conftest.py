"""Tests that commit end with emptied tables, whichever of them are run."""

from tests.clinic.ledger import databases  # noqa: F401
