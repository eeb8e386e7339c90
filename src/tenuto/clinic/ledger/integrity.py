"""Whether the database itself is in one piece: a damaged page may hold what no digest is over, or hide rows from a search."""

from __future__ import annotations

import time
from collections.abc import Iterator

from django.db import DatabaseError, OperationalError, connection

__all__ = ["damage", "damage_at_start", "damage_now"]

MOST = 20
"""Findings that are told; a database with more is not told better."""
START_SECONDS = 10.0
"""A file of 1 GB is looked through in about one; a server that is started anew must soon answer [D]."""
STEPS = 1000
"""Of SQLite, between two looks at the clock."""


def damage() -> Iterator[str]:
    """A sentence for each damage that the database finds in itself."""
    try:
        yield from _of_sqlite() if connection.vendor == "sqlite" else _of_postgresql()
    except DatabaseError as error:
        yield _sentence(str(error).strip())


def damage_now() -> str:
    """The first sentence of `damage`; empty when there is none, and for a database that is not there or can't be asked."""
    try:
        connection.close()
        return next(_of_sqlite("quick_check"), "") if connection.vendor == "sqlite" else ""
    except OperationalError:
        return ""
    except DatabaseError as error:
        return _sentence(str(error).strip())


def damage_at_start(seconds: float = START_SECONDS) -> str:
    """A sentence when a quick look finds the database damaged; empty when it finds nothing, or nothing in so many seconds.

    It reads the pages of an SQLite file and compares no index with its table: that is the business of `damage`. PostgreSQL
    looks at each page that it reads by itself, when its checksums are on. Raises OperationalError when nothing can be asked.
    """
    if connection.vendor != "sqlite":
        return ""
    until = time.monotonic() + seconds
    try:
        connection.ensure_connection()
        connection.connection.set_progress_handler(lambda: time.monotonic() > until, STEPS)
        return next(_of_sqlite("quick_check"), "")
    except OperationalError:
        if time.monotonic() <= until:
            raise
        return ""
    except DatabaseError as error:  # no database at all, or one whose first pages are gone
        return _sentence(str(error).strip())
    finally:
        if connection.connection is not None:
            connection.connection.set_progress_handler(None, 0)


def _of_sqlite(check: str = "integrity_check") -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {check}({MOST})")
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
