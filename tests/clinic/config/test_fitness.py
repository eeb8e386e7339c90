"""A database with invented people, or of a newer program, is not served."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from tenuto.clinic.accounts.services import open_clinic
from tenuto.clinic.config.fitness import check_database
from tenuto.clinic.demo.services import load
from tests.clinic.conftest import NOW

pytestmark = pytest.mark.django_db


def test_the_demonstration_is_refused_in_production(settings):
    load(now=NOW)
    check_database()
    settings.PRODUCTION = True
    with pytest.raises(ImproperlyConfigured, match="holds the demonstration"):
        check_database()


@pytest.mark.parametrize("kind", [{"demonstration": True}, {"demonstration": False, "invented": True}])
def test_one_invented_clinic_is_enough(settings, kind):
    open_clinic(name="Real", demonstration=False)
    settings.PRODUCTION = True
    check_database()
    open_clinic(name="Invented", **kind)
    with pytest.raises(ImproperlyConfigured, match="can't be used in production"):
        check_database()


def test_a_database_of_a_newer_program_is_refused():
    MigrationRecorder(connection).record_applied("plan", "0099_of_tomorrow")
    with pytest.raises(ImproperlyConfigured, match=r"newer version of Tenuto \(plan 0099_of_tomorrow\)"):
        check_database()


def test_migrations_of_libraries_are_their_own_matter():
    MigrationRecorder(connection).record_applied("mfa", "0099_of_tomorrow")
    check_database()
