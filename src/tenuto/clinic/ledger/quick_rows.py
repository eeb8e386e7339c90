"""Adding rows of an append-only table that nearly every write of the clinic adds to."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import islice
from typing import Any

from django.db import connection, transaction

from tenuto.clinic.ledger.append_only import AddedRow, AppendOnly
from tenuto.clinic.ledger.marks import check_in_transaction

__all__ = ["BATCH", "keep_rows"]

BATCH = 50
"""Rows of one statement; SQLite takes 999 values at least."""


def keep_rows(rows: Iterable[AppendOnly]) -> None:
    """Add rows of one table whose key the database counts, and let each wait for its audit event.

    What `model.objects.bulk_create(rows)` does, with its SQL put together once and not at every write, which takes five
    sixths of the time. The table is one of facts in no order of their own (`AppendOnly.take_places`).
    """
    coming = iter(rows)
    while batch := list(islice(coming, BATCH)):
        _keep(type(batch[0]), batch)


def _keep(model: type[AppendOnly], rows: list[AppendOnly]) -> None:
    check_in_transaction(model)
    fields = _told_fields(model)
    values = [
        field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows for field in fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(_statement(model, len(rows), connection.vendor), values)
        keys = [key for (key,) in cursor.fetchall()]
    for row, key in zip(rows, keys, strict=True):
        row.pk = key
        row._state.adding, row._state.db = False, connection.alias
        transaction.on_commit(AddedRow(row))


@lru_cache(maxsize=8)
def _told_fields(model: Any) -> list[Any]:
    """All but the key."""
    return [field for field in model._meta.concrete_fields if not field.primary_key]


@lru_cache(maxsize=8 * BATCH)
def _statement(model: Any, rows: int, _vendor: str) -> str:
    quote = connection.ops.quote_name
    fields = _told_fields(model)
    columns = ", ".join(quote(field.column) for field in fields)
    places = ", ".join([f"({', '.join(['%s'] * len(fields))})"] * rows)
    key = quote(model._meta.pk.column)
    table = quote(model._meta.db_table)
    return f"INSERT INTO {table} ({columns}) VALUES {places} RETURNING {key}"  # noqa: S608 - our own names
