"""Ranks have moved: rows that were worked out under the old ones are thrown away, and worked out again at the next look."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def throw_away(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for name in ("WorkRow", "Standing", "Progress"):
        apps.get_model("desk", name).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("desk", "0001_initial")]

    operations = [migrations.RunPython(throw_away, throw_away)]
