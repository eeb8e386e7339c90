"""Whether the database itself is in one piece: a damaged page may hold what no digest is over, or hide rows from a search."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import DatabaseError, connection

__all__ = ["damage"]

MOST = 20
"""Findings that are told; a database with more is not told better."""


def damage() -> Iterator[str]:
    """A sentence for each damage that the database finds in itself."""
    try:
        yield from _of_sqlite() if connection.vendor == "sqlite" else _of_postgresql()
    except DatabaseError as error:
        yield _sentence(str(error).strip())


def _of_sqlite() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA integrity_check({MOST})")
        for (found,) in cursor.fetchall():
            if found != "ok":
                yield _sentence(" ".join(str(found).split()))


def _of_postgresql() -> Iterator[str]:
    """Reads every value of every table: the server checks the pages that it reads, and stops at a damaged one."""
    quote = connection.ops.quote_name
    for table in connection.introspection.table_names():
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT COUNT(one::text) FROM {quote(table)} AS one")  # noqa: S608 - our own names
        except DatabaseError as error:
            yield _sentence(f"{table}: {str(error).strip()}")


def _sentence(what: str) -> str:
    return f"The database is damaged: {what[:200]}. Stop the server, keep a copy of what is there, and restore a backup."
