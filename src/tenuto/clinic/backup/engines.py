"""How each database gives a copy of one moment while it is written to, and takes it back when it is empty."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tenuto.clinic.backup.errors import BackupError

__all__ = ["Copied", "Engine", "engine_of"]

HEAD = "SELECT number, mac FROM ledger_auditevent ORDER BY number DESC LIMIT 1"
MIGRATIONS = "SELECT app, name FROM django_migrations ORDER BY app, name"
GENESIS = "0:"
"""The head of a chain without an event."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What one moment of a database held."""

    tables: Mapping[str, int]
    migrations: Mapping[str, list[str]]
    head: str


class Engine(Protocol):
    """A kind of database, and one of it."""

    @property
    def name(self) -> str:
        """The kind."""

    @property
    def part(self) -> str:
        """The file inside a backup."""

    @property
    def beside(self) -> Path | None:
        """A folder that is as well guarded as the database; None where that is on another machine."""

    def copy_to(self, path: Path) -> Copied:
        """Write a copy of one moment to a file. Raises BackupError."""

    def is_empty(self) -> bool:
        """Whether there is nothing that a restore would overwrite."""

    def take_from(self, path: Path) -> None:
        """Fill an empty database from a file. Raises BackupError."""

    def holds(self) -> Copied:
        """What is in it now."""

    def scratch(self, folder: Path) -> Any:
        """A context with an empty database of the same kind, which is gone afterwards."""

    @property
    def url(self) -> str:
        """As TENUTO_DATABASE_URL names it."""


def engine_of(settings: Mapping[str, Any]) -> Engine:
    """The database that Django's settings name."""
    if settings["ENGINE"].endswith("sqlite3"):
        return Sqlite(Path(settings["NAME"]))
    options = {k: v for k, v in settings["OPTIONS"].items() if k not in ("pool", "isolation_level")}
    given = {
        "host": settings["HOST"],
        "port": settings["PORT"],
        "user": settings["USER"],
        "password": settings["PASSWORD"],
        **options,
    }
    return Postgres(settings["NAME"], {name: str(value) for name, value in given.items() if value})


