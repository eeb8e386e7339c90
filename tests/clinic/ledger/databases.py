"""Emptying a database whose tables refuse to be emptied, between tests that commit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connection
from django.test import TransactionTestCase

from tenuto.clinic.ledger.append_only import AppendOnly
from tenuto.clinic.ledger.triggers import create_statements, drop_statements


@contextmanager
def unguarded() -> Iterator[None]:
    """The append-only tables without their triggers, as an attacker with the database's password would have them."""
    tables = [
        (model._meta.db_table, model._meta.pk.column)
        for model in apps.get_models()
        if issubclass(model, AppendOnly)
    ]
    with connection.cursor() as cursor:
        for table, _ in tables:
            for statement in drop_statements(table, connection.vendor):
                cursor.execute(statement)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for table, key in tables:
                for statement in create_statements(table, connection.vendor, key):
                    cursor.execute(statement)


_refused_teardown = TransactionTestCase._fixture_teardown


def _teardown(case: TransactionTestCase) -> None:
    with unguarded():
        _refused_teardown(case)


# Tests that commit end with emptied tables.
TransactionTestCase._fixture_teardown = _teardown
