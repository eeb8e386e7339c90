"""Database triggers that refuse to change or delete the rows of an append-only table, whoever asks."""

from __future__ import annotations

from typing import Any

from django.db.migrations import RunPython


def append_only(table: str) -> RunPython:
    """The migration step that makes `table` append-only on SQLite and PostgreSQL."""

    def create(apps: Any, schema_editor: Any) -> None:
        for statement in _create(table, schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    def drop(apps: Any, schema_editor: Any) -> None:
        for statement in _drop(table, schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    return RunPython(create, drop)


def _create(table: str, vendor: str) -> list[str]:
    message = f"{table} is append-only: add a row that corrects the other one"
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            for verb in ("UPDATE", "DELETE")
        ]
    return [
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation'; END $$",
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()",
    ]


def _drop(table: str, vendor: str) -> list[str]:
    if vendor == "sqlite":
        return [f"DROP TRIGGER {table}_no_{verb}" for verb in ("update", "delete")]
    return [f"DROP TRIGGER {table}_append_only ON {table}", f"DROP FUNCTION {table}_refuse()"]