@dataclass(frozen=True, slots=True)
class Sqlite:
    """A database in a file."""

    path: Path
    name: str = "sqlite"
    part: str = "tenuto.sqlite3"

    @property
    def url(self) -> str:
        """As TENUTO_DATABASE_URL names it."""
        return f"sqlite://{quote(str(self.path.absolute()))}"

    @property
    def beside(self) -> Path | None:
        """The folder of the file."""
        return self.path.parent

    def copy_to(self, path: Path) -> Copied:
        """By SQLite's own online copy: writers go on, and the copy is of one moment."""
        if not self.path.exists():
            raise BackupError(
                f"There is no database at '{self.path}'. Check TENUTO_DATABASE_URL or TENUTO_VAR."
            )
        try:
            with closing(_reading(self.path)) as live, closing(sqlite3.connect(path)) as copy:
                live.backup(copy)
                # Without a log beside it the file alone is the database.
                copy.execute("PRAGMA journal_mode=DELETE")
                if (said := copy.execute("PRAGMA integrity_check(1)").fetchone()[0]) != "ok":
                    raise BackupError(
                        f"The database is damaged: {said}. Run `tenuto audit verify`, and keep older backups."
                    )
                return _held(lambda query: copy.execute(query).fetchall(), _sqlite_tables(copy))
        except sqlite3.Error as error:
            raise BackupError(f"The database can't be copied: {error}. Nothing was written.") from error

    def is_empty(self) -> bool:
        """Whether no file is there, nor a log of an earlier one, which SQLite would play into the new."""
        files = (self.path.with_name(self.path.name + end) for end in ("", "-wal", "-journal", "-shm"))
        return not any(file.exists() and file.stat().st_size for file in files)

    def take_from(self, path: Path) -> None:
        """Put the file in its place, readable by its owner alone."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_name(f"{self.path.name}.restoring")
        shutil.copyfile(path, draft)
        draft.chmod(0o600)
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.replace(self.path)

    def holds(self) -> Copied:
        """What is in it now."""
        with closing(_reading(self.path)) as live:
            return _held(lambda query: live.execute(query).fetchall(), _sqlite_tables(live))

    @contextmanager
    def scratch(self, folder: Path) -> Iterator[Sqlite]:
        """A file in the folder."""
        yield Sqlite(folder / self.part)


@dataclass(frozen=True, slots=True)
class Postgres:
    """A database of a PostgreSQL server."""

    database: str
    given: Mapping[str, str]
    """What libpq is told, without the name of the database."""
    name: str = "postgresql"
    part: str = "tenuto.pgdump"

    @property
    def url(self) -> str:
        """As TENUTO_DATABASE_URL names it."""
        given = dict(self.given)
        user, password = quote(given.pop("user", ""), safe=""), quote(given.pop("password", ""), safe="")
        port, host = given.pop("port", ""), given.pop("host", "")
        if host.startswith("/"):
            given["host"], host = host, ""
        login = f"{user}:{password}@" if password else f"{user}@" if user else ""
        query = f"?{urlencode(given)}" if given else ""
        return (
            f"postgresql://{login}{host}{f':{port}' if port else ''}/{quote(self.database, safe='')}{query}"
        )

    @property
    def beside(self) -> Path | None:
        """PostgreSQL keeps its files to itself."""
        return None

    def copy_to(self, path: Path) -> Copied:
        """With pg_dump, from the same snapshot in which the rows are counted."""
        with self._connected() as server:
            server.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            server.read_only = True
            with server.transaction():
                snapshot = server.execute("SELECT pg_export_snapshot()").fetchone()
                held = self._held(server)
                self._run("pg_dump", "--format=custom", "--no-owner", "--no-privileges",
                          f"--snapshot={snapshot[0] if snapshot else ''}", f"--file={path}", self.database)  # fmt: skip
                return held

    def is_empty(self) -> bool:
        """Whether it has no table."""
        with self._connected() as server:
            return not _postgres_tables(server)

    def take_from(self, path: Path) -> None:
        """With pg_restore, all or nothing."""
        self._run("pg_restore", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error",
                  f"--dbname={self.database}", str(path))  # fmt: skip

    def holds(self) -> Copied:
        """What is in it now."""
        with self._connected() as server:
            return self._held(server)

    @contextmanager
    def scratch(self, folder: Path) -> Iterator[Postgres]:
        """A database beside this one."""
        del folder
        made = Postgres(f"tenuto_scratch_{os.getpid()}", self.given)
        with self._connected() as server:
            server.autocommit = True
            name = sql.Identifier(made.database)
            try:
                server.execute(sql.SQL("CREATE DATABASE {}").format(name))
            except psycopg.Error as error:
                raise BackupError(
                    f"No scratch database can be made beside '{self.database}': {str(error).strip()}. Give the user CREATEDB, "
                    "or verify the backup on another server."
                ) from error
            try:
                yield made
            finally:
                server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection[Any]]:
        try:
            with psycopg.connect(make_conninfo(dbname=self.database, **self.given)) as server:
                yield server
        except psycopg.OperationalError as error:
            raise BackupError(
                f"The database '{self.database}' can't be reached: {str(error).strip()}."
            ) from error

    def _held(self, server: psycopg.Connection[Any]) -> Copied:
        return _held(lambda query: server.execute(query).fetchall(), _postgres_tables(server))

    def _run(self, program: str, *words: str) -> None:
        found = shutil.which(program)
        if found is None:
            raise BackupError(
                f"{program} is not installed. It comes with PostgreSQL's client (Debian: `apt-get install postgresql-client`)."
            )
        names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD",
                 "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT",
                 "sslkey": "PGSSLKEY", "connect_timeout": "PGCONNECT_TIMEOUT"}  # fmt: skip
        # In the environment and not among the words, which every user of the machine can read.
        own = {names[name]: value for name, value in self.given.items() if name in names}
        done = subprocess.run(  # noqa: S603 - PostgreSQL's own program, with words of ours
            [found, *words], env={**os.environ, **own}, capture_output=True, text=True, check=False
        )
        if done.returncode:
            said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            if "server version" in said:
                raise BackupError(
                    f"{program} is older than the server ({said.rpartition('detail: ')[2][:100]}). Install the client of the "
                    "server's version (Debian: `postgresql-client-18` from apt.postgresql.org) and put it first in PATH."
                )
            raise BackupError(f"{program} did not end well: {said[:300]}")


def _held(ask: Any, tables: list[str]) -> Copied:
    migrations: dict[str, list[str]] = {}
    for app, name in ask(MIGRATIONS) if "django_migrations" in tables else ():
        migrations.setdefault(app, []).append(name)
    newest = ask(HEAD) if "ledger_auditevent" in tables else ()
    head = f"{newest[0][0]}:{newest[0][1]}" if newest else GENESIS
    counted = {name: ask(f'SELECT count(*) FROM "{name}"')[0][0] for name in tables}  # noqa: S608 - names of tables
    return Copied(counted, migrations, head)


def _reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _sqlite_tables(connection: sqlite3.Connection) -> list[str]:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
    return [name for (name,) in connection.execute(query)]


def _postgres_tables(server: psycopg.Connection[Any]) -> list[str]:
    query = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
    return [name for (name,) in server.execute(query)]
