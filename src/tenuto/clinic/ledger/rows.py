"""The rows about one patient, oldest first. Every page about a patient asks ten tables this same question."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection

from tenuto.clinic.ledger.facts import IN_ORDER

__all__ = ["rows_of"]


def rows_of(model: type[Any], patient: UUID) -> list[Any]:
    """The rows of an append-only table about `patient`, oldest first. One query.

    What `model.objects.filter(patient=patient).order_by(*IN_ORDER)` gives, with its SQL put together once
    and not at every look, which takes four fifths of the time.
    """
    key = model._meta.get_field("patient").get_db_prep_value(patient, connection, prepared=False)
    kind: Any = model
    return list(model.objects.raw(_statement(kind, connection.vendor), [key]))


@lru_cache(maxsize=64)
def _statement(model: Any, _vendor: str) -> str:
    """Django's own SQL for the question, with a place for the patient."""
    asked = model.objects.filter(patient=UUID(int=0)).order_by(*IN_ORDER)
    statement, values = asked.query.sql_with_params()
    if len(values) != 1:
        raise TypeError(f"The rows of {model.__name__} are not found by their patient alone.")
    return str(statement)
