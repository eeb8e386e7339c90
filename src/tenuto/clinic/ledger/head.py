"""The newest event of the chain, held by one transaction so that it alone can write the next."""

from __future__ import annotations

from django.db import connection

from tenuto.clinic.ledger import anchor

__all__ = ["held_head"]

CHAIN_LOCK = 0x74656E75746F  # "tenuto"; any number that every process agrees on


def held_head() -> anchor.Anchor:
    """The newest event, which stays the newest but for what this transaction writes itself.

    SQLite has one writer at a time (BEGIN IMMEDIATE); PostgreSQL is asked for a lock that ends with the transaction, or
    with the savepoint that asked for it when that is rolled back.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])
    return anchor.newest()
