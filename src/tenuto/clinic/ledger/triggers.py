"""Database triggers that refuse to change or delete the rows of an append-only table, whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.migrations import RunPython

__all__ = ["append_only", "create_statements", "drop_statements", "open_to_change"]

_Step = Callable[[Any, Any], None]


def append_only(table: str, key: str = "id") -> RunPython:
    """The migration step that makes `table`, with the primary key `key`, append-only on SQLite and PostgreSQL."""
    create, drop = _steps(table, key)
    return RunPython(create, drop)


def open_to_change(table: str, key: str = "id") -> RunPython:
    """The step before a migration that changes an append-only table; `append_only` follows it. SQLite makes a changed table
    anew and forgets its triggers; PostgreSQL keeps them."""
    create, drop = _steps(table, key)
    return RunPython(drop, create)


def _steps(table: str, key: str) -> tuple[_Step, _Step]:
    def create(apps: Any, schema_editor: Any) -> None:
        for statement in create_statements(table, schema_editor.connection.vendor, key):
            schema_editor.execute(statement, params=None)

    def drop(apps: Any, schema_editor: Any) -> None:
        for statement in drop_statements(table, schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    return create, drop


def create_statements(table: str, vendor: str, key: str = "id") -> list[str]:
    """The SQL that guards a table."""
    message = f"{table} is append-only: add a row that corrects the other one"
    if vendor == "sqlite":
        refuse = f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        # INSERT OR REPLACE deletes without firing the trigger for DELETE.
        replaced = f"EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"  # noqa: S608 - names from migrations
        return [
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}",
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {replaced} {refuse}",
        ]
    return [
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation'; END $$",
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()",
    ]


def drop_statements(table: str, vendor: str) -> list[str]:
    """The SQL that takes the guard away, for a migration that changes the table."""
    if vendor == "sqlite":
        return [f"DROP TRIGGER {table}_no_{verb}" for verb in ("update", "delete", "replace")]
    return [f"DROP TRIGGER {table}_append_only ON {table}", f"DROP FUNCTION {table}_refuse()"]
