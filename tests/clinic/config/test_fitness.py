"""A database with invented people, or of a newer program, is not served."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.accounts.services import open_clinic
from tenuto.clinic.config.fitness import check_database, check_whole
from tenuto.clinic.demo.services import load
from tenuto.clinic.ledger import anchor, integrity
from tests.clinic.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]


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


@pytest.mark.parametrize("kind", [{"demonstration": True}, {"demonstration": False, "invented": True}])
def test_a_demonstration_whose_rows_were_edited_is_still_one(settings, kind):
    settings.PRODUCTION = True
    open_clinic(name="Invented", **kind)
    Clinic.objects.update(demonstration=False, invented=False)
    with pytest.raises(ImproperlyConfigured, match="can't be used in production"):
        check_database()


def test_a_database_of_a_newer_program_is_refused():
    MigrationRecorder(connection).record_applied("plan", "0099_of_tomorrow")
    with pytest.raises(ImproperlyConfigured, match=r"newer version of Tenuto \(plan 0099_of_tomorrow\)"):
        check_database()


def test_migrations_of_libraries_are_their_own_matter():
    MigrationRecorder(connection).record_applied("mfa", "0099_of_tomorrow")
    check_database()


@pytest.fixture
def outside(settings, tmp_path):
    """A chain with events, on an installation that is then told of an anchor outside."""
    open_clinic(name="Meadow", demonstration=False)
    anchor.begin_anew()
    check_whole()
    path = tmp_path / "share" / "tenuto-anchor.json"
    kept = ("tenuto.clinic.ledger.anchor.FileAnchor", (path, "the anchor outside"))
    settings.LEDGER_ANCHORS_OUTSIDE = [kept]
    return path


def test_an_anchor_outside_that_was_named_on_a_running_installation_is_a_sentence(outside):
    with pytest.raises(
        ImproperlyConfigured, match=r"The anchor outside is missing, and .* has \d+ events"
    ) as told:
        check_whole()
    assert "tenuto audit accept --why" in str(told.value)
    anchor.begin_anew()
    assert outside.exists()
    check_whole()


def test_a_place_of_an_anchor_that_cannot_be_reached_keeps_nobody_from_work(outside):
    outside.parent.write_text("a file where the folder was")
    check_whole()


def test_a_missing_anchor_beside_an_empty_chain_is_a_first_start(settings, tmp_path):
    settings.LEDGER_ANCHOR = tmp_path / "none" / "anchor.json"
    check_whole()


def test_a_look_at_the_database_that_takes_too_long_is_broken_off():
    assert integrity.damage_at_start(seconds=-1) == ""
    assert integrity.damage_at_start() == ""
