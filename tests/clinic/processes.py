"""Processes of the server with a database of their own, on the engine that the tests run on."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from tests import migrated

__all__ = ["house", "run"]


def run(script: str, environment: dict[str, str]) -> str:
    """What a script printed; it must succeed."""
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """The environment of a server with all tables and no rows: a file, or a database of its own on the PostgreSQL server."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TENUTO_")}
    environment |= {
        "DJANGO_SETTINGS_MODULE": "tenuto.clinic.config.settings",
        "TENUTO_VAR": str(tmp_path_factory.mktemp("house")),
    }
    url = os.environ.get("TENUTO_DATABASE_URL", "")
    name = f"house_{uuid.uuid4().hex[:12]}"
    if url.startswith("postgresql"):
        import psycopg

        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{migrated.template_database(url)}"')
        environment["TENUTO_DATABASE_URL"] = migrated.database_url(url, name)
    else:
        migrated.at_path(Path(environment["TENUTO_VAR"]) / "tenuto.sqlite3")
    return environment
