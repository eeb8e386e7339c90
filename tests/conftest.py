"""What every kind of test shares."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
from hypothesis import settings

from tests.migrated import template_database, template_file

# A machine that does other work is no reason to fail: no example has a deadline. What failed is printed to be run again.
settings.register_profile("searching", deadline=None, print_blob=True)
# For `./test`: the same commit passes or fails each time. New examples are looked for where somebody reads what they show.
settings.register_profile("checking", settings.get_profile("searching"), derandomize=True)
settings.load_profile("searching")


# Who runs tests in parallel sets the width of a terminal of its own; what is printed to a pipe is as wide as it is anywhere.
os.environ.pop("COLUMNS", None)

ATTACKS = Path(__file__).parent / "attacks"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """A clinic that is served and attacked takes long: the inner loop leaves all of them out."""
    for item in items:
        if item.path.is_relative_to(ATTACKS):
            item.add_marker(pytest.mark.thorough)


@pytest.fixture(scope="session")
def _migrated_once():
    """Tables come as a copy where Django would run all migrations again."""
    from django.core import management
    from django.db import connection

    run = management.call_command
    if connection.vendor == "postgresql":
        connection.settings_dict["TEST"]["TEMPLATE"] = template_database(os.environ["TENUTO_DATABASE_URL"])

    def copied(name, *args, **options):
        if name != "migrate" or not options.get("run_syncdb"):
            return run(name, *args, **options)
        if connection.vendor == "sqlite":
            connection.ensure_connection()
            migrated = sqlite3.connect(template_file())
            migrated.backup(connection.connection)
            migrated.close()
        return None

    management.call_command = copied
    yield
    management.call_command = run


@pytest.fixture(scope="session")
def django_db_setup(_migrated_once, django_db_setup):
    """As pytest-django makes it, without running the migrations."""
