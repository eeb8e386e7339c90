"""The empty tables, made by the migrations once and then copied: they take longer than most tests together.

What is kept in `.cache/` is made anew as soon as a migration, a model, the ledger's triggers or a library changes, so a
clean clone and every change of them run all migrations.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

__all__ = ["at_path", "database_url", "template_database", "template_file"]

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / ".cache" / "migrated"
MADE_OF = (
    "src/tenuto/clinic/*/migrations/*.py",
    "src/tenuto/clinic/*/models/*.py",
    "src/tenuto/clinic/*/models.py",
    "src/tenuto/clinic/*/managers.py",
    "src/tenuto/clinic/ledger/*.py",
    "src/tenuto/clinic/config/*.py",
    "requirements/*.lock",
)
"""What the tables, their triggers and the rows that Django itself keeps are made of."""
MIGRATE = (
    "import django; django.setup(); from django.core.management import call_command;"
    "call_command('migrate', verbosity=0)"
)


def digest() -> str:
    """Changes with everything that the tables are made of."""
    found = hashlib.sha256(sys.version.encode())
    for pattern in MADE_OF:
        for path in sorted(ROOT.glob(pattern)):
            found.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return found.hexdigest()[:16]


def migrated_by_a_process(**environment: str) -> None:
    """Run the migrations as the server would, in a database named by the environment."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("TENUTO_")}
    own |= {"DJANGO_SETTINGS_MODULE": "tenuto.clinic.config.settings", **environment}
    subprocess.run([sys.executable, "-c", MIGRATE], env=own, check=True)


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two processes of the tests never make the same."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def template_file() -> Path:
    """An SQLite file with all tables and no rows of ours."""
    kept = KEPT / f"{digest()}.sqlite3"
    with one_at_a_time():
        if not kept.exists():
            for old in KEPT.glob("*.sqlite3"):
                old.unlink()
            with tempfile.TemporaryDirectory(dir=KEPT) as folder:
                migrated_by_a_process(TENUTO_VAR=folder)
                made = Path(folder) / "tenuto.sqlite3"
                with sqlite3.connect(made) as connection:
                    # Without the log beside it the file alone is the database.
                    connection.execute("PRAGMA journal_mode=DELETE")
                connection.close()
                made.rename(kept)
    return kept


def at_path(path: Path) -> None:
    """Put the empty tables where a server will look for its file, readable by nobody else."""
    shutil.copyfile(template_file(), path)
    path.chmod(0o600)


def database_url(url: str, name: str) -> str:
    """The address of another database on the same PostgreSQL server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def template_database(url: str) -> str:
    """The name of a database with all tables and no rows of ours, on the PostgreSQL server at `url`."""
    import psycopg

    name = f"migrated_{digest()}"
    with one_at_a_time(), psycopg.connect(url, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(f'CREATE DATABASE "{name}_new"')
            migrated_by_a_process(TENUTO_DATABASE_URL=database_url(url, f"{name}_new"))
            connection.execute(f'ALTER DATABASE "{name}_new" RENAME TO "{name}"')
    return name
