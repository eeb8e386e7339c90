"""Which database the settings name, and the address under which another process finds the same."""

from __future__ import annotations

import pytest

from tenuto.clinic.backup.api import engine_of
from tenuto.clinic.config.environment import database

URLS = [
    "sqlite:///srv/tenuto/tenuto.sqlite3",
    "sqlite:///srv/our%20clinic/tenuto.sqlite3",
    "postgresql://localhost/clinic",
    "postgresql://tenuto:p%40ss%2Fword@db.example:5433/clinic?sslmode=verify-full",
    "postgresql://tenuto@/clinic%20one?host=%2Fvar%2Frun%2Fpostgresql",
]


@pytest.mark.parametrize("url", URLS)
def test_the_address_of_an_engine_names_the_same_database(url):
    settings = database(url)
    assert database(engine_of(settings).url) == settings
