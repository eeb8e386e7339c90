"""The demonstration of one moment, built once a session and then copied: building it takes longer than most tests."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction

from tenuto.clinic.demo.services import load
from tenuto.clinic.ledger import anchor

__all__ = ["demonstration_of"]

OWN = frozenset({"django_migrations", "django_content_type", "auth_permission"})
"""Tables that Django fills by itself, with other keys each time."""
_anchors: dict[datetime, bytes] = {}
_files: dict[datetime, sqlite3.Connection] = {}


def demonstration_of(now: datetime, anchor_path: Path) -> None:
    """Fill the empty database with the demonstration, and put its anchor in place. Not within a transaction."""
    connection.ensure_connection()
    if now in _anchors:
        put_back = _put_back_tables if connection.vendor == "postgresql" else _put_back_file
        put_back(now)
        anchor_path.write_bytes(_anchors[now])
        anchor.forget()
        return
    load(now=now)
    keep = _keep_tables if connection.vendor == "postgresql" else _keep_file
    keep(now)
    _anchors[now] = anchor_path.read_bytes()


def _keep_file(now: datetime) -> None:
    _files[now] = sqlite3.connect(":memory:", check_same_thread=False)
    connection.connection.backup(_files[now])


def _put_back_file(now: datetime) -> None:
    _files[now].backup(connection.connection)


def _keep_tables(now: datetime) -> None:
    schema = _schema(now)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        cursor.execute(f"CREATE SCHEMA {schema}")
        for table in _tables():
            cursor.execute(f"CREATE TABLE {schema}.{table} AS TABLE public.{table}")


def _put_back_tables(now: datetime) -> None:
    tables = _tables()
    with transaction.atomic(), connection.cursor() as cursor:
        # Neither the order of the tables nor their triggers, which keep rows as they are, are in the way of a copy.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"TRUNCATE {', '.join(f'public.{table}' for table in tables)}")
        for table in tables:
            cursor.execute(f"INSERT INTO public.{table} SELECT * FROM {_schema(now)}.{table}")
        for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
            cursor.execute(statement)


def _schema(now: datetime) -> str:
    return f"built_{now:%Y%m%d%H%M}"


def _tables() -> list[str]:
    return [
        connection.ops.quote_name(table)
        for table in connection.introspection.table_names()
        if table not in OWN
    ]
