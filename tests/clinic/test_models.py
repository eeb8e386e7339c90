"""The tables and the models agree, and no table points to a room downstream."""

from __future__ import annotations

import configparser
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]


def order() -> list[str]:
    """The rooms of the clinic, lowest first."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter")
    layers = parser["importlinter:contract:clinic"]["layers"].split()
    return [line.strip("() ") for line in reversed(layers)]


def test_no_migration_is_missing(tmp_path):
    # In a process of its own: a migration that a test imports takes the clock that stands still for its default.
    own = {name: value for name, value in os.environ.items() if not name.startswith("TENUTO_")}
    command = [sys.executable, "-m", "tenuto", "manage", "makemigrations", "--check", "--dry-run"]
    done = subprocess.run(
        command, env={**own, "TENUTO_VAR": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("model", [m for m in apps.get_models() if m.__module__.startswith("tenuto.")])
def test_no_foreign_key_points_downstream(model):
    rooms = order()
    for field in model._meta.get_fields():
        target = getattr(field, "related_model", None)
        if field.concrete and target and target.__module__.startswith("tenuto."):
            assert rooms.index(target._meta.app_label) <= rooms.index(model._meta.app_label), field
