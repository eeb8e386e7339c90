"""Rows as the driver gives them, for checks that trust nothing in the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection, models

__all__ = ["key_column", "raw_rows", "raw_rows_of"]

BATCH = 2000


def key_column(model: type[models.Model]) -> str:
    """The column of the primary key."""
    return str(model._meta.pk.column if model._meta.pk else "id")


def raw_rows(model: type[models.Model], *, after: int = 0) -> Iterator[dict[str, Any]]:
    """All rows in the order of the key, a batch at a time; with `after` those whose number is higher."""
    key = connection.ops.quote_name(key_column(model))
    wanted = f" WHERE {key} > {after:d}" if after else ""
    yield from _read(model, f"{wanted} ORDER BY {key}", [])


def raw_rows_of(model: type[models.Model], keys: Sequence[Any]) -> list[dict[str, Any]]:
    """The rows with these keys; fewer when some are not there."""
    field: Any = model._meta.pk
    given = [field.get_db_prep_value(key, connection, prepared=False) for key in keys]
    places = ", ".join(["%s"] * len(given))
    key = connection.ops.quote_name(key_column(model))
    return list(_read(model, f" WHERE {key} IN ({places}) ORDER BY {key}", given))


def _read(model: type[models.Model], rest: str, values: Sequence[Any]) -> Iterator[dict[str, Any]]:
    columns = [str(field.column) for field in model._meta.concrete_fields]
    quote = connection.ops.quote_name
    # A unary plus takes the declared type away: SQLite's driver would stop at a date that is none.
    bare = "+" if connection.vendor == "sqlite" else ""
    listed = ", ".join(f"{bare}{quote(column)}" for column in columns)
    query = f"SELECT {listed} FROM {quote(model._meta.db_table)}{rest}"  # noqa: S608 - our own names
    with connection.chunked_cursor() if not values else connection.cursor() as cursor:
        cursor.execute(query, values or None)
        while batch := cursor.fetchmany(BATCH):
            for row in batch:
                yield dict(zip(columns, row, strict=True))
